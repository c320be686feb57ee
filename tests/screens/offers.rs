//! Offered commands: footer, palette and help offer exactly the commands that apply; any other command leaves
//! the screen unchanged.

use crate::{
    estate::{shop, shop_logs},
    stage::AppHarness,
};
use portolan::{
    app::Msg,
    command::{COMMAND_TABLE, Command},
};
use ratatui::{buffer::Cell, style::Style};

/// Opens a screen by its keys, with log lines in the store if `with_logs` is true.
fn opened(keys: &str, with_logs: bool) -> AppHarness {
    let mut stage = AppHarness::showing(&shop(), (120, 40));
    if with_logs {
        stage.send(Msg::Logs(shop_logs()));
    }
    stage.press_keys(keys);
    stage
}

/// Returns the rows of the screen without the last one, which shows notices.
fn content(stage: &mut AppHarness) -> Vec<String> {
    let mut rows: Vec<String> = stage.picture().text().lines().map(str::to_owned).collect();
    rows.pop();
    rows
}

#[test]
fn a_command_that_does_not_apply_changes_nothing() {
    // These open a screen that explains why it is empty.
    let opens_screen = |command: Command| {
        let logs = [Command::Logs, Command::LogsDownstream, Command::LogsOfNeighbours, Command::LogsOfGroup];
        matches!(command, Command::Card | Command::Why) || logs.contains(&command)
    };
    for (keys, with_logs) in [
        ("", false),
        ("t G", false),
        ("t G d", false),
        ("w", false),
        ("!", false),
        ("H", false),
        ("S", false),
    ]
    .into_iter()
    .chain([("?", false), ("l", false), ("l", true), ("l p", true), ("l enter", true)])
    {
        let mut stage = opened(keys, with_logs);
        let idle: Vec<_> = COMMAND_TABLE
            .iter()
            .filter(|spec| !stage.app.applies(spec.command) && !opens_screen(spec.command))
            .collect();
        assert!(!idle.is_empty(), "after `{keys}` every command applies");
        for spec in idle {
            let before = content(&mut stage);
            stage.press_keys(":");
            stage.type_text(spec.id);
            stage.press_keys("enter");
            assert_eq!(content(&mut stage), before, "`{}` after `{keys}`", spec.id);
        }
    }
}

#[test]
fn a_node_without_logs_offers_none() {
    let mut stage = opened("t G", false);
    assert!(stage.app.store.selected_service().is_none(), "the last row is no service");
    let footer = |stage: &mut AppHarness| stage.picture().text().lines().last().unwrap().to_owned();
    assert!(!footer(&mut stage).contains("l logs"), "{}", footer(&mut stage));
    stage.press_keys(":");
    stage.type_text("logs");
    assert!(!stage.picture().text().contains("│logs  "), "the palette");
    stage.press_keys("esc g");
    assert!(footer(&mut stage).contains("l logs"), "a service has logs: {}", footer(&mut stage));
}

#[test]
fn help_dims_what_does_not_apply() {
    let style_over = |keys: &str| -> Style {
        let mut stage = opened(keys, false);
        stage.press_keys("? /");
        stage.type_text("full-screen");
        stage.press_keys("enter");
        let picture = stage.picture();
        let mut rows = picture.buffer.content.chunks(usize::from(picture.buffer.area.width));
        let text = |row: &[Cell]| row.iter().map(Cell::symbol).collect::<String>();
        let described = |row: &[Cell]| text(row).find("switch full screen").map(|at| row[at].style());
        rows.find_map(described).expect("the command is on the page")
    };
    assert_ne!(style_over(""), style_over("l"), "it applies only in the logs");
}
