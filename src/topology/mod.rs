//! The topology: a graph of services and their calls, inferred from all sources together. The order of the
//! sources does not affect it. All services of all sources together are called the estate.

pub mod catalogue;
pub mod drift;
pub mod evidence;
mod edge;
mod graph;
mod infer;
mod needs;
mod node;
mod incremental;
mod paths;
mod product;
mod failed_connections;
mod resolve;
mod coverage;
mod counterparts;

pub use catalogue::{CatalogueMatches, ProfileIndex};
pub use counterparts::{Counterpart, counterparts};
pub use coverage::{EvidenceCoverage, evidence_coverage};
pub use drift::{Drift, EdgeFilter};
pub use edge::{Edge, EdgeMap, Evidence};
pub use evidence::{EvidenceInput, Strength};
pub use failed_connections::{FailedConnection, failed_connections};
pub use graph::{DanglingReference, Topology};
pub use incremental::IncrementalTopology;
pub use infer::infer;
pub use needs::{Need, dependants, needs};
pub use node::{Node, NodeKind};
pub use paths::{
    PathCount, count_paths, nodes_between, nodes_reachable_from, nodes_reaching, nodes_within_hops,
    shortest_path, shortest_path_either_way,
};
pub use product::{KNOWN_PRODUCTS, Product, ProductRole};
pub use resolve::{HostOrigin, Resolution, Resolver};

#[cfg(test)]
mod tests;
