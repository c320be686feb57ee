//! Log excerpt of the selected finding: the last lines of the failed instance before it ended.

use crate::{
    extract::log_line::{self, LineFormat},
    log_store::{EntryKey, LogEntry, QueryResults, StreamScope},
    model::{Finding, Instance, LogReadOptions, Service, Timestamp},
    store::{Store, log_targets},
    subscription::Subscription,
    topology::NodeKind,
};
use jiff::SignedDuration;
use std::collections::BTreeSet;

/// Number of lines to request from each log stream.
const FETCHED_LINES: usize = 20;
/// Maximum number of lines to show.
pub(super) const SHOWN_LINES: usize = 5;
/// Maximum number of stored lines to search.
const MAX_SCANNED_LINES: usize = 5_000;
/// Longest delay between an exit and the arrival of lines from before it. Log drivers and agents send in
/// batches.
const MAX_DELIVERY_DELAY: SignedDuration = SignedDuration::from_secs(5);

/// Last log lines of the instance that the selected finding is about.
#[derive(Default)]
pub(super) struct LogExcerpt {
    /// Finding, and version of the log store, for which `lines` were searched.
    loaded_for: Option<(Finding, u64)>,
    /// Lines to show, the oldest first. The flag is true for an error line.
    pub(super) lines: Vec<(String, bool)>,
}

impl LogExcerpt {
    /// Returns the log streams to read for the excerpt of `finding`.
    pub(super) fn subscriptions(finding: &Finding, store: &Store) -> BTreeSet<Subscription> {
        let Some((service, instance)) = instance_to_quote(finding, store) else { return BTreeSet::new() };
        let until = exit_time(instance).map(|at| at + MAX_DELIVERY_DELAY);
        let start = LogReadOptions { since: None, until, tail: FETCHED_LINES, follow: until.is_none() };
        let own = log_targets(service).into_iter().filter(|target| target.instance == instance.id);
        own.map(|target| Subscription::Logs(target, start)).collect()
    }

    /// Searches the lines again if the finding or the stored lines changed.
    pub(super) fn sync(&mut self, finding: Option<&Finding>, store: &Store) {
        let now = finding.map(|finding| (finding.clone(), store.world.logs.version()));
        if self.loaded_for == now {
            return;
        }
        self.loaded_for = now;
        self.lines = finding.map(|finding| last_lines(finding, store)).unwrap_or_default();
    }
}

/// Returns the service of a finding, and its instance whose log to show: the newest faulty one, else the
/// first.
fn instance_to_quote<'a>(finding: &Finding, store: &'a Store) -> Option<(&'a Service, &'a Instance)> {
    let node = store.world.topology().nodes.get(finding.node.as_ref()?)?;
    let NodeKind::Service(id) = &node.kind else { return None };
    let service = store.world.inventory.service(id)?;
    let faulty = service.instances.iter().filter(|instance| instance.is_faulty());
    let newest = faulty.max_by_key(|instance| (exit_time(instance), instance.started));
    newest.or(service.instances.first()).map(|instance| (service, instance))
}

fn exit_time(instance: &Instance) -> Option<Timestamp> {
    instance.exit.as_ref().and_then(|exit| exit.at)
}

fn last_lines(finding: &Finding, store: &Store) -> Vec<(String, bool)> {
    let Some((_, instance)) = instance_to_quote(finding, store) else { return Vec::new() };
    let mut sift = QueryResults::new(StreamScope::Instances([instance.id.clone()].into()), Vec::new(), None);
    sift.advance(&store.world.logs, MAX_SCANNED_LINES);
    let last = exit_time(instance).map(|at| EntryKey {
        at: at + MAX_DELIVERY_DELAY,
        stream: u32::MAX,
        seq: u64::MAX,
    });
    let lines = sift.entries_up_to(&store.world.logs, last, FETCHED_LINES);
    let own = lines.iter().filter(|line| line.note.is_none() && !line.text.trim().is_empty());
    let mut own: Vec<_> = own.map(|line| (line_text(line), line.is_error())).collect();
    own.drain(..own.len().saturating_sub(SHOWN_LINES));
    own
}

/// Returns the text of a line. For a structured line that is its level and message only.
fn line_text(line: &LogEntry<'_>) -> String {
    let message = log_line::message_text(line.text, line.message.clone(), line.format);
    if line.format == LineFormat::Text || message.trim().is_empty() {
        return line.text.to_owned();
    }
    let level = line.level.map(|level| format!("{} ", level.as_str())).unwrap_or_default();
    level + &message
}
