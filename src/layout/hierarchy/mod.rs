//! Groups: divides the graph into flat subgraphs, one for each group and one for the root, and assembles
//! their layouts.

pub(super) mod assemble;
pub(super) mod canonical_graph;
pub(super) mod group_layout;
pub(super) mod indexed_subgraph;
