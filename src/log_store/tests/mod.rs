//! The store compared with a sorted list of the same lines.

mod laws;
mod support;
