//! Member of a team, for one source. Before each poll, a member that does not lead reads the team's store.
//! Then its lease decides what the poll does: show the leader's data, poll for the team, or poll only for
//! itself.

use super::{
    failures::alone_failure, leader_state::LeaderState, readings::ReadingCache, team_folder::TeamFolder,
};
use crate::{
    model::{Failure, FailureKind, SourceId, TeamRole, TeamStatus},
    object_store::{Fetched, ObjectVersion, WriteCondition, probe_conditions},
    team::{
        AloneReason, HEAD_KEY, Head, HeadContent, HeadRead, Leader, Lease, LeaseStep, MAX_HEAD_BYTES, Rank,
        member_key, probe_key,
    },
};
use std::{cmp::Ordering, time::Duration};

/// Time between two writes of the object by which the leader counts this member.
const PRESENCE_INTERVAL: Duration = Duration::from_mins(1);

/// Longest wait for the first reading of a leader. The first load of a large account takes about a minute.
const MAX_FIRST_READING_WAIT: Duration = Duration::from_secs(90);

/// Maximum age at which a leader's reading (shared snapshot) is still shown. It exceeds five minutes, because
/// a new leader may share the previous leader's reading for that long.
const MAX_FOLLOWED_AGE: Duration = Duration::from_mins(10);

/// Part that one run of Portolan takes in a team.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Participation {
    /// A command that ends soon: it reads the store, and never leads.
    Reader,
    /// A member that may lead. It takes the lead from a member of lower rank.
    Member(Rank),
}

/// Decision of a team member before a poll: follow the leader, lead, or poll alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// Show the leader's last reading, which is in the cache.
    Follow,
    /// Poll the source, and write the result to the store.
    Lead,
    /// Poll the source without the team, for the given reason.
    Alone(Failure),
}

/// Last head that the member has read or written. The head is the object that names the leader.
#[derive(Clone, Debug)]
pub(super) struct KnownHead {
    pub version: ObjectVersion,
    pub content: HeadContent,
}

/// This Portolan as a member of a team that polls one source together. Times are those of its own monotonic
/// clock.
pub(super) struct Member {
    pub(super) team: TeamFolder,
    pub(super) me: Leader,
    participation: Participation,
    pub(super) lease: Lease,
    pub(super) head: Option<KnownHead>,
    /// Head with lower numbers than the known head, if the last read returned one: its epoch and beat (the
    /// numbers that order heads), and the time of the first read that returned it. Otherwise `None`.
    older_head: Option<((u64, u64), Duration)>,
    pub(super) readings: ReadingCache,
    pub(super) leading: Option<LeaderState>,
    /// Epoch (period of one leader) that this member has claimed, by creating its key, since it last led.
    pub(super) claimed_epoch: Option<u64>,
    /// Time of the first failed claim to the lead since the head last changed. `None` if no claim has failed
    /// since then, and after a successful claim.
    pub(super) claiming_since: Option<Duration>,
    /// Time since which the leader has no reading to show; `None` while it has one.
    waiting_since: Option<Duration>,
    /// Last failure of the store, until the store answers again.
    pub(super) problem: Option<Failure>,
    is_probed: bool,
    /// Reason why this member can't lead; `None` while it may.
    pub(super) cannot_lead: Option<Failure>,
    presence_at: Option<Duration>,
    presence_count: u64,
}

impl Member {
    /// Creates a member that has not read the store yet. `jitter` is a random wait before each claim.
    pub(super) fn new(
        team: TeamFolder,
        me: Leader,
        source: SourceId,
        participation: Participation,
        jitter: Duration,
    ) -> Self {
        let can_lead = matches!(participation, Participation::Member(_));
        Self {
            team,
            participation,
            lease: Lease::new(me.rank, can_lead, jitter),
            me,
            head: None,
            older_head: None,
            readings: ReadingCache::new(source),
            leading: None,
            claimed_epoch: None,
            claiming_since: None,
            waiting_since: None,
            problem: None,
            is_probed: false,
            cannot_lead: None,
            presence_at: None,
            presence_count: 0,
        }
    }

    /// Returns the last head (the object that names the leader), or `None` if it is unknown, damaged or of
    /// another format.
    pub(super) fn valid_head(&self) -> Option<&Head> {
        match &self.head.as_ref()?.content {
            HeadContent::Valid(head) => Some(head),
            _ => None,
        }
    }

    /// Returns the last known number of members; zero while unknown.
    pub(super) fn member_count(&self, now: Duration) -> u32 {
        match &self.leading {
            Some(leading) => leading.member_count(now),
            None => self.valid_head().map_or(0, |head| head.members),
        }
    }

