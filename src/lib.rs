//! Portolan draws a map of a company's running services: what runs, whether it is healthy, and which service
//! calls which.
//!
//! The modules below form layers: each may use the ones above it, never the ones below it.
//! `tests/architecture.rs` enforces that order, and docs/architecture.md explains it.

// Pure: no I/O, no clock, no async.
pub mod model;
pub mod extract;
pub mod topology;
pub mod diagnosis;
pub mod history;
pub mod layout;
pub mod command;
pub mod keymap;
pub mod operation;
pub mod subscription;
pub mod recording;
pub mod team;
pub mod note;
pub mod log_store;
pub mod store;
pub mod tour;
pub mod screen;
pub mod export;
pub mod share;
pub mod effect;
pub mod app;
// With access to the outside world.
pub mod output;
pub mod private_fs;
pub mod audit;
pub mod background;
pub mod cache;
pub mod object_store;
pub mod source;
pub mod config;
pub mod runtime;
pub mod cli;
