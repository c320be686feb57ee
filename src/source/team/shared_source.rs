//! Interface of a source that the members of a team read together.

use super::super::Source;
use crate::model::{Failure, Snapshot, Text};
use futures::future::BoxFuture;

/// Account and region that a source reads, and the user or role that reads them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TeamScope {
    /// Key of the account, the region and the selection of clusters and services, in characters that an
    /// object's key may have. Two sources with equal keys return equal snapshots.
    pub key: String,
    /// User or role that reads.
    pub read_as: Text,
}

/// Source that one member of a team can read for all members.
pub trait SharedSource: Source {
    /// Returns the account and region of the source. May ask AWS for the account, but reads no services.
    fn team_scope(&self) -> BoxFuture<'_, Result<TeamScope, Failure>>;

    /// Divides the source's shares of API quotas by `members`, the number of members that poll for
    /// themselves.
    fn divide_quota(&self, members: u32);

    /// Records a snapshot that another member took, so that this member can read the logs and usage of its
    /// instances.
    fn note_snapshot(&self, snapshot: &Snapshot);
}
