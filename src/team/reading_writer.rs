//! Readings of a leader: decides whether to write each as a base or a delta, and which older objects to
//! delete.

use super::{head::ReadingRef, keys::ReadingObjectKey, object_error::ObjectError, object_format::pack};
use crate::model::{ObservationLog, ObservedConnection, Snapshot, SnapshotDelta};
use std::{collections::BTreeSet, time::Duration};

/// Time after which a new base replaces the deltas since the last one.
const BASE_INTERVAL: Duration = Duration::from_mins(5);

/// Maximum number of deltas after a base. A member that joins reads them all.
const MAX_DELTAS_AFTER_BASE: u64 = 100;

/// Maximum number of connections that wait to be written. Beyond it, Portolan drops the oldest.
const MAX_PENDING_CONNECTIONS: usize = 20_000;

/// Writer of a leader's readings: encodes each as a delta (the changes since the last), as a base (the whole
/// snapshot), or as both. The caller writes these objects to the store.
#[derive(Debug)]
pub struct ReadingWriter {
    epoch: u64,
    /// Objects of this epoch in the store.
    written: Written,
    /// Connections observed since the last reading that was written.
    pending: Vec<ObservedConnection>,
    /// All connections of this epoch, for the bases.
    observations: ObservationLog,
    /// Time for which a connection is kept after it was last seen, in seconds.
    keep_seconds: i64,
}

/// Objects that a leader has written in its epoch.
#[derive(Clone, Debug, Default)]
struct Written {
    reading: Option<ReadingRef>,
    snapshot: Option<Snapshot>,
    /// Time of the newest reading, on the leader's clock.
    read_at: Duration,
    base_at: Duration,
    base_bytes: usize,
    /// Bytes of all deltas after the base.
    delta_bytes: usize,
    keys: BTreeSet<ReadingObjectKey>,
}

/// Changes to the store for one reading: the objects to write, and those to delete afterwards. Once the new
/// objects are in the store, pass the draft to [`ReadingWriter::commit`].
#[derive(Debug)]
pub struct ReadingDraft {
    /// New objects with their keys.
    pub objects: Vec<(ReadingObjectKey, Vec<u8>)>,
    /// Objects that no member needs any more. The leader deletes them after it has written the next head.
    pub obsolete: Vec<ReadingObjectKey>,
    written: Written,
}

impl ReadingWriter {
    /// Returns the state of a new leader, which has written nothing yet.
    #[must_use]
    pub fn new(epoch: u64, keep_seconds: i64) -> Self {
        Self {
            epoch,
            written: Written::default(),
            pending: Vec::new(),
            observations: ObservationLog::default(),
            keep_seconds,
        }
    }

    /// Returns the objects to write for `snapshot`, read at `now` on the leader's clock. The draft is empty
    /// if nothing changed.
    pub fn prepare(&mut self, now: Duration, snapshot: &Snapshot) -> Result<ReadingDraft, ObjectError> {
        let Snapshot { connections, monitored, taken_at, .. } = snapshot;
        self.observations.record(connections, monitored, *taken_at, self.keep_seconds);
        self.pending.extend(connections.iter().cloned());
        let surplus = self.pending.len().saturating_sub(MAX_PENDING_CONNECTIONS);
        self.pending.drain(..surplus);
        let newest = Snapshot { connections: self.pending.clone(), progress: Vec::new(), ..snapshot.clone() };
        let mut draft =
            ReadingDraft { objects: Vec::new(), obsolete: Vec::new(), written: self.written.clone() };
        draft.written.read_at = now;
        let Some((old, reading)) = self.written.snapshot.as_ref().zip(self.written.reading) else {
            self.add_base(&mut draft, 1, now, newest)?;
            return Ok(draft);
        };
        let delta = SnapshotDelta::between(Some(old), &newest);
        if delta.is_empty() {
            return Ok(draft);
        }
        let number = reading.number + 1;
        let key = ReadingObjectKey::Delta(self.epoch, number);
        let written = &mut draft.written;
        let is_small = match pack(&delta) {
            Ok(object) => {
                written.delta_bytes += object.len();
                written.keys.insert(key);
                draft.objects.push((key, object));
                true
            }
            Err(_) => false,
        };
        let is_base_due = !is_small
            || now.saturating_sub(written.base_at) >= BASE_INTERVAL
            || written.delta_bytes > written.base_bytes
            || number - reading.base >= MAX_DELTAS_AFTER_BASE;
        let oldest_delta = if is_small { reading.oldest_delta } else { number + 1 };
        written.reading =
            Some(ReadingRef { number, oldest_delta, services: newest.services.len(), ..reading });
        if is_base_due {
            self.add_base(&mut draft, number, now, newest)?;
        } else {
            draft.written.snapshot = Some(newest);
        }
        Ok(draft)
    }

    /// Adds a base (the whole snapshot `newest`) to the draft. Keeps the deltas since the previous base,
    /// because a member that has one of the readings since then can still apply them.
    fn add_base(
        &self,
        draft: &mut ReadingDraft,
        number: u64,
        now: Duration,
        newest: Snapshot,
    ) -> Result<(), ObjectError> {
        let key = ReadingObjectKey::Base(self.epoch, number);
        let seen = self.observations.connections().map(|(key, period)| ObservedConnection {
            key: key.clone(),
            first_seen: period.first_seen,
            last_seen: period.last_seen,
        });
        let base = Snapshot { connections: seen.collect(), ..newest };
        let object = pack(&base)?;
        let written = &mut draft.written;
        let services = base.services.len();
        (written.base_at, written.base_bytes, written.delta_bytes) = (now, object.len(), 0);
        draft.objects.push((key, object));
        written.snapshot = Some(base);
        let last_base = written.reading.map_or(number, |reading| reading.base);
        let oldest_delta =
            written.reading.map_or(number + 1, |reading| reading.oldest_delta.max(last_base + 1));
        written.reading =
            Some(ReadingRef { epoch: self.epoch, number, base: number, oldest_delta, services, age_ms: 0 });
        let is_obsolete = |key: &ReadingObjectKey| match *key {
            ReadingObjectKey::Base(_, base) => base < last_base,
            ReadingObjectKey::Delta(_, delta) => delta < oldest_delta,
        };
        draft.obsolete.extend(written.keys.iter().filter(|key| is_obsolete(key)).copied());
        written.keys.retain(|key| !is_obsolete(key));
        written.keys.insert(key);
        Ok(())
    }

    /// Records that the objects of `draft` are in the store.
    pub fn commit(&mut self, draft: ReadingDraft) {
        self.written = draft.written;
        self.pending.clear();
    }

    /// Returns the newest reading in the store, for a head written at `now`; `None` before the first reading.
    #[must_use]
    pub fn reading(&self, now: Duration) -> Option<ReadingRef> {
        let age = now.saturating_sub(self.written.read_at);
        Some(ReadingRef { age_ms: age.as_millis() as u64, ..self.written.reading? })
    }
}
