//! The source that the members of a team read together.

use super::super::Source;
use crate::model::{Failure, Snapshot, Text};
use futures::future::BoxFuture;

/// Account and region that a source reads, and under whose rights.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Estate {
    /// Name of the account, the region and the selection of clusters and services, in characters of an object's
    /// key. Equal names mean equal snapshots.
    pub key: String,
    /// User or role that reads.
    pub read_as: Text,
}

/// Source that one member of a team can read for all.
pub trait SharedSource: Source {
    /// Returns what the source reads. Makes no call to the services that it reads.
    fn estate(&self) -> BoxFuture<'_, Result<Estate, Failure>>;

    /// Divides the shares of API quotas among `members` that poll, each for itself.
    fn divide_quota(&self, members: u32);

    /// Takes notice of a snapshot that another member read, so that logs and usage of its instances can be read.
    fn note_snapshot(&self, snapshot: &Snapshot);
}
