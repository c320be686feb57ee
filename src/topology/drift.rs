//! Drift: where what was seen and what is declared part, and what fades. Nothing here is claimed that was not watched.

use super::{Edge, NodeKind, Strength, Topology};
use crate::model::{Inventory, NodeId, ServiceId, Timestamp};

/// How long ago an edge must have been seen last to fade, in seconds: a quarter of an hour, longer than pools keep idle
/// connections and than most schedulers wait between two jobs.
pub const FADES_AFTER: i64 = 15 * 60;

/// How long both ends must have been watched before it means something that no connection was seen, in seconds.
pub const WATCHED_ENOUGH: i64 = 10 * 60;

/// A state of an edge that follows from what was seen, what is declared, and the time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Drift {
    /// Declared, and never seen although both ends are watched.
    NeverObserved,
    /// Seen, and nothing else says so.
    Undeclared,
    /// Seen, and not lately.
    Faded,
}

impl Drift {
    /// The word, as JSON has it.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::NeverObserved => "never-observed",
            Self::Undeclared => "undeclared",
            Self::Faded => "faded",
        }
    }
}

/// Which edges are shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum EdgeFilter {
    /// All of them.
    #[default]
    All,
    /// Those that were seen.
    Observed,
    /// Those that are declared and were never seen.
    NeverObserved,
    /// Those that were seen and that nothing declares.
    Undeclared,
}

/// All filters, in the order in which the key goes round them: what people write behind `--edges`, and what it means.
pub const EDGE_FILTERS: &[(EdgeFilter, &str, &str)] = &[
    (EdgeFilter::All, "all", "all of them"),
    (EdgeFilter::Observed, "observed", "those that were observed"),
    (EdgeFilter::NeverObserved, "never-observed", "those that are declared and were never observed"),
    (EdgeFilter::Undeclared, "undeclared", "those that were observed and that nothing declares"),
];

impl EdgeFilter {
    fn place(self) -> usize {
        EDGE_FILTERS.iter().position(|(filter, ..)| *filter == self).unwrap_or(0)
    }

    /// The one after it, round and round.
    #[must_use]
    pub fn next(self) -> Self {
        EDGE_FILTERS[(self.place() + 1) % EDGE_FILTERS.len()].0
    }

    /// What people write.
    #[must_use]
    pub fn id(self) -> &'static str {
        EDGE_FILTERS[self.place()].1
    }

    /// What it lets through, in words.
    #[must_use]
    pub fn about(self) -> &'static str {
        EDGE_FILTERS[self.place()].2
    }

    /// The filter with that id.
    #[must_use]
    pub fn named(id: &str) -> Option<Self> {
        EDGE_FILTERS.iter().find(|(_, known, _)| *known == id).map(|(filter, ..)| *filter)
    }
}

impl Edge {
    /// Whether a connection was seen.
    #[must_use]
    pub fn is_observed(&self) -> bool {
        self.strength() == Strength::Observed
    }

    /// When a connection was last seen.
    #[must_use]
    pub fn last_seen(&self) -> Option<Timestamp> {
        self.evidence.iter().filter_map(|e| e.last_seen).max()
    }

    /// When a connection was first seen.
    #[must_use]
    pub fn first_seen(&self) -> Option<Timestamp> {
        self.evidence.iter().filter_map(|e| e.first_seen).min()
    }

    /// Whether it was seen, and last so long ago that it fades.
    #[must_use]
    pub fn is_faded(&self, now: Timestamp) -> bool {
        self.is_observed() && self.last_seen().is_some_and(|last| is_past(last, now))
    }

    /// Whether nothing but what was seen says so. A hint, such as start order, is a word of the configuration too.
    fn is_undeclared(&self) -> bool {
        self.is_observed() && self.evidence.iter().all(|e| e.strength == Strength::Observed)
    }
}

/// Whether something that was last seen at `last` counts as long ago.
#[must_use]
pub fn is_past(last: Timestamp, now: Timestamp) -> bool {
    now.as_second() - last.as_second() > FADES_AFTER
}

/// What drift is judged by.
#[derive(Clone, Copy)]
pub struct Watch<'a> {
    /// All sources' services, and what was seen.
    pub inventory: &'a Inventory,
    /// Who calls whom.
    pub topology: &'a Topology,
    /// The time at which the question is asked.
    pub now: Timestamp,
}

