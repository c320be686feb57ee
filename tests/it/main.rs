//! Tests from outside.
#![allow(clippy::unwrap_used, reason = "what can not be unwrapped fails the test")]

mod docs;
mod laws;
