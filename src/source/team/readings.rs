//! Cache of the leader's newest reading (shared snapshot), which this member puts together from the objects
//! in the store.

use super::team_folder::TeamFolder;
use crate::{
    background::run_blocking,
    model::{Failure, FailureKind, LoadProgress, Snapshot, SourceId, SourcePart, Timestamp},
    object_store::Fetched,
    team::{Head, MAX_OBJECT_BYTES, Reading, ReadingObjectKey, ReadingRef, missing_objects},
};
use futures::{StreamExt, stream};
use std::time::Duration;

/// Number of failed updates in a row after which this member stops following the leader and polls for itself.
const MAX_FAILED_READINGS: u32 = 3;

/// Maximum number of objects that this member reads at the same time.
const MAX_READS_AT_ONCE: usize = 8;

/// Maximum time between two reads of the head at which deltas (changes) may still continue the cached
/// reading. After a longer time, the store may have been emptied and filled again, so the next reading must
/// begin with a whole snapshot.
const MAX_HEAD_READ_GAP: Duration = Duration::from_mins(1);

/// Precision of the times in a store's HTTP headers.
const HEADER_TIME_STEP: Duration = Duration::from_secs(1);

/// Cache of the newest reading (shared snapshot) that this member has put together from the objects in the
/// store.
#[derive(Debug)]
pub(super) struct ReadingCache {
    source: SourceId,
    reading: Option<Reading>,
    /// True if deltas can't continue the cached reading. Then the next reading must begin with a base, which
    /// is a complete snapshot.
    is_broken: bool,
    /// Time of the leader's poll for the cached reading, on this member's clock. It may be too early, but
    /// never too late.
    read_at: Duration,
    /// Time of the leader's poll for the newest reading in the store, on this member's clock.
    newest_read_at: Duration,
    /// Time of the last read of the head, the object that names the newest reading.
    head_read_at: Option<Duration>,
    failed_readings: u32,
    /// Reason why the newest reading could not be read.
    pub(super) problem: Option<Failure>,
}

impl ReadingCache {
    /// Returns an empty cache of the readings (shared snapshots) of `source`.
    pub(super) fn new(source: SourceId) -> Self {
        Self {
            source,
            reading: None,
            is_broken: false,
            read_at: Duration::ZERO,
            newest_read_at: Duration::ZERO,
            head_read_at: None,
            failed_readings: 0,
            problem: None,
        }
    }

    /// Returns the time of the leader's poll for the newest reading in the store, on this member's clock.
    pub(super) fn newest_read_at(&self) -> Duration {
        self.newest_read_at
    }

    /// Returns true if the cache has a reading.
    pub(super) fn has_reading(&self) -> bool {
        self.reading.is_some()
    }

    /// Keeps a snapshot from this member's own poll until the member reads a reading of a leader again.
    pub(super) fn remember(&mut self, own: &Snapshot, now: Duration) {
        self.reading = Some(Reading::own(Snapshot { connections: Vec::new(), ..own.clone() }));
        self.read_at = now;
    }

    /// Records a new head (the object that names the newest reading), which was read at `now`. `age` is the
    /// time since it was written, by the store's clock.
    ///
    /// The time of the reading is computed from ages only, so a wrong clock of the leader does no harm. The
    /// head was written after this member's previous read, so it is no older than that read, even if the
    /// store reports a greater age or none.
    pub(super) fn note_head(&mut self, now: Duration, head: &Head, age: Option<Duration>) {
        let since_look = self.head_read_at.map(|at| now.saturating_sub(at));
        self.head_read_at = Some(now);
        // The store may have been emptied and filled again since the previous read.
        self.is_broken |= since_look.is_some_and(|time| time > MAX_HEAD_READ_GAP);
        if let Some(reading) = head.reading {
            let told = age.map(|age| age + HEADER_TIME_STEP).into_iter();
            let head_age = told.chain(since_look).min().unwrap_or_default();
            self.newest_read_at = now.saturating_sub(head_age + reading.age());
        }
    }

    /// Makes the next reading begin with a base (a whole snapshot). Needed after the store was emptied and
    /// filled again, because a new reading may then have the same keys as the cached one.
    pub(super) fn begin_with_base(&mut self) {
        self.is_broken = true;
    }

    /// Records that at `now` the store still had the same head.
    pub(super) fn note_same_head(&mut self, now: Duration) {
        self.head_read_at = Some(now);
    }

    /// Updates the cache to the reading `wanted`. If that fails, keeps the older reading. Returns the failure
    /// only after [`MAX_FAILED_READINGS`] failed attempts in a row.
    pub(super) async fn update(&mut self, team: &TeamFolder, wanted: &ReadingRef) -> Result<(), Failure> {
        match self.read_missing(team, wanted).await {
            Ok(()) => {
                (self.failed_readings, self.problem) = (0, None);
                self.read_at = self.newest_read_at;
                Ok(())
            }
            Err(failure) => {
                self.failed_readings += 1;
                self.problem = Some(failure.clone());
                if self.failed_readings < MAX_FAILED_READINGS { Ok(()) } else { Err(failure) }
            }
        }
    }

    async fn read_missing(&mut self, team: &TeamFolder, wanted: &ReadingRef) -> Result<(), Failure> {
        let known = self.reading.as_ref().filter(|_| !self.is_broken);
        let known = known.map(|reading| (reading.epoch, reading.number));
        if known == Some((wanted.epoch, wanted.number)) {
            return Ok(());
        }
        let keys = missing_objects(known, wanted);
        let read = self.read_objects(team, &keys, wanted).await;
        if read.is_ok() || matches!(keys.first(), Some(ReadingObjectKey::Base(..))) {
            return read;
        }
        self.read_objects(team, &missing_objects(None, wanted), wanted).await
    }

