//! Integration tests: laws of the store and the topology, false alarms, the demo, and the documentation.
#![allow(clippy::unwrap_used, reason = "what can not be unwrapped fails the test")]

#[path = "../estate/mod.rs"]
mod estate;
mod calm;
mod demo;
mod docs;
mod laws;