    /// Returns the role of this member after `step`, and the number of members, for the screen.
    pub(super) fn status(&self, now: Duration, step: &Step) -> TeamStatus {
        let role = match (step, self.valid_head()) {
            (Step::Alone(why), _) => TeamRole::Alone(why.clone()),
            (Step::Lead, _) if self.leading.is_some() => {
                let unshared = self.leading.as_ref().and_then(|leading| leading.publish_problem.clone());
                let problem = unshared.or_else(|| self.problem.clone());
                TeamRole::Leading { read_as: self.me.read_as.clone(), problem }
            }
            (_, Some(Head { leader, .. })) if leader.id != self.me.id && self.readings.has_reading() => {
                TeamRole::Following {
                    leader: leader.name.clone(),
                    read_as: leader.read_as.clone(),
                    problem: self.readings.problem.clone().or_else(|| self.problem.clone()),
                }
            }
            // Without a head or a reading, or just after this member lost the lead.
            _ => TeamRole::Joining,
        };
        TeamStatus { role, members: self.member_count(now) }
    }

    /// Returns the decision for the next poll. Unless this member leads, reads the head from the store first.
    /// If this member leads, it promises to write the next head within `interval`.
    pub(super) async fn step(&mut self, now: Duration, interval: Duration) -> Step {
        if self.lease.led_epoch().is_some() {
            if !self.lease.has_expired(now) {
                return Step::Lead;
            }
            self.stop_leading();
        }
        let step = match self.read_head(now, interval).await {
            _ if self.lease.led_epoch().is_some() => Step::Lead,
            LeaseStep::Follow => self.follow(now).await,
            LeaseStep::Claim => self.claim(now, interval).await,
            LeaseStep::Alone(reason) => self.alone(reason),
        };
        if step != Step::Lead {
            self.show_presence(now).await;
        }
        step
    }

    /// Reads the head (the object that names the leader) from the store, and lets the lease decide the next
    /// step.
    async fn read_head(&mut self, now: Duration, interval: Duration) -> LeaseStep {
        let key = self.team.key(HEAD_KEY);
        // While the store returns an older head, the request names no version: this member did not keep the
        // content of that head.
        let known = self.head.as_ref().filter(|_| self.older_head.is_none());
        let known = known.map(|head| head.version.clone());
        match self.team.store.read(&key, known.as_ref(), MAX_HEAD_BYTES).await {
            Err(failure) => {
                self.problem = Some(failure);
                self.lease.decide(now, HeadRead::Failed)
            }
            Ok(fetched) => {
                self.problem = None;
                match fetched {
                    Fetched::Unchanged => {
                        self.readings.note_same_head(now);
                        self.lease.decide(now, HeadRead::Same)
                    }
                    Fetched::Missing => {
                        (self.head, self.older_head) = (None, None);
                        self.readings.begin_with_base();
                        self.lease.decide(now, HeadRead::Missing)
                    }
                    Fetched::Found(object) => {
                        let head =
                            KnownHead { version: object.version, content: HeadContent::parse(&object.bytes) };
                        self.take_head(now, head, object.age, interval)
                    }
                }
            }
        }
    }

    /// Compares the head from the store with the known head, and returns the lease's decision. Keeps the new
    /// head, unless an older one was read that does not count yet. `age` is the time since the head was
    /// written, by the store's clock.
    fn take_head(
        &mut self,
        now: Duration,
        head: KnownHead,
        age: Option<Duration>,
        interval: Duration,
    ) -> LeaseStep {
        match self.compare_head(now, &head.content) {
            HeadOrder::Older => {
                // The next conditional write must name the version that is in the store, although its head is
                // older.
                if let Some(known) = &mut self.head {
                    known.version = head.version;
                }
                self.lease.decide(now, HeadRead::Same);
                return LeaseStep::Follow;
            }
            HeadOrder::Same => {
                self.head = Some(head);
                self.readings.note_same_head(now);
                return self.lease.decide(now, HeadRead::Same);
            }
            HeadOrder::OtherLine => self.readings.begin_with_base(),
            HeadOrder::Newer => {}
        }
        self.claiming_since = None;
        if let HeadContent::Valid(valid) = &head.content {
            if !valid.released && valid.leader.id == self.me.id && self.claimed_epoch == Some(valid.epoch) {
                // The response to the write of the first head was lost, so this member leads without having
                // noticed.
                let valid = valid.clone();
                self.start_leading(now, &valid, interval);
                self.head = Some(head);
                return LeaseStep::Follow;
            }
            self.readings.note_head(now, valid, age);
        }
        let step = self.lease.decide(now, HeadRead::Changed(&head.content, age));
        self.head = Some(head);
        step
    }

