//! The store against a sorted list of the same lines.

mod laws;
mod model;
