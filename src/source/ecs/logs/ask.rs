//! Asking a feed's groups for what came: all there is where no session is live, what a session missed where one is.

use super::{
    Event,
    feed::Feed,
    filter::{self, NAMES},
    member::{Member, OVERLAP, note},
    words,
};
use crate::{
    model::{Failure, FailureKind, NoteKind, Timestamp},
    source::{
        ecs::{
            calls,
            paging::{MAX_LOG_PAGES, Paging},
        },
        once::Reading,
    },
};
use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};
use tokio::time::Instant;

/// How often to ask where nothing is live: below every region's quota even for several groups.
const EVERY: Duration = Duration::from_secs(2);
/// How long after a session began to ask once more: what it did not bring has come by then.
const SETTLED: Duration = Duration::from_secs(6);
/// How often to ask beside a live session: it drops what its reader is too slow for.
const BESIDE: Duration = Duration::from_secs(30);
/// The longest wait where asking fails.
const LONGEST: Duration = Duration::from_mins(1);

impl Feed {
    /// Asks every group for what came since it was asked last, and says of tasks that are over that they are.
    pub(super) async fn ask(&mut self) {
        let groups: BTreeSet<String> = self.members.iter().map(|member| member.place.group.clone()).collect();
        let mut failed = false;
        for group in groups {
            match self.pass(&group).await {
                Ok(()) => {
                    self.finish(&group).await;
                    self.calm(&group);
                }
                Err(failure) if Self::is_quiet(&failure) => self.finish(&group).await,
                Err(failure) => {
                    failed = true;
                    let kind = match failure.kind {
                        FailureKind::Denied if !self.is_live() => NoteKind::Unreadable,
                        _ if self.sampled => NoteKind::Sampled,
                        _ => NoteKind::Disturbed,
                    };
                    self.tell(Some(&group), kind, &words(&failure)).await;
                }
            }
        }
        self.sampled &= failed;
        self.refused = if failed { self.refused + 1 } else { 0 };
        let wait = match (failed, self.is_live()) {
            (true, _) => (EVERY * 2u32.pow(self.refused.min(6))).min(LONGEST),
            (false, true) if std::mem::take(&mut self.fresh) => SETTLED,
            (false, true) => BESIDE,
            (false, false) => EVERY,
        };
        self.ask_at = Instant::now() + wait;
        for over in self.members.iter_mut().filter_map(|member| member.over.as_mut()) {
            // Its last events could not be asked for.
            *over = if failed { (*over).max(self.ask_at) } else { *over };
        }
    }

    /// Asks one group, a hundred streams at a time.
    async fn pass(&mut self, group: &str) -> Result<(), Failure> {
        let of_group = |member: &&mut Member| member.place.group == group;
        let now = Timestamp::now().as_millisecond();
        let newest =
            self.members.iter().filter(|m| m.place.group == group).filter_map(|m| m.once.newest()).max();
        let mut members: Vec<_> = self.members.iter_mut().filter(of_group).collect();
        for members in members.chunks_mut(NAMES) {
            // Where clocks differ, the newest event tells the time.
            let read_to = members.iter().map(|member| member.read_to).min().unwrap_or(now);
            let from = newest.map_or(read_to, |newest| newest.min(read_to)) - OVERLAP;
            let readings: Vec<_> = members.iter_mut().map(|member| member.once.begin(true)).collect();
            let names: BTreeSet<_> = members.iter().map(|member| member.place.stream.clone()).collect();
            let names: Vec<_> = names.into_iter().collect();
            let (mut token, mut paging) = (None, Paging::new(MAX_LOG_PAGES));
            let outcome = loop {
                match filter::page(&self.logs, group, &names, from, token).await {
                    Ok((events, next)) => {
                        take(members, &readings, &events).await;
                        match paging.next(next) {
                            Ok(None) => break Ok(()),
                            Ok(next) => token = next,
                            Err(endless) => break Err(endless.of(&calls::FILTER_LOG_EVENTS)),
                        }
                    }
                    Err(failure) => break Err(failure),
                }
            };
            for (member, reading) in members.iter_mut().zip(readings) {
                member.once.end(reading);
                if outcome.is_ok() {
                    member.read_to = now;
                }
            }
            outcome?;
        }
        Ok(())
    }

    /// Says of the tasks of a group that are over how they ended, and lets them go.
    async fn finish(&mut self, group: &str) {
        let now = Instant::now();
        let over = |m: &mut Member| m.place.group == group && m.over.is_some_and(|over| over <= now);
        for member in self.members.extract_if(.., over) {
            if let Some(ending) = self.hub.ending(&member.target.instance) {
                member.tell(note(&member.target, ending.at, NoteKind::Ended, ending.text)).await;
            }
        }
    }
}

async fn take(members: &mut [&mut Member], readings: &[Reading], events: &[Event]) {
    let mut by_stream: BTreeMap<&str, Vec<&Event>> = BTreeMap::new();
    for event in events {
        by_stream.entry(&event.stream).or_default().push(event);
    }
    for (member, reading) in members.iter_mut().zip(readings) {
        if let Some(mine) = by_stream.get(member.place.stream.as_str()) {
            member.take(*reading, mine).await;
        }
    }
}
