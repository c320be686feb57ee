//! What the mouse does.

use super::App;
use crate::{command::Command, effect::Effect, view::Target};

/// What a mouse can do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mouse {
    /// The left button went down at that column and row.
    Down(u16, u16),
    /// It was moved there with the button down.
    Drag(u16, u16),
    /// It was moved there with no button down.
    Over(u16, u16),
    /// The wheel was turned up.
    WheelUp,
    /// The wheel was turned down.
    WheelDown,
    /// The wheel was turned up with ctrl down.
    ZoomIn,
    /// The wheel was turned down with ctrl down.
    ZoomOut,
}

impl App {
    pub(super) fn point(&mut self, mouse: Mouse) -> Vec<Effect> {
        match mouse {
            Mouse::Over(column, row) => {
                self.hover(Some((column, row)));
                Vec::new()
            }
            Mouse::WheelUp => self.run(Command::ScrollUp),
            Mouse::WheelDown => self.run(Command::ScrollDown),
            Mouse::ZoomIn => self.run(Command::ZoomIn),
            Mouse::ZoomOut => self.run(Command::ZoomOut),
            Mouse::Down(column, row) => {
                self.pointer = (column, row);
                self.click(column, row)
            }
            Mouse::Drag(column, row) => {
                let moved = |now: u16, before: u16| i32::from(now) - i32::from(before);
                let (columns, rows) = (moved(column, self.pointer.0), moved(row, self.pointer.1));
                self.pointer = (column, row);
                self.ask_view(|view, _| {
                    view.drag(columns, rows);
                    Vec::new()
                })
            }
        }
    }

    /// The mouse is over that cell; where something lies over the screen, it is over none of the screen's own.
    pub(super) fn hover(&mut self, at: Option<(u16, u16)>) {
        let open = |&(column, row): &(u16, u16)| {
            self.prompt.is_none()
                && !matches!(self.hits.at(column, row), Some(Target::Inset | Target::Command(_)))
        };
        let at = at.filter(open);
        let screen = self.screen();
        if let Some(view) = self.views.get_mut(&screen) {
            self.unseen |= view.hover(at);
        }
    }

    /// A click selects; on what is selected already it opens.
    fn click(&mut self, column: u16, row: u16) -> Vec<Effect> {
        match self.hits.at(column, row).cloned() {
            Some(Target::Command(command)) => self.run(command),
            Some(Target::Row(row)) => self.ask_view(|view, store| view.pick(row, store)),
            Some(Target::Node(node)) if self.store.selected.as_ref() == Some(&node) => {
                self.run(Command::Open)
            }
            Some(Target::Node(node)) => {
                self.store.select(node);
                Vec::new()
            }
            Some(Target::Inset) => self.ask_view(|view, store| {
                view.point(column, row, store);
                Vec::new()
            }),
            None => Vec::new(),
        }
    }
}
