//! Parts of the log screen around the lines: the histogram, and a pane with the details of a line or the
//! patterns.

pub(super) mod details;
pub(super) mod histogram;
pub(super) mod pane;
pub(super) mod patterns;
