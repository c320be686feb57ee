//! Portolan charts a company's running services: what runs, how it is, and who calls whom.
//!
//! The rooms below stand in layers: each may use those above it, never those below it. `tests/architecture.rs`
//! holds that order, and docs/architecture.md tells the idea.

// Pure: no I/O, no clock, no async.
pub mod model;
pub mod decode;
pub mod topology;
pub mod history;
pub mod layout;
pub mod command;
pub mod keymap;
pub mod effect;
pub mod logs;
pub mod store;
pub mod view;
pub mod export;
pub mod app;
// Outside.
pub mod output;
pub mod private_fs;
pub mod background;
pub mod cache;
pub mod source;
pub mod config;
pub mod runtime;
pub mod cli;
