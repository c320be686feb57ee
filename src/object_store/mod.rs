//! Object stores with conditional writes: folders and S3 buckets, through which a team shares data without a
//! server.
//!
//! [`FileStore`] is a store in a folder. The store in an S3 bucket is in `source::ecs`, because it uses the
//! AWS clients there.

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

/// Result of reading an object: missing, unchanged or found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fetched {
    /// No object has that key.
    Missing,
    /// The object still has the version that the caller passed.
    Unchanged,
    /// The object has another version than the caller passed, or the caller passed none.
    Found(StoredObject),
}

/// Object read from a store, with its version and age.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredObject {
    /// The content.
    pub bytes: Vec<u8>,
    /// Version of the content.
    pub version: ObjectVersion,
    /// Time since the object was last written; `None` if the store does not report it.
    pub age: Option<Duration>,
}

/// Condition under which a store writes an object: always, only a new object, or only over a given version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WriteCondition {
    /// No condition.
    Always,
    /// Only if no object has that key.
    IfMissing,
    /// Only if the object has this version.
    IfVersion(ObjectVersion),
}

/// Result of a conditional write: written, or refused because the condition did not hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WriteOutcome {
    /// The store wrote the object, which now has this version.
    Written(ObjectVersion),
    /// The condition did not hold, so the store wrote nothing.
    Refused,
}

/// Store of objects, such as a folder or an S3 bucket, with conditional writes. Keys are plain ASCII with
/// slashes, such as `a/head`.
pub trait ObjectStore: Send + Sync {
    /// Returns the location for display, such as `s3://bucket/prefix`.
    fn location(&self) -> String;

    /// Reads the object at `key`, unless it still has the version `known`. Fails if the object is larger than
    /// `max_bytes`.
    fn read<'a>(
        &'a self,
        key: &'a str,
        known: Option<&'a ObjectVersion>,
        max_bytes: usize,
    ) -> BoxFuture<'a, Result<Fetched, Failure>>;

    /// Writes `bytes` as the object at `key` if `condition` holds.
    fn write<'a>(
        &'a self,
        key: &'a str,
        bytes: Vec<u8>,
        condition: WriteCondition,
    ) -> BoxFuture<'a, Result<WriteOutcome, Failure>>;

    /// Returns the keys that start with `prefix`, sorted, each with a version of its object. Returns at most
    /// [`MAX_LISTED_OBJECTS`] keys. A caller may compare these versions only with those of other listings,
    /// because `read` and `write` may return other versions for the same content.
    fn list<'a>(&'a self, prefix: &'a str) -> BoxFuture<'a, Result<Vec<(String, ObjectVersion)>, Failure>>;

    /// Deletes the object at `key`. A missing object is no failure.
    fn delete<'a>(&'a self, key: &'a str) -> BoxFuture<'a, Result<(), Failure>>;
}

/// Maximum number of objects in a listing.
pub const MAX_LISTED_OBJECTS: usize = 10_000;
