//! Property tests with random estates: topology, exports, configuration, and extraction without secrets.
#![allow(clippy::unwrap_used, reason = "what can not be unwrapped fails the test")]

#[path = "../estate/mod.rs"]
mod estate;
mod config;
mod export;
mod nasty;
mod forms;
mod secrets;
mod secrets_by_form;
mod topology;
mod world;
