//! The followers' side of a reading: which objects to read, and what they may contain.

use super::{
    head::{MAX_LISTED_DELTAS, ReadingRef},
    keys::ObjectKey,
    object_format::{ObjectError, unpack},
};
use crate::model::{Snapshot, SnapshotDelta, SourceId, SourceRename};

/// Maximum number of deltas to read instead of a base.
const MAX_DELTAS_IN_A_ROW: u64 = MAX_LISTED_DELTAS / 4;

/// Maximum number of services in a reading.
const MAX_SERVICES: usize = 20_000;

/// Maximum number of events, connections, load balancers and unread parts in a reading, each.
const MAX_OTHER_ITEMS: usize = 100_000;

/// Maximum number of instances of one service.
const MAX_INSTANCES: usize = 10_000;

/// A reading that a follower has put together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reading {
    /// Epoch of the leader that read it.
    pub epoch: u64,
    /// Number of the reading within its epoch.
    pub number: u64,
    /// Everything in it. Its connections are those since the follower last took them.
    pub snapshot: Snapshot,
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

/// Returns the snapshot in a base, as a snapshot of `source`.
pub fn read_base(object: &[u8], source: &SourceId) -> Result<Snapshot, ObjectError> {
    let mut snapshot: Snapshot = unpack(object)?;
    check_size(&snapshot)?;
    snapshot.progress = Vec::new();
    snapshot.rename_source(source);
    snapshot.services.sort_by(|a, b| a.id.cmp(&b.id));
    snapshot.services.dedup_by(|a, b| a.id == b.id);
    Ok(snapshot)
}

/// Returns the changes in a delta, as changes of `source`.
pub fn read_delta(object: &[u8], source: &SourceId) -> Result<SnapshotDelta, ObjectError> {
    let mut delta: SnapshotDelta = unpack(object)?;
    delta.rename_source(source);
    Ok(delta)
}

impl Reading {
    /// Goes on to the next reading of the same epoch.
    pub fn apply(&mut self, delta: SnapshotDelta) -> Result<(), ObjectError> {
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

/// Checks the numbers of things in a snapshot.
fn check_size(snapshot: &Snapshot) -> Result<(), ObjectError> {
    let Snapshot { services, load_balancers, events, unread_parts, connections, monitored, .. } = snapshot;
    let others = [load_balancers.len(), events.len(), unread_parts.len(), connections.len(), monitored.len()];
    if services.len() > MAX_SERVICES {
        Err(ObjectError::TooLarge("20,000 services"))
    } else if services.iter().any(|service| service.instances.len() > MAX_INSTANCES) {
        Err(ObjectError::TooLarge("10,000 tasks in a service"))
    } else if others.into_iter().any(|count| count > MAX_OTHER_ITEMS) {
        Err(ObjectError::TooLarge("100,000 events, connections or load balancers"))
    } else {
        Ok(())
    }
}
