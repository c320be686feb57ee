//! Notes: on the card, beside a call, in the findings and on the timeline. A finding with a note is dimmed
//! until the note ends or the finding changes.

use crate::{
    estate::{now, shop},
    picture::Picture,
    stage::AppHarness,
};
use portolan::{
    app::Msg,
    effect::Effect,
    model::{Severity, SourceId, Timestamp},
    note::{Note, NoteBook, NoteDraft},
};
use ratatui::style::Style;

/// Returns the note that the user requested last, with its source. Passes it to the app as the runtime does.
fn deliver(stage: &mut AppHarness) -> (SourceId, Note) {
    let requested = stage.effects.iter().rev().find_map(|effect| match effect {
        Effect::WriteNote(source, draft) => Some((source.clone(), NoteDraft::clone(draft))),
        _ => None,
    });
    let (source, draft) = requested.unwrap_or_else(|| panic!("no note is requested"));
    let note = draft.signed("5f2c91ab".into(), "ann@laptop".into());
    let mut book = NoteBook::default();
    book.add(note.clone());
    stage.send(Msg::NotesRead(source.clone(), Box::new(book)));
    (source, note)
}

fn open_shop() -> AppHarness {
    let mut stage = AppHarness::showing(&shop(), (120, 40));
    stage.send(Msg::Tick(now()));
    while stage.selected_name() != "orders" {
        stage.press_keys("f");
    }
    stage
}

/// Returns the style of the first cell of `word` on the screen.
fn style_of(picture: &Picture, word: &str) -> Option<Style> {
    let text = picture.text();
    let (row, line) = text.lines().enumerate().skip(1).find(|(_, line)| line.contains(word))?;
    let column = line[..line.find(word)?].chars().count();
    Some(picture.buffer[(column as u16, row as u16)].style())
}

#[test]
fn a_note_on_a_service_is_on_its_card_and_on_the_timeline() {
    let mut stage = open_shop();
    stage.press_keys("J");
    stage.type_text("known, ticket 812, until friday");
    stage.press_keys("enter");
    let (source, note) = deliver(&mut stage);
    assert_eq!(source.as_str(), "ecs:eu-west-1");
    assert_eq!((&*note.target.node, &*note.text), ("prod/orders", "known, ticket 812"));
    assert_eq!(note.until, Some("2026-03-14T00:00:00Z".parse().unwrap()));
    stage.press_keys("d");
    let card = stage.picture().text();
    assert!(card.contains("known, ticket 812 (until Sat 03-14 00:00): ann@laptop, 0s ago"), "{card}");
    stage.press_keys("esc H");
    let timeline = stage.picture().text();
    assert!(timeline.contains("ann@laptop: known, ticket 812"), "{timeline}");
    stage.send(Msg::Tick("2026-03-14T00:00:01Z".parse().unwrap()));
    stage.press_keys("esc d");
    assert!(!stage.picture().text().contains("ticket 812 (until"), "the note is over");
}

#[test]
fn a_note_on_a_call_is_beside_its_evidence() {
    let mut stage = open_shop();
    stage.press_keys("w");
    stage.press_keys(":");
    stage.type_text("note goes away with v2");
    stage.press_keys("enter");
    let (_, note) = deliver(&mut stage);
    assert!(note.target.callee.is_some());
    let why = stage.picture().text();
    assert!(why.contains("goes away with v2: ann@laptop, 0s ago"), "{why}");
}

#[test]
fn a_finding_with_a_note_is_dimmed_until_it_changes() {
    let mut stage = open_shop();
    stage.press_keys("!");
    // The selected row has a style of its own.
    stage.press_keys("down");
    let bright = style_of(&stage.picture(), "prod/payments");
    stage.press_keys("up J");
    stage.type_text("known");
    stage.press_keys("enter");
    let (source, note) = deliver(&mut stage);
    assert!(note.target.finding.is_some());
    let picture = stage.picture();
    assert!(picture.text().contains("noted: "), "{}", picture.text());
    assert!(picture.text().contains("known: ann@laptop, 0s ago"), "{}", picture.text());
    stage.press_keys("down");
    let picture = stage.picture();
    assert_ne!(style_of(&picture, "prod/payments"), bright, "dimmed: {}", picture.text());
    let finding =
        stage.app.store.world.findings.iter().find(|f| f.node == Some(note.target.node_of(&source)));
    let finding = finding.unwrap().clone();
    let world = &stage.app.store.world;
    assert!(world.acknowledgement(&finding).is_some());
    let later = Timestamp::from_second(now().as_second() + 60).ok();
    let again = portolan::model::Finding { since: later, ..finding.clone() };
    assert!(world.acknowledgement(&again).is_none(), "a new outage");
    let mild = portolan::model::Finding { severity: Severity::Info, ..finding.clone() };
    assert!(world.acknowledgement(&mild).is_some(), "milder is no news");
    let other = portolan::model::Finding { kind: "other".into(), ..finding };
    assert!(world.acknowledgement(&other).is_none(), "another finding");
}

#[test]
fn a_note_needs_a_target_and_a_text() {
    let mut stage = AppHarness::before_first_poll(Vec::new(), (80, 24));
    stage.press_keys("J");
    assert!(stage.picture().text().contains("no service is selected"));
    let mut stage = open_shop();
    stage.press_keys("J enter");
    assert!(!stage.effects.iter().any(|effect| matches!(effect, Effect::WriteNote(..))));
}
