//! Where on the screen what can be clicked is: drawing says it, the mouse reads it.

use crate::{command::Command, model::NodeId};
use ratatui::layout::{Position, Rect};

/// What a click means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// That node.
    Node(NodeId),
    /// The row of that number on the present screen.
    Row(usize),
    /// That command.
    Command(Command),
    /// That cell of what the screen shows small.
    Inset,
}

/// Where everything that can be clicked is; what was drawn later lies on top.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Hits(Vec<(Rect, Target)>);

impl Hits {
    /// Adds a place.
    pub fn add(&mut self, area: Rect, target: Target) {
        self.0.push((area, target));
    }

    /// Adds all of `others` on top.
    pub fn extend(&mut self, others: Self) {
        self.0.extend(others.0);
    }

    /// What is at that cell.
    #[must_use]
    pub fn at(&self, column: u16, row: u16) -> Option<&Target> {
        let position = Position::new(column, row);
        self.0.iter().rev().find(|(area, _)| area.contains(position)).map(|(_, target)| target)
    }
}
