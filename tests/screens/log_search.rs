//! Log search: literal text, regular expressions, and matches in folded fields.

use crate::logs::{highlighted_row, line, log_message, open_order_logs};
use portolan::screen::Theme;
use ratatui::style::Style;

#[test]
fn matches_are_counted_and_walked() {
    let mut stage = open_order_logs((100, 30));
    stage.press_keys("/");
    stage.type_text("listening");
    stage.press_keys("enter");
    assert!(stage.picture().text().contains(", matches: 2"), "{}", stage.picture().text());
    stage.press_keys("n");
    let newest = highlighted_row(&mut stage);
    assert!(newest.contains("orders-2"), "who follows stands behind the newest: {newest}");
    assert!(stage.picture().text().contains(", match 2 of 2"), "{}", stage.picture().text());
    stage.press_keys("n");
    assert!(
        highlighted_row(&mut stage).contains("orders-1")
            && stage.picture().text().contains("wrapped to the top")
    );
    stage.press_keys("n");
    assert!(highlighted_row(&mut stage) == newest && !stage.picture().text().contains("wrapped to"));
    stage.press_keys("N N");
    assert_eq!(highlighted_row(&mut stage), newest, "round and round");
}

#[test]
fn an_expression_is_searched_and_its_matches_light_up() {
    let mut stage = open_order_logs((100, 30));
    stage.press_keys("/");
    stage.type_text("/orders.8[3-5]/");
    stage.press_keys("enter");
    let picture = stage.picture();
    assert!(picture.text().contains("matches: 3"), "{}", picture.text());
    let lit = Style::from(Theme::named("night", false).unwrap().styles.found).bg;
    let row = |y: u16| (0..100).filter(|x| picture.buffer[(*x, y)].style().bg == lit).count();
    assert_eq!((0..29).map(row).collect::<Vec<_>>().iter().filter(|lit| **lit == 9).count(), 3);
    stage.press_keys("enter esc");
    let text = stage.picture().text();
    assert!(text.contains("match"), "what lies on top closes first: {text}");
    stage.press_keys("esc");
    assert!(!stage.picture().text().contains("match"));
}

#[test]
fn a_line_in_whose_folded_part_something_is_found_is_shown_whole() {
    let mut stage = open_order_logs((120, 30));
    stage.send(log_message(vec![
        line("orders", 99_000, "level=info msg=charged user=u-17"),
        line("orders", 99_100, "level=info msg=charged user=u-18"),
    ]));
    assert!(!stage.picture().text().contains("u-17"));
    stage.press_keys("/");
    stage.type_text("u-17");
    stage.press_keys("enter");
    let text = stage.picture().text();
    assert!(text.contains("charged user=u-17") && !text.contains("u-18"), "{text}");
    stage.press_keys("esc");
    assert!(!stage.picture().text().contains("u-17"));
}

#[test]
fn ends_of_instances_do_not_stand_between_the_lines_of_a_text() {
    let mut stage = open_order_logs((100, 30));
    stage.press_keys("+");
    stage.type_text("listening");
    stage.press_keys("enter");
    let text = stage.picture().text();
    assert!(text.contains("listening on :8000") && !text.contains("the stream ended"), "{text}");
    stage.press_keys("x +");
    stage.type_text("level=warn");
    stage.press_keys("enter");
    assert!(stage.picture().text().contains("the stream ended"));
}
