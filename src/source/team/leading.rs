//! Behaviour of a team member as the leader: claims the lead, writes its snapshots (readings) and the object
//! that names the leader (head) to the store, and gives up the lead.

use super::{
    leader_state::LeaderState,
    member::{KnownHead, Member, Step},
};
use crate::{
    model::{Failure, FailureKind, Snapshot},
    object_store::{Fetched, ObjectVersion, WriteCondition, WriteOutcome},
    team::{
        AloneReason, HEAD_KEY, Head, HeadContent, MAX_EPOCH, MAX_HEAD_BYTES, MEMBER_PREFIX, ReadingDraft,
        ReadingObjectKey, TEAM_SCHEMA, epoch_key, highest_epoch, member_key,
    },
};
use std::time::Duration;

/// Time between two counts of the members.
const COUNT_INTERVAL: Duration = Duration::from_secs(30);

/// Maximum number of attempts to write the head, the object that names the leader, if the store's responses
/// get lost.
const MAX_HEAD_ATTEMPTS: u32 = 3;

/// Maximum size, in bytes, of the object by which a member claims an epoch.
const MAX_EPOCH_BYTES: usize = 1 << 10;

impl Member {
    /// Tries to become the leader: claims the next epoch (period of one leader), then writes the head, which
    /// names this member as the leader. Returns [`Step::Lead`] if that succeeds.
    ///
    /// If another member won, returns [`Step::Follow`], so that its head can be read next. If a call failed,
    /// returns [`Step::Follow`] only if there is a reading to show and this member may claim again at once;
    /// otherwise returns [`Step::Alone`]. Once claims have failed for `interval`, always returns
    /// [`Step::Alone`], because maybe no member can write to the store.
    pub(super) async fn claim(&mut self, now: Duration, interval: Duration) -> Step {
        let outcome = self.try_claim(now, interval).await;
        let since = *self.claiming_since.get_or_insert(now);
        let may_wait = now.saturating_sub(since) <= interval;
        match outcome {
            Ok(true) => {
                (self.claiming_since, self.cannot_lead) = (None, None);
                Step::Lead
            }
            // Another member has just won, or its head comes soon.
            Ok(false) if may_wait => Step::Follow,
            Ok(false) => self.alone(AloneReason::NoLeader),
            Err(failure) if may_wait && self.readings.has_reading() && self.lease.may_claim(now) => {
                self.problem = Some(failure);
                Step::Follow
            }
            Err(failure) => Step::Alone(failure),
        }
    }

    async fn try_claim(&mut self, now: Duration, interval: Duration) -> Result<bool, Failure> {
        self.check_store(now).await?;
        let epoch = self.epoch_to_claim().await?;
        if self.claimed_epoch != Some(epoch) && !self.create_epoch(epoch).await? {
            return Ok(false);
        }
        self.claimed_epoch = Some(epoch);
        let inherited = self.valid_head().and_then(|head| head.reading);
        let mut leading =
            LeaderState::new(now, epoch, inherited.map(|reading| (reading, self.readings.newest_read_at())));
        leading.inherited_members = self.member_count(now);
        let head = self.new_head(now, &leading, interval, false);
        leading.beat = head.beat;
        let is_won = self.write_head(head).await?;
        if is_won {
            self.lease.win(now, epoch, interval);
            self.leading = Some(leading);
        }
        Ok(is_won)
    }

    /// Returns the number of the epoch (period of one leader) that this member may claim: the one whose key
    /// it has already created, or else one more than the highest known epoch.
    async fn epoch_to_claim(&self) -> Result<u64, Failure> {
        let known = self.valid_head().map_or(0, |head| head.epoch);
        // Other members may have created later keys. The member that writes the head first leads.
        if let Some(own) = self.claimed_epoch.filter(|own| *own > known) {
            return Ok(own);
        }
        let listed = self.team.store.list(&self.team.key("epoch/")).await?;
        let start = format!("{}/", self.team.folder);
        let keys = listed.iter().filter_map(|(key, _)| key.strip_prefix(&start));
        let epoch = highest_epoch(keys).max(known) + 1;
        if epoch < MAX_EPOCH {
            return Ok(epoch);
        }
        let what = format!("{} has an epoch that only an attacker writes", self.team.store.location());
        let remedy =
            format!("delete everything in {} of the store, and check who may write to it", self.team.folder);
        Err(Failure::new(FailureKind::Invalid, what, remedy))
    }

    /// Creates the object that claims an epoch for this member. Returns false if another member has already
    /// created it.
    async fn create_epoch(&self, epoch: u64) -> Result<bool, Failure> {
        let key = self.team.key(epoch_key(epoch));
        let mine = self.me.id.to_string().into_bytes();
        if self.team.store.write(&key, mine.clone(), WriteCondition::IfMissing).await?
            != WriteOutcome::Refused
        {
            return Ok(true);
        }
        // The response to an earlier attempt may have been lost.
        let there = self.team.store.read(&key, None, MAX_EPOCH_BYTES).await?;
        Ok(matches!(there, Fetched::Found(object) if object.bytes == mine))
    }

