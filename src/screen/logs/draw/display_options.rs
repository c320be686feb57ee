//! Display options for log lines: columns, field display, line wrap and horizontal scroll.

use super::field_display::FieldDisplay;
use crate::{command::Command, screen::describe::time::TimeFormat};
use serde::{Deserialize, Serialize};

/// Display options for log lines, which the user changes with keys.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[serde(default)]
#[allow(clippy::struct_excessive_bools, reason = "each is a switch that people turn by itself")]
pub(in crate::screen::logs) struct DisplayOptions {
    /// Format of the time column.
    pub time_format: TimeFormat,
    /// True if long lines wrap, false if they are cut.
    pub wrap: bool,
    /// Part of a JSON or logfmt line to show.
    pub field_display: FieldDisplay,
    /// True if the user shows the service column, false if the user hides it. With `None`, the column appears
    /// if the lines come from several services.
    pub service_column: Option<bool>,
    /// True if the instance column is shown.
    pub instance_column: bool,
    /// True if the level column is shown.
    pub level_column: bool,
    /// Number of cells of the text that are scrolled out of view at the left.
    pub scroll_x: usize,
}

impl Default for DisplayOptions {
    fn default() -> Self {
        Self {
            time_format: TimeFormat::default(),
            wrap: false,
            field_display: FieldDisplay::default(),
            service_column: None,
            instance_column: true,
            level_column: true,
            scroll_x: 0,
        }
    }
}

/// Number of cells by which one horizontal scroll command moves the text.
const SCROLL_STEP_CELLS: usize = 16;

impl DisplayOptions {
    /// Applies a command that changes the display, or returns false for any other command. `several` is true
    /// if the lines come from more than one service.
    pub(in crate::screen::logs) fn update(&mut self, command: Command, several: bool) -> bool {
        match command {
            Command::Wrap => (self.wrap, self.scroll_x) = (!self.wrap, 0),
            Command::NextTimeFormat => self.time_format = self.time_format.next(),
            Command::NextFieldDisplay => self.field_display = self.field_display.next(),
            Command::ServiceColumn => self.service_column = Some(!self.service_column.unwrap_or(several)),
            Command::InstanceColumn => self.instance_column = !self.instance_column,
            Command::LevelColumn => self.level_column = !self.level_column,
            Command::Left => self.scroll_x = self.scroll_x.saturating_sub(SCROLL_STEP_CELLS),
            Command::Right if !self.wrap => self.scroll_x += SCROLL_STEP_CELLS,
            _ => return false,
        }
        true
    }
}
