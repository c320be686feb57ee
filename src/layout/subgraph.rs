//! Flat subgraph, the input of the pipeline: the inside of one group, or the root.
//!
//! Its nodes are boxes of known size. Links are bundled by target: all links to one target form one tree of
//! lines. The subgraph of a group has ports in its border. The left border has one for each inner target with
//! callers outside. The right border has one for each outer target with callers inside.
use super::graph::{Key, RankHint};

/// Box, or port in the border of a group.
#[derive(Clone, Debug, PartialEq)]
pub struct SubgraphNode {
    /// Key of the node or group, or of the target behind a port.
    pub key: Key,
    pub width: i32,
    pub height: i32,
    pub hint: RankHint,
    pub role: NodeRole,
    /// Position of a port among those of its border; `None` if the outer layout asks for none.
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

/// Target of links: a row of a node's left side, or an exit port itself.
#[derive(Clone, Debug, PartialEq)]
pub struct Target {
    pub key: Key,
    /// Index of the called node in [`Subgraph::nodes`].
    pub node: usize,
    pub row: i32,
}

/// Link from a row of a node's right side to a target. No link leads from a node to itself, and none occurs
/// twice.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Link {
    /// Index in [`Subgraph::targets`].
    pub target: usize,
    /// Index of the calling node in [`Subgraph::nodes`].
    pub from: usize,
    pub row: i32,
}

/// Subgraph to lay out, with the options that apply to it.
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
    /// True if the finished layout gets transposed. Its columns then become screen rows, of which a screen
    /// has few.
    pub top_down: bool,
    /// Minimum width and height.
    pub min_size: (i32, i32),
}