impl Watch<'_> {
    /// The states of an edge, in the order of their kind.
    #[must_use]
    pub fn drift(self, from: &NodeId, to: &NodeId, edge: &Edge) -> Vec<Drift> {
        let states = [
            (Drift::NeverObserved, self.never_observed_since(from, to, edge).is_some()),
            (Drift::Undeclared, self.is_undeclared(from, edge)),
            (Drift::Faded, edge.is_faded(self.now)),
        ];
        states.into_iter().filter(|(_, is)| *is).map(|(state, _)| state).collect()
    }

    /// Whether `filter` lets an edge through.
    #[must_use]
    pub fn shows(self, filter: EdgeFilter, from: &NodeId, to: &NodeId, edge: &Edge) -> bool {
        match filter {
            EdgeFilter::All => true,
            EdgeFilter::Observed => edge.is_observed(),
            EdgeFilter::NeverObserved => self.never_observed_since(from, to, edge).is_some(),
            EdgeFilter::Undeclared => self.is_undeclared(from, edge),
        }
    }

    /// Whether nothing declares an edge that was seen, once all that its caller declares was read.
    fn is_undeclared(self, from: &NodeId, edge: &Edge) -> bool {
        let source = self.topology.nodes.get(from).and_then(|node| node.source.as_ref());
        let snapshot = source.and_then(|source| self.inventory.snapshot(source));
        edge.is_undeclared() && snapshot.is_none_or(|snapshot| snapshot.progress.is_empty())
    }

    /// Since when both ends of a declared edge are watched without a connection; none where there was one, where the
    /// edge is merely possible, or where they are not watched, and looked at, for long enough to say: one look never is. A host outside is not watched,
    /// and what does not run calls nobody.
    #[must_use]
    pub fn never_observed_since(self, from: &NodeId, to: &NodeId, edge: &Edge) -> Option<Timestamp> {
        if edge.strength() != Strength::Declared {
            return None;
        }
        let since = self.watched(from)?.max(self.watched(to)?);
        // What a source tells of the time before the first look may be late and have holes: that time does not count.
        let counted = since.max(self.inventory.begun()?);
        (self.now.as_second() - counted.as_second() >= WATCHED_ENOUGH).then_some(since)
    }

    /// Since when the connections of a running service are watched.
    fn watched(self, node: &NodeId) -> Option<Timestamp> {
        let node = self.topology.nodes.get(node).filter(|node| node.running > 0)?;
        self.inventory.ledger().watched_since(service(&node.kind)?)
    }
}

/// The service that a node is.
fn service(kind: &NodeKind) -> Option<&ServiceId> {
    match kind {
        NodeKind::Service(id) => Some(id),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::{Drift, EDGE_FILTERS, EdgeFilter, FADES_AFTER, WATCHED_ENOUGH, Watch};
    use crate::{
        model::{sample::*, *},
        topology::infer,
    };

    /// The drift of web → db: declared or not, seen so many seconds ago, both watched since so many seconds ago.
    fn drift(declared: bool, seen: Option<i64>, watched: Option<(i64, i64)>) -> Vec<Drift> {
        let mut web = service("web");
        if declared {
            web.mentions = vec![mention("DB_URL", Address::name("db").with_port(5432))];
        }
        let flows = seen.map(|seconds| flow("web", "db", Verdict::Accepted, seconds)).into_iter().collect();
        let both = watched.map(|(web, db)| vec![("web", web), ("db", db)]).unwrap_or_default();
        let inventory = seeing(vec![web, service("db")], flows, &both);
        let topology = infer(&inventory);
        let watch = Watch { inventory: &inventory, topology: &topology, now: ago(0) };
        let Some(((from, to), edge)) = topology.edges.iter().next() else { return Vec::new() };
        watch.drift(from, to, edge)
    }

    #[test]
    fn never_observed_needs_both_ends_watched_for_long_enough() {
        let long = WATCHED_ENOUGH;
        assert_eq!(drift(true, None, Some((long, long))), [Drift::NeverObserved]);
        assert_eq!(
            drift(true, None, Some((long, long - 1))),
            [],
            "the callee was not watched for long enough"
        );
        assert_eq!(drift(true, None, Some((0, 0))), [], "one look says nothing");
        assert_eq!(drift(true, None, None), [], "nobody watches");
        assert_eq!(drift(true, Some(60), Some((long, long))), [], "it was seen");
        let mut web = service("web");
        web.mentions = vec![mention("DB_URL", Address::name("db").with_port(5432))];
        let watched = ["web", "db"].map(|name| Watched { service: id(name), since: ago(long) }).to_vec();
        let mut once = Inventory::default();
        let told = inventory(vec![web, service("db")]).snapshots().next().unwrap().clone();
        once.replace(std::sync::Arc::new(Snapshot { watched, ..told }));
        let topology = infer(&once);
        let watch = Watch { inventory: &once, topology: &topology, now: ago(0) };
        let ((from, to), edge) = topology.edges.iter().next().unwrap();
        assert_eq!(watch.drift(from, to, edge), [], "one look that reaches back says nothing");
    }

    #[test]
    fn what_nothing_declares_is_undeclared_and_what_is_old_fades() {
        assert_eq!(drift(false, Some(60), None), [Drift::Undeclared]);
        assert_eq!(drift(true, Some(FADES_AFTER + 1), None), [Drift::Faded]);
        assert_eq!(drift(false, Some(FADES_AFTER + 1), None), [Drift::Undeclared, Drift::Faded]);
        assert_eq!(drift(true, Some(FADES_AFTER), None), []);
    }

    #[test]
    fn filters_go_round_and_have_names() {
        let mut filter = EdgeFilter::default();
        for (known, id, _) in EDGE_FILTERS {
            assert_eq!((filter, filter.id(), EdgeFilter::named(id)), (*known, *id, Some(*known)));
            filter = filter.next();
        }
        assert_eq!(filter, EdgeFilter::All);
    }
}
