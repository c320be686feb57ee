//! Snapshots of the sources, the state of each source, and the inventory that holds them all.

pub mod action_permission;
pub mod inventory;
pub mod load_progress;
mod reference_limit;
pub mod snapshot;
pub mod snapshot_delta;
pub mod snapshot_diff;
pub mod source_rename;
pub mod source_status;
pub mod team_status;
pub mod time_shift;
