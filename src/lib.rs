//! Portolan charts a company's running services: what runs, how it is, and who calls whom.
//!
//! The rooms below stand in layers: each may use those above it, never those below it. `tests/architecture.rs`
//! holds that order, and docs/architecture.md tells the idea.

pub mod decode;
pub mod layout;
pub mod model;
pub mod source;
pub mod topology;
