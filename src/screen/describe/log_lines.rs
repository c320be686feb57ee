//! Last log lines of one instance of a service: the one whose log explains the service's state best.

use crate::{
    extract::log_line::{self, LineFormat},
    log_store::{EntryKey, LogEntry, QueryResults, StreamScope},
    model::{Instance, NodeId, Service, Timestamp},
    store::Store,
    topology::NodeKind,
};
use jiff::SignedDuration;

/// Number of log lines to fetch, so that enough lines remain after empty ones are dropped.
pub const FETCHED_LINES: usize = 20;
/// Maximum number of stored log lines that a search for the lines of one instance reads.
const MAX_SCANNED_LINES: usize = 5_000;
/// Maximum time after an instance's exit in which lines that it wrote before the exit still arrive. Log
/// drivers and agents send lines in batches.
pub const MAX_DELIVERY_DELAY: SignedDuration = SignedDuration::from_secs(5);

/// Returns the service of a node, and the instance whose log explains the service's state best: the faulty
/// instance with the latest exit, or else the first instance.
#[must_use]
pub fn instance_to_quote<'a>(node: &NodeId, store: &'a Store) -> Option<(&'a Service, &'a Instance)> {
    let node = store.world.topology().nodes.get(node)?;
    let NodeKind::Service(id) = &node.kind else { return None };
    let service = store.world.inventory.service(id)?;
    let faulty = service.instances.iter().filter(|instance| instance.is_faulty());
    let newest = faulty.max_by_key(|instance| (exit_time(instance), instance.started));
    newest.or(service.instances.first()).map(|instance| (service, instance))
}

/// Returns the time of the instance's last exit, if known.
#[must_use]
pub fn exit_time(instance: &Instance) -> Option<Timestamp> {
    instance.exit.as_ref().and_then(|exit| exit.at)
}

/// Returns the last `count` stored log lines of the instance that `instance_to_quote` chooses for `node`, the
/// oldest first, each with a flag that is true for an error.
#[must_use]
pub fn last_lines(node: &NodeId, count: usize, store: &Store) -> Vec<(String, bool)> {
    let Some((_, instance)) = instance_to_quote(node, store) else { return Vec::new() };
    let scope = StreamScope::Instances([instance.id.clone()].into());
    let mut results = QueryResults::new(scope, Vec::new(), None);
    results.advance(&store.world.logs, MAX_SCANNED_LINES);
    let last = exit_time(instance).map(|at| EntryKey {
        at: at + MAX_DELIVERY_DELAY,
        stream: u32::MAX,
        seq: u64::MAX,
    });
    let lines = results.entries_up_to(&store.world.logs, last, FETCHED_LINES);
    let own = lines.iter().filter(|line| line.note.is_none() && !line.text.trim().is_empty());
    let mut own: Vec<_> = own.map(|line| (line_text(line), line.is_error())).collect();
    own.drain(..own.len().saturating_sub(count));
    own
}

/// Returns the text of a line. For a structured line, returns only its level and message.
fn line_text(line: &LogEntry<'_>) -> String {
    let message = log_line::message_text(line.text, line.message.clone(), line.format);
    if line.format == LineFormat::Text || message.trim().is_empty() {
        return line.text.to_owned();
    }
    let level = line.level.map(|level| format!("{} ", level.as_str())).unwrap_or_default();
    level + &message
}
