//! Tests from outside.

mod docs;
mod laws;
