//! Log excerpt of the selected finding: the last lines of the newest faulty instance, or else of the first
//! instance. For an instance that has ended, these are the lines before its exit.

use crate::{
    model::{Finding, LogReadOptions},
    screen::describe::log_lines::{
        FETCHED_LINES, MAX_DELIVERY_DELAY, exit_time, instance_to_quote, last_lines,
    },
    store::{Store, log_targets},
    subscription::Subscription,
};
use std::collections::BTreeSet;

/// Maximum number of lines in the excerpt.
pub(super) const SHOWN_LINES: usize = 5;

/// Last log lines of the instance whose log explains the state of the finding's service best.
#[derive(Default)]
pub(super) struct LogExcerpt {
    /// Finding, and version of the log store, from which `lines` was made.
    loaded_for: Option<(Finding, u64)>,
    /// Lines to show, the oldest first. The flag is true for an error line.
    pub(super) lines: Vec<(String, bool)>,
}

impl LogExcerpt {
    /// Returns the log streams to read for the excerpt of `finding`.
    pub(super) fn subscriptions(finding: &Finding, store: &Store) -> BTreeSet<Subscription> {
        let quoted = finding.node.as_ref().and_then(|node| instance_to_quote(node, store));
        let Some((service, instance)) = quoted else { return BTreeSet::new() };
        let until = exit_time(instance).map(|at| at + MAX_DELIVERY_DELAY);
        let start = LogReadOptions { since: None, until, tail: FETCHED_LINES, follow: until.is_none() };
        let own = log_targets(service).into_iter().filter(|target| target.instance == instance.id);
        own.map(|target| Subscription::Logs(target, start)).collect()
    }

    /// Collects the lines again if the finding or the log store has changed since the last call.
    pub(super) fn sync(&mut self, finding: Option<&Finding>, store: &Store) {
        let now = finding.map(|finding| (finding.clone(), store.world.logs.version()));
        if self.loaded_for == now {
            return;
        }
        self.loaded_for = now;
        let node = finding.and_then(|finding| finding.node.as_ref());
        self.lines = node.map(|node| last_lines(node, SHOWN_LINES, store)).unwrap_or_default();
    }
}
