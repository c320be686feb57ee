//! The layered layout of a service map on whole cells.
//!
//! Two steps: [`layout`] turns a [`Graph`] of sized boxes into a [`Diagram`] (rectangles and routes), a pure function
//! that is given its previous answer so that what did not change does not move; a [`Raster`], made once from a
//! diagram, answers for any part of the screen which line characters to paint. Neither knows colours or terminals,
//! and a change of status needs neither: the caller says at each draw how each edge looks.
//!
//! The method is that of Sugiyama, Tagawa and Toda ("Methods for Visual Understanding of Hierarchical System
//! Structures", 1981) as refined by Gansner et al. (1993) and by ELK, with the lines bundled by target. In the order
//! of the flow: `vacant` keeps the places of who has left; `nest` cuts the graph into levels (the inside of each group, and the outermost picture); for each
//! level `plan` breaks cycles (`cycle`), layers (`rank`, `simplex`), packs unlinked parts (`parts`), cuts lines into lanes (`layered`), reduces
//! crossings (`order`, `crossing`, `refine`) and finds rows (`place`, `straight`); `drawing` routes the gaps between
//! layers (`channel`, `tracks`, `trunk`, `reach`; `wired` keeps what did not change) and measures columns; `assemble` puts the levels together, and `past` holds what the next layout should know.
mod assemble;
mod channel;
mod crossing;
mod cycle;
mod diagram;
mod drawing;
mod ends;
mod graph;
mod layered;
mod level;
mod lone;
mod nest;
mod order;
mod parts;
mod past;
mod place;
mod plan;
mod rank;
mod raster;
mod reach;
mod refine;
mod reveal;
mod sheet;
mod simplex;
mod straight;
mod tracks;
mod trunk;
mod turn;
mod vacant;
mod wired;

pub use diagram::{Diagram, Point, Quality, Rect, Route, Seed};
pub use graph::{Direction, Edge, Graph, Group, Key, Node, Options, RankHint};
pub use raster::{Arms, Cell, Glyphs, Mark, Raster, Side, Stroke, Style};
pub use reveal::reveal;
pub use vacant::closes_up;

#[cfg(test)]
mod tests;

/// Draws a graph: the same graph gives the same drawing, in whatever order it is told.
///
/// With the seed of an earlier drawing, an unchanged graph is drawn byte for byte as before, and a changed one as
/// close to it as its changes allow. No clock, no randomness, no recursion; any directed graph is welcome.
#[must_use]
pub fn layout(graph: &Graph, seed: Option<&Seed>, options: &Options) -> Diagram {
    nest::layout(graph, seed, options)
}