    async fn read_objects(
        &mut self,
        team: &TeamFolder,
        keys: &[ReadingObjectKey],
        wanted: &ReadingRef,
    ) -> Result<(), Failure> {
        let reads: Vec<_> = keys.iter().map(|key| read_object(team, *key)).collect();
        // A member that joins may need many deltas, and a store may take a second for each response.
        let mut objects = stream::iter(reads).buffered(MAX_READS_AT_ONCE);
        // The older reading stays until all objects were applied.
        let begins_with_base = matches!(keys.first(), Some(ReadingObjectKey::Base(..)));
        let mut newest = if begins_with_base { None } else { self.reading.clone() };
        while let Some(object) = objects.next().await {
            newest = self.apply_object(team, newest, object?).await.inspect_err(|_| self.is_broken = true)?;
        }
        if let Some(Err(error)) = newest.as_ref().map(|newest| newest.check(wanted)) {
            self.is_broken = true;
            let what = format!("{}: the reading can't be used: {error}", team.store.location());
            return Err(Failure::new(
                FailureKind::Invalid,
                what,
                "no action needed: it is read again as a whole",
            ));
        }
        self.is_broken &= !begins_with_base;
        self.reading = newest;
        Ok(())
    }

    /// Applies one object to `reading`. A base replaces the reading. Runs on a blocking thread, because the
    /// screen and other sources must not wait for a large object.
    async fn apply_object(
        &self,
        team: &TeamFolder,
        reading: Option<Reading>,
        (key, bytes): (ReadingObjectKey, Vec<u8>),
    ) -> Result<Option<Reading>, Failure> {
        let source = self.source.clone();
        let applied = run_blocking(move || match (key, reading) {
            (ReadingObjectKey::Base(epoch, number), _) => {
                Reading::from_base(epoch, number, &bytes, &source).map(Some)
            }
            (ReadingObjectKey::Delta(..), Some(mut reading)) => {
                reading.apply(&bytes, &source).map(|()| Some(reading))
            }
            (ReadingObjectKey::Delta(..), None) => Ok(None),
        });
        let applied = applied.await.map_err(|panicked| panicked.failure("internal error while reading"))?;
        applied.map_err(|error| {
            let what = format!("{}: {} can't be used: {error}", team.store.location(), team.key(key));
            let remedy =
                "use one version of Portolan in the whole team, and check who may write to the store";
            Failure::new(FailureKind::Invalid, what, remedy)
        })
    }

    /// Returns the snapshot to show at `now`, and takes its connections out of the cache. `now_utc` is the
    /// same time on this machine's UTC clock. The snapshot's time is that of the leader's poll. Without a
    /// reading, returns an empty snapshot whose load has not begun.
    pub(super) fn take_snapshot(&mut self, now: Duration, now_utc: Timestamp) -> Snapshot {
        let Some(reading) = &mut self.reading else {
            let waiting = LoadProgress { part: SourcePart::Services, read: 0, known: 0 };
            return Snapshot {
                source: self.source.clone(),
                taken_at: now_utc,
                services: Vec::new(),
                load_balancers: Vec::new(),
                events: Vec::new(),
                unread_parts: Vec::new(),
                connections: Vec::new(),
                monitored: Vec::new(),
                progress: vec![waiting],
            };
        };
        let connections = std::mem::take(&mut reading.snapshot.connections);
        let age = now.saturating_sub(self.read_at);
        let taken_at = now_utc.checked_sub(age).unwrap_or(now_utc);
        let mut shown = Snapshot { taken_at, connections, ..reading.snapshot.clone() };
        shown.forget_paths();
        shown
    }
}

/// Reads one object of a reading from the store.
async fn read_object(
    team: &TeamFolder,
    key: ReadingObjectKey,
) -> Result<(ReadingObjectKey, Vec<u8>), Failure> {
    let whole = team.key(key);
    match team.store.read(&whole, None, MAX_OBJECT_BYTES).await? {
        Fetched::Found(object) => Ok((key, object.bytes)),
        Fetched::Missing | Fetched::Unchanged => {
            let what = format!("{}: {whole} is missing", team.store.location());
            Err(Failure::new(FailureKind::Missing, what, "no action needed: the next reading comes soon"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::ReadingCache;
    use crate::{
        model::SourceId,
        team::{Head, HeadContent},
    };
    use std::time::Duration;

    #[test]
    fn a_head_is_not_older_than_the_last_look_whatever_the_clock_of_the_store_says() {
        let text = r#"{"schema":"portolan.team/1","version":"1","epoch":1,"beat":1,"released":false,
            "leader":{"id":"a","name":"ann","rank":"person","read_as":"x"},"interval_ms":5000,"members":1,
            "reading":{"epoch":1,"number":1,"base":1,"oldest_delta":2,"services":0,"age_ms":2000}}"#;
        let HeadContent::Valid(head) = HeadContent::parse(text.as_bytes()) else { panic!() };
        let at = Duration::from_secs;
        let mut cache = ReadingCache::new(SourceId::new("ecs"));
        let mut newest = |now, head: &Head, age| {
            cache.note_head(now, head, age);
            cache.newest_read_at()
        };
        assert_eq!(newest(at(9_000), &head, Some(at(60))), at(9_000 - 63));
        assert_eq!(newest(at(9_004), &head, Some(at(3_600))), at(9_004 - 4 - 2));
        assert_eq!(newest(at(9_008), &head, None), at(9_008 - 4 - 2));
        assert_eq!(newest(at(9_012), &head, Some(at(1))), at(9_012 - 2 - 2));
    }
}
