//! The map graph: services, collapsed groups and stubs as items, the calls between them as edges.

pub(super) mod detail_level;
pub(super) mod hubs;
pub(super) mod item;
pub(super) mod item_aggregate;
pub(super) mod map_graph;
