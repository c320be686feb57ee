//! State of a team member while it leads, which means that it polls the source for the whole team.

use crate::{
    model::{Failure, Snapshot},
    team::{MemberCount, ObjectKey, ReadingRef, ReadingWriter},
};
use std::time::Duration;

/// Longest time for which a new leader waits until its snapshots also have task definitions, load balancers
/// and other enrichment. Until then its heads name the last reading of its predecessor.
const MAX_ENRICHMENT_WAIT: Duration = Duration::from_mins(5);

/// Maximum age of the predecessor's last reading at which a head still names it.
const MAX_INHERITED_AGE: Duration = Duration::from_hours(1);

/// Minimum time between two heads if the second one names no new reading. During the first load, polls follow
/// each other quickly.
const MIN_BEAT_WAIT: Duration = Duration::from_secs(3);

/// Time for which observed connections stay in the bases, in seconds.
const KEEP_CONNECTIONS_SECONDS: i64 = 24 * 60 * 60;

/// State of a member that leads.
#[derive(Debug)]
pub(super) struct LeaderState {
    pub(super) epoch: u64,
    pub(super) began_at: Duration,
    pub(super) beat: u64,
    /// Time at which this member wrote its last head. `None` before its first head, and if the next head is
    /// due at once.
    pub(super) head_written_at: Option<Duration>,
    pub(super) writer: ReadingWriter,
    /// Reason why the last reading could not be written to the store.
    pub(super) publish_problem: Option<Failure>,
    /// Last reading of the predecessor, with its time on this member's clock. The heads name it until this
    /// member has published a reading.
    pub(super) inherited: Option<(ReadingRef, Duration)>,
    pub(super) members: MemberCount,
    /// Number of members that the predecessor counted. Used until this member has counted them.
    pub(super) inherited_members: u32,
    pub(super) counted_at: Option<Duration>,
    /// Objects that no head names any more, to be deleted.
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
            head_written_at: None,
            writer: ReadingWriter::new(epoch, KEEP_CONNECTIONS_SECONDS),
            publish_problem: None,
            inherited,
            members: MemberCount::default(),
            inherited_members: 1,
            counted_at: None,
            obsolete: Vec::new(),
            is_cleaned: false,
        }
    }

    /// Returns the reading that a head written at `now` names. Returns `None` if there is no reading, or only
    /// an old one of the predecessor.
    pub(super) fn reading(&self, now: Duration) -> Option<ReadingRef> {
        self.writer.reading(now).or_else(|| {
            let (reading, read_at) = self.inherited?;
            let age = now.saturating_sub(read_at);
            (age <= MAX_INHERITED_AGE).then_some(ReadingRef { age_ms: age.as_millis() as u64, ..reading })
        })
    }

    /// Returns the number of members at `now`, including this one.
    pub(super) fn member_count(&self, now: Duration) -> u32 {
        if self.counted_at.is_some() { self.members.count(now) } else { self.inherited_members.max(1) }
    }

    /// Returns true if enough time has passed to write a head without a new reading.
    pub(super) fn is_beat_due(&self, now: Duration) -> bool {
        self.head_written_at.is_none_or(|at| now.saturating_sub(at) >= MIN_BEAT_WAIT)
    }

    /// Returns true if `snapshot` is complete enough to replace the reading in the store. It must have all
    /// services. While the heads name the predecessor's reading, it must have all enrichment too, for at most
    /// [`MAX_ENRICHMENT_WAIT`].
    pub(super) fn is_publishable(&self, now: Duration, snapshot: &Snapshot) -> bool {
        let keeps_waiting = self.writer.reading(now).is_none()
            && self.inherited.is_some()
            && now.saturating_sub(self.began_at) < MAX_ENRICHMENT_WAIT;
        !snapshot.is_partial() && (snapshot.progress.is_empty() || !keeps_waiting)
    }
}
