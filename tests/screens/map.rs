//! Map screen in all sizes and themes.

use crate::{
    estate::{foreign_names, shop},
    see,
    stage::AppHarness,
};

#[test]
fn small() {
    see!(AppHarness::showing(&shop(), (80, 24)));
}

#[test]
fn middling() {
    see!(AppHarness::showing(&shop(), (120, 40)));
}

#[test]
fn large() {
    see!(AppHarness::showing(&shop(), (200, 50)));
}

#[test]
fn least() {
    see!(AppHarness::showing(&shop(), (24, 6)));
}

#[test]
fn too_small() {
    see!(AppHarness::showing(&shop(), (23, 6)));
    see!(AppHarness::showing(&shop(), (1, 1)));
}

#[test]
fn in_ascii() {
    see!(AppHarness::showing_in_theme(&shop(), (120, 40), ("night", true)));
}

#[test]
fn without_colour() {
    see!(AppHarness::showing_in_theme(&shop(), (120, 40), ("mono", false)));
}

#[test]
fn in_sixteen_colours() {
    see!(AppHarness::showing_in_theme(&shop(), (80, 24), ("ansi", false)));
}

#[test]
fn wide_and_right_to_left_names() {
    see!(AppHarness::showing(&foreign_names(), (120, 40)));
    see!(AppHarness::showing(&foreign_names(), (80, 24)));
}

#[test]
fn focus_shows_the_neighbours_alone() {
    let mut stage = AppHarness::showing(&shop(), (200, 50));
    stage.press_keys("f x");
    see!(stage);
    assert!(!stage.picture().text().contains("● users"), "users is no neighbour");
    stage.press_keys("esc");
    assert!(stage.picture().text().contains("● users"), "esc ends the focus");
}

#[test]
fn only_what_is_faulty() {
    let mut stage = AppHarness::showing(&shop(), (120, 40));
    stage.press_keys("ctrl-z");
    see!(stage);
}

#[test]
fn a_search_marks_what_it_finds() {
    let mut stage = AppHarness::showing(&shop(), (120, 40));
    stage.press_keys("/");
    stage.type_text("cat");
    see!(stage);
    stage.press_keys("enter");
    assert_eq!(stage.selected_name(), "catalog");
}

#[test]
fn zoomed_out() {
    let mut stage = AppHarness::showing(&shop(), (120, 40));
    stage.press_keys("-");
    see!(stage);
}

/// In ASCII mode every screen contains only ASCII characters.
#[test]
fn ascii_is_ascii_on_every_screen() {
    for keys in [
        "",
        "-",
        "- -",
        "+ +",
        "+ + +",
        "Z",
        "B",
        "space",
        "2",
        "t",
        "d",
        "w",
        "e",
        "l",
        "!",
        "S",
        "?",
        ":",
        "/ c",
        "x",
        "ctrl-z",
        "t / z z enter",
    ] {
        let mut stage = AppHarness::showing_in_theme(&shop(), (120, 40), ("night", true));
        stage.press_keys(keys);
        let text = stage.picture().text();
        let foreign: Vec<&str> = text.lines().filter(|line| !line.is_ascii()).collect();
        assert!(foreign.is_empty(), "after `{keys}`:\n{}", foreign.join("\n"));
    }
}

/// A poll without changes moves nothing.
#[test]
fn the_map_holds_still() {
    let mut stage = AppHarness::showing(&shop(), (120, 40));
    let before = stage.picture().text();
    for snapshot in shop() {
        stage.poll(&snapshot);
    }
    assert_eq!(stage.picture().text(), before);
}

/// On a narrow screen a fault leaves the rows for callers and callees in place.
#[test]
fn a_fault_leaves_room_for_relations() {
    let mut stage = AppHarness::showing(&shop(), (100, 40));
    while stage.selected_name() != "orders" {
        stage.press_keys("f");
    }
    let text = stage.picture().text();
    let row = |words: &str| text.lines().find(|line| line.contains(words)).unwrap_or_default().to_owned();
    assert!(row("called by (").contains("edge"), "{text}");
    assert!(row("calls (").contains("payments"), "{text}");
    assert!(text.contains("killed") || text.contains("exit code 137"), "{text}");
}
