//! Output of the layout: rectangles, routes, and the [`Seed`] for the next layout.
use super::{
    graph::{Direction, Graph, Key, Options},
    incremental::layout_cache::LayoutCache,
};
use std::{collections::BTreeMap, sync::Arc};

/// Position of a cell in the diagram.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Point {
    /// Column, counted from 0 at the left.
    pub x: i32,
    /// Row, counted from 0 at the top.
    pub y: i32,
}

/// A rectangle of cells.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Rect {
    /// Leftmost column, counted from 0.
    pub x: i32,
    /// Topmost row, counted from 0.
    pub y: i32,
    /// Width in columns.
    pub width: i32,
    /// Height in rows.
    pub height: i32,
}

impl Rect {
    /// Returns true if the cell `at` lies inside.
    #[must_use]
    pub const fn contains(&self, at: Point) -> bool {
        at.x >= self.x && at.y >= self.y && at.x < self.x + self.width && at.y < self.y + self.height
    }

    /// Returns true if the two rectangles have a cell in common.
    #[must_use]
    pub const fn overlaps(&self, other: &Self) -> bool {
        self.x < other.x + other.width
            && other.x < self.x + self.width
            && self.y < other.y + other.height
            && other.y < self.y + self.height
    }
}

/// Route of one edge: the cells at which it starts, turns and ends.
///
/// The first cell lies just outside the caller's box. The last one lies just outside the called box and holds
/// the arrow head. A self loop has no points: the map marks it on the box.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Route {
    /// Start, turns and end, in the direction of the call. Neighbouring points differ in one coordinate.
    pub points: Vec<Point>,
}

/// Metrics of a diagram, to compare it with another one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Quality {
    /// Crossings between layers. A line that many edges share counts once.
    pub crossings: usize,
    /// Number of turns, summed over all routes.
    pub bends: usize,
    /// Length in cells, summed over all routes.
    pub length: usize,
    /// Number of edges that run against the flow.
    pub back_edges: usize,
    /// Number of doglegs: trunks broken in two because two lines needed each other's row.
    pub doglegs: usize,
    /// Area of the diagram in cells, empty ones included.
    pub area: usize,
}

impl Quality {
    /// Returns true if this diagram has over 1.3 times the crossings or the area of `fresh`, a layout without
    /// a seed.
    ///
    /// Each seeded layout changes the diagram where that disturbs least. Over many changes the losses add up.
    #[must_use]
    pub const fn is_much_worse_than(&self, fresh: &Self) -> bool {
        10 * self.crossings > 13 * fresh.crossings + CROSSING_SLACK_TENTHS || 10 * self.area > 13 * fresh.area
    }
}

/// Slack for crossings, in tenths of one: on a small map one or two more crossings do not justify moving
/// everything.
const CROSSING_SLACK_TENTHS: usize = 20;

/// Memory of a layout for the next one, so that unchanged parts do not move.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Seed {
    pub(super) options: Option<Options>,
    pub(super) root: LayoutCache,
    pub(super) groups: BTreeMap<Key, LayoutCache>,
    /// Graph that was laid out, placeholders of removed nodes included.
    pub(super) laid_out: Arc<Graph>,
}

impl Seed {
    /// Returns the graph that was laid out, placeholders of removed nodes included. Everything is sorted by
    /// key.
    #[must_use]
    pub const fn laid_out_graph(&self) -> &Arc<Graph> {
        &self.laid_out
    }

    /// Returns this seed for a layout of another graph: nodes missing from that graph get no placeholders.
    #[must_use]
    pub fn without_placeholders(self) -> Self {
        Self { laid_out: Arc::default(), ..self }
    }

    /// Returns true if this seed comes from no earlier diagram.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.options.is_none()
    }
}

/// Finished layout in whole cells. Its upper left corner is (0, 0).
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Diagram {
    /// Rectangles of the boxes, in the order of [`super::Graph::nodes`].
    pub nodes: Vec<Rect>,
    /// Rectangles of the group frames, border included, in the order of [`super::Graph::groups`].
    pub groups: Vec<Rect>,
    /// Routes, in the order of [`super::Graph::edges`].
    pub routes: Vec<Route>,
    /// Width and height of the diagram, in columns and rows.
    pub size: (i32, i32),
    /// Direction of the flow.
    pub direction: Direction,
    /// Seed for the next layout.
    pub seed: Seed,
    /// Metrics of this diagram.
    pub quality: Quality,
}
