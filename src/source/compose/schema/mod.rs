//! The shapes of a compose file: each document is checked against them, and its short forms are written out.

pub(super) mod canonical;
pub(super) mod check;
pub(super) mod keys;
pub(super) mod short_forms;
pub(super) mod volumes;
