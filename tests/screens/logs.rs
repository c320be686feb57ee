//! Logs screen: following, moving, filtering and counting, for one service and for several services.

use crate::{
    estate::{minutes_ago, shop, shop_logs},
    see,
    stage::AppHarness,
};
use portolan::{
    app::{MouseAction, Msg},
    effect::Effect,
    model::{LogBatch, LogLine, LogNote, LogNoteKind, LogUpdate, OutputStream, ServiceId, Timestamp},
    screen::ScreenId,
};

/// Opens the logs of the orders service, with lines in them.
pub(crate) fn open_order_logs(size: (u16, u16)) -> AppHarness {
    open_order_logs_in_theme(size, ("night", false))
}

fn open_order_logs_in_theme(size: (u16, u16), theme: (&str, bool)) -> AppHarness {
    let mut stage = AppHarness::showing_in_theme(&shop(), size, theme);
    stage.send(Msg::Logs(shop_logs()));
    while stage.selected_name() != "orders" {
        stage.press_keys("f");
    }
    stage.press_keys("l");
    stage
}

/// Returns a log line of a service of the cluster, `millis` after 03:06:00.
pub(crate) fn line(service: &str, millis: i64, text: &str) -> LogLine {
    LogLine {
        at: Timestamp::from_millisecond(minutes_ago(4).as_millisecond() + millis).unwrap(),
        service: ServiceId::new(format!("ecs:eu-west-1/prod/{service}")),
        label: format!("{service}-1").into(),
        stream: OutputStream::Stdout,
        text: text.into(),
        styles: Vec::new(),
    }
}

pub(crate) fn log_message(lines: Vec<LogLine>) -> Msg {
    Msg::Logs(LogUpdate::Lines(LogBatch { lines, notes: Vec::new() }))
}

/// Returns the text of the highlighted row, or an empty string if there is none.
pub(crate) fn highlighted_row(stage: &mut AppHarness) -> String {
    let buffer = stage.picture().buffer;
    let area = buffer.area;
    let selected = |y: u16| {
        buffer[(2, y)].style().bg == buffer[(area.width - 2, y)].style().bg
            && buffer[(2, y)].style().bg.is_some_and(|bg| bg != ratatui::style::Color::Reset)
    };
    let row = (1..area.height - 1).find(|y| selected(*y));
    let cells = |y: u16| (0..area.width).map(|x| buffer[(x, y)].symbol().to_owned()).collect::<String>();
    row.map(cells).unwrap_or_default()
}

#[test]
fn small_and_in_ascii_without_colours() {
    let mut stage = open_order_logs_in_theme((80, 24), ("mono", true));
    stage.press_keys("E m");
    see!(stage);
}

#[test]
fn up_stops_and_down_behind_the_last_line_follows_again() {
    let mut stage = open_order_logs((100, 30));
    stage.press_keys("k");
    assert!(stage.picture().text().contains("paused"));
    assert!(highlighted_row(&mut stage).contains("/orders/88"), "{}", highlighted_row(&mut stage));
    stage.send(log_message(vec![line("orders", 100_000, "a new one")]));
    assert!(!stage.picture().text().contains("a new one"), "what is looked at stays");
    stage.press_keys("j j j");
    let text = stage.picture().text();
    assert!(text.contains("following") && text.contains("a new one"), "{text}");
}

#[test]
fn a_pause_holds_at_the_last_line() {
    let mut stage = open_order_logs((100, 30));
    stage.press_keys("=");
    stage.send(log_message(vec![line("orders", 100_000, "a new one")]));
    let text = stage.picture().text();
    assert!(text.contains("paused") && !text.contains("a new one"), "{text}");
    stage.press_keys("=");
    assert!(stage.picture().text().contains("a new one"));
}

#[test]
fn going_back_past_the_first_line_reads_an_older_page() {
    let mut stage = open_order_logs((100, 30));
    let wanted = stage.wanted_log_streams();
    for (target, start) in &wanted {
        stage.send(Msg::Logs(LogUpdate::ReadStarted(target.clone(), *start)));
    }
    stage.press_keys("1");
    let text = stage.picture().text();
    assert!(text.contains("loading older lines"), "{text}");
    let pages: Vec<_> = stage.wanted_log_streams().difference(&wanted).cloned().collect();
    assert!(!pages.is_empty(), "older pages are wanted");
    for (target, start) in pages {
        assert!(start.until.is_some() && !start.follow, "{start:?}");
        stage.send(Msg::Logs(LogUpdate::ReadStarted(target.clone(), start)));
        let older = LogLine { label: target.label.clone(), ..line("orders", -60_000, "from before") };
        stage.send(log_message(vec![older]));
        stage.send(Msg::Logs(LogUpdate::ReadFinished(target, start)));
    }
    let text = stage.picture().text();
    assert!(!text.contains("loading older lines"), "{text}");
    assert_eq!(stage.wanted_log_streams(), wanted, "what has been read is wanted no more");
    stage.press_keys("k");
    assert!(highlighted_row(&mut stage).contains("from before"), "{}", highlighted_row(&mut stage));
    stage.press_keys("1");
    assert!(stage.picture().text().contains("start of the log"), "{}", stage.picture().text());
}

