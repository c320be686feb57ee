//! Query of the log screen: the services in scope, the filter chips, the matching lines, and the reading of
//! older lines.

pub(super) mod backfill;
pub(super) mod filter_chip;
pub(super) mod scope;
pub(super) mod queried_lines;
