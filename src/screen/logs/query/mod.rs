//! The log query: services in scope, filter chips, typed times, the matching lines, and reading of older lines.

pub(super) mod backfill;
pub(super) mod filter_chip;
pub(super) mod scope;
pub(super) mod time_input;
pub(super) mod visible_lines;
