//! Layered layout of a service map in terminal cells.
//!
//! - [`layout`] turns a [`Graph`] of boxes with given sizes into a [`Diagram`] of rectangles and routes. It
//!   is a pure function. The [`Seed`] of the previous diagram keeps unchanged parts in place.
//! - A [`Raster`] is built once from a diagram. It returns the characters of the lines in any part of it.
//! - Layout and raster don't deal with colours or terminals. The caller supplies the style of each edge at
//!   each draw, so a change of health needs no new layout.
//!
//! The method is that of Sugiyama, Tagawa and Toda ("Methods for Visual Understanding of Hierarchical System
//! Structures", 1981), with refinements from Gansner et al. (1993) and from ELK, the Eclipse Layout Kernel.
//! Edges to the same target share one bundle of lines. These are the stages, in order:
//!
//! 1. `placeholders` adds removed nodes to the graph, so that their places stay free.
//! 2. `group_layout` divides the graph into subgraphs: one for each group and one for the root
//!    (`canonical_graph`).
//! 3. `pipeline` lays out one subgraph. It breaks cycles (`cycle_removal`, `back_edges`), assigns ranks
//!    (`ranks`, `simplex`), packs unconnected components (`components`), divides long edges by dummy vertices
//!    (`layered_graph`), reduces crossings (`sweeps`, `crossings`, `local_search`) and assigns rows
//!    (`row_assignment`, `straighten`).
//! 4. `cell_layout` routes the lines in the channels, which are the gaps between layers (`channel`, `tracks`,
//!    `trunk`, `row_occupancy`), and measures columns. `channel_cache` reuses unchanged channels.
//! 5. `assemble` joins the subgraph layouts into one diagram. `layout_cache` keeps these layouts for the next
//!    call.
//!
//! `outline` replaces all of these stages on narrow screens.
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

/// Lays out `graph`. The diagram does not depend on the order of the nodes, edges and groups.
///
/// With the `seed` of an earlier diagram, an unchanged graph gives the identical diagram, and a changed graph
/// moves little. An outline ignores the seed. The function uses no clock, no randomness and no recursion. It
/// accepts any directed graph.
#[must_use]
pub fn layout(graph: &Graph, seed: Option<&Seed>, options: &Options) -> Diagram {
    match options.direction {
        Direction::Outline => outline::layout(graph, options),
        Direction::LeftToRight | Direction::TopDown => hierarchy::group_layout::layout(graph, seed, options),
    }
}
