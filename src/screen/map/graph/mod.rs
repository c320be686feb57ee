//! Map graph: services, collapsed groups and stubs as items, and the calls between them as edges.

pub(super) mod build_graph;
pub(super) mod detail_level;
pub(super) mod hubs;
pub(super) mod item;
pub(super) mod item_totals;
pub(super) mod map_edge;
pub(super) mod map_graph;
pub(super) mod map_variant;
pub(super) mod node_glyphs;
pub(super) mod map_choices;
