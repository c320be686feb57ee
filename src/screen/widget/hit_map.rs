//! Clickable areas of the terminal. Drawing a frame fills a hit map, and the next click looks up its target
//! there.

use crate::{command::Command, model::NodeId};
use ratatui::layout::{Position, Rect};

/// Node, row, command or other target of a click on an area of the terminal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ClickTarget {
    /// Node on the map or in a list.
    Node(NodeId),
    /// Row of the shown screen, by its index.
    Row(usize),
    /// Heading of a column of the shown screen, by its index.
    Heading(usize),
    /// The worst finding, in the header.
    WorstFinding,
    /// Command to run, such as the one of a key hint in the footer.
    Command(Command),
    /// Cell of an overview, such as the mini-map or the histogram.
    Overview,
}

/// Row, heading, or cell of an overview that the user clicked on the shown screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClickPlace {
    /// Click on the row with this index.
    Row(usize),
    /// Click on the heading of the column with this index.
    Heading(usize),
    /// Click on a cell (column, row) of an overview, such as the mini-map or the histogram.
    Overview(u16, u16),
}

/// Clickable areas and their targets. Later areas lie on top of earlier ones.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HitMap(Vec<(Rect, ClickTarget)>);

impl HitMap {
    /// Adds a clickable area.
    pub fn add(&mut self, area: Rect, target: ClickTarget) {
        self.0.push((area, target));
    }

    /// Adds all areas of `others` on top.
    pub fn extend(&mut self, others: Self) {
        self.0.extend(others.0);
    }

    /// Returns the topmost target at the cell, or `None` if the cell is not clickable.
    #[must_use]
    pub fn target_at(&self, column: u16, row: u16) -> Option<&ClickTarget> {
        let position = Position::new(column, row);
        self.0.iter().rev().find(|(area, _)| area.contains(position)).map(|(_, target)| target)
    }
}
