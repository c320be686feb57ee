//! Table of all commands with their default keys and texts.

mod everywhere;
mod screens;

use super::CommandSpec;
use everywhere::EVERYWHERE_ROWS;
use screens::SCREEN_ROWS;

/// All commands, in the order in which help shows them.
pub const COMMAND_TABLE: &[CommandSpec] = &all_rows();

/// Number of all commands.
const COMMAND_COUNT: usize = EVERYWHERE_ROWS.len() + SCREEN_ROWS.len();

/// Joins the two parts of the table.
const fn all_rows() -> [CommandSpec; COMMAND_COUNT] {
    let mut rows = [EVERYWHERE_ROWS[0]; COMMAND_COUNT];
    let mut index = 0;
    while index < COMMAND_COUNT {
        rows[index] = if index < EVERYWHERE_ROWS.len() {
            EVERYWHERE_ROWS[index]
        } else {
            SCREEN_ROWS[index - EVERYWHERE_ROWS.len()]
        };
        index += 1;
    }
    rows
}
