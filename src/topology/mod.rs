//! Who calls whom, and what is wrong: inferred from all sources together, the same for any order of them.

pub mod drift;
pub mod evidence;
pub mod finding;
mod graph;
mod infer;
mod inference;
mod path;
mod product;
mod rejected;
mod resolve;
mod searched;
mod twin;

pub use drift::{Drift, EdgeFilter};
pub use graph::{Dangling, Edge, Evidence, Node, NodeKind, Strength, Topology};
pub use infer::infer;
pub use inference::Inference;
pub use path::{Ways, below, between, leading_to, neighbours, path, way, ways};
pub use product::{PRODUCTS, Product, Role};
pub use rejected::{Rejected, rejected};
pub use resolve::{Resolution, Resolver};
pub use searched::{Searched, searched};
pub use twin::{Twin, twins};

#[cfg(test)]
mod tests;
