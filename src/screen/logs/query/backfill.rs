//! Backfill: when the user scrolls back beyond the lines in memory, reads older pages of the followed
//! streams.

use crate::{
    log_store::{LogStore, StoredStream, StreamState},
    model::{LogReadOptions, LogTarget, Timestamp},
    subscription::Subscription,
};
use std::collections::{BTreeMap, BTreeSet};

/// Number of lines to read from a stream when the screen opens it. These are the newest lines.
const INITIAL_LINES: usize = 500;
/// Maximum number of lines in one page of older lines.
const PAGE_LINES: usize = 1_000;

/// Reads of older log lines that are in progress, at most one page for each log stream.
#[derive(Default)]
pub(in crate::screen::logs) struct Backfill(BTreeMap<LogTarget, LogReadOptions>);

impl Backfill {
    /// Returns the subscriptions for `targets`: one that follows each stream, and one for each page that is
    /// being read.
    pub(in crate::screen::logs) fn subscriptions(&self, targets: &[LogTarget]) -> BTreeSet<Subscription> {
        let start = LogReadOptions { since: None, until: None, tail: INITIAL_LINES, follow: true };
        let follow = targets.iter().map(|target| Subscription::Logs(target.clone(), start));
        let pages = self.0.iter().filter(|(target, _)| targets.contains(target));
        follow.chain(pages.map(|(target, page)| Subscription::Logs(target.clone(), *page))).collect()
    }

    /// For each stream, requests the page of lines before the oldest line in memory. If `since` is set,
    /// requests all lines from `since` to that oldest line instead.
    pub(in crate::screen::logs) fn request_older(
        &mut self,
        held: &LogStore,
        targets: &[LogTarget],
        since: Option<Timestamp>,
    ) {
        for target in targets {
            let Some(stream) = held_stream(held, target) else { continue };
            let enough = since.is_some_and(|since| stream.oldest().is_none_or(|oldest| oldest <= since));
            if enough || stream.has_first_line || self.0.contains_key(target) {
                continue;
            }
            let tail = if since.is_some() { usize::MAX } else { PAGE_LINES };
            let page = LogReadOptions { since, until: stream.older_page_end(), tail, follow: false };
            if page.until.is_some() {
                self.0.insert(target.clone(), page);
            }
        }
    }

    /// Requests the lines since `since` that are not in memory. Handles each stream once, as soon as lines of
    /// it are in memory, and then adds it to `asked`. Returns true once every stream is in `asked` or is no
    /// longer being read.
    pub(in crate::screen::logs) fn request_since(
        &mut self,
        held: &LogStore,
        targets: &[LogTarget],
        since: Timestamp,
        asked: &mut BTreeSet<LogTarget>,
    ) -> bool {
        let has_lines = |target: &&LogTarget| held_stream(held, target).is_some_and(|s| s.oldest().is_some());
        let fresh: Vec<LogTarget> =
            targets.iter().filter(|t| !asked.contains(*t)).filter(has_lines).cloned().collect();
        self.request_older(held, &fresh, Some(since));
        asked.extend(fresh);
        let is_over =
            |target: &LogTarget| held_stream(held, target).is_some_and(|s| s.state != StreamState::Open);
        targets.iter().all(|target| asked.contains(target) || is_over(target))
    }

    /// Removes the page of `target` from the pages that are being read.
    pub(in crate::screen::logs) fn on_page_end(&mut self, target: &LogTarget, start: &LogReadOptions) {
        if self.0.get(target) == Some(start) {
            self.0.remove(target);
        }
    }

    /// Removes the pages of all streams that are not in `targets`.
    pub(in crate::screen::logs) fn retain_streams(&mut self, targets: &[LogTarget]) {
        self.0.retain(|target, _| targets.contains(target));
    }

    /// Returns true while a page of older lines is being read.
    pub(in crate::screen::logs) fn is_reading(&self) -> bool {
        !self.0.is_empty()
    }
}

/// Returns the stored stream of a target, or `None` if it was never opened.
fn held_stream<'a>(held: &'a LogStore, target: &LogTarget) -> Option<&'a StoredStream> {
    held.streams().find(|stream| stream.target.as_ref() == Some(target))
}

/// Returns true if all streams of `targets` that have lines in memory have been read back to their first
/// line. Returns false if no stream has lines in memory.
pub(in crate::screen::logs) fn no_older_lines(held: &LogStore, targets: &[LogTarget]) -> bool {
    let streams = targets.iter().filter_map(|target| held_stream(held, target));
    let mut begun =
        streams.filter(|stream| stream.oldest().is_some()).map(|stream| stream.has_first_line).peekable();
    begun.peek().is_some() && begun.all(|begins| begins)
}
