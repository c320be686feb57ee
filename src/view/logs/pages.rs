//! What of the streams is read beside following them: older pages, asked for as somebody goes back past what is held.

use crate::{
    effect::Subscription,
    logs::{LogStore, State, Stream},
    model::{LogStart, LogTarget, Timestamp},
};
use std::collections::{BTreeMap, BTreeSet};

/// The newest lines of each stream that are read at first, and how many older ones at a time.
const TAIL: usize = 500;
const PAGE: usize = 1_000;

/// The pages that are being read.
#[derive(Default)]
pub(super) struct Pages(BTreeMap<LogTarget, LogStart>);

impl Pages {
    /// What is wanted of the outside for those streams.
    pub(super) fn wants(&self, targets: &[LogTarget]) -> BTreeSet<Subscription> {
        let start = LogStart { since: None, until: None, tail: TAIL, follow: true };
        let follow = targets.iter().map(|target| Subscription::Logs(target.clone(), start));
        let pages = self.0.iter().filter(|(target, _)| targets.contains(target));
        follow.chain(pages.map(|(target, page)| Subscription::Logs(target.clone(), *page))).collect()
    }

    /// Asks for the page before what is held of each of those streams; back to a time, where one is given.
    pub(super) fn ask(&mut self, held: &LogStore, targets: &[LogTarget], since: Option<Timestamp>) {
        for target in targets {
            let Some(stream) = stream(held, target) else { continue };
            let enough = since.is_some_and(|since| stream.oldest().is_none_or(|oldest| oldest <= since));
            if enough || stream.begins || self.0.contains_key(target) {
                continue;
            }
            let tail = if since.is_some() { usize::MAX } else { PAGE };
            let page = LogStart { since, until: stream.until(), tail, follow: false };
            if page.until.is_some() {
                self.0.insert(target.clone(), page);
            }
        }
    }

    /// Asks once for the lines since a time of each of those streams that holds newer ones alone. Returns whether none is
    /// left that has yet to bring its newest lines.
    pub(super) fn seek(
        &mut self,
        held: &LogStore,
        targets: &[LogTarget],
        since: Timestamp,
        asked: &mut BTreeSet<LogTarget>,
    ) -> bool {
        let has_lines = |target: &&LogTarget| stream(held, target).is_some_and(|s| s.oldest().is_some());
        let fresh: Vec<LogTarget> =
            targets.iter().filter(|t| !asked.contains(*t)).filter(has_lines).cloned().collect();
        self.ask(held, &fresh, Some(since));
        asked.extend(fresh);
        let is_over = |target: &LogTarget| stream(held, target).is_some_and(|s| s.state != State::Open);
        targets.iter().all(|target| asked.contains(target) || is_over(target))
    }

    /// A page has come to its end.
    pub(super) fn closed(&mut self, target: &LogTarget, start: &LogStart) {
        if self.0.get(target) == Some(start) {
            self.0.remove(target);
        }
    }

    /// Forgets those of other streams.
    pub(super) fn keep(&mut self, targets: &[LogTarget]) {
        self.0.retain(|target, _| targets.contains(target));
    }

    /// Whether older lines of any stream are being read.
    pub(super) fn are_read(&self) -> bool {
        !self.0.is_empty()
    }
}

/// What is held of a stream.
fn stream<'a>(held: &'a LogStore, target: &LogTarget) -> Option<&'a Stream> {
    held.streams().find(|stream| stream.target.as_ref() == Some(target))
}

/// Whether nothing older can be had of any of those streams that have a line.
pub(super) fn have_begun(held: &LogStore, targets: &[LogTarget]) -> bool {
    let streams = targets.iter().filter_map(|target| stream(held, target));
    let mut begun = streams.filter(|stream| stream.oldest().is_some()).map(|stream| stream.begins).peekable();
    begun.peek().is_some() && begun.all(|begins| begins)
}