    /// Starts to lead the epoch of `head`, which this member has already written to the store.
    pub(super) fn start_leading(&mut self, now: Duration, head: &Head, interval: Duration) {
        let inherited = head.reading.map(|reading| (reading, self.readings.newest_read_at()));
        self.lease.win(now, head.epoch, interval);
        let state = LeaderState::new(now, head.epoch, inherited);
        self.leading = Some(LeaderState { beat: head.beat, inherited_members: head.members, ..state });
    }

    /// Stops leading without writing to the store.
    pub(super) fn stop_leading(&mut self) {
        self.lease.lose();
        self.leading = None;
        // A leader does not read the head, so the store may have been emptied meanwhile.
        self.readings.begin_with_base();
        self.claimed_epoch = None;
    }

    /// Writes `snapshot`, which this member took at `now`, to the store as a reading. Then writes the head,
    /// which names the reading and renews the lead, if it is due. Returns false if this member no longer
    /// leads. A leader that can't write its readings gives up the lead: at once if the reason will last,
    /// otherwise after several polls.
    pub(super) async fn publish(&mut self, now: Duration, interval: Duration, snapshot: &Snapshot) -> bool {
        let problem = self.write_reading(now, snapshot).await.err();
        let is_complete = problem.is_none() && snapshot.progress.is_empty();
        self.lease.note_poll(problem.is_none(), is_complete);
        if let Some(failure) = &problem
            && self.lease.must_release(matches!(failure.kind, FailureKind::Invalid | FailureKind::Denied))
        {
            self.give_up(now, interval, failure).await;
            return false;
        }
        if let Some(leading) = &mut self.leading {
            leading.publish_problem = problem;
        }
        if self.leading.as_ref().is_some_and(|leading| !leading.is_beat_due(now)) {
            return true;
        }
        let leads = self.write_next_head(now, interval).await;
        if leads {
            self.count_members(now).await;
            self.clean_up().await;
        }
        leads
    }

    /// Writes the objects of a reading to the store. Does nothing if the snapshot is not complete enough to
    /// share.
    async fn write_reading(&mut self, now: Duration, snapshot: &Snapshot) -> Result<(), Failure> {
        let Some(leading) = &mut self.leading else { return Ok(()) };
        if !leading.is_publishable(now, snapshot) {
            return Ok(());
        }
        let draft = leading.writer.prepare(now, snapshot).map_err(|error| {
            let what = format!("the reading of {} can't be shared: {error}", snapshot.source);
            Failure::new(FailureKind::Invalid, what, "select fewer clusters or services")
        })?;
        self.write_draft(draft).await
    }

    /// Writes the objects of a reading to the store. The reading counts as published only if all writes
    /// succeed.
    async fn write_draft(&mut self, draft: ReadingDraft) -> Result<(), Failure> {
        for (key, object) in &draft.objects {
            self.team.store.write(&self.team.key(key), object.clone(), WriteCondition::Always).await?;
        }
        if let Some(leading) = &mut self.leading {
            leading.obsolete.extend(draft.obsolete.iter().copied());
            if !draft.objects.is_empty() {
                // Makes the next head due, so that the other members read the new objects at once.
                leading.head_written_at = None;
            }
            leading.writer.commit(draft);
        }
        Ok(())
    }

    /// Writes the next head, the object that names the leader, and so renews the lead. Returns false if this
    /// member no longer leads.
    pub(super) async fn write_next_head(&mut self, now: Duration, interval: Duration) -> bool {
        let Some(leading) = &self.leading else { return false };
        let head = self.new_head(now, leading, interval, false);
        match self.write_head(head).await {
            Ok(true) => {
                self.problem = None;
                self.lease.renew(now, interval);
                if let Some(leading) = &mut self.leading {
                    leading.head_written_at = Some(now);
                }
            }
            Ok(false) => {
                self.stop_leading();
                return false;
            }
            Err(failure) => self.problem = Some(failure),
        }
        if self.lease.has_expired(now) {
            self.stop_leading();
        }
        self.leading.is_some()
    }

    /// Records that a poll of the leader failed. After several failures in a row, or one that will last,
    /// gives up the lead. Otherwise writes the next head.
    pub(super) async fn note_failed_poll(&mut self, now: Duration, interval: Duration, failure: &Failure) {
        self.lease.note_poll(false, false);
        if self.lease.must_release(matches!(failure.kind, FailureKind::Credentials | FailureKind::Denied)) {
            self.give_up(now, interval, failure).await;
        } else {
            self.write_next_head(now, interval).await;
        }
    }

    /// Gives up the lead because of `failure`, and does not claim it again for some time.
    async fn give_up(&mut self, now: Duration, interval: Duration, failure: &Failure) {
        self.release(now, interval).await;
        self.lease.give_up(now);
        self.cannot_lead = Some(failure.clone());
    }

