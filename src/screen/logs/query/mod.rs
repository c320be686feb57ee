//! The query of the log screen: services in scope, filter chips, typed times, the lines that match, and
//! reading of older lines.

pub(super) mod backfill;
pub(super) mod filter_chip;
pub(super) mod scope;
pub(super) mod queried_lines;
