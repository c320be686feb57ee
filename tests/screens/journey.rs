//! Keyboard journeys of an on-call engineer, such as from the map to the log of the first broken service.

use crate::{
    estate::{shop, shop_logs},
    stage::AppHarness,
};
use portolan::{
    app::{MouseAction, Msg},
    effect::Effect,
    screen::ScreenId,
};

#[test]
fn from_the_map_to_the_log_of_what_is_broken_and_back() {
    let mut stage = AppHarness::showing(&shop(), (120, 40));
    stage.send(Msg::Logs(shop_logs()));
    assert_eq!(stage.app.screen(), ScreenId::Map);
    stage.press_keys("f");
    let first = stage.selected_name();
    assert!(
        ["orders", "payments"].contains(&first.as_str()),
        "one key leads to what is worst, not to {first}"
    );
    while stage.selected_name() != "orders" {
        stage.press_keys("f");
    }
    let before = stage.picture().text();
    stage.press_keys("l E");
    let text = stage.picture().text();
    assert!(text.contains("error could not connect"), "{text}");
    stage.press_keys("esc");
    assert_eq!(stage.app.screen(), ScreenId::Map);
    assert_eq!(stage.picture().text(), before, "esc brings back to the same spot");
    stage.press_keys("q");
    assert_eq!(stage.effects, [Effect::Quit]);
}

#[test]
fn the_selection_is_shared_by_all_screens() {
    let mut stage = AppHarness::showing(&shop(), (120, 40));
    stage.press_keys("t g j j");
    let chosen = stage.selected_name();
    for keys in ["d", "l", "M"] {
        stage.press_keys(keys);
        assert_eq!(stage.selected_name(), chosen, "after {keys}");
        assert!(stage.picture().text().contains(&chosen));
    }
}

#[test]
fn tab_goes_round_all_neighbours_of_one() {
    let mut stage = AppHarness::showing(&shop(), (200, 50));
    stage.press_keys("/");
    stage.type_text("gateway");
    stage.press_keys("enter esc");
    let mut reached = Vec::new();
    loop {
        stage.press_keys("tab");
        if reached.first() == Some(&stage.selected_name()) {
            break;
        }
        reached.push(stage.selected_name());
    }
    assert!(
        ["web", "catalog", "cart"].iter().all(|name| reached.contains(&(*name).to_owned())),
        "{reached:?}"
    );
    stage.press_keys("backtab");
    assert_eq!(Some(&stage.selected_name()), reached.last());
}

#[test]
fn moving_right_goes_to_what_is_called_and_left_comes_back() {
    let mut stage = AppHarness::showing(&shop(), (200, 50));
    stage.press_keys("/");
    stage.type_text("gateway");
    stage.press_keys("enter esc");
    assert_eq!(stage.selected_name(), "gateway");
    stage.press_keys("right");
    let called = stage.selected_name();
    assert!(["catalog", "cart", "otel.example.com"].contains(&called.as_str()), "{called}");
    stage.press_keys("left");
    assert_eq!(stage.selected_name(), "gateway");
}

/// Returns column and row of `words` on the screen. Panics if the screen does not show them.
fn position_of(stage: &mut AppHarness, words: &str) -> (u16, u16) {
    let text = stage.picture().text();
    let found = text.lines().enumerate().find_map(|(row, line)| {
        let before = line.split_once(words)?.0;
        Some((before.chars().count() as u16, row as u16))
    });
    found.unwrap_or_else(|| panic!("`{words}` is not on the screen:\n{text}"))
}

#[test]
fn a_click_selects_and_a_second_one_opens() {
    let mut stage = AppHarness::showing(&shop(), (200, 50));
    let (column, row) = position_of(&mut stage, "● cart");
    stage.send(Msg::Mouse(MouseAction::Press(column, row)));
    assert_eq!((stage.selected_name().as_str(), stage.app.screen()), ("cart", ScreenId::Map));
    let (column, row) = position_of(&mut stage, "● cart");
    stage.send(Msg::Mouse(MouseAction::Press(column, row)));
    assert_eq!(stage.app.screen(), ScreenId::Card);
}

#[test]
fn ctrl_c_quits_from_everywhere() {
    for keys in ["", "t", "d", "l", "!", "S", "?"] {
        let mut stage = AppHarness::showing(&shop(), (80, 24));
        stage.press_keys(keys);
        stage.press_keys("ctrl-c");
        assert_eq!(stage.effects, [Effect::Quit], "from `{keys}`");
    }
}

#[test]
fn q_goes_back_and_quits_only_at_the_root() {
    let mut stage = AppHarness::showing(&shop(), (80, 24));
    stage.press_keys("d l q q");
    assert_eq!((stage.app.screen(), stage.effects.len()), (ScreenId::Map, 0));
    stage.press_keys("q");
    assert_eq!(stage.effects, [], "one q too many asks first");
    stage.press_keys("q");
    assert_eq!(stage.effects, [Effect::Quit]);
}
