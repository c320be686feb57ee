//! A flat subgraph, which is the input of the pipeline: the inside of one group, or the root, which contains
//! the groups as boxes.
//!
//! Its nodes are boxes of known size. Links are bundled by target: all links to one target form one tree of
//! lines. The subgraph of a group also has ports, which are cells of its border that lines pass through. The
//! left border has a port for each bundle of lines from callers outside. The right border has a port for each
//! bundle of lines to a callee outside.
use super::graph::{Key, RankHint};

/// A node of a subgraph: a box (a node or a whole group), or a port in the border.
#[derive(Clone, Debug, PartialEq)]
pub struct SubgraphNode {
    /// Key of the box or port. It stays the same between layouts.
    pub key: Key,
    pub width: i32,
    pub height: i32,
    pub hint: RankHint,
    pub role: NodeRole,
    /// Position of a port among the ports of its border; `None` if any position is allowed.
    pub port_order: Option<usize>,
}

/// The role of a [`SubgraphNode`] in the layering: a box, or a port in the left or right border.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NodeRole {
    Box,
    /// A port in the left border, in front of all boxes.
    EntryPort,
    /// A port in the right border, behind all boxes.
    ExitPort,
}

/// The end of one or more links: a row at the left side of a box, or an exit port.
#[derive(Clone, Debug, PartialEq)]
pub struct Target {
    pub key: Key,
    /// Index in [`Subgraph::nodes`] of the node at which the links end.
    pub node: usize,
    pub row: i32,
}

/// A link: the part of an edge inside this subgraph, from a row at the right side of a node to a target. No
/// link leads from a node to itself, and no link occurs twice.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Link {
    /// Index of the target in [`Subgraph::targets`].
    pub target: usize,
    /// Index in [`Subgraph::nodes`] of the node at which the link begins.
    pub from: usize,
    pub row: i32,
}

/// A flat graph that is laid out as a whole, with its options: the inside of a group, or the root.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Subgraph {
    pub nodes: Vec<SubgraphNode>,
    pub targets: Vec<Target>,
    pub links: Vec<Link>,
    /// True if the subgraph has a border, with ports in it.
    pub bordered: bool,
    /// Number of free rows between two boxes, one above the other.
    pub row_gap: i32,
    /// True to keep a free row between parallel lines.
    pub row_gap_between_lines: bool,
    /// True if the finished layout is transposed, because the diagram is top-down. Columns then become rows
    /// of the screen, which has fewer rows than columns.
    pub top_down: bool,
    /// Minimum width and height, in cells.
    pub min_size: (i32, i32),
}
