//! Stores of small objects with conditional writes: what a team needs instead of a server.
//!
//! [`FileStore`] is a folder. A bucket of S3 is in `source::ecs`, because it is reached by the AWS clients
//! there.

mod file_store;
mod location;
#[cfg(test)]
pub(crate) mod memory_store;
mod probe;

pub use file_store::FileStore;
pub use location::StoreLocation;
pub use probe::probe_conditions;

use crate::model::Failure;
use futures::future::BoxFuture;
use std::time::Duration;

/// Version of an object, such as its `ETag`. Equal versions have equal content.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ObjectVersion(pub String);

/// Result of reading an object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fetched {
    /// There is none with that key.
    Missing,
    /// It still has the version that the caller knows.
    Unchanged,
    /// Its content.
    Found(StoredObject),
}

/// Object in a store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredObject {
    /// The content.
    pub bytes: Vec<u8>,
    /// Its version.
    pub version: ObjectVersion,
    /// Time since it was written, by the store's own clock; `None` if the store does not tell.
    pub age: Option<Duration>,
}

/// Condition under which an object is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WriteCondition {
    /// Always.
    Always,
    /// Only if there is none with that key.
    IfMissing,
    /// Only if the object has this version.
    IfVersion(ObjectVersion),
}

/// Result of a conditional write.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WriteOutcome {
    /// It was written, and has this version.
    Written(ObjectVersion),
    /// The condition did not hold, so nothing was written.
    Refused,
}

/// Store of objects by keys of plain ASCII with slashes.
pub trait ObjectStore: Send + Sync {
    /// Returns the location for display, such as `s3://bucket/prefix`.
    fn location(&self) -> String;

    /// Reads an object of at most `max_bytes`, unless it has the version `known`.
    fn read<'a>(
        &'a self,
        key: &'a str,
        known: Option<&'a ObjectVersion>,
        max_bytes: usize,
    ) -> BoxFuture<'a, Result<Fetched, Failure>>;

    /// Writes an object under a condition.
    fn write<'a>(
        &'a self,
        key: &'a str,
        bytes: Vec<u8>,
        condition: WriteCondition,
    ) -> BoxFuture<'a, Result<WriteOutcome, Failure>>;

    /// Returns the keys that start with `prefix`, each with a version of its object, sorted by key. Returns at
    /// most `MAX_LISTED_OBJECTS`. The versions of two listings can be compared, but not with those that reads and
    /// writes return.
    fn list<'a>(&'a self, prefix: &'a str) -> BoxFuture<'a, Result<Vec<(String, ObjectVersion)>, Failure>>;

    /// Deletes an object; a missing one is no failure.
    fn delete<'a>(&'a self, key: &'a str) -> BoxFuture<'a, Result<(), Failure>>;
}

/// Maximum number of objects in a listing.
pub const MAX_LISTED_OBJECTS: usize = 10_000;
