//! Log patterns: new patterns, the most frequent ones, and the lines of a single pattern.

use crate::{
    estate::ago,
    logs::{line, lines, orders},
    see,
    stage::Stage,
};
use portolan::{
    app::{MouseAction, Msg},
    screen::ScreenId,
};

#[test]
fn patterns_tell_what_is_new_since_the_deployment_and_enter_shows_one_alone() {
    let mut stage = orders((100, 30));
    let before = |minute: i64, text: &str| line("orders", -60_000 * minute, text);
    stage.send(lines(vec![before(3, "listening on :8000"), before(3, "GET /orders/1 200 7ms")]));
    stage.keys("p");
    see!(stage);
    let rows = |stage: &mut Stage| stage.picture().text();
    assert!(rows(&mut stage).contains("3 new since the last deployment"), "{}", rows(&mut stage));
    let footer = stage.picture().text().lines().last().unwrap_or_default().to_owned();
    assert!(footer.contains("enter open  - hide"), "{footer}");
    stage.keys("j enter");
    let text = stage.picture().text();
    assert!(text.contains("+retrying in <n>") && text.contains("retrying in 5s"), "{text}");
    assert!(!text.contains("listening") && !text.contains("new since"), "{text}");
    stage.keys("x p G -");
    let text = stage.picture().text();
    assert!(text.contains("new since") && text.contains(" -"), "what is hidden leaves the list open: {text}");
    stage.keys("esc");
    assert!(!stage.picture().text().contains("new since"));
    assert_eq!(stage.app.screen(), ScreenId::Logs);
}

#[test]
fn patterns_follow_what_comes_and_a_click_opens_one() {
    let mut stage = orders((100, 30));
    stage.keys("p");
    stage.send(lines((0..50).map(|n| line("orders", 95_000 + n, &format!("cart {n} is empty"))).collect()));
    stage.send(Msg::Tick(ago(-1)));
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
