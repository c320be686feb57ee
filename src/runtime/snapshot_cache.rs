//! Cache on disk for the last snapshot and the known outages of a source. The next run starts with them.

use crate::{
    background::{run_blocking, run_blocking_then},
    cache::{self, CacheDir},
    model::{SavedOutages, Snapshot, Timestamp},
    source::Source,
};
use std::time::Duration;
use tokio::time::Instant;

/// Minimum time between two saves, because the snapshot of a large account has several megabytes.
const SAVE_INTERVAL: Duration = Duration::from_mins(5);

/// Cache on disk for the snapshots of one source. Loads the snapshot that the last run saved, and saves a
/// newer one every few minutes.
#[derive(Clone, Debug)]
pub(super) struct SnapshotCache {
    folder: Option<CacheDir>,
    /// Time of the last save in this run.
    saved_at: Option<Instant>,
}

impl SnapshotCache {
    /// Creates a cache in `folder`. Without a folder, it loads and saves nothing.
    pub(super) fn new(folder: Option<CacheDir>) -> Self {
        Self { folder, saved_at: None }
    }

    /// Loads the last saved snapshot of `source`. Returns `None` if there is none. The error is a message for
    /// the user.
    pub(super) async fn load(&self, source: &dyn Source) -> Result<Option<Snapshot>, String> {
        let Some(folder) = self.folder.clone() else { return Ok(None) };
        let Some(key) = source.cache_key().await else { return Ok(None) };
        let read = run_blocking(move || cache::load_snapshot(&folder, &key, Timestamp::now())).await;
        match read {
            Ok(Ok(picture)) => Ok(picture),
            Ok(Err(error)) => Err(format!("the cached snapshot can't be read and is ignored: {error}")),
            Err(panicked) => Err(format!("internal error while reading the cached snapshot: {panicked}")),
        }
    }

    /// Saves the snapshot of `source` if the snapshot is complete and the last save is at least
    /// [`SAVE_INTERVAL`] ago.
    pub(super) async fn save_if_due(&mut self, source: &dyn Source, snapshot: &Snapshot) {
        let Some(folder) = self.folder.clone() else { return };
        let is_time = self.saved_at.is_none_or(|kept| kept.elapsed() >= SAVE_INTERVAL);
        if !snapshot.progress.is_empty() || !is_time {
            return;
        }
        self.saved_at = Some(Instant::now());
        let Some(key) = source.cache_key().await else { return };
        let snapshot = snapshot.clone();
        run_blocking_then(
            move || cache::save_snapshot(&folder, &key, &snapshot),
            |kept| {
                if let Ok(Err(error)) = kept {
                    tracing::warn!(%error, "the snapshot could not be saved");
                }
            },
        );
    }
}

/// Loads the outages that earlier runs saved for `source`. Returns `None` if there are none or they can't be
/// read.
pub async fn load_outages(folder: Option<&CacheDir>, source: &dyn Source) -> Option<SavedOutages> {
    let (folder, key) = (folder?.clone(), source.outage_key().await?);
    let read = run_blocking(move || cache::load_outages(&folder, &key)).await;
    let read = read.unwrap_or_else(|panicked| Err(std::io::Error::other(panicked.to_string())));
    read.unwrap_or_else(|error| {
        tracing::warn!(%error, "the saved outages could not be read");
        None
    })
}

/// Saves the outages of `source` for the next run.
pub async fn save_outages(folder: &CacheDir, source: &dyn Source, memory: SavedOutages) {
    let Some(key) = source.outage_key().await else { return };
    let folder = folder.clone();
    let saved = run_blocking(move || cache::save_outages(&folder, &key, &memory)).await;
    let saved = saved.unwrap_or_else(|panicked| Err(std::io::Error::other(panicked.to_string())));
    if let Err(error) = saved {
        tracing::warn!(%error, "the outages could not be saved");
    }
}
