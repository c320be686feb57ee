//! Details of a log line: its fields, filters by a field, and the same request in the logs of neighbouring
//! services.

use crate::{
    logs::{line, log_message, open_order_logs},
    see,
};
use portolan::screen::ScreenId;

#[test]
fn details_tell_fields_and_enter_filters_by_one() {
    let mut stage = open_order_logs((100, 30));
    stage.send(log_message(vec![
        line("orders", 99_000, "level=error msg=\"no stock\" sku=17 request_id=abc-1"),
        line("orders", 99_500, "level=info msg=fine sku=18"),
    ]));
    stage.press_keys("E enter");
    see!(stage);
    // Go down past time, service, instance, both level rows and message.
    stage.press_keys("j j j j j j");
    stage.press_keys("enter");
    let text = stage.picture().text();
    assert!(text.contains("+sku=17") && !text.contains("fine"), "{text}");
    stage.press_keys("x E enter j j j enter");
    let text = stage.picture().text();
    assert!(text.contains("+level=error") && text.contains("no stock") && !text.contains("GET"), "{text}");
}

#[test]
fn details_follow_a_jump() {
    let mut stage = open_order_logs((100, 40));
    stage.send(log_message(vec![line("orders", 99_000, "ERROR no stock")]));
    stage.press_keys("E enter");
    assert!(stage.picture().text().contains("│text     ERROR no stock"));
    stage.press_keys("E");
    assert!(
        stage.picture().text().contains("│text     ERROR could not connect"),
        "{}",
        stage.picture().text()
    );
    stage.press_keys("E");
    let text = stage.picture().text();
    assert!(text.contains("wrapped to the end") && text.contains("│text     ERROR no stock"), "{text}");
}

#[test]
fn a_pivot_finds_the_request_in_the_neighbours_logs_and_esc_comes_back() {
    let mut stage = open_order_logs((120, 30));
    stage.send(log_message(vec![
        line("orders", 99_000, "level=error msg=\"no stock\" request_id=abc-1"),
        line("edge", 98_500, "level=info msg=asked request_id=abc-1"),
        line("edge", 98_600, "level=info msg=asked request_id=abc-2"),
    ]));
    stage.press_keys("E");
    let before = stage.picture().text();
    stage.press_keys("*");
    let text = stage.picture().text();
    assert!(text.contains("+abc-1") && text.contains("edge-1") && !text.contains("abc-2"), "{text}");
    stage.press_keys("esc");
    let body = |text: &str| text.lines().skip(2).map(str::to_owned).collect::<Vec<_>>();
    assert_eq!(body(&stage.picture().text()), body(&before));
    assert_eq!(stage.app.screen(), ScreenId::Logs);
}
