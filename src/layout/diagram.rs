//! Output of the layout: rectangles, routes, and the [`Seed`] for the next layout.
use super::{
    geometry::{Point, Rect},
    graph::{Direction, Graph, Key, Options},
    incremental::layout_cache::LayoutCache,
    quality::Quality,
};
use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, sync::Arc};

/// Route of one edge: the cells at which it starts, turns and ends.
///
/// The first cell lies just outside the caller's box. The last one lies just outside the called box and holds
/// the arrow head. A self loop has no points: the map marks it on the box.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Route {
    /// Start, turns and end, in the direction of the call. Neighbouring points differ in one coordinate.
    pub points: Vec<Point>,
}

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
