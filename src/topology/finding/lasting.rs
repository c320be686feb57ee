//! Since when a fault lasts. A source forgets: ECS lists the newest ended tasks only, so that the oldest of them moves on
//! as the fault goes on. What was known of its beginning once is kept here for as long as the fault lasts.

use super::{Draft, KINDS, Kind, Part, restarts::Counts};
use crate::model::{Finding, NodeId, ServiceId, SourceId, Timestamp};
use jiff::SignedDuration;
use std::collections::{BTreeMap, BTreeSet};

/// How long a fault is young: a source may show what is wanted before what is on its way.
const YOUNG: SignedDuration = SignedDuration::from_secs(30);

/// What lasts from one judging to the next.
#[derive(Clone, Debug, Default)]
pub struct Lasting {
    /// When faults began, by whom they are on: a fault may be told by other words as it goes on, and is the same.
    pub(super) since: BTreeMap<NodeId, Option<Timestamp>>,
    /// The sources that were judged whole before: what is new there now has begun since.
    pub(super) watched: BTreeSet<SourceId>,
    /// How often what was started again.
    pub(super) counts: Counts,
}

/// The beginnings of those findings that say why a service does not run.
pub(super) fn beginnings(findings: &[Finding]) -> BTreeMap<NodeId, Option<Timestamp>> {
    let is_end =
        |finding: &&Finding| KINDS.iter().any(|kind| kind.part == Part::End && kind.id == &*finding.kind);
    let mut since: BTreeMap<NodeId, Option<Timestamp>> = BTreeMap::new();
    for finding in findings.iter().filter(is_end) {
        let Some(node) = finding.node.clone() else { continue };
        let known = since.entry(node).or_default();
        *known = [*known, finding.since].into_iter().flatten().min();
    }
    since
}

impl Lasting {
    /// Whether its source was watched before, so that what is new has only just begun.
    pub(super) fn is_watching(&self, service: &ServiceId) -> bool {
        self.watched.contains(&SourceId::from(service))
    }

    /// Whether such a fault of a service has begun only just now, as far as it was watched.
    pub(super) fn is_young(&self, now: Timestamp, service: &ServiceId) -> bool {
        match self.since.get(&NodeId::from(service)) {
            Some(Some(since)) => now.duration_since(*since) < YOUNG,
            Some(None) => false,
            None => self.is_watching(service),
        }
    }

    /// Puts right since when a fault is: no later than it was known to be; now, if it is new and its source does not say.
    pub(super) fn amend(&self, kind: &Kind, draft: &mut Draft, now: Timestamp) {
        let (Part::End, Some(node)) = (kind.part, draft.node().cloned()) else { return };
        // A service's node has its id, and that begins with its source.
        let source = SourceId::new(node.as_str().split('/').next().unwrap_or_default());
        draft.since = match self.since.get(&node) {
            Some(Some(known)) => Some(draft.since.map_or(*known, |since| since.min(*known))),
            Some(None) => draft.since,
            None => draft.since.or(self.watched.contains(&source).then_some(now)),
        };
    }
}

#[cfg(test)]
mod tests {
    use super::{Lasting, beginnings};
    use crate::{
        model::{sample::*, *},
        topology::{
            finding::{Evidence, findings, tests::known},
            infer,
        },
    };
    use std::collections::{BTreeMap, BTreeSet};

    /// What is found of a service that should run twice and of which that failed so long ago, in seconds.
    fn judged(ends: &[i64], lasting: Lasting) -> Vec<Finding> {
        let failed = ends.iter().enumerate().map(|(number, at)| {
            let exit = Exit { code: Some(1), at: Some(ago(*at)), ..Exit::default() };
            Instance { exit: Some(exit), ..failed(&number.to_string(), 1) }
        });
        let web = Service { desired: Some(2), instances: failed.collect(), ..service("web") };
        let inventory = inventory(vec![web]);
        let topology = infer(&inventory);
        findings(&Evidence::new(known(&inventory, &topology), lasting, ago(0)))
    }

    fn lasting(findings: &[Finding], watched: BTreeSet<SourceId>) -> Lasting {
        Lasting { since: beginnings(findings), watched, ..Lasting::default() }
    }

    fn read() -> BTreeSet<SourceId> {
        BTreeSet::from([SourceId::new("docker")])
    }

    fn since(findings: &[Finding]) -> Option<Timestamp> {
        findings.iter().find(|f| f.severity == Severity::Critical).and_then(|f| f.since)
    }

    #[test]
    fn a_fault_never_begins_later_than_it_did() {
        let first = judged(&[900, 600], Lasting::default());
        assert_eq!((first[0].kind.as_str(), since(&first)), ("crash-loop", Some(ago(900))));
        let later = judged(&[300, 60], lasting(&first, read()));
        assert_eq!(since(&later), Some(ago(900)), "the source has forgotten the first ends");
        let other = judged(&[], lasting(&first, read()));
        let told = (other[0].kind.as_str(), other[0].severity, other[0].since);
        assert_eq!(told, ("too-few-running", Severity::Critical, Some(ago(900))), "told by other words");
        let again = judged(&[300, 60], lasting(&[], read()));
        assert_eq!(since(&again), Some(ago(300)), "it was over in between");
    }

    #[test]
    fn of_runs_that_end_the_newest_tells_its_own_time() {
        let exit = Exit { code: Some(1), at: Some(ago(60)), ..Exit::default() };
        let run = Instance { exit: Some(exit), ..failed("2", 1) };
        let migrate = Service { instances: vec![run], ..service("migrate") };
        let judged = |kind| {
            let inventory = inventory(vec![Service { kind, ..migrate.clone() }]);
            let topology = infer(&inventory);
            let before = BTreeMap::from([(NodeId::from(&id("migrate")), Some(ago(900)))]);
            let lasting = Lasting { since: before, watched: read(), ..Lasting::default() };
            since(&findings(&Evidence::new(known(&inventory, &topology), lasting, ago(0))))
        };
        assert_eq!(judged(ServiceKind::EcsService), Some(ago(900)), "it lasts");
        assert_eq!(judged(ServiceKind::EcsFamily), Some(ago(60)), "the run that failed before was another");
    }

    #[test]
    fn what_is_new_and_says_nothing_of_its_time_begins_now() {
        assert_eq!(since(&judged(&[], Lasting::default())), None, "it may have been so for long");
        let unread = judged(&[], lasting(&[], BTreeSet::from([SourceId::new("another")])));
        assert_eq!(since(&unread), None, "another source was watched");
        let seen = judged(&[], lasting(&[], read()));
        assert_eq!((seen[0].kind.as_str(), seen[0].since), ("too-few-running", Some(ago(0))));
        assert_eq!(seen[0].severity, Severity::Info, "more may be on their way");
        let begun = vec![Finding { since: Some(ago(50)), ..seen[0].clone() }];
        let held = judged(&[], lasting(&begun, read()));
        assert_eq!((held[0].since, held[0].severity), (Some(ago(50)), Severity::Critical));
    }
}
