//! Panes beside the lines: one line in full, message patterns, and the histogram.

pub(super) mod details;
pub(super) mod histogram;
pub(super) mod pane;
pub(super) mod patterns;
