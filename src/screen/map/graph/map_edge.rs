//! Edges of the map graph, each with all calls between two items.

use crate::{model::NodeId, topology::Strength};

/// All calls between two items, drawn as one line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::screen::map) struct MapEdge {
    /// Indices of the calling and the called item in the map graph.
    pub ends: (usize, usize),
    /// Calls as pairs of caller and called node.
    pub calls: Vec<(NodeId, NodeId)>,
    /// Strength of the strongest call in the edge.
    pub strength: Strength,
    /// Condition under which the edge has a permanent line.
    pub visibility: EdgeVisibility,
}

/// Condition under which an edge has a permanent line. The layout reserves space for permanent lines only.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::screen::map) enum EdgeVisibility {
    /// Always drawn, in normal brightness.
    #[default]
    Always,
    /// Always drawn, but dim. The line is bright if one of its ends is selected or if it leads to a faulty
    /// node.
    Dim,
    /// No permanent line, so that the other lines stay readable. A line appears while the item at one end is
    /// selected.
    WhenSelected,
    /// No permanent line, because the called item is a hub. The status text counts such lines.
    ToHub,
    /// No permanent line, because the calling item is a hub that collects from most items.
    FromHub,
}

impl EdgeVisibility {
    /// Returns true if the edge has a permanent line.
    pub(in crate::screen::map) fn is_drawn(self) -> bool {
        matches!(self, Self::Always | Self::Dim)
    }
}
