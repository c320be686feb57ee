//! Input of the layout: sized nodes, directed edges and named groups, in any order.
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// Name of a node or group that stays the same from one layout to the next.
pub type Key = Arc<str>;

/// Directed graph of boxes. The order of the vectors does not influence the layout.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Graph {
    /// Nodes, drawn as boxes.
    pub nodes: Vec<Node>,
    /// Directed edges between the nodes, drawn as arrows.
    pub edges: Vec<Edge>,
    /// Groups of nodes, drawn as frames around them.
    pub groups: Vec<Group>,
}

/// Node with the size of its box.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Node {
    /// Name that stays the same between layouts. The layout sorts and remembers nodes by their keys.
    pub key: Key,
    /// Width of the box in columns, border included. Zero counts as one.
    pub width: u16,
    /// Height of the box in rows, border included. Zero counts as one.
    pub height: u16,
    /// Index of its group in [`Graph::groups`]; `None` for a node outside all groups.
    pub group: Option<usize>,
    /// Preferred position along the flow.
    pub hint: RankHint,
}

/// Directed edge from a caller to the node it calls. Self loops and repeated edges are allowed. The layout
/// does not draw an edge with an index out of range.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Edge {
    /// Index of the caller in [`Graph::nodes`].
    pub from: usize,
    /// Index of the called node in [`Graph::nodes`].
    pub to: usize,
    /// Class of the line, whose meaning the caller chooses. Edges to one node share a line only if their
    /// classes are equal; others meet right before the arrow head.
    pub class: u8,
}

impl Edge {
    /// Creates an edge of class 0.
    #[must_use]
    pub const fn new(from: usize, to: usize) -> Self {
        Self { from, to, class: 0 }
    }
}

/// Group of nodes, drawn as a frame with a title in its upper border.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    /// Name that stays the same between layouts.
    pub key: Key,
    /// Width of the title in columns. The layout makes the frame wide enough for it.
    pub title_width: u16,
}

/// Preferred position of a node along the flow. The layout follows it unless an edge requires another
/// position.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum RankHint {
    /// Among the first nodes (an entrance, a load balancer).
    First,
    /// Any position where its edges are shortest.
    #[default]
    Free,
    /// Among the last nodes (a database, an external service).
    Last,
}

/// Direction of the flow, from callers to the nodes they call.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Direction {
    /// Callers left, called nodes right. Best on a terminal, where cells are tall and names are wide.
    #[default]
    LeftToRight,
    /// Callers above, called nodes below. For narrow screens and few nodes.
    TopDown,
    /// One node per row, called nodes below a caller and indented, as in a directory tree. For narrow screens.
    /// Groups get no frames.
    Outline,
}

/// Options of a layout.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Options {
    /// Direction of the flow.
    pub direction: Direction,
    /// Free rows between two boxes, one above the other, when the flow runs left to right.
    pub gap_rows: u16,
    /// Free columns between two boxes, side by side, when the flow runs top down.
    pub gap_columns: u16,
    /// True if parallel lines keep a free row between each other. This takes more room and is easier to
    /// follow.
    pub row_gap_between_lines: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self { direction: Direction::LeftToRight, gap_rows: 0, gap_columns: 2, row_gap_between_lines: false }
    }
}
