//! Screens other than the map: list, card, logs, findings, help, palette.

use crate::{
    estate::{minutes_ago, now, shop, shop_logs},
    see,
    stage::AppHarness,
};
use portolan::{
    app::Msg,
    effect::Effect,
    model::{LogBatch, LogLine, LogUpdate, OutputStream},
};

fn stage() -> AppHarness {
    AppHarness::showing(&shop(), (100, 30))
}

/// Opens the logs of the orders service, with lines in them.
fn open_order_logs(size: (u16, u16)) -> AppHarness {
    let mut stage = AppHarness::showing(&shop(), size);
    stage.send(Msg::Logs(shop_logs()));
    while stage.selected_name() != "orders" {
        stage.press_keys("f");
    }
    stage.press_keys("l");
    stage
}

#[test]
fn list() {
    let mut stage = stage();
    stage.press_keys("t j j");
    see!(stage);
}

#[test]
fn list_of_what_is_found() {
    let mut stage = stage();
    stage.press_keys("t /");
    stage.type_text("ca");
    stage.press_keys("enter");
    see!(stage);
}

#[test]
fn card() {
    let mut stage = open_order_logs((100, 30));
    stage.press_keys("d");
    see!(stage);
    stage.press_keys("G");
    see!(stage);
}

#[test]
fn card_of_a_dependency() {
    let mut stage = stage();
    stage.press_keys("t G d");
    see!(stage);
}

#[test]
fn logs_follow() {
    let mut stage = open_order_logs((100, 30));
    see!(stage);
    let wanted = stage.wanted_log_streams();
    assert_eq!(wanted.len(), 3, "every instance's log is wanted: {wanted:?}");
    assert!(wanted.iter().all(|(target, _)| target.service.as_str().ends_with("/orders")));
    stage.press_keys("esc");
    assert!(stage.wanted_log_streams().is_empty(), "what is not shown is not read");
}

#[test]
fn logs_at_an_error() {
    let mut stage = open_order_logs((100, 30));
    stage.press_keys("E w");
    see!(stage);
}

#[test]
fn logs_paused_with_a_search() {
    let mut stage = open_order_logs((80, 24));
    stage.press_keys("= /");
    stage.type_text("get");
    stage.press_keys("enter n n");
    see!(stage);
}

#[test]
fn logs_without_a_line() {
    let mut stage = stage();
    stage.press_keys("l");
    see!(stage);
}

#[test]
fn findings() {
    let mut stage = stage();
    stage.press_keys("! j");
    see!(stage);
}

#[test]
fn help() {
    let mut stage = stage();
    stage.press_keys("?");
    see!(stage);
    stage.press_keys("G");
    see!(stage);
}

#[test]
fn help_tells_first_what_counts_on_the_screen_below() {
    let mut stage = stage();
    stage.press_keys("l ?");
    let text = stage.picture().text();
    assert!(text.lines().nth(1).unwrap().contains("in the logs"), "{text}");
    assert!(text.contains("cycle the time format: local, UTC"), "{text}");
    let stroke = |key: &str| text.lines().filter(|row| row.starts_with(&format!("   {key} "))).count();
    assert_eq!(stroke("t"), 1, "{text}");
}

#[test]
fn palette_proposes() {
    let mut stage = stage();
    stage.press_keys(":");
    stage.type_text("fo");
    see!(stage);
    stage.press_keys("down");
    see!(stage);
}

#[test]
fn an_unknown_command_is_named() {
    let mut stage = stage();
    stage.press_keys(":");
    stage.type_text("qqqq");
    stage.press_keys("enter");
    let text = stage.picture().text();
    assert!(text.contains("no command or service `qqqq`"), "{text}");
}

#[test]
fn a_name_in_place_of_a_command_selects_the_service() {
    let mut stage = stage();
    stage.press_keys(":");
    stage.type_text("catalog");
    stage.press_keys("enter");
    let text = stage.picture().text();
    assert!(text.contains("─ shop/catalog ─") && text.contains("selected shop/catalog"), "{text}");
}

#[test]
fn a_search_that_is_given_up_leaves_the_selection_as_it_was() {
    let mut stage = stage();
    let before = stage.picture().text();
    stage.press_keys("/");
    stage.type_text("catalog");
    assert!(stage.picture().text().contains("─ shop/catalog ─"));
    stage.press_keys("esc");
    assert_eq!(stage.picture().text(), before);
}

#[test]
fn the_map_is_saved_and_the_last_row_tells_where() {
    let mut stage = stage();
    stage.press_keys("ctrl-s :");
    stage.type_text("export-svg");
    stage.press_keys("enter");
    let saved: Vec<_> = stage
        .effects
        .iter()
        .filter_map(|effect| match effect {
            Effect::SaveFile(file) => Some((file.extension, file.text.to_string().contains("orders"))),
            _ => None,
        })
        .collect();
    assert_eq!(saved, [("html", true), ("svg", true)]);
    stage.send(Msg::Notice("saved /tmp/portolan-map.svg".to_owned()));
    let rows = stage.picture().buffer.content;
    let last: String = rows[rows.len() - 100..].iter().map(ratatui::buffer::Cell::symbol).collect();
    assert!(last.contains("saved /tmp/portolan-map.svg"), "{last}");
}

#[test]
fn the_last_words_of_a_service_that_logs_json_are_its_messages() {
    let mut stage = stage();
    stage.press_keys("! j");
    let streams = stage.wanted_log_streams();
    let (target, start) = streams.first().expect("the last words are wanted").clone();
    stage.send(Msg::Logs(LogUpdate::ReadStarted(target.clone(), start)));
    let last = LogLine {
        at: minutes_ago(60),
        service: target.service.clone(),
        label: target.label.clone(),
        stream: OutputStream::Stdout,
        text: r#"{"ts":"2026-03-08T02:10:00Z","level":"error","msg":"no answer from db","attempt":7}"#.into(),
        styles: Vec::new(),
    };
    stage.send(Msg::Logs(LogUpdate::Lines(LogBatch { lines: vec![last], notes: Vec::new() })));
    stage.send(Msg::Tick(now()));
    let text = stage.picture().text();
    assert!(text.contains("error no answer from db") && !text.contains("attempt"), "{text}");
}
