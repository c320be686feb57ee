//! Keyboard journeys of an on-call engineer, such as from the map to the log of the first broken service.

use crate::{
    estate::{shop, shop_logs},
    stage::Stage,
};
use portolan::{
    app::{MouseAction, Msg},
    effect::Effect,
    screen::ScreenId,
};

#[test]
fn from_the_map_to_the_log_of_what_is_broken_and_back() {
    let mut stage = Stage::showing(&shop(), (120, 40));
    stage.send(Msg::Logs(shop_logs()));
    assert_eq!(stage.app.screen(), ScreenId::Map);
    stage.keys("f");
    let first = stage.selected();
    assert!(
        ["orders", "payments"].contains(&first.as_str()),
        "one key leads to what is worst, not to {first}"
    );
    while stage.selected() != "orders" {
        stage.keys("f");
    }
    let before = stage.picture().text();
    stage.keys("l E");
    let text = stage.picture().text();
    assert!(text.contains("error could not connect"), "{text}");
    stage.keys("esc");
    assert_eq!(stage.app.screen(), ScreenId::Map);
    assert_eq!(stage.picture().text(), before, "esc brings back to the same spot");
    stage.keys("q");
    assert_eq!(stage.asked, [Effect::Quit]);
}

#[test]
fn the_selection_is_shared_by_all_screens() {
    let mut stage = Stage::showing(&shop(), (120, 40));
    stage.keys("t g j j");
    let chosen = stage.selected();
    for keys in ["d", "l", "M"] {
        stage.keys(keys);
        assert_eq!(stage.selected(), chosen, "after {keys}");
        assert!(stage.picture().text().contains(&chosen));
    }
}

#[test]
fn tab_goes_round_all_neighbours_of_one() {
    let mut stage = Stage::showing(&shop(), (200, 50));
    stage.keys("/");
    stage.typed("gateway");
    stage.keys("enter esc");
    let mut reached = Vec::new();
    loop {
        stage.keys("tab");
        if reached.first() == Some(&stage.selected()) {
            break;
        }
        reached.push(stage.selected());
    }
    assert!(
        ["web", "catalog", "cart"].iter().all(|name| reached.contains(&(*name).to_owned())),
        "{reached:?}"
    );
    stage.keys("backtab");
    assert_eq!(Some(&stage.selected()), reached.last());
}

#[test]
fn moving_right_goes_to_what_is_called_and_left_comes_back() {
    let mut stage = Stage::showing(&shop(), (200, 50));
    stage.keys("/");
    stage.typed("gateway");
    stage.keys("enter esc");
    assert_eq!(stage.selected(), "gateway");
    stage.keys("right");
    let called = stage.selected();
    assert!(["catalog", "cart", "otel.example.com"].contains(&called.as_str()), "{called}");
    stage.keys("left");
    assert_eq!(stage.selected(), "gateway");
}

/// Returns column and row of `words` on the screen. Panics if they are not there.
fn place(stage: &mut Stage, words: &str) -> (u16, u16) {
    let text = stage.picture().text();
    let found = text.lines().enumerate().find_map(|(row, line)| {
        let before = line.split_once(words)?.0;
        Some((before.chars().count() as u16, row as u16))
    });
    found.unwrap_or_else(|| panic!("`{words}` is not on the screen:\n{text}"))
}

#[test]
fn a_click_selects_and_a_second_one_opens() {
    let mut stage = Stage::showing(&shop(), (200, 50));
    let (column, row) = place(&mut stage, "● cart");
    stage.send(Msg::Mouse(MouseAction::Press(column, row)));
    assert_eq!((stage.selected().as_str(), stage.app.screen()), ("cart", ScreenId::Map));
    let (column, row) = place(&mut stage, "● cart");
    stage.send(Msg::Mouse(MouseAction::Press(column, row)));
    assert_eq!(stage.app.screen(), ScreenId::Card);
}

#[test]
fn ctrl_c_quits_from_everywhere() {
    for keys in ["", "t", "d", "l", "!", "S", "?"] {
        let mut stage = Stage::showing(&shop(), (80, 24));
        stage.keys(keys);
        stage.keys("ctrl-c");
        assert_eq!(stage.asked, [Effect::Quit], "from `{keys}`");
    }
}

#[test]
fn q_goes_back_and_quits_only_at_the_root() {
    let mut stage = Stage::showing(&shop(), (80, 24));
    stage.keys("d l q q");
    assert_eq!((stage.app.screen(), stage.asked.len()), (ScreenId::Map, 0));
    stage.keys("q");
    assert_eq!(stage.asked, [Effect::Quit]);
}
