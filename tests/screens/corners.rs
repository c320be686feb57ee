//! Regression tests for keys that did nothing, or something other than their description says.

use crate::{
    estate::{ago, shop},
    logs::{cursor, line},
    stage::Stage,
};
use portolan::{
    app::Msg,
    effect::{Effect, ScreenId},
    model::{LogBatch, LogReadOptions, LogTarget, LogUpdate},
};

fn stage() -> Stage {
    Stage::showing(&shop(), (120, 40))
}

#[test]
fn the_finding_of_a_source_does_not_hold_the_cursor() {
    let mut stage = stage();
    let mut of_source = stage.app.store.world.findings[0].clone();
    (of_source.node, of_source.subject) = (None, "docker".into());
    stage.app.store.world.findings.insert(1, of_source);
    let last = stage.app.store.world.findings.last().unwrap().reason.clone();
    stage.keys("! g j");
    assert!(stage.picture().text().contains("─ docker: "), "the row of the source is in the detail");
    stage.keys("j");
    assert!(!stage.picture().text().contains("─ docker: "), "the cursor goes on");
    stage.keys("k");
    assert!(stage.picture().text().contains("─ docker: "), "and back");
    stage.keys("enter");
    assert_eq!(stage.app.screen(), ScreenId::Sources, "a source has no card");
    stage.keys("esc G");
    assert!(stage.picture().text().contains(&last[..20]), "the last one is within reach");
}

#[test]
fn the_help_finds_words_that_are_on_its_page() {
    let mut stage = stage();
    stage.keys("? /");
    stage.typed("histogram");
    stage.keys("enter");
    let text = stage.picture().text();
    assert!(text.contains("histogram") && !text.contains("what the marks mean"), "{text}");
    stage.keys("/");
    stage.typed("no such words");
    stage.keys("enter");
    assert!(stage.picture().text().contains("the search finds nothing"));
    stage.keys("esc");
    assert!(stage.picture().text().contains("what the marks mean"), "esc ends the search first");
    assert_eq!(stage.app.screen(), ScreenId::Help);
}

#[test]
fn what_is_in_focus_is_saved_alone() {
    let saved = |stage: &mut Stage| {
        stage.keys(":");
        stage.typed("export-svg");
        stage.keys("enter");
        let last = stage.asked.drain(..).filter_map(|effect| match effect {
            Effect::SaveFile { text, .. } => Some(text.to_string()),
            _ => None,
        });
        last.collect::<Vec<_>>().pop().expect("a file")
    };
    let mut stage = stage();
    stage.find("orders");
    assert!(saved(&mut stage).contains("users"), "everything is saved");
    stage.keys("x");
    let focused = saved(&mut stage);
    assert!(focused.contains("orders") && !focused.contains("users"), "users is no neighbour");
}

#[test]
fn logs_that_can_not_be_shown_open_no_screen() {
    let mut stage = stage();
    for (key, why) in [("a", "no service is marked"), ("P", "mark a service first")] {
        stage.keys(key);
        assert_eq!(stage.app.screen(), ScreenId::Map, "{key}");
        assert!(stage.picture().text().contains(why), "{key}: {}", stage.picture().text());
    }
}

#[test]
fn a_name_that_is_typed_in_a_focus_shows_the_service_and_no_stub() {
    let mut stage = stage();
    stage.find("orders");
    stage.keys("x");
    assert!(!stage.picture().text().contains("● users"));
    stage.keys(":");
    stage.typed("users");
    stage.keys("enter");
    let text = stage.picture().text();
    assert_eq!(stage.selected(), "users");
    assert!(text.contains("● users") && text.contains("focus"), "{text}");
    stage.keys("esc");
    assert!(stage.picture().text().contains("orders"), "everything is shown again");
}

#[test]
fn the_timeline_leads_to_lines_that_are_read_only_then() {
    let mut stage = Stage::showing(&shop(), (100, 30));
    stage.keys("H /");
    stage.typed("orders-2 stopped");
    stage.keys("enter enter");
    assert_eq!((stage.app.screen(), stage.selected().as_str()), (ScreenId::Logs, "orders"));
    let news = |stage: &mut Stage, news| stage.send(Msg::Logs(news));
    let (target, follow) = wanted(&stage, |start| start.follow);
    news(&mut stage, LogUpdate::ReadStarted(target.clone(), follow));
    let at = |minutes, text: &str| {
        let new = line("orders", 0, text);
        portolan::model::LogLine {
            at: ago(minutes),
            service: target.service.clone(),
            label: target.label.clone(),
            ..new
        }
    };
    let batch = |lines| LogUpdate::Lines(LogBatch { lines, notes: Vec::new() });
    news(&mut stage, batch(vec![at(1, "much later"), at(0, "just now")]));
    let (_, page) = wanted(&stage, |start| start.since.is_some());
    assert!(page.since.unwrap() <= ago(2), "older lines are asked for: {page:?}");
    news(&mut stage, LogUpdate::ReadStarted(target.clone(), page));
    news(&mut stage, batch(vec![at(5, "long before"), at(2, "soon after it")]));
    news(&mut stage, LogUpdate::ReadFinished(target.clone(), page));
    let here = cursor(&mut stage);
    assert!(!here.contains("just now") && !here.is_empty(), "{}", stage.picture().text());
    assert!(stage.picture().text().contains("paused"));
}

/// Returns the first wanted log stream whose read options satisfy `which`. Panics if there is none.
#[track_caller]
fn wanted(stage: &Stage, which: impl Fn(&LogReadOptions) -> bool) -> (LogTarget, LogReadOptions) {
    let mut wanted = stage.streams().into_iter().filter(|(_, start)| which(start));
    let Some(first) = wanted.next() else { panic!("no stream is wanted in that way") };
    first
}
