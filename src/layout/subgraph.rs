//! Flat subgraph, the input of the pipeline: the inside of one group, or the root, which has the groups as
//! boxes.
//!
//! Its nodes are boxes of known size. Links are bundled by target: all links to one target form one tree of
//! lines. The subgraph of a group also has ports, cells of its border through which lines pass. The left
//! border has a port for each node inside that has callers outside. The right border has a port for each node
//! outside that has callers inside.
use super::graph::{Key, RankHint};

/// Node of a subgraph: a box (a node or a whole group), or a port in the border.
#[derive(Clone, Debug, PartialEq)]
pub struct SubgraphNode {
    /// Key of the box or port, which stays the same between layouts.
    pub key: Key,
    pub width: i32,
    pub height: i32,
    pub hint: RankHint,
    pub role: NodeRole,
    /// Position of a port among the ports of its border; `None` if any position is allowed.
    pub port_order: Option<usize>,
}

/// Role of a [`SubgraphNode`] in the layering.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NodeRole {
    Box,
    /// Port in the left border, before all boxes.
    EntryPort,
    /// Port in the right border, after all boxes.
    ExitPort,
}

/// End of links: a row at the left side of a box, or an exit port.
#[derive(Clone, Debug, PartialEq)]
pub struct Target {
    pub key: Key,
    /// Index of the called node in [`Subgraph::nodes`].
    pub node: usize,
    pub row: i32,
}

/// Link: the part of an edge inside this subgraph, from a row at a node's right side to a target. No link
/// leads from a node to itself, and no link occurs twice.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Link {
    /// Index in [`Subgraph::targets`].
    pub target: usize,
    /// Index of the calling node in [`Subgraph::nodes`].
    pub from: usize,
    pub row: i32,
}

/// Flat graph to lay out at once, with the options that apply to it: the inside of a group, or the root.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Subgraph {
    pub nodes: Vec<SubgraphNode>,
    pub targets: Vec<Target>,
    pub links: Vec<Link>,
    /// True if the subgraph has a border with ports in it.
    pub bordered: bool,
    /// Free rows between two boxes, one above the other.
    pub row_gap: i32,
    /// True if parallel lines keep a free row between each other.
    pub row_gap_between_lines: bool,
    /// True if the finished layout is transposed, because the diagram is top-down. Columns then become rows
    /// of the screen, which are scarcer.
    pub top_down: bool,
    /// Minimum width and height, in cells.
    pub min_size: (i32, i32),
}
