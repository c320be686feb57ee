//! On-demand edges: edges without a permanent line. Their line appears while the item at one of their ends is
//! selected. An edge is on demand if it leads to or from a hub (a node with very many callers), or if the map
//! has too many lines to show them all.

use crate::{
    layout::{Diagram, Raster, route_hidden_edges},
    screen::map::graph::{map_edge::EdgeVisibility, map_graph::MapGraph},
};

/// Lines that are on the map only while one item is selected.
#[derive(Default)]
pub(in crate::screen::map) struct OnDemandEdges {
    /// Index of the selected item.
    item: Option<usize>,
    /// Indices, in the map graph, of the selected item's edges that have no permanent line. Ascending.
    pub edges: Vec<usize>,
    /// For each edge in `edges`, true if a route for its line was found.
    has_route: Vec<bool>,
    /// Cells of the lines. A route number is a position in `edges`.
    pub raster: Raster,
}

impl OnDemandEdges {
    /// Returns true if the edge with the index `edge` in the map graph has an on-demand line now.
    pub(in crate::screen::map) fn has_line(&self, edge: usize) -> bool {
        self.edges.binary_search(&edge).is_ok_and(|place| self.has_route.get(place) == Some(&true))
    }

    /// Finds routes for the edges of the selected item that have no permanent line. The caller creates a new
    /// `OnDemandEdges` for another layout.
    pub(in crate::screen::map) fn refresh(
        &mut self,
        selected: Option<usize>,
        graph: &MapGraph,
        drawn: &Diagram,
    ) {
        if self.item == selected {
            return;
        }
        let is_hidden = |shown: EdgeVisibility| !shown.is_drawn();
        let of =
            |ends: (usize, usize)| ends.0 != ends.1 && (selected == Some(ends.0) || selected == Some(ends.1));
        let calls = graph.edges.iter().enumerate();
        let calls: Vec<usize> = calls
            .filter(|(_, calls)| is_hidden(calls.visibility) && of(calls.ends))
            .map(|(index, _)| index)
            .collect();
        let ends: Vec<_> = calls.iter().map(|index| graph.edges[*index].ends).collect();
        let diagram = route_hidden_edges(&graph.layout_graph, drawn, &ends);
        let has_way = diagram.routes.iter().map(|route| !route.points.is_empty()).collect();
        *self = Self { item: selected, raster: Raster::new(&diagram), edges: calls, has_route: has_way };
    }
}
