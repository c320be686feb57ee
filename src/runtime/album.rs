//! What is kept of a source on disk between runs and beside the looks: its last picture, and what is known of its outages.

use crate::{
    background::{blocking, blocking_then},
    cache::{self, Folder},
    model::{OutageMemory, Snapshot, Timestamp},
    source::Source,
};
use std::time::Duration;
use tokio::time::Instant;

/// How often a picture is kept: a picture of a big account is some megabytes.
const PACE: Duration = Duration::from_mins(5);

/// Where the pictures of one source are kept.
#[derive(Clone, Debug)]
pub(super) struct Album {
    folder: Option<Folder>,
    kept: Option<Instant>,
}

impl Album {
    /// In that folder; nowhere without one.
    pub(super) fn new(folder: Option<Folder>) -> Self {
        Self { folder, kept: None }
    }

    /// The last picture of `source`; none where none is kept. An error says why one can not be read.
    pub(super) async fn last(&self, source: &dyn Source) -> Result<Option<Snapshot>, String> {
        let Some(folder) = self.folder.clone() else { return Ok(None) };
        let Some(key) = source.key().await else { return Ok(None) };
        let read = blocking(move || cache::last(&folder, &key, Timestamp::now())).await;
        match read {
            Ok(Ok(picture)) => Ok(picture),
            Ok(Err(error)) => Err(format!("the cache can't be used and is let go: {error}")),
            Err(panicked) => Err(format!("the cache could not be taken in: {panicked}")),
        }
    }

    /// Keeps a picture of `source`, where it is whole and it is time to.
    pub(super) async fn keep(&mut self, source: &dyn Source, snapshot: &Snapshot) {
        let Some(folder) = self.folder.clone() else { return };
        let is_time = self.kept.is_none_or(|kept| kept.elapsed() >= PACE);
        if !snapshot.progress.is_empty() || !is_time {
            return;
        }
        self.kept = Some(Instant::now());
        let Some(key) = source.key().await else { return };
        let snapshot = snapshot.clone();
        blocking_then(
            move || cache::keep(&folder, &key, &snapshot),
            |kept| {
                if let Ok(Err(error)) = kept {
                    tracing::warn!(%error, "the picture could not be kept");
                }
            },
        );
    }
}

/// What earlier runs knew of the outages of `source`.
pub async fn last_outages(folder: Option<&Folder>, source: &dyn Source) -> Option<OutageMemory> {
    let (folder, key) = (folder?.clone(), source.outage_key().await?);
    let read = blocking(move || cache::last_outages(&folder, &key)).await;
    let read = read.unwrap_or_else(|panicked| Err(std::io::Error::other(panicked.to_string())));
    read.unwrap_or_else(|error| {
        tracing::warn!(%error, "what was known of outages could not be read");
        None
    })
}

/// Keeps what is known of the outages of `source` for the next run.
pub async fn keep_outages(folder: &Folder, source: &dyn Source, memory: OutageMemory) {
    let Some(key) = source.outage_key().await else { return };
    let folder = folder.clone();
    let kept = blocking(move || cache::keep_outages(&folder, &key, &memory)).await;
    let kept = kept.unwrap_or_else(|panicked| Err(std::io::Error::other(panicked.to_string())));
    if let Err(error) = kept {
        tracing::warn!(%error, "what is known of outages could not be kept");
    }
}
