//! Input of the layout: nodes with sizes, directed edges and named groups, in any order.
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// Identifier of a node or group. It stays the same from one layout to the next, so that the layout finds
/// earlier places.
pub type Key = Arc<str>;

/// The graph to lay out: nodes with the sizes of their boxes, directed edges and groups. The order within the
/// vectors does not affect the layout.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Graph {
    /// Nodes, drawn as boxes.
    pub nodes: Vec<Node>,
    /// Directed edges between the nodes, drawn as arrows.
    pub edges: Vec<Edge>,
    /// Groups of nodes, drawn as frames around them.
    pub groups: Vec<Group>,
}

/// A node of the graph to lay out, with the size of its box and its group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Node {
    /// Identifier that stays the same between layouts. The layout sorts nodes by key, and finds their earlier
    /// places by key.
    pub key: Key,
    /// Width of the box in columns, including its border. Zero counts as one.
    pub width: u16,
    /// Height of the box in rows, including its border. Zero counts as one.
    pub height: u16,
    /// Index of the node's group in [`Graph::groups`]; `None` for a node outside all groups.
    pub group: Option<usize>,
    /// Preferred position along the flow.
    pub hint: RankHint,
}

/// A directed edge from a caller to a callee. Self loops and repeated edges are allowed. An edge with an
/// index out of range is not drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Edge {
    /// Index of the caller in [`Graph::nodes`].
    pub from: usize,
    /// Index of the callee in [`Graph::nodes`].
    pub to: usize,
    /// Class of the line. The caller of [`super::layout`] gives the number a meaning. Edges to the same node
    /// share a line only if their classes are equal; otherwise they meet just before the arrow head.
    pub class: u8,
}

impl Edge {
    /// Creates an edge of class 0.
    #[must_use]
    pub const fn new(from: usize, to: usize) -> Self {
        Self { from, to, class: 0 }
    }
}

/// A group of nodes, drawn as a frame with a title in its upper border.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    /// Identifier that stays the same between layouts.
    pub key: Key,
    /// Width of the title in columns. The layout makes the frame wide enough for it.
    pub title_width: u16,
}

/// Preferred position of a node along the flow. The layout follows it unless an edge requires another
/// position.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum RankHint {
    /// Among the first nodes, as for an entry point or a load balancer.
    First,
    /// Any position. The layout chooses one at which the edges of the node are short.
    #[default]
    Free,
    /// Among the last nodes, as for a database or an external service.
    Last,
}

/// The direction in which the flow leads from callers to callees: left to right, top down, or as an outline.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Direction {
    /// Callers on the left, callees on the right. Best on a terminal, where cells are tall and names are
    /// wide.
    #[default]
    LeftToRight,
    /// Callers above, callees below. For narrow screens and few nodes.
    TopDown,
    /// One node per row, with callees indented below a caller as in a directory tree. For narrow screens.
    /// Groups get no frames.
    Outline,
}

/// Options of a layout: direction of the flow, and the room between boxes and lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Options {
    /// Direction of the flow.
    pub direction: Direction,
    /// Number of free rows between two boxes, one above the other, if the flow runs from left to right.
    pub gap_rows: u16,
    /// Number of free columns between two boxes, side by side, if the flow runs top-down.
    pub gap_columns: u16,
    /// True to keep a free row between parallel lines. The diagram then takes more room, but is easier to
    /// follow.
    pub row_gap_between_lines: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self { direction: Direction::LeftToRight, gap_rows: 0, gap_columns: 2, row_gap_between_lines: false }
    }
}
