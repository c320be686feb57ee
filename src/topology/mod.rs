//! Who calls whom, and what is wrong: inferred from all sources together, the same for any order of them.

pub mod evidence;
pub mod finding;
mod graph;
mod infer;
mod inference;
mod path;
mod product;
mod resolve;
mod shared;

pub use graph::{Edge, Evidence, Node, NodeKind, Strength, Topology};
pub use infer::infer;
pub use inference::Inference;
pub use path::{neighbours, path};
pub use product::{PRODUCTS, Product, Role};
pub use resolve::{Resolution, Resolver};

#[cfg(test)]
mod tests;
