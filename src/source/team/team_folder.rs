//! Store of a team, and its folder for one account and region.

use crate::object_store::ObjectStore;
use std::sync::Arc;

/// Store of a team, with the prefix of all keys for one account and region.
#[derive(Clone)]
pub(super) struct TeamFolder {
    pub store: Arc<dyn ObjectStore>,
    /// Prefix of all keys, without a slash at its end.
    pub folder: String,
}

impl TeamFolder {
    /// Returns the full key of an object in this folder.
    pub(super) fn key(&self, key: impl std::fmt::Display) -> String {
        format!("{}/{key}", self.folder)
    }
}
