//! Why screen: the edges of a service with their evidence, navigation by keys and mouse, and the edge filter.

use crate::{
    estate::{minutes_ago, monitored_shop, shop},
    see,
    stage::AppHarness,
};
use portolan::{
    app::{MouseAction, Msg},
    effect::Effect,
    model::Snapshot,
    screen::ScreenId,
};

/// Returns the monitored shop after two polls, 30 minutes ago and now.
fn monitored_shop_screen(size: (u16, u16)) -> AppHarness {
    let early = monitored_shop().into_iter().map(|told| Snapshot {
        taken_at: minutes_ago(30),
        connections: Vec::new(),
        ..told
    });
    let mut stage = AppHarness::showing(&early.collect::<Vec<_>>(), size);
    monitored_shop().iter().for_each(|told| stage.poll(told));
    stage
}

/// Returns the monitored shop with the service `name` selected.
fn select_service(name: &str, size: (u16, u16)) -> AppHarness {
    let mut stage = monitored_shop_screen(size);
    stage.press_keys("/");
    stage.type_text(name);
    stage.press_keys("enter esc");
    assert_eq!(stage.selected_name(), name);
    stage
}

#[test]
fn narrow() {
    let mut stage = select_service("gateway", (80, 24));
    stage.press_keys("w j");
    see!(stage);
}

#[test]
fn wide() {
    let mut stage = select_service("gateway", (120, 40));
    stage.press_keys("w j j");
    see!(stage);
}

#[test]
fn least() {
    let mut stage = select_service("gateway", (24, 6));
    stage.press_keys("w");
    see!(stage);
}

#[test]
fn what_is_named_in_vain_and_what_is_rejected_has_rows_too() {
    let mut stage = select_service("catalog", (100, 24));
    stage.press_keys("w G");
    see!(stage);
    let mut stage = select_service("cart", (100, 24));
    stage.press_keys("w G");
    see!(stage);
}

#[test]
fn without_edges_it_tells_what_was_looked_at() {
    let mut stage = select_service("mailpit", (80, 24));
    stage.press_keys("w");
    see!(stage);
}

#[test]
fn enter_walks_along_the_calls_and_esc_walks_back_to_the_same_spot() {
    let mut stage = select_service("web", (120, 40));
    let map = stage.picture().text();
    stage.press_keys("w");
    let start = stage.picture().text();
    stage.press_keys("enter");
    assert_eq!(stage.selected_name(), "gateway");
    stage.press_keys("j enter");
    assert_ne!(stage.selected_name(), "gateway");
    stage.press_keys("d");
    assert_eq!(stage.app.screen(), ScreenId::Card);
    stage.press_keys("esc esc");
    assert_eq!((stage.selected_name().as_str(), stage.app.screen()), ("gateway", ScreenId::Why));
    stage.press_keys("esc");
    assert_eq!(stage.picture().text(), start);
    stage.press_keys("esc");
    assert_eq!((stage.app.screen(), stage.picture().text()), (ScreenId::Map, map));
}

#[test]
fn q_leaves_at_once_and_the_way_back_is_forgotten() {
    let mut stage = select_service("web", (120, 40));
    stage.press_keys("w enter enter q");
    assert_eq!(stage.app.screen(), ScreenId::Map);
    let reached = stage.selected_name();
    stage.press_keys("w esc");
    assert_eq!((stage.app.screen(), stage.selected_name()), (ScreenId::Map, reached));
}

#[test]
fn another_selection_is_another_list() {
    let mut stage = select_service("web", (120, 40));
    stage.press_keys("w enter f");
    let chosen = stage.selected_name();
    assert!(stage.picture().text().contains(&format!("{chosen}: called by")));
    stage.press_keys("esc");
    assert_eq!(stage.app.screen(), ScreenId::Map, "the way back was to another one");
}

#[test]
fn a_click_selects_an_edge_and_a_second_one_follows_it() {
    let mut stage = select_service("gateway", (120, 40));
    stage.press_keys("w");
    let row = |stage: &mut AppHarness| {
        let text = stage.picture().text();
        text.lines().position(|line| line.contains("otel.example.com")).unwrap() as u16
    };
    let place = row(&mut stage);
    stage.send(Msg::Mouse(MouseAction::Press(10, place)));
    assert_eq!(stage.selected_name(), "gateway");
    assert!(stage.picture().text().contains("calls otel.example.com"));
    stage.send(Msg::Mouse(MouseAction::Press(10, place)));
    assert_eq!(stage.selected_name(), "otel.example.com");
}

#[test]
fn the_evidence_can_be_copied() {
    let mut stage = select_service("catalog", (120, 40));
    stage.press_keys("w G k c");
    let copied = stage.effects.iter().find_map(|effect| match effect {
        Effect::CopyToClipboard(text) => Some(text.clone()),
        _ => None,
    });
    assert!(copied.is_some_and(|text| text.contains("docker/shop/catalog calls docker/shop/db: declared")));
}

#[test]
fn the_filter_goes_round_and_moves_nothing() {
    let mut stage = monitored_shop_screen((200, 50));
    let place =
        |stage: &mut AppHarness| stage.picture().text().lines().position(|line| line.contains("▤ db"));
    let before = place(&mut stage);
    stage.press_keys("e");
    see!(stage);
    stage.press_keys("e left right");
    assert!(stage.picture().text().contains("calls: never-observed"));
    stage.press_keys("e left right");
    let undeclared = stage.picture().text();
    assert!(undeclared.contains("calls: undeclared"), "{undeclared}");
    assert_eq!(place(&mut stage), before);
    stage.press_keys("e left right");
    assert!(!stage.picture().text().contains("calls:"), "all are shown again");
    stage.press_keys("e esc");
    assert!(!stage.picture().text().contains("calls:"), "esc ends the filter");
}

#[test]
fn the_filter_holds_in_the_list_too() {
    let mut stage = select_service("gateway", (120, 40));
    stage.press_keys("w e");
    let text = stage.picture().text();
    assert!(text.contains("cart") && !text.contains("otel.example.com"), "{text}");
    stage.press_keys("e e");
    assert!(
        stage.picture().text().contains("no calls match the filter"),
        "the gateway calls nobody undeclared"
    );
}

#[test]
fn the_map_draws_what_was_seen_solid_and_what_faded_dim() {
    see!(select_service("cache", (120, 40)));
}

#[test]
fn the_card_tells_of_twins_and_drift() {
    let mut stage = select_service("catalog", (100, 40));
    stage.press_keys("d");
    see!(stage);
}

#[test]
fn without_watching_nothing_is_said_of_drift() {
    let mut stage = AppHarness::showing(&shop(), (120, 40));
    stage.press_keys("e e");
    let text = stage.picture().text();
    assert!(text.contains(" 0 of "), "{text}");
}
