//! What the engine is asked to draw: sized nodes, directed edges and named groups, in any order.
use std::sync::Arc;

/// A name that stays the same from one picture of the system to the next.
pub type Key = Arc<str>;

/// A directed graph of boxes. The order of the vectors does not influence the drawing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Graph {
    /// The boxes.
    pub nodes: Vec<Node>,
    /// The arrows between them.
    pub edges: Vec<Edge>,
    /// The frames around them.
    pub groups: Vec<Group>,
}

/// A box of a known size.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Node {
    /// Its lasting name; the engine sorts and remembers by it.
    pub key: Key,
    /// Its width in cells, border included; at least one is taken.
    pub width: u16,
    /// Its height in cells, border included; at least one is taken.
    pub height: u16,
    /// The group it belongs to, as an index into [`Graph::groups`].
    pub group: Option<usize>,
    /// Where along the flow it would rather be.
    pub hint: RankHint,
}

/// An arrow; self loops and repeated edges are welcome. An edge with an end that does not exist is not drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Edge {
    /// The caller, as an index into [`Graph::nodes`].
    pub from: usize,
    /// The one called, as an index into [`Graph::nodes`].
    pub to: usize,
}

/// A frame around some nodes, with a title in its upper border.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    /// Its lasting name.
    pub key: Key,
    /// The cells its title takes; the frame is made wide enough.
    pub title_width: u16,
}

/// A wish about the place of a node along the flow, granted where no edge speaks against it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum RankHint {
    /// With the first ones (an entrance, a load balancer).
    First,
    /// Wherever its edges are shortest.
    #[default]
    Free,
    /// With the last ones (a store, something external).
    Last,
}

/// The way the flow runs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Direction {
    /// Callers left, the called right: best on a terminal, where cells are tall and names wide.
    #[default]
    LeftToRight,
    /// Callers above, the called below: for narrow screens and few nodes.
    TopDown,
}

/// How to draw.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Options {
    /// The way the flow runs.
    pub direction: Direction,
    /// Free rows between two boxes, one above the other, when the flow runs left to right.
    pub gap_rows: u16,
    /// Free columns between two boxes, side by side, when the flow runs top down.
    pub gap_columns: u16,
    /// Whether lines that run side by side keep a free row between each other: more room, and easier to follow.
    pub airy: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self { direction: Direction::LeftToRight, gap_rows: 0, gap_columns: 2, airy: false }
    }
}
