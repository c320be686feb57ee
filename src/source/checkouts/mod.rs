//! Local repositories that describe services. Portolan finds them by patterns of the configuration, and by
//! the compose files that started services. It reads their files within limits, and runs no code.
//!
//! The reads block, so the runtime makes them outside the event loop. Portolan parses a checkout again only
//! if one of its files has changed.

mod find;
mod read;
mod text_file;
mod walk;

use crate::model::{Checkout, Text};
use find::FoundRoot;
use read::FileStamp;
use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
    sync::Arc,
};

/// Maximum number of checkouts that Portolan reads.
const MAX_CHECKOUTS: usize = 1_000;
/// Maximum number of folders that Portolan lists in all checkouts together.
const MAX_TOTAL_FOLDERS: usize = 50_000;

/// Reader of checkouts, which are repositories on this machine with files about services. Keeps each parsed
/// checkout until one of its files changes.
#[derive(Debug, Default)]
pub struct CheckoutReader {
    /// Patterns of the configuration, such as `~/src/*`.
    patterns: Vec<String>,
    home: Option<PathBuf>,
    cache: BTreeMap<PathBuf, CachedCheckout>,
}

/// A checkout with the state of its files when it was read.
#[derive(Debug)]
struct CachedCheckout {
    stamps: Vec<FileStamp>,
    checkout: Arc<Checkout>,
}

impl CheckoutReader {
    /// Creates a reader of the checkouts that match `patterns`. `home` replaces a leading `~`.
    #[must_use]
    pub fn new(patterns: &[String], home: Option<&Path>) -> Self {
        Self { patterns: patterns.to_vec(), home: home.map(Path::to_owned), cache: BTreeMap::new() }
    }

    /// Returns true if the configuration names checkouts.
    #[must_use]
    pub fn has_patterns(&self) -> bool {
        !self.patterns.is_empty()
    }

    /// Reads the checkouts that the configuration names and those to which `compose_files` lead. Returns them
    /// sorted by path. [`Checkout::unread`] lists the files that can't be read.
    pub fn read(&mut self, compose_files: &BTreeSet<Text>) -> Vec<Arc<Checkout>> {
        let mut roots = find::roots_of_patterns(&self.patterns, self.home.as_deref());
        for file in compose_files {
            for root in find::roots_of_compose_file(Path::new(file.as_str())) {
                let known: &mut FoundRoot = roots.entry(root.path.clone()).or_insert(root);
                known.compose_files.insert(file.clone());
            }
        }
        let mut folders_left = MAX_TOTAL_FOLDERS;
        let mut fresh = BTreeMap::new();
        for root in roots.into_values().take(MAX_CHECKOUTS) {
            let host = read::git_remote(&root.path).map(|remote| remote.code_host()).unwrap_or_default();
            let files = walk::find_files(&root, host, &mut folders_left);
            let stamps = read::stamps(&root, &files);
            let known = self.cache.remove(&root.path).filter(|known| known.stamps == stamps);
            let cached = known.unwrap_or_else(|| CachedCheckout {
                checkout: Arc::new(read::read_checkout(&root, &files)),
                stamps,
            });
            fresh.insert(root.path, cached);
        }
        self.cache = fresh;
        self.cache.values().map(|cached| Arc::clone(&cached.checkout)).collect()
    }
}

#[cfg(test)]
mod tests;
