//! Lease of a team's lead: decides whether a member follows the leader, claims the lead, keeps it, or polls
//! for itself. All times are on the member's own monotonic clock.

use super::head::{Head, HeadContent, PATIENCE_INTERVALS, Rank};
use std::time::Duration;

/// Time for which a damaged head, or a head of another format, must stay unchanged before a member may
/// overwrite it.
const FOREIGN_PATIENCE: Duration = Duration::from_mins(3);

/// Maximum time between two reads of the head (the object that the leader renews) while the leader writes it
/// on time.
const HEAD_READ_INTERVAL: Duration = Duration::from_secs(4);

/// Time between two reads of the head (the object that the leader renews) while the leader is late.
const OVERDUE_HEAD_READ_INTERVAL: Duration = Duration::from_secs(1);

/// Time for which a member does not claim the lead after it gave the lead up or failed to lead. The time
/// doubles with each failure, up to `MAX_HOLD`.
const FIRST_HOLD: Duration = Duration::from_mins(1);
const MAX_HOLD: Duration = Duration::from_hours(1);

/// Number of failed polls in a row after which a leader gives up the lead.
const MAX_FAILED_POLLS: u32 = 3;

/// Result of reading a team's head, the object that names the leader, from the store.
#[derive(Clone, Copy, Debug)]
pub enum HeadRead<'a> {
    /// The head has not changed since the last read.
    Same,
    /// The head has changed. The second value is its age on the store's own clock, if the store reports it.
    Changed(&'a HeadContent, Option<Duration>),
    /// The store has no head.
    Missing,
    /// The store did not answer.
    Failed,
}

/// Next step of a member: to follow the leader, to claim the lead, or to poll alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LeaseStep {
    /// Show the reading of the leader.
    Follow,
    /// Try to become the leader now.
    Claim,
    /// Poll without a team.
    Alone(AloneReason),
}

/// Reason why a member polls for itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AloneReason {
    /// The store does not answer.
    Unreachable,
    /// There is no leader, and this member can't lead.
    NoLeader,
    /// The leader writes heads, but shares no reading, or only an old one.
    NoReading,
    /// The head has another format.
    OtherSchema,
    /// The head is damaged.
    Damaged,
}

/// Right to lead a team, as one member sees it: this member's own lead, the last head that it read, and the
/// wait before its next claim.
#[derive(Debug)]
pub struct Lease {
    rank: Rank,
    /// True if this member may lead. False for a command that ends soon, and once the store is known to
    /// ignore conditional writes.
    can_lead: bool,
    /// Random part of the wait before a claim, so that the members do not all claim at once.
    jitter: Duration,
    /// Lead of this member; `None` while it does not lead.
    held: Option<OwnLead>,
    /// Parts of the last head (the object that names the leader), and the time at which that object last
    /// changed; `None` before the first head.
    watched: Option<(HeadSummary, Duration)>,
    /// Time at which the store last answered a read of the head.
    answered_at: Option<Duration>,
    hold_until: Duration,
    next_hold: Duration,
}

/// This member's lead: its epoch, its last head, and its failed polls.
#[derive(Clone, Copy, Debug)]
struct OwnLead {
    epoch: u64,
    /// Time of the last head that this member wrote.
    written_at: Duration,
    interval: Duration,
    failed_polls: u32,
}

/// Parts of a head (the object that names the leader) by which a member decides if it may claim the lead.
#[derive(Clone, Copy, Debug)]
enum HeadSummary {
    Leader { rank: Rank, released: bool, interval: Duration },
    OtherSchema,
    Damaged,
}

impl HeadSummary {
    fn of(content: &HeadContent) -> Self {
        match content {
            HeadContent::Valid(head) => {
                Self::Leader { rank: head.leader.rank, released: head.released, interval: head.interval() }
            }
            HeadContent::OtherSchema { .. } => Self::OtherSchema,
            HeadContent::Damaged(_) => Self::Damaged,
        }
    }

    /// Returns the time for which the head must stay unchanged before a member may claim the lead.
    fn patience(self) -> Duration {
        match self {
            Self::Leader { released: true, .. } => Duration::ZERO,
            Self::Leader { interval, .. } => interval * PATIENCE_INTERVALS,
            Self::OtherSchema | Self::Damaged => FOREIGN_PATIENCE,
        }
    }
}

impl Lease {
    /// Creates the lease of a member that has not read a head yet.
    #[must_use]
    pub fn new(rank: Rank, can_lead: bool, jitter: Duration) -> Self {
        Self {
            rank,
            can_lead,
            jitter,
            held: None,
            watched: None,
            answered_at: None,
            hold_until: Duration::ZERO,
            next_hold: FIRST_HOLD,
        }
    }

    /// Records that the member can't lead, because the store ignores conditional writes.
    pub fn forbid_lead(&mut self) {
        self.can_lead = false;
    }

    /// Returns true if the member may claim the lead at `now`: it can lead, and its wait after a failure has
    /// ended.
    #[must_use]
    pub fn may_claim(&self, now: Duration) -> bool {
        self.can_lead && now >= self.hold_until
    }

    /// Returns the epoch that this member leads; `None` if it does not lead.
    #[must_use]
    pub fn led_epoch(&self) -> Option<u64> {
        self.held.map(|held| held.epoch)
    }

