//! The followers' side of a reading: which objects to read, and what they may contain.

use super::{
    decode_budget::DecodeBudget,
    head::{MAX_LISTED_DELTAS, ReadingRef},
    keys::ObjectKey,
    object_error::ObjectError,
    object_format::unpack_within,
};
use crate::model::{Snapshot, SnapshotDelta, SourceId, SourceRename};

/// Maximum number of deltas to read instead of a base.
const MAX_DELTAS_IN_A_ROW: u64 = MAX_LISTED_DELTAS / 4;

/// Maximum number of services in a reading.
const MAX_SERVICES: usize = 20_000;

/// Maximum number of events, connections, load balancers and unread parts in a reading, each.
const MAX_OTHER_ITEMS: usize = 100_000;

/// A reading that a follower has put together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reading {
    /// Epoch of the leader that read it.
    pub epoch: u64,
    /// Number of the reading within its epoch.
    pub number: u64,
    /// Everything in it. Its connections are those since the follower last took them.
    pub snapshot: Snapshot,
    /// Budget for further deltas. A reading that has used it up begins with a base again.
    budget: DecodeBudget,
}

/// Returns the objects that lead from the reading `known` (epoch and number) to `wanted`, in order.
#[must_use]
pub fn missing_objects(known: Option<(u64, u64)>, wanted: &ReadingRef) -> Vec<ObjectKey> {
    let deltas = |from: u64| (from..=wanted.number).map(|number| ObjectKey::Delta(wanted.epoch, number));
    match known {
        Some((epoch, number))
            if epoch == wanted.epoch
                && (wanted.oldest_delta..=wanted.number + 1).contains(&(number + 1))
                && wanted.number - number <= MAX_DELTAS_IN_A_ROW =>
        {
            deltas(number + 1).collect()
        }
        _ => {
            [ObjectKey::Base(wanted.epoch, wanted.base)].into_iter().chain(deltas(wanted.base + 1)).collect()
        }
    }
}

impl Reading {
    /// Returns a reading of this member itself.
    #[must_use]
    pub fn own(snapshot: Snapshot) -> Self {
        // No leader has this epoch.
        Self { epoch: 0, number: 0, snapshot, budget: DecodeBudget::default() }
    }

    /// Returns the reading in a base, as one of `source`.
    ///
    /// # Errors
    /// Fails if the base is damaged, or larger than the limits.
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

    /// Goes on to the next reading of the same epoch by a delta, as one of `source`.
    ///
    /// # Errors
    /// Fails if the delta is damaged, or makes the reading larger than the limits.
    pub fn apply(&mut self, object: &[u8], source: &SourceId) -> Result<(), ObjectError> {
        let mut delta: SnapshotDelta = unpack_within(object, &mut self.budget)?;
        delta.rename_source(source);
        delta.apply_to(&mut self.snapshot);
        self.number += 1;
        check_size(&self.snapshot)
    }

    /// Checks that this is the reading `wanted`.
    pub fn check(&self, wanted: &ReadingRef) -> Result<(), ObjectError> {
        let is_same = (self.epoch, self.number, self.snapshot.services.len())
            == (wanted.epoch, wanted.number, wanted.services);
        if is_same { Ok(()) } else { Err(ObjectError::Damaged("services are missing in it".into())) }
    }
}

/// Checks the numbers of things in a snapshot that deltas add to. The budget has counted what is in them.
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
