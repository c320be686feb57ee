//! Regression tests for keys that had no effect, or another one than their description says.

use crate::{
    estate::{minutes_ago, shop},
    logs::{highlighted_row, line},
    stage::AppHarness,
};
use portolan::{
    app::Msg,
    effect::Effect,
    model::{LogBatch, LogReadOptions, LogTarget, LogUpdate},
    screen::ScreenId,
};

fn stage() -> AppHarness {
    AppHarness::showing(&shop(), (120, 40))
}

#[test]
fn the_finding_of_a_source_does_not_hold_the_cursor() {
    let mut stage = stage();
    let mut of_source = stage.app.store.world.findings[0].clone();
    (of_source.node, of_source.subject) = (None, "docker".into());
    stage.app.store.world.findings.insert(1, of_source);
    let last = stage.app.store.world.findings.last().unwrap().reason.clone();
    stage.press_keys("! g j");
    assert!(stage.picture().text().contains("─ docker: "), "the row of the source is in the detail");
    stage.press_keys("j");
    assert!(!stage.picture().text().contains("─ docker: "), "the cursor goes on");
    stage.press_keys("k");
    assert!(stage.picture().text().contains("─ docker: "), "and back");
    stage.press_keys("enter");
    assert_eq!(stage.app.screen(), ScreenId::Sources, "a source has no card");
    stage.press_keys("esc G");
    assert!(stage.picture().text().contains(&last[..20]), "the last one is within reach");
}

#[test]
fn the_help_finds_words_that_are_on_its_page() {
    let mut stage = stage();
    stage.press_keys("? /");
    stage.type_text("histogram");
    stage.press_keys("enter");
    let text = stage.picture().text();
    assert!(text.contains("histogram") && !text.contains("legend"), "{text}");
    stage.press_keys("/");
    stage.type_text("no such words");
    stage.press_keys("enter");
    assert!(stage.picture().text().contains("no matches"));
    stage.press_keys("esc");
    assert!(stage.picture().text().contains("legend"), "esc ends the search first");
    assert_eq!(stage.app.screen(), ScreenId::Help);
}

#[test]
fn what_is_in_focus_is_saved_alone() {
    let saved = |stage: &mut AppHarness| {
        stage.press_keys(":");
        stage.type_text("export-svg");
        stage.press_keys("enter");
        let last = stage.effects.drain(..).filter_map(|effect| match effect {
            Effect::SaveFile(file) => Some(file.text.to_string()),
            _ => None,
        });
        last.collect::<Vec<_>>().pop().expect("a file")
    };
    let mut stage = stage();
    stage.select_by_search("orders");
    assert!(saved(&mut stage).contains("users"), "everything is saved");
    stage.press_keys("x");
    let focused = saved(&mut stage);
    assert!(focused.contains("orders") && !focused.contains("users"), "users is no neighbour");
}

#[test]
fn logs_that_can_not_be_shown_open_no_screen() {
    let mut stage = stage();
    for (key, why) in [("a", "no service marked"), ("P", "mark one service")] {
        stage.press_keys(key);
        assert_eq!(stage.app.screen(), ScreenId::Map, "{key}");
        assert!(stage.picture().text().contains(why), "{key}: {}", stage.picture().text());
    }
}

#[test]
fn a_name_that_is_typed_in_a_focus_shows_the_service_and_no_stub() {
    let mut stage = stage();
    stage.select_by_search("orders");
    stage.press_keys("x");
    assert!(!stage.picture().text().contains("● users"));
    stage.press_keys(":");
    stage.type_text("users");
    stage.press_keys("enter");
    let text = stage.picture().text();
    assert_eq!(stage.selected_name(), "users");
    assert!(text.contains("● users") && text.contains("focus"), "{text}");
    stage.press_keys("esc");
    assert!(stage.picture().text().contains("orders"), "everything is shown again");
}

#[test]
fn the_timeline_leads_to_lines_that_are_read_only_then() {
    let mut stage = AppHarness::showing(&shop(), (100, 30));
    stage.press_keys("H /");
    stage.type_text("orders-2 stopped");
    stage.press_keys("enter enter");
    assert_eq!((stage.app.screen(), stage.selected_name().as_str()), (ScreenId::Logs, "orders"));
    let news = |stage: &mut AppHarness, news| stage.send(Msg::Logs(news));
    let (target, follow) = wanted_stream(&stage, |start| start.follow);
    news(&mut stage, LogUpdate::ReadStarted(target.clone(), follow));
    let at = |minutes, text: &str| {
        let new = line("orders", 0, text);
        portolan::model::LogLine {
            at: minutes_ago(minutes),
            service: target.service.clone(),
            label: target.label.clone(),
            ..new
        }
    };
    let batch = |lines| LogUpdate::Lines(LogBatch { lines, notes: Vec::new() });
    news(&mut stage, batch(vec![at(1, "much later"), at(0, "just now")]));
    let (_, page) = wanted_stream(&stage, |start| start.since.is_some());
    assert!(page.since.unwrap() <= minutes_ago(2), "older lines are asked for: {page:?}");
    news(&mut stage, LogUpdate::ReadStarted(target.clone(), page));
    news(&mut stage, batch(vec![at(5, "long before"), at(2, "soon after it")]));
    news(&mut stage, LogUpdate::ReadFinished(target.clone(), page));
    let here = highlighted_row(&mut stage);
    assert!(!here.contains("just now") && !here.is_empty(), "{}", stage.picture().text());
    assert!(stage.picture().text().contains("paused"));
}

/// Returns the first wanted log stream whose read options satisfy `which`. Panics if there is none.
#[track_caller]
fn wanted_stream(stage: &AppHarness, which: impl Fn(&LogReadOptions) -> bool) -> (LogTarget, LogReadOptions) {
    let mut wanted = stage.wanted_log_streams().into_iter().filter(|(_, start)| which(start));
    let Some(first) = wanted.next() else { panic!("no stream is wanted in that way") };
    first
}
