//! Handling of the mouse in the app: clicks, drags, the wheel, and the cell under the pointer.

use super::App;
use crate::{
    command::Command,
    effect::Effect,
    screen::{ClickPlace, ClickTarget, ScreenId},
};

/// Action of the mouse, such as a press, a drag or a turn of the wheel. Positions are a column and a row of
/// the terminal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MouseAction {
    /// Press of the left button.
    Press(u16, u16),
    /// Move to this cell with the left button held down.
    Drag(u16, u16),
    /// Move to this cell with no button held down.
    Move(u16, u16),
    /// Turn of the wheel upwards.
    WheelUp,
    /// Turn of the wheel downwards.
    WheelDown,
    /// Turn of the wheel upwards with Ctrl held down.
    ZoomIn,
    /// Turn of the wheel downwards with Ctrl held down.
    ZoomOut,
}

impl App {
    pub(super) fn handle_mouse(&mut self, mouse: MouseAction) -> Vec<Effect> {
        // Only keys can answer a dialog, so that no accidental click confirms it.
        if self.dialog.is_some() {
            return Vec::new();
        }
        match mouse {
            MouseAction::Move(column, row) => {
                self.update_hover(Some((column, row)));
                Vec::new()
            }
            MouseAction::WheelUp => self.run_command(Command::ScrollUp),
            MouseAction::WheelDown => self.run_command(Command::ScrollDown),
            MouseAction::ZoomIn => self.run_command(Command::ZoomIn),
            MouseAction::ZoomOut => self.run_command(Command::ZoomOut),
            MouseAction::Press(column, row) => {
                self.pointer = (column, row);
                self.focus_pane_at(column, row);
                self.handle_click(column, row)
            }
            MouseAction::Drag(column, row) => {
                let moved = |now: u16, before: u16| i32::from(now) - i32::from(before);
                let (columns, rows) = (moved(column, self.pointer.0), moved(row, self.pointer.1));
                self.pointer = (column, row);
                if self.screen() == ScreenId::Map {
                    self.screens.map.drag(columns, rows);
                }
                Vec::new()
            }
        }
    }

    /// Passes the cell under the mouse to the map, if the map is shown. Passes `None` if a prompt is open, or
    /// if a click on the cell would run a command, show the worst finding or move the mini-map.
    pub(super) fn update_hover(&mut self, at: Option<(u16, u16)>) {
        let open = |&(column, row): &(u16, u16)| {
            self.prompt.is_none()
                && !matches!(
                    self.hit_map.target_at(column, row),
                    Some(ClickTarget::Overview | ClickTarget::Command(_) | ClickTarget::WorstFinding)
                )
        };
        let at = at.filter(open);
        if self.screen() == ScreenId::Map {
            self.dirty |= self.screens.map.hover(at);
        }
    }

    /// Handles a click: selects a node, or opens it if it is selected already, runs a command, shows the
    /// worst finding, or passes the click to the shown screen.
    fn handle_click(&mut self, column: u16, row: u16) -> Vec<Effect> {
        match self.hit_map.target_at(column, row).cloned() {
            Some(ClickTarget::Command(command)) => self.run_command(command),
            Some(ClickTarget::WorstFinding) => {
                if let Some(node) = self.worst_finding().and_then(|finding| finding.node.clone()) {
                    self.select(node);
                }
                self.run_command(Command::Findings)
            }
            Some(ClickTarget::Row(row)) => {
                self.update_shown_screen(|screen, store| screen.click(ClickPlace::Row(row), store))
            }
            Some(ClickTarget::Heading(column)) => {
                self.update_shown_screen(|screen, store| screen.click(ClickPlace::Heading(column), store))
            }
            Some(ClickTarget::Node(node)) if self.store.session.selected.as_ref() == Some(&node) => {
                self.run_command(Command::Open)
            }
            Some(ClickTarget::Node(node)) => {
                self.store.session.select(node);
                Vec::new()
            }
            Some(ClickTarget::Overview) => self
                .update_shown_screen(|screen, store| screen.click(ClickPlace::Overview(column, row), store)),
            None => Vec::new(),
        }
    }
}
