//! State of a team member while it leads, which means that it polls the source for the whole team.

use crate::{
    model::{Failure, Snapshot},
    team::{MemberCount, ReadingObjectKey, ReadingRef, ReadingWriter},
};
use std::time::Duration;

/// Longest time for which a new leader waits until its snapshots also have task definitions, load balancers
/// and other enrichment. Until then, the head (the object that all members read) names the last snapshot of
/// the previous leader.
const MAX_ENRICHMENT_WAIT: Duration = Duration::from_mins(5);

/// Maximum age of the previous leader's last reading (its shared snapshot). A new leader does not name an
/// older reading in its heads.
const MAX_INHERITED_AGE: Duration = Duration::from_hours(1);

/// Minimum time between two writes of the head, the object that renews the lead, if there is no new reading
/// to name in it. During the first load, polls follow each other too quickly to write the head after each.
const MIN_BEAT_WAIT: Duration = Duration::from_secs(3);

/// Time for which an observed connection stays in the whole snapshots (bases) that a leader writes, in
/// seconds.
const KEEP_CONNECTIONS_SECONDS: i64 = 24 * 60 * 60;

/// State of a team member while it leads, which means that it polls the source for all members.
#[derive(Debug)]
pub(super) struct LeaderState {
    pub(super) epoch: u64,
    pub(super) began_at: Duration,
    pub(super) beat: u64,
    /// Time at which this member last wrote the head, the object that names the leader. `None` before the
    /// first write, and if the next write is due at once.
    pub(super) head_written_at: Option<Duration>,
    pub(super) writer: ReadingWriter,
    /// Reason why the last reading could not be written to the store.
    pub(super) publish_problem: Option<Failure>,
    /// Last reading (shared snapshot) of the previous leader, with its time on this member's clock. The heads
    /// name this reading until this member has published one of its own.
    pub(super) inherited: Option<(ReadingRef, Duration)>,
    pub(super) members: MemberCount,
    /// Number of members according to the previous leader. Used until this member has counted the members.
    pub(super) inherited_members: u32,
    pub(super) counted_at: Option<Duration>,
    /// Objects in the store that no member reads any more, to be deleted.
    pub(super) obsolete: Vec<ReadingObjectKey>,
    /// True once the objects of earlier epochs (of previous leaders) were deleted.
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

    /// Returns the reading (shared snapshot) to name in a head written at `now`. Returns `None` if this
    /// member has published none and the previous leader's reading is missing or too old.
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

    /// Returns true if enough time has passed to renew the lead by a new head, even without a new reading.
    pub(super) fn is_beat_due(&self, now: Duration) -> bool {
        self.head_written_at.is_none_or(|at| now.saturating_sub(at) >= MIN_BEAT_WAIT)
    }

    /// Returns true if `snapshot` is complete enough to replace the reading (shared snapshot) in the store.
    /// It must have all services. While the heads still name the previous leader's reading, the snapshot must
    /// also have all enrichment. After [`MAX_ENRICHMENT_WAIT`], enrichment is no longer required.
    pub(super) fn is_publishable(&self, now: Duration, snapshot: &Snapshot) -> bool {
        let keeps_waiting = self.writer.reading(now).is_none()
            && self.inherited.is_some()
            && now.saturating_sub(self.began_at) < MAX_ENRICHMENT_WAIT;
        !snapshot.is_partial() && (snapshot.progress.is_empty() || !keeps_waiting)
    }
}
