//! Log patterns: new patterns, the most frequent ones, and the lines of a single pattern.

use crate::{
    estate::minutes_ago,
    logs::{line, log_message, open_order_logs},
    see,
    stage::AppHarness,
};
use portolan::{
    app::{MouseAction, Msg},
    screen::ScreenId,
};

#[test]
fn patterns_tell_what_is_new_since_the_deployment_and_enter_shows_one_alone() {
    let mut stage = open_order_logs((100, 30));
    let before = |minute: i64, text: &str| line("orders", -60_000 * minute, text);
    stage.send(log_message(vec![before(3, "listening on :8000"), before(3, "GET /orders/1 200 7ms")]));
    stage.press_keys("p");
    see!(stage);
    let rows = |stage: &mut AppHarness| stage.picture().text();
    assert!(rows(&mut stage).contains("3 new since the last deployment"), "{}", rows(&mut stage));
    let footer = stage.picture().text().lines().last().unwrap_or_default().to_owned();
    assert!(footer.contains("enter open  - hide"), "{footer}");
    stage.press_keys("j enter");
    let text = stage.picture().text();
    assert!(text.contains("+retrying in <n>") && text.contains("retrying in 5s"), "{text}");
    assert!(!text.contains("listening") && !text.contains("new since"), "{text}");
    stage.press_keys("x p G -");
    let text = stage.picture().text();
    assert!(text.contains("new since") && text.contains(" -"), "what is hidden leaves the list open: {text}");
    stage.press_keys("esc");
    assert!(!stage.picture().text().contains("new since"));
    assert_eq!(stage.app.screen(), ScreenId::Logs);
}

#[test]
fn patterns_follow_what_comes_and_a_click_opens_one() {
    let mut stage = open_order_logs((100, 30));
    stage.press_keys("p");
    stage.send(log_message(
        (0..50).map(|n| line("orders", 95_000 + n, &format!("cart {n} is empty"))).collect(),
    ));
    stage.send(Msg::Tick(minutes_ago(-1)));
    let text = stage.picture().text();
    let row =
        text.lines().position(|row| row.contains("cart <n> is empty")).unwrap_or_else(|| panic!("{text}"));
    assert!(text.lines().nth(row).unwrap().contains(" 50 "), "{text}");
    let click = Msg::Mouse(MouseAction::Press(30, row as u16));
    stage.send(click);
    stage.picture();
    stage.send(Msg::Mouse(MouseAction::Press(30, row as u16)));
    let text = stage.picture().text();
    assert!(text.contains("+cart <n> is empty") && text.contains("cart 49 is empty"), "{text}");
}