    /// Returns the next step of a member that does not lead, after it read the head at `now`.
    pub fn decide(&mut self, now: Duration, read: HeadRead<'_>) -> LeaseStep {
        let before = self.answered_at;
        match read {
            HeadRead::Failed => {
                let is_alive = |at: Duration| {
                    let Some((head @ HeadSummary::Leader { .. }, _)) = self.watched else { return false };
                    now.saturating_sub(at) <= head.patience()
                };
                return if before.is_some_and(is_alive) {
                    LeaseStep::Follow
                } else {
                    LeaseStep::Alone(AloneReason::Unreachable)
                };
            }
            HeadRead::Missing => self.watched = None,
            HeadRead::Changed(content, age) => {
                // The store may report the age of the head. A changed head can't be older than the last read.
                // The first read has no such limit, so a member that can lead ignores the age there: a wrong
                // clock of the store must not make it replace a living leader.
                let longest = if self.can_lead { Duration::ZERO } else { Duration::MAX };
                let since_look = before.map_or(longest, |at| now.saturating_sub(at));
                let age = age.unwrap_or_default().min(since_look);
                self.watched = Some((HeadSummary::of(content), now.saturating_sub(age)));
            }
            HeadRead::Same => {}
        }
        self.answered_at = Some(now);
        self.judge_head(now)
    }

    /// Returns the next step, decided from the last head and the time since it changed.
    fn judge_head(&self, now: Duration) -> LeaseStep {
        let may_claim = self.may_claim(now);
        let claim_or = |reason| if may_claim { LeaseStep::Claim } else { LeaseStep::Alone(reason) };
        let Some((watched, changed_at)) = self.watched else { return claim_or(AloneReason::NoLeader) };
        let silence = now.saturating_sub(changed_at);
        let is_gone = silence > watched.patience();
        let is_time = silence > watched.patience() + self.jitter;
        match watched {
            HeadSummary::Leader { rank, released: false, .. } if rank < self.rank && may_claim => {
                LeaseStep::Claim
            }
            HeadSummary::Leader { .. } if !is_gone => LeaseStep::Follow,
            // Another member may be about to claim the lead.
            HeadSummary::Leader { .. } if !is_time => LeaseStep::Follow,
            HeadSummary::Leader { .. } => claim_or(AloneReason::NoLeader),
            HeadSummary::OtherSchema if is_time => claim_or(AloneReason::OtherSchema),
            HeadSummary::OtherSchema => LeaseStep::Alone(AloneReason::OtherSchema),
            HeadSummary::Damaged if is_time => claim_or(AloneReason::Damaged),
            HeadSummary::Damaged => LeaseStep::Alone(AloneReason::Damaged),
        }
    }

    /// Returns the time to wait before the next read of the head, the object that names the leader.
    #[must_use]
    pub fn head_read_interval(&self, now: Duration) -> Duration {
        match self.watched {
            Some((HeadSummary::Leader { released: false, interval, .. }, changed_at))
                if now.saturating_sub(changed_at) <= interval + interval / 2 =>
            {
                HEAD_READ_INTERVAL.min(interval)
            }
            Some((HeadSummary::Leader { .. }, _)) => OVERDUE_HEAD_READ_INTERVAL,
            _ => HEAD_READ_INTERVAL,
        }
    }

    /// Records that this member has written the first head of its epoch, and so leads from now on.
    pub fn win(&mut self, now: Duration, epoch: u64, interval: Duration) {
        self.held = Some(OwnLead { epoch, written_at: now, interval, failed_polls: 0 });
    }

    /// Records that this member has written another head, which renews its lead.
    pub fn renew(&mut self, now: Duration, interval: Duration) {
        if let Some(held) = &mut self.held {
            (held.written_at, held.interval) = (now, interval);
        }
    }

    /// Records a poll by this member as the leader. `is_complete` is true if the poll read everything. Then
    /// the wait after the next failure starts again at `FIRST_HOLD`.
    pub fn note_poll(&mut self, succeeded: bool, is_complete: bool) {
        if let Some(held) = &mut self.held {
            held.failed_polls = if succeeded { 0 } else { held.failed_polls + 1 };
        }
        if is_complete {
            self.next_hold = FIRST_HOLD;
        }
    }

    /// Returns true if the leader has to give up the lead after a failed poll. `is_lasting` is true if
    /// another poll would fail in the same way.
    #[must_use]
    pub fn must_release(&self, is_lasting: bool) -> bool {
        self.held.is_some_and(|held| held.failed_polls >= if is_lasting { 1 } else { MAX_FAILED_POLLS })
    }

    /// Returns true if this member leads, but its last head is so old that another member may soon take the
    /// lead.
    #[must_use]
    pub fn has_expired(&self, now: Duration) -> bool {
        // Half an interval before the other members may claim the lead.
        let limit = |held: OwnLead| (held.interval * PATIENCE_INTERVALS).saturating_sub(held.interval / 2);
        self.held.is_some_and(|held| now.saturating_sub(held.written_at) > limit(held))
    }

    /// Records that this member no longer leads, because another member leads or the store does not answer.
    pub fn lose(&mut self) {
        self.held = None;
    }

    /// Records that this member gave up the lead at `now`. It does not claim the lead again for some time.
    pub fn give_up(&mut self, now: Duration) {
        self.held = None;
        self.postpone_claims(now);
    }

    /// Records that this member could not lead at `now`, for a temporary reason. It does not claim the lead
    /// for some time.
    pub fn postpone_claims(&mut self, now: Duration) {
        if now >= self.hold_until {
            self.hold_until = now + self.next_hold;
            self.next_hold = (self.next_hold * 2).min(MAX_HOLD);
        }
    }

    /// Returns true if this member wrote `head` in the epoch that it leads and has not released the lead.
    #[must_use]
    pub fn owns(&self, head: &Head, id: &str) -> bool {
        !head.released && self.led_epoch() == Some(head.epoch) && head.leader.id == *id
    }
}
