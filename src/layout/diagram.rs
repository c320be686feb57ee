//! Output of the layout: the rectangles of nodes and groups, the routes of edges, and the [`Seed`] for the
//! next layout.
use super::{
    geometry::{Point, Rect},
    graph::{Direction, Graph, Key, Options},
    incremental::layout_cache::LayoutCache,
    quality::Quality,
};
use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, sync::Arc};

/// The route of an edge: the cells at which it starts, turns and ends.
///
/// The first cell lies just outside the caller's box. The last one lies just outside the callee's box and
/// contains the arrow head. A self loop has no points, because the map marks it on the box.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Route {
    /// Start, turns and end, in the direction of the call. Two consecutive points differ in exactly one
    /// coordinate.
    pub points: Vec<Point>,
}

/// The data of a layout from which the next layout starts, so that unchanged parts don't move.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Seed {
    pub(super) options: Option<Options>,
    pub(super) root: LayoutCache,
    pub(super) groups: BTreeMap<Key, LayoutCache>,
    /// The graph that was laid out, including placeholders of removed nodes.
    pub(super) laid_out: Arc<Graph>,
}

impl Seed {
    /// Returns the graph that was laid out, including placeholders of removed nodes. Its nodes, edges and
    /// groups are sorted by key.
    #[must_use]
    pub const fn laid_out_graph(&self) -> &Arc<Graph> {
        &self.laid_out
    }

    /// Returns this seed for a layout of a different graph. Nodes that the graph lacks get no placeholders.
    #[must_use]
    pub fn without_placeholders(self) -> Self {
        Self { laid_out: Arc::default(), ..self }
    }

    /// Returns true if this seed does not come from an earlier diagram.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.options.is_none()
    }
}

/// A finished layout in terminal cells. Its upper left corner is (0, 0).
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Diagram {
    /// Rectangles of the nodes' boxes, in the order of [`super::Graph::nodes`].
    pub nodes: Vec<Rect>,
    /// Rectangles of the groups' frames, including their borders, in the order of [`super::Graph::groups`].
    pub groups: Vec<Rect>,
    /// Routes of the edges, in the order of [`super::Graph::edges`].
    pub routes: Vec<Route>,
    /// Width and height of the diagram, in columns and rows.
    pub size: (i32, i32),
    /// Direction of the flow.
    pub direction: Direction,
    /// Seed for the next layout.
    pub seed: Seed,
    /// Quality metrics of this diagram.
    pub quality: Quality,
}
