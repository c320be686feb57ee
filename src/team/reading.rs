//! Readings of a follower: finds the objects to fetch from the store, and decodes them within limits.

use super::{
    decode_budget::DecodeBudget,
    head::{MAX_LISTED_DELTAS, ReadingRef},
    keys::ReadingObjectKey,
    object_error::ObjectError,
    object_format::unpack_within,
};
use crate::model::{Snapshot, SnapshotDelta, SourceId, SourceRename};

/// Maximum number of deltas with which a follower updates its reading. If it lacks more, it fetches a base.
const MAX_DELTAS_IN_A_ROW: u64 = MAX_LISTED_DELTAS / 4;

/// Maximum number of services in a reading.
const MAX_SERVICES: usize = 20_000;

/// Maximum length of each list of a reading besides its services, such as its events or its connections.
const MAX_OTHER_ITEMS: usize = 100_000;

/// Reading of an AWS account: a snapshot that this member assembled from objects of the store, or polled
/// itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reading {
    /// Epoch of the leader that polled it; 0 if this member polled it.
    pub epoch: u64,
    /// Number of the reading within its epoch; 0 if this member polled it.
    pub number: u64,
    /// Everything in the reading. Its connections are those observed since the follower last took them out.
    pub snapshot: Snapshot,
    /// Budget left for further deltas. Once it is exhausted, the follower fetches a base again.
    budget: DecodeBudget,
}

/// Returns the keys of the objects to fetch, in order, for a follower that has the reading `known` (epoch and
/// number) and needs `wanted`. They are deltas if few are missing, otherwise a base and the deltas after it.
#[must_use]
pub fn missing_objects(known: Option<(u64, u64)>, wanted: &ReadingRef) -> Vec<ReadingObjectKey> {
    let deltas =
        |from: u64| (from..=wanted.number).map(|number| ReadingObjectKey::Delta(wanted.epoch, number));
    match known {
        Some((epoch, number))
            if epoch == wanted.epoch
                && (wanted.oldest_delta..=wanted.number + 1).contains(&(number + 1))
                && wanted.number - number <= MAX_DELTAS_IN_A_ROW =>
        {
            deltas(number + 1).collect()
        }
        _ => [ReadingObjectKey::Base(wanted.epoch, wanted.base)]
            .into_iter()
            .chain(deltas(wanted.base + 1))
            .collect(),
    }
}

impl Reading {
    /// Returns a reading that this member polled itself.
    #[must_use]
    pub fn own(snapshot: Snapshot) -> Self {
        // No leader has this epoch.
        Self { epoch: 0, number: 0, snapshot, budget: DecodeBudget::default() }
    }

    /// Decodes the base `object` as reading `number` of `epoch`. Moves its ids to `source`, the reader's own
    /// source.
    ///
    /// # Errors
    /// Fails if the base is damaged or exceeds the limits.
    pub fn from_base(epoch: u64, number: u64, object: &[u8], source: &SourceId) -> Result<Self, ObjectError> {
        let mut budget = DecodeBudget::default();
        let mut snapshot: Snapshot = unpack_within(object, &mut budget)?;
        check_size(&snapshot)?;
        snapshot.progress = Vec::new();
        snapshot.rename_source(source);
        snapshot.services.sort_by(|a, b| a.id.cmp(&b.id));
        snapshot.services.dedup_by(|a, b| a.id == b.id);
        Ok(Self { epoch, number, snapshot, budget })
    }

    /// Applies the delta `object`, which makes this the next reading of the same epoch. Moves the delta's ids
    /// to `source`.
    ///
    /// # Errors
    /// Fails if the delta is damaged, or the reading exceeds the limits after it.
    pub fn apply(&mut self, object: &[u8], source: &SourceId) -> Result<(), ObjectError> {
        let mut delta: SnapshotDelta = unpack_within(object, &mut self.budget)?;
        delta.rename_source(source);
        delta.apply_to(&mut self.snapshot);
        self.number += 1;
        check_size(&self.snapshot)
    }

    /// Checks that the epoch, the number and the count of services match `wanted`.
    pub fn check(&self, wanted: &ReadingRef) -> Result<(), ObjectError> {
        let is_same = (self.epoch, self.number, self.snapshot.services.len())
            == (wanted.epoch, wanted.number, wanted.services);
        if is_same { Ok(()) } else { Err(ObjectError::Damaged("services are missing in it".into())) }
    }
}

/// Checks the lengths of the lists that deltas may extend. The decode budget has limited the content of each
/// item.
fn check_size(snapshot: &Snapshot) -> Result<(), ObjectError> {
    let Snapshot { services, load_balancers, events, unread_parts, connections, monitored, .. } = snapshot;
    let others = [load_balancers.len(), events.len(), unread_parts.len(), connections.len(), monitored.len()];
    if services.len() > MAX_SERVICES {
        Err(ObjectError::TooLarge("20,000 services"))
    } else if others.into_iter().any(|count| count > MAX_OTHER_ITEMS) {
        Err(ObjectError::TooLarge("100,000 events, connections or load balancers"))
    } else {
        Ok(())
    }
}
