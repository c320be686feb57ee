//! Tests that compare the log store with a sorted list of the same lines.

mod laws;
mod support;
