//! The last lines that a service wrote before it ended, or wrote at all: fetched for the selected finding alone.

use crate::{
    decode::line::{self, Shape},
    effect::Subscription,
    logs::{Key, Line, Scope, Sift},
    model::{Finding, Instance, LogStart, Service, Timestamp},
    store::{Store, log_targets},
    topology::NodeKind,
};
use jiff::SignedDuration;
use std::collections::BTreeSet;

/// How many lines are asked for, and how many are shown.
const ASKED: usize = 20;
pub(super) const SHOWN: usize = 5;
/// How many held lines are looked at to find them.
const WORK: usize = 5_000;
/// How long after an end lines may come that were written before it: drivers and agents send them in batches.
const LATE: SignedDuration = SignedDuration::from_secs(5);

/// The last lines, as they were found last.
#[derive(Default)]
pub(super) struct LastWords {
    of: Option<(Finding, u64)>,
    /// The lines, the oldest first, and whether each tells of an error.
    pub(super) lines: Vec<(String, bool)>,
}

impl LastWords {
    /// What to listen to, to hear them.
    pub(super) fn wants(finding: &Finding, store: &Store) -> BTreeSet<Subscription> {
        let Some((service, instance)) = speaker(finding, store) else { return BTreeSet::new() };
        let until = ended(instance).map(|at| at + LATE);
        let start = LogStart { since: None, until, tail: ASKED, follow: until.is_none() };
        let own = log_targets(service).into_iter().filter(|target| target.instance == instance.id);
        own.map(|target| Subscription::Logs(target, start)).collect()
    }

    /// Finds them anew, where there is anything new.
    pub(super) fn follow(&mut self, finding: Option<&Finding>, store: &Store) {
        let now = finding.map(|finding| (finding.clone(), store.logs.version()));
        if self.of == now {
            return;
        }
        self.of = now;
        self.lines = finding.map(|finding| lines(finding, store)).unwrap_or_default();
    }
}

/// The service of a finding, and the instance whose end speaks for it: the newest that is faulty, else the first.
fn speaker<'a>(finding: &Finding, store: &'a Store) -> Option<(&'a Service, &'a Instance)> {
    let node = store.topology().nodes.get(finding.node.as_ref()?)?;
    let NodeKind::Service(id) = &node.kind else { return None };
    let service = store.inventory.service(id)?;
    let faulty = service.instances.iter().filter(|instance| instance.is_faulty());
    let newest = faulty.max_by_key(|instance| (ended(instance), instance.started));
    newest.or(service.instances.first()).map(|instance| (service, instance))
}

fn ended(instance: &Instance) -> Option<Timestamp> {
    instance.exit.as_ref().and_then(|exit| exit.at)
}

fn lines(finding: &Finding, store: &Store) -> Vec<(String, bool)> {
    let Some((_, instance)) = speaker(finding, store) else { return Vec::new() };
    let mut sift = Sift::new(Scope::Instances([instance.id.clone()].into()), Vec::new(), None);
    sift.advance(&store.logs, WORK);
    let last = ended(instance).map(|at| Key { at: at + LATE, stream: u32::MAX, seq: u64::MAX });
    let lines = sift.lines_up_to(&store.logs, last, ASKED);
    let own = lines.iter().filter(|line| line.note.is_none() && !line.text.trim().is_empty());
    let mut own: Vec<_> = own.map(|line| (told(line), line.is_error())).collect();
    own.drain(..own.len().saturating_sub(SHOWN));
    own
}

/// What a line says: of one with fields its level and its message, which are what people look for.
fn told(line: &Line<'_>) -> String {
    let message = line::message(line.text, line.message.clone(), line.shape);
    if line.shape == Shape::Text || message.trim().is_empty() {
        return line.text.to_owned();
    }
    let level = line.level.map(|level| format!("{} ", level.word())).unwrap_or_default();
    level + &message
}
