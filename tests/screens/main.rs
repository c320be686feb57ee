//! Screen tests: the app is a pure function, so a test sends it snapshots and keys and compares the whole
//! screen.
//!
//! Review each changed screen, then accept it with `INSTA_UPDATE=always cargo test --test screens`.
#![allow(clippy::unwrap_used, reason = "what can not be unwrapped fails the test")]

#[path = "../estate/mod.rs"]
mod estate;
mod actions;
mod anything;
mod corners;
mod demo_walk;
mod details;
mod first_view;
mod habits;
mod hand_over;
mod hostile;
mod hubs;
mod journey;
mod list;
mod log_search;
mod logs;
mod map;
mod notes;
mod offers;
mod parts;
mod patterns;
mod picture;
mod questions;
mod rooms;
mod screenshot;
mod forwards;
mod shells;
mod share;
mod stage;
mod svg;
mod team_history;
mod thicket;
mod timeline;
mod tour;
mod trouble;
mod usage;
mod why;
mod zoom;

/// Compares the screen with its accepted snapshot and checks it for rendering flaws.
macro_rules! see {
    ($stage:expr) => {{
        let picture = $stage.picture();
        assert_eq!(picture.flaws(), Vec::<String>::new());
        insta::assert_snapshot!(picture.show());
    }};
}

pub(crate) use see;
