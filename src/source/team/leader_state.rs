//! State of a member while it leads.

use crate::{
    model::{Failure, Snapshot},
    team::{MemberCount, ObjectKey, Publication, ReadingRef},
};
use std::time::Duration;

/// Longest time for which a new leader keeps the last reading of its predecessor, while its own is complete
/// except for data of other APIs.
const MAX_ENRICHMENT_WAIT: Duration = Duration::from_mins(5);

/// Longest age at which the last reading of the predecessor is worth showing.
const MAX_INHERITED_AGE: Duration = Duration::from_hours(1);

/// Shortest time between two heads without a new reading. During the first load, polls follow each other fast.
const MIN_BEAT_WAIT: Duration = Duration::from_secs(3);

/// Time for which observed connections stay in the bases, in seconds.
const KEEP_CONNECTIONS_SECONDS: i64 = 24 * 60 * 60;

/// State of a member that leads.
#[derive(Debug)]
pub(super) struct LeaderState {
    pub(super) epoch: u64,
    pub(super) began_at: Duration,
    pub(super) beat: u64,
    /// Time of the last head.
    pub(super) beat_at: Option<Duration>,
    pub(super) publication: Publication,
    /// Reason why the last reading is not in the store, although the heads are.
    pub(super) publish_problem: Option<Failure>,
    /// Last reading of the predecessor, with its time on this member's clock. It stays in the head until the
    /// first own reading.
    pub(super) inherited: Option<(ReadingRef, Duration)>,
    pub(super) members: MemberCount,
    /// Number of members that the predecessor counted. It holds until the first own count.
    pub(super) inherited_members: u32,
    pub(super) counted_at: Option<Duration>,
    /// Objects that no head names any more.
    pub(super) obsolete: Vec<ObjectKey>,
    /// True once the objects of earlier epochs were deleted.
    pub(super) is_cleaned: bool,
}

impl LeaderState {
    pub(super) fn new(now: Duration, epoch: u64, inherited: Option<(ReadingRef, Duration)>) -> Self {
        Self {
            epoch,
            began_at: now,
            beat: 0,
            beat_at: None,
            publication: Publication::new(epoch, KEEP_CONNECTIONS_SECONDS),
            publish_problem: None,
            inherited,
            members: MemberCount::default(),
            inherited_members: 1,
            counted_at: None,
            obsolete: Vec::new(),
            is_cleaned: false,
        }
    }

    /// Returns the newest reading for a head written at `now`.
    pub(super) fn reading(&self, now: Duration) -> Option<ReadingRef> {
        self.publication.reading(now).or_else(|| {
            let (reading, read_at) = self.inherited?;
            let age = now.saturating_sub(read_at);
            (age <= MAX_INHERITED_AGE).then_some(ReadingRef { age_ms: age.as_millis() as u64, ..reading })
        })
    }

    /// Returns the number of members at `now`, this one included.
    pub(super) fn member_count(&self, now: Duration) -> u32 {
        if self.counted_at.is_some() { self.members.count(now) } else { self.inherited_members.max(1) }
    }

    /// Returns true if it is time for another head although there is no new reading.
    pub(super) fn is_beat_due(&self, now: Duration) -> bool {
        self.beat_at.is_none_or(|at| now.saturating_sub(at) >= MIN_BEAT_WAIT)
    }

    /// Returns true if a snapshot is complete enough to replace the one in the store.
    pub(super) fn is_publishable(&self, now: Duration, snapshot: &Snapshot) -> bool {
        let keeps_waiting = self.publication.reading(now).is_none()
            && self.inherited.is_some()
            && now.saturating_sub(self.began_at) < MAX_ENRICHMENT_WAIT;
        !snapshot.is_partial() && (snapshot.progress.is_empty() || !keeps_waiting)
    }
}
