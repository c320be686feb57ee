//! Edges of the map graph.

use crate::model::NodeId;

/// All calls between two items, drawn as one line.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in crate::screen::map) struct MapEdge {
    /// Calling and called item.
    pub ends: (usize, usize),
    /// Calls as pairs of caller and called node.
    pub calls: Vec<(NodeId, NodeId)>,
    /// Condition under which the line is drawn.
    pub visibility: EdgeVisibility,
}

/// Condition under which an edge has a line. Edges without a line take no space in the layout.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::screen::map) enum EdgeVisibility {
    /// Drawn in every state.
    #[default]
    Always,
    /// Drawn dim, unless one of its ends is selected or it leads to a faulty node.
    Dim,
    /// Not drawn, to keep the others readable. The panel lists it when one of its ends is selected.
    PanelOnly,
    /// Not drawn: both ends have a badge.
    Badge,
}

impl EdgeVisibility {
    /// Returns true if the edge has a line.
    pub(in crate::screen::map) fn is_drawn(self) -> bool {
        matches!(self, Self::Always | Self::Dim)
    }
}