#[test]
fn filters_are_chips_that_can_be_taken_away() {
    let mut stage = open_order_logs((100, 30));
    stage.press_keys("-");
    stage.type_text("/GET .* 200/");
    stage.press_keys("enter +");
    stage.type_text("level=warn");
    stage.press_keys("enter");
    see!(stage);
    stage.send(Msg::Mouse(MouseAction::Press(4, 2)));
    let text = stage.picture().text();
    assert!(!text.contains("-/GET") && text.contains("+level=warn"), "a click takes the chip away: {text}");
    stage.press_keys("x");
    assert!(!stage.picture().text().contains("+level"));
    stage.press_keys("+");
    stage.type_text("/(/");
    stage.press_keys("enter");
    assert!(stage.picture().text().contains("invalid regular expression /(/"));
    stage.press_keys("+");
    stage.type_text("service=nobody");
    stage.press_keys("enter");
    assert!(stage.picture().text().contains("unknown service `nobody`"));
}

#[test]
fn a_jump_goes_to_the_line_of_that_time() {
    let mut stage = open_order_logs((100, 30));
    stage.press_keys("T");
    stage.type_text("-3m");
    stage.press_keys("enter");
    assert!(highlighted_row(&mut stage).contains("03:07:00"), "{}", stage.picture().text());
    stage.press_keys("T");
    stage.type_text("later");
    stage.press_keys("enter");
    assert!(stage.picture().text().contains("invalid time `later`"));
}

#[test]
fn one_stream_of_many_services_with_whose_each_line_is() {
    let mut stage = open_order_logs((120, 30));
    stage.send(log_message(vec![
        line("edge", 31_500, "GET /orders/17 took 13ms"),
        line("payments", 33_000, "charged"),
        line("users", 33_500, "not of these"),
    ]));
    stage.press_keys("esc");
    stage.press_keys("D 1");
    let text = stage.picture().text();
    assert!(text.contains("orders and downstream (2 services)"), "{text}");
    assert!(
        text.contains("charged") && !text.contains("took 13ms") && !text.contains("not of these"),
        "{text}"
    );
    stage.press_keys("A 1");
    let text = stage.picture().text();
    assert!(
        text.contains("took 13ms") && text.contains("charged") && !text.contains("not of these"),
        "{text}"
    );
    see!(stage);
    stage.press_keys("C 1");
    assert!(stage.picture().text().contains("not of these"));
    stage.press_keys("a");
    assert!(stage.picture().text().contains("no service marked"));
}

#[test]
fn marked_services_and_the_way_between_them() {
    let mut stage = open_order_logs((120, 30));
    stage.press_keys("esc space left space");
    let other = stage.selected_name();
    stage.press_keys("a");
    let text = stage.picture().text();
    assert!(text.contains("2 marked services"), "{text}");
    stage.press_keys("P");
    let text = stage.picture().text();
    assert!(text.contains(&other) && text.contains("the path from"), "{text}");
}

#[test]
fn tab_shows_one_instance_after_the_other() {
    let mut stage = open_order_logs((100, 30));
    stage.press_keys("tab");
    let text = stage.picture().text();
    assert!(text.contains("instance orders-1"), "{text}");
    assert_eq!(stage.app.subscriptions().len(), 1);
    stage.press_keys("backtab");
    assert!(!stage.picture().text().contains("instance orders-1"));
}

#[test]
fn a_long_line_that_is_wrapped_leaves_no_row_empty() {
    let mut stage = open_order_logs((60, 24));
    let long = (0..90).map(|n| format!("word{n}")).collect::<Vec<_>>().join(" ");
    stage.send(log_message((0..3).map(|n| line("orders", 95_000 + n, &long)).collect()));
    stage.press_keys("w");
    let text = stage.picture().text();
    let rows: Vec<_> = text.lines().skip(2).take(20).collect();
    assert!(rows.iter().all(|row| row.contains("word")), "{text}");
    stage.press_keys("k k");
    assert!(
        highlighted_row(&mut stage).contains("word0 "),
        "the line of the cursor is seen from its start: {}",
        stage.picture().text()
    );
}

#[test]
fn a_window_says_since_when() {
    let mut stage = open_order_logs((100, 30));
    stage.press_keys("3");
    assert!(stage.picture().text().contains("lines, since 03:05:00"), "{}", stage.picture().text());
}