    /// Compares a head that was read at `now` with the known head, and decides whether it replaces the known
    /// head.
    ///
    /// A store may return an old state for a while, so an older head is ignored at first. It counts, because
    /// the store was emptied and filled again, in two cases: the store returns older heads for too long, or
    /// the older heads advance although they are still behind the known head.
    fn compare_head(&mut self, now: Duration, content: &HeadContent) -> HeadOrder {
        let HeadContent::Valid(new) = content else {
            self.older_head = None;
            return HeadOrder::Newer;
        };
        // The store may have been emptied since the last valid head.
        let Some(known) = self.valid_head() else {
            self.older_head = None;
            return HeadOrder::OtherLine;
        };
        let (new_number, known_number) = ((new.epoch, new.beat), (known.epoch, known.beat));
        let (is_next_epoch, is_same_leader) = (new.epoch > known.epoch, new.leader.id == known.leader.id);
        if new_number < known_number {
            let (first, since) = *self.older_head.get_or_insert((new_number, now));
            if new_number <= first && now.saturating_sub(since) <= new.patience() {
                return HeadOrder::Older;
            }
        }
        let order = match new_number.cmp(&known_number) {
            Ordering::Equal if is_same_leader => HeadOrder::Same,
            Ordering::Greater if is_next_epoch || is_same_leader => HeadOrder::Newer,
            _ => HeadOrder::OtherLine,
        };
        self.older_head = None;
        order
    }

    /// Updates the cache to the leader's newest reading (shared snapshot). Returns [`Step::Alone`] if the
    /// leader has shared no reading for too long, or if the reading can't be read.
    async fn follow(&mut self, now: Duration) -> Step {
        let Some(wanted) = self.valid_head().and_then(|head| head.reading) else {
            // A command that ends soon does not wait for the first reading.
            let waits = matches!(self.participation, Participation::Member(_));
            let since = *self.waiting_since.get_or_insert(now);
            let may_wait = waits && now.saturating_sub(since) <= MAX_FIRST_READING_WAIT;
            return if may_wait { Step::Follow } else { self.alone(AloneReason::NoReading) };
        };
        self.waiting_since = None;
        if now.saturating_sub(self.readings.newest_read_at()) > MAX_FOLLOWED_AGE {
            return self.alone(AloneReason::NoReading);
        }
        match self.readings.update(&self.team, &wanted).await {
            Ok(()) => Step::Follow,
            Err(failure) => Step::Alone(failure),
        }
    }

    /// Returns [`Step::Alone`] with the failure that explains `reason`.
    pub(super) fn alone(&self, reason: AloneReason) -> Step {
        let head = self.head.as_ref().map(|head| &head.content);
        let problem = self.problem.as_ref().or(self.cannot_lead.as_ref());
        Step::Alone(alone_failure(reason, problem, head, &self.team.store.location()))
    }

    /// Tests before the first claim that the store obeys conditional writes. Otherwise every member would
    /// lead.
    pub(super) async fn check_store(&mut self, now: Duration) -> Result<(), Failure> {
        if self.is_probed {
            return Ok(());
        }
        let key = self.team.key(probe_key(&self.me.id));
        let probed = probe_conditions(&*self.team.store, &key).await;
        self.is_probed = probed.is_ok();
        if let Err(failure) = &probed {
            match failure.kind {
                FailureKind::Invalid => self.lease.forbid_lead(),
                FailureKind::Denied => self.lease.postpone_claims(now),
                _ => return probed,
            }
            self.cannot_lead = Some(failure.clone());
        }
        probed
    }

    /// Writes the object by which the leader counts this member.
    async fn show_presence(&mut self, now: Duration) {
        let is_due = self.presence_at.is_none_or(|at| now.saturating_sub(at) >= PRESENCE_INTERVAL);
        if self.participation == Participation::Reader || !is_due {
            return;
        }
        self.presence_at = Some(now);
        self.presence_count += 1;
        let key = self.team.key(member_key(&self.me.id));
        let text = format!("{} {}", self.me.name, self.presence_count);
        let written = self.team.store.write(&key, text.into_bytes(), WriteCondition::Always).await;
        if let Err(failure) = written
            && failure.kind == FailureKind::Denied
        {
            self.lease.postpone_claims(now);
            self.cannot_lead = Some(failure);
        }
    }

    /// Leaves the team before the program ends: releases the lead, and deletes the object by which the leader
    /// counts this member.
    pub(super) async fn leave(&mut self, now: Duration, interval: Duration) {
        self.release(now, interval).await;
        if self.presence_at.take().is_some() {
            // If the deletion fails, the leader notices at a later count that this member has left.
            let _ = self.team.store.delete(&self.team.key(member_key(&self.me.id))).await;
        }
    }
}

/// Relation of a head that was read from the store to the known head, which decides whether it replaces that
/// head.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum HeadOrder {
    /// The read head is older and is ignored; the known head still counts.
    Older,
    /// The read head is the known one.
    Same,
    /// The read head replaces the known one: it comes later, or it is damaged or of another format.
    Newer,
    /// The read head replaces the known one, but was not written after it. So its readings do not continue
    /// those in the cache, although they may have the same keys.
    OtherLine,
}