    /// Writes a last head, which releases the lead so that another member can take it at once. Then stops
    /// leading.
    pub(super) async fn release(&mut self, now: Duration, interval: Duration) {
        if let Some(leading) = &self.leading {
            let head = self.new_head(now, leading, interval, true);
            if let Err(failure) = self.write_head(head).await {
                self.problem = Some(failure);
            }
        }
        self.stop_leading();
    }

    fn new_head(&self, now: Duration, leading: &LeaderState, interval: Duration, released: bool) -> Head {
        Head {
            schema: TEAM_SCHEMA.into(),
            version: env!("CARGO_PKG_VERSION").into(),
            epoch: leading.epoch,
            beat: leading.beat + 1,
            leader: self.me.clone(),
            released,
            interval_ms: interval.as_millis() as u64,
            members: leading.member_count(now),
            reading: leading.reading(now),
        }
    }

    /// Replaces the head (the object that names the leader) if the store still has the version that this
    /// member knows. Returns false if it does not: the stored head is missing, damaged, or from another
    /// member or epoch.
    async fn write_head(&mut self, head: Head) -> Result<bool, Failure> {
        let key = self.team.key(HEAD_KEY);
        for _ in 0..MAX_HEAD_ATTEMPTS {
            let condition = match &self.head {
                Some(known) => WriteCondition::IfVersion(known.version.clone()),
                None => WriteCondition::IfMissing,
            };
            if let WriteOutcome::Written(version) =
                self.team.store.write(&key, head.to_bytes(), condition).await?
            {
                self.note_own_head(version, head);
                return Ok(true);
            }
            // The response to a write may have been lost. Then the head in the store is this member's own.
            let Fetched::Found(object) = self.team.store.read(&key, None, MAX_HEAD_BYTES).await? else {
                return Ok(false);
            };
            let HeadContent::Valid(there) = HeadContent::parse(&object.bytes) else { return Ok(false) };
            if there.leader.id != self.me.id || there.epoch != head.epoch {
                return Ok(false);
            }
            let is_written = there.beat == head.beat;
            self.note_own_head(object.version, *there);
            if is_written {
                return Ok(true);
            }
        }
        let what = format!("{}: the head can't be written", self.team.store.location());
        Err(Failure::new(FailureKind::Throttled, what, "no action needed: it is written again soon"))
    }

    fn note_own_head(&mut self, version: ObjectVersion, head: Head) {
        if let Some(leading) = &mut self.leading {
            leading.beat = head.beat;
        }
        self.head = Some(KnownHead { version, content: HeadContent::Valid(Box::new(head)) });
    }

    /// Counts the members if the last count is at least [`COUNT_INTERVAL`] ago, and deletes the objects of
    /// members that have left.
    async fn count_members(&mut self, now: Duration) {
        let is_due = |leading: &LeaderState| {
            leading.counted_at.is_none_or(|at| now.saturating_sub(at) >= COUNT_INTERVAL)
        };
        if !self.leading.as_ref().is_some_and(is_due) {
            return;
        }
        let Ok(listed) = self.team.store.list(&self.team.key(MEMBER_PREFIX)).await else { return };
        let own_key = self.team.key(member_key(&self.me.id));
        let Some(leading) = &mut self.leading else { return };
        leading.counted_at = Some(now);
        let versions = listed.into_iter().map(|(key, version)| (key, version.0));
        for key in leading.members.update(now, versions, &own_key) {
            // If a deletion fails, a later count repeats it.
            let _ = self.team.store.delete(&key).await;
        }
    }

    /// Deletes objects that no head names any more: those that a new base (whole snapshot) replaced and,
    /// once, those of earlier epochs (previous leaders).
    async fn clean_up(&mut self) {
        let Some(leading) = &mut self.leading else { return };
        let mut keys: Vec<String> =
            std::mem::take(&mut leading.obsolete).iter().map(ToString::to_string).collect();
        // Until a second base is due, a follower may still read the objects of the predecessor.
        if !leading.is_cleaned && !keys.is_empty() {
            leading.is_cleaned = true;
            let epoch = leading.epoch;
            keys.extend(self.keys_of_earlier_epochs(epoch).await);
        }
        for key in keys {
            // If a deletion fails, the object only takes up space, and the next leader deletes it.
            let _ = self.team.store.delete(&self.team.key(key)).await;
        }
    }

    async fn keys_of_earlier_epochs(&self, epoch: u64) -> Vec<String> {
        let mut old = Vec::new();
        let start = format!("{}/", self.team.folder);
        for prefix in ["base/", "delta/", "epoch/"] {
            let listed = self.team.store.list(&self.team.key(prefix)).await.unwrap_or_default();
            let keys = listed.iter().filter_map(|(key, _)| key.strip_prefix(&start));
            let is_old = |key: &&str| match ReadingObjectKey::parse(key) {
                Some(object) => object.epoch() < epoch,
                None => highest_epoch([*key].into_iter()) < epoch,
            };
            old.extend(keys.filter(is_old).map(str::to_owned));
        }
        old
    }
}