#[test]
fn the_histogram_is_walked_and_clicked_and_tells_events() {
    let mut stage = open_order_logs((100, 30));
    stage.press_keys("i");
    see!(stage);
    stage.press_keys("left left");
    let walked = highlighted_row(&mut stage);
    assert!(!walked.is_empty());
    stage.send(Msg::Mouse(MouseAction::Press(9, 3)));
    let text = stage.picture().text();
    assert!(text.contains("2 lines") || text.contains("1 line,"), "{text}");
}

#[test]
fn filters_stay_where_more_is_read_and_go_with_their_service() {
    let mut stage = open_order_logs((120, 30));
    stage.press_keys("p enter +");
    stage.type_text("service=orders");
    stage.press_keys("enter +");
    stage.type_text("took");
    stage.press_keys("enter A");
    let text = stage.picture().text();
    assert!(text.contains("+took") && text.contains("+service") && !text.contains("<n>"), "{text}");
    stage.press_keys("esc esc left l");
    let text = stage.picture().text();
    assert!(!text.contains("logs of prod/orders") && !text.contains("+took"), "{text}");
}

#[test]
fn what_comes_while_it_is_paused_waits_though_there_is_room() {
    let mut stage = open_order_logs((100, 60));
    stage.press_keys("k");
    stage.send(log_message(vec![line("orders", 100_000, "a new one")]));
    stage.press_keys("k m i i j");
    assert!(!stage.picture().text().contains("a new one"), "{}", stage.picture().text());
    stage.press_keys("j j");
    assert!(stage.picture().text().contains("a new one"));
}

#[test]
fn marks_on_lines_are_walked_round() {
    let mut stage = open_order_logs((100, 30));
    stage.press_keys("k m k k m j j j j u");
    let first = highlighted_row(&mut stage);
    stage.press_keys("u");
    let second = highlighted_row(&mut stage);
    stage.press_keys("u");
    assert!(first != second && highlighted_row(&mut stage) == first, "{first}\n{second}");
    assert_eq!(stage.picture().text().matches('◆').count(), 2);
}

#[test]
fn selected_lines_are_copied_and_saved() {
    let mut stage = open_order_logs((100, 30));
    stage.press_keys("k V k k c ctrl-s");
    let copied = stage.effects.iter().find_map(|effect| match effect {
        Effect::CopyToClipboard(text) => Some(text.lines().count()),
        _ => None,
    });
    assert_eq!(copied, Some(3));
    let saved = stage.effects.iter().find_map(|effect| match effect {
        Effect::SaveFile(file) => Some((file.name, file.text.to_string())),
        _ => None,
    });
    let (name, text) = saved.unwrap();
    assert_eq!((name, text.lines().count()), ("portolan-logs", 3));
    assert!(text.lines().all(|line| line.contains("ecs:eu-west-1/prod/orders orders-1 GET")), "{text}");
    stage.press_keys("esc ctrl-s");
    let saved = stage.effects.iter().rev().find_map(|effect| match effect {
        Effect::SaveFile(file) => Some(file.text.to_string().lines().count()),
        _ => None,
    });
    assert_eq!(saved, Some(37), "all lines and the note");
}

#[test]
fn the_map_stays_above_the_logs() {
    let mut stage = open_order_logs((120, 40));
    stage.press_keys("v");
    see!(stage);
    assert_eq!(stage.app.screen(), ScreenId::Logs);
    stage.press_keys("esc");
    assert_eq!(stage.app.screen(), ScreenId::Map);
    let text = stage.picture().text();
    assert!(text.contains("logs of prod/orders"), "the map has the keys, and the logs stay: {text}");
    assert!(!stage.wanted_log_streams().is_empty());
    stage.press_keys("v");
    assert!(!stage.picture().text().contains("logs of"));
    assert!(stage.wanted_log_streams().is_empty());
}

#[test]
fn a_full_screen_of_logs() {
    let mut stage = open_order_logs((80, 24));
    stage.press_keys("z");
    let text = stage.picture().text();
    assert!(!text.contains("docker ●") && !text.contains("= pause"), "{text}");
    stage.press_keys("esc");
    assert!(stage.picture().text().contains("docker ●"));
    assert_eq!(stage.app.screen(), ScreenId::Logs);
}

#[test]
fn what_can_not_be_read_is_told_at_the_top() {
    let mut stage = open_order_logs((100, 30));
    let note = LogNote {
        at: Some(minutes_ago(4)),
        service: Some(ServiceId::new("ecs:eu-west-1/prod/orders")),
        label: "orders-3".into(),
        kind: LogNoteKind::Unreadable,
        text: "log driver awsfirelens is not supported: read the log at its destination".into(),
    };
    stage.send(Msg::Logs(LogUpdate::Lines(LogBatch { lines: Vec::new(), notes: vec![note] })));
    let text = stage.picture().text();
    assert!(
        text.lines().nth(2).unwrap().contains("orders-3: log driver awsfirelens is not supported"),
        "{text}"
    );
}
