//! Polls of the session worker, which read new events with `FilterLogEvents`. Without a Live Tail session,
//! the polls deliver all new events. During a session, they deliver the events that the session missed.

use super::{
    LogEvent, failure_text,
    filter_events::{self, MAX_CALL_STREAMS},
    session_worker::SessionWorker,
    subscriber::{POLL_OVERLAP_MS, Subscriber},
};
use crate::{
    model::{Failure, FailureKind, LogNote, LogNoteKind, Timestamp},
    source::{
        ecs::{
            client::paging::{MAX_LOG_PAGES, Paging},
            quota::calls,
        },
        line_dedup::ReadPass,
    },
};
use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};
use tokio::time::Instant;

/// Time between polls without a live session. It is long enough to stay below the quota of every region even
/// with several log groups.
const POLL_INTERVAL: Duration = Duration::from_secs(2);
/// Wait after the first poll of a session. After this wait, events that were too late for that poll have
/// arrived.
const SECOND_LIVE_POLL_DELAY: Duration = Duration::from_secs(6);
/// Time between polls during a live session. Polls are necessary because a session drops events if its reader
/// is slow.
const LIVE_POLL_INTERVAL: Duration = Duration::from_secs(30);
/// Maximum wait after a failed poll. The wait doubles with each failed poll in a row.
const MAX_POLL_INTERVAL: Duration = Duration::from_mins(1);

impl SessionWorker {
    /// Polls all log groups for new events, and removes the subscribers of tasks that have ended.
    pub(super) async fn poll_groups(&mut self) {
        let groups: BTreeSet<String> =
            self.subscribers.iter().map(|member| member.place.group.clone()).collect();
        let mut failed = false;
        for group in groups {
            match self.poll_group(&group).await {
                Ok(()) => {
                    self.finish_ended(&group).await;
                    self.reset_notes(&group);
                }
                Err(failure) if Self::is_group_missing(&failure) => self.finish_ended(&group).await,
                Err(failure) => {
                    failed = true;
                    let kind = match failure.kind {
                        FailureKind::Denied if !self.is_live() => LogNoteKind::Unreadable,
                        _ if self.sampled => LogNoteKind::Sampled,
                        _ => LogNoteKind::Interrupted,
                    };
                    self.notify(Some(&group), kind, &failure_text(&failure)).await;
                }
            }
        }
        self.sampled &= failed;
        self.failed_polls = if failed { self.failed_polls + 1 } else { 0 };
        let wait = match (failed, self.is_live()) {
            (true, _) => (POLL_INTERVAL * 2u32.pow(self.failed_polls.min(6))).min(MAX_POLL_INTERVAL),
            (false, true) if std::mem::take(&mut self.just_opened) => SECOND_LIVE_POLL_DELAY,
            (false, true) => LIVE_POLL_INTERVAL,
            (false, false) => POLL_INTERVAL,
        };
        self.poll_at = Instant::now() + wait;
        for over in self.subscribers.iter_mut().filter_map(|member| member.finish_at.as_mut()) {
            // After a failed poll, the last events of a stopped task are still unread. So its subscriber
            // stays until the next poll.
            *over = if failed { (*over).max(self.poll_at) } else { *over };
        }
    }

    /// Polls one log group. One call covers at most 100 of its streams.
    async fn poll_group(&mut self, group: &str) -> Result<(), Failure> {
        let of_group = |member: &&mut Subscriber| member.place.group == group;
        let now = Timestamp::now().as_millisecond();
        let newest = self
            .subscribers
            .iter()
            .filter(|m| m.place.group == group)
            .filter_map(|m| m.dedup.newest_time())
            .max();
        let mut members: Vec<_> = self.subscribers.iter_mut().filter(of_group).collect();
        for members in members.chunks_mut(MAX_CALL_STREAMS) {
            // The clocks of AWS and this machine may differ. So the polled period never starts after the
            // newest known event.
            let read_to = members.iter().map(|member| member.polled_until_ms).min().unwrap_or(now);
            let from = newest.map_or(read_to, |newest| newest.min(read_to)) - POLL_OVERLAP_MS;
            let readings: Vec<_> = members.iter_mut().map(|member| member.dedup.begin_pass(true)).collect();
            let names: BTreeSet<_> = members.iter().map(|member| member.place.stream.clone()).collect();
            let names: Vec<_> = names.into_iter().collect();
            let (mut token, mut paging) = (None, Paging::new(MAX_LOG_PAGES));
            let outcome = loop {
                match filter_events::streams_page(&self.logs, group, &names, from, token).await {
                    Ok((events, next)) => {
                        dispatch_events(members, &readings, &events).await;
                        match paging.next(next) {
                            Ok(None) => break Ok(()),
                            Ok(next) => token = next,
                            Err(endless) => break Err(endless.failure(&calls::FILTER_LOG_EVENTS)),
                        }
                    }
                    Err(failure) => break Err(failure),
                }
            };
            for (member, reading) in members.iter_mut().zip(readings) {
                member.dedup.end_pass(reading);
                if outcome.is_ok() {
                    member.polled_until_ms = now;
                }
            }
            outcome?;
        }
        Ok(())
    }

    /// Sends a note about the exit to the subscribers of each stopped task in `group` whose late events have
    /// had time to arrive, and removes these subscribers.
    async fn finish_ended(&mut self, group: &str) {
        let now = Instant::now();
        let over = |m: &mut Subscriber| m.place.group == group && m.finish_at.is_some_and(|over| over <= now);
        for member in self.subscribers.extract_if(.., over) {
            if let Some(ending) = self.pool.task_exit(&member.target.instance) {
                member
                    .send_note(LogNote::on_stream(&member.target, ending.at, LogNoteKind::Ended, ending.text))
                    .await;
            }
        }
    }
}

/// Sends to each subscriber in `members` the events of its stream. `readings` has one deduplication pass for
/// each of `members`, in the same order, by which the subscriber recognises events that it has already sent.
async fn dispatch_events(members: &mut [&mut Subscriber], readings: &[ReadPass], events: &[LogEvent]) {
    let mut by_stream: BTreeMap<&str, Vec<&LogEvent>> = BTreeMap::new();
    for event in events {
        by_stream.entry(&event.stream).or_default().push(event);
    }
    for (member, reading) in members.iter_mut().zip(readings) {
        if let Some(mine) = by_stream.get(member.place.stream.as_str()) {
            member.send_new_events(*reading, mine).await;
        }
    }
}
