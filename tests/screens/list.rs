//! List of services: columns, sorting, marks, and a filter that stays.

use crate::{
    estate::{faulty_cluster, shop},
    see,
    stage::AppHarness,
};

/// Returns the names in the list, from top to bottom.
fn names(stage: &mut AppHarness) -> Vec<String> {
    let text = stage.picture().text();
    let rows = text.lines().skip(2).filter(|row| !row.trim().is_empty());
    let name = |row: &str| {
        let rest: String = row.chars().skip(1).collect();
        rest.split_whitespace().next().map(str::to_owned)
    };
    let mut names: Vec<_> = rows.filter_map(name).collect();
    names.pop();
    names
}

#[test]
fn a_wide_list_has_the_columns_that_fit() {
    let mut stage = AppHarness::showing(&shop(), (200, 50));
    stage.press_keys("t");
    see!(stage);
    let text = stage.picture().text();
    for heading in ["NAME", "GROUP", "KIND", "RUN", "HEALTH", "TAG", "VERSION", "AGE", "CPU", "FINDING"] {
        assert!(text.contains(heading), "{heading} in {text}");
    }
    assert!(!text.contains("RESTARTS"), "no service restarted: {text}");
    stage.resize(80, 24);
    let narrow = stage.picture().text();
    assert!(narrow.contains("FINDING") && !narrow.contains("VERSION"), "{narrow}");
}

#[test]
fn the_list_is_sorted_by_key_by_command_and_by_click() {
    let mut stage = AppHarness::showing(&shop(), (160, 50));
    stage.press_keys("t");
    let reading_order = names(&mut stage);
    stage.press_keys(":");
    stage.type_text("sort name");
    stage.press_keys("enter");
    let sorted = names(&mut stage);
    let mut expected = reading_order.clone();
    expected.sort();
    assert_eq!(sorted, expected);
    assert!(stage.picture().text().contains("NAME▾"));
    stage.press_keys("I");
    assert_eq!(names(&mut stage), expected.into_iter().rev().collect::<Vec<_>>());
    let heading = stage.picture().text().lines().nth(1).unwrap().find("NAME").unwrap() as u16;
    stage.click(heading, 1);
    assert_eq!(names(&mut stage), sorted, "a click turns the order round");
    stage.press_keys("<");
    stage.press_keys("<");
    assert_eq!(names(&mut stage), reading_order, "before the first column is the reading order");
    stage.press_keys(":");
    stage.type_text("sort size");
    stage.press_keys("enter");
    assert!(stage.picture().text().contains("unknown column `size`; use state, name"));
}

#[test]
fn the_configuration_chooses_the_columns() {
    let mut stage = AppHarness::showing(&shop(), (120, 40));
    stage.app.store.session.list_columns = ["tag", "name", "restarts"].map(str::to_owned).to_vec();
    stage.press_keys("t");
    let text = stage.picture().text();
    let headings: Vec<_> = text.lines().nth(1).unwrap().split_whitespace().map(str::to_owned).collect();
    assert_eq!(headings, ["TAG", "NAME", "RESTARTS"]);
}

#[test]
fn a_marked_service_shows_its_mark() {
    let mut stage = AppHarness::showing(&shop(), (120, 40));
    stage.press_keys("t g space j");
    assert_eq!(stage.picture().text().matches('◆').count(), 1);
    stage.press_keys("k space");
    assert_eq!(stage.picture().text().matches('◆').count(), 0);
}

#[test]
fn the_filter_of_the_list_stays_while_other_screens_are_open() {
    let mut stage = AppHarness::showing(&[faulty_cluster()], (120, 40));
    stage.press_keys("t /");
    stage.type_text("orders");
    stage.press_keys("enter");
    let filtered = names(&mut stage);
    assert_eq!(filtered, ["orders"]);
    stage.press_keys("d q");
    assert_eq!(names(&mut stage), filtered, "after the card");
    stage.press_keys("M t");
    assert_eq!(names(&mut stage), filtered, "after the map");
    stage.press_keys("esc");
    assert!(names(&mut stage).len() > 1);
}

#[test]
fn usage_is_measured_for_the_rows_on_the_screen() {
    let mut stage = AppHarness::showing(&shop(), (200, 50));
    stage.press_keys("t");
    let all = stage.app.subscriptions().len();
    assert!(all > 4, "{all}");
    stage.resize(200, 8);
    assert!(stage.app.subscriptions().len() < all);
    stage.resize(60, 50);
    assert_eq!(stage.app.subscriptions().len(), 0, "no column shows it");
}
