//! Layered layout of a service map on whole terminal cells.
//!
//! - [`layout`] turns a [`Graph`] of sized boxes into a [`Diagram`] of rectangles and routes. It is a pure
//!   function. The [`Seed`] of the previous diagram keeps unchanged parts where they were.
//! - A [`Raster`], built once from a diagram, gives the characters of the lines for any part of it.
//! - Layout and raster know no colours and no terminals. The caller supplies the style of each edge at each
//!   draw, so a change of health needs no new layout.
//!
//! The method is that of Sugiyama, Tagawa and Toda ("Methods for Visual Understanding of Hierarchical System
//! Structures", 1981). Gansner et al. (1993) and ELK, the Eclipse Layout Kernel, refined it. Edges to the
//! same target share one bundle of lines. The stages, in order:
//!
//! 1. `placeholders` adds removed nodes to the graph, so that their places stay free.
//! 2. `group_layout` cuts the graph into subgraphs: one for each group and one for the root
//!    (`canonical_graph`).
//! 3. `pipeline` lays out one subgraph. It breaks cycles (`cycle_removal`, `back_edges`), assigns ranks
//!    (`ranks`, `simplex`), packs unconnected components (`components`), cuts long edges into dummy vertices
//!    (`layered_graph`), reduces crossings (`sweeps`, `crossings`, `local_search`) and assigns rows
//!    (`row_assignment`, `straighten`).
//! 4. `cell_layout` routes the channels between layers (`channel`, `tracks`, `trunk`, `row_occupancy`) and
//!    measures columns. `channel_cache` reuses unchanged channels.
//! 5. `assemble` combines the subgraph layouts into one diagram. `layout_cache` stores them for the next
//!    call.
//!
//! For narrow screens, `outline` replaces all of these stages.
mod incremental;
mod routing;
mod coordinates;
mod ordering;
mod layering;
mod hierarchy;
mod outline;
mod diagram;
mod geometry;
mod graph;
mod maze_router;
mod pipeline;
mod quality;
mod subgraph;
mod subgraph_layout;
mod raster;

pub use diagram::{Diagram, Route, Seed};
pub use geometry::{Point, Rect};
pub use graph::{Direction, Edge, Graph, Group, Key, Node, Options, RankHint};
pub use incremental::placeholders::should_compact;
pub use maze_router::route_hidden_edges;
pub use quality::Quality;
pub use raster::{Arms, FeedbackStretch, Glyphs, LineCell, LineStyle, Raster, Side, Stroke};

#[cfg(test)]
mod tests;

/// Lays out `graph`. The same graph gives the same diagram, whatever the order of its nodes, edges and
/// groups.
///
/// With the `seed` of an earlier diagram, an unchanged graph gives the identical diagram, and a changed graph
/// moves as little as its changes allow. The function uses no clock, no randomness and no recursion. It
/// accepts any directed graph.
#[must_use]
pub fn layout(graph: &Graph, seed: Option<&Seed>, options: &Options) -> Diagram {
    match options.direction {
        Direction::Outline => outline::layout(graph, options),
        Direction::LeftToRight | Direction::TopDown => hierarchy::group_layout::layout(graph, seed, options),
    }
}
