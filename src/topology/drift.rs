//! Drift: differences between declared and observed calls, and calls that were not observed lately. Portolan
//! reports a missing connection only if the sources observe the connections of both ends.

use super::{Edge, NodeKind, Strength, Topology};
use crate::model::{Inventory, NodeId, ServiceId, Timestamp};
use serde::{Deserialize, Serialize};

/// Time since the last observation, in seconds, after which an edge counts as faded. An edge in use shows new
/// connections within this time: connection pools close idle connections earlier, and most schedulers wait
/// less time between two jobs.
pub const FADE_AFTER_SECONDS: i64 = 15 * 60;

/// Minimum time, in seconds, for which the sources must have observed both ends before a missing connection
/// counts.
pub const MIN_MONITORED_SECONDS: i64 = 10 * 60;

/// A difference between the declared calls and the observed calls along one edge.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Drift {
    /// Declared, but never observed, although the connections of both ends are observed.
    NeverObserved,
    /// Observed, but not declared anywhere.
    Undeclared,
    /// Observed, but not within the last [`FADE_AFTER_SECONDS`].
    Faded,
}

impl Drift {
    /// Returns the name of the drift in JSON.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::NeverObserved => "never-observed",
            Self::Undeclared => "undeclared",
            Self::Faded => "faded",
        }
    }
}

/// Filter of the map's edges, as the user chose it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum EdgeFilter {
    /// All edges.
    #[default]
    All,
    /// Edges along which connections were observed.
    Observed,
    /// Edges that are declared, but along which no connection was ever observed.
    NeverObserved,
    /// Edges along which connections were observed, but that nothing declares.
    Undeclared,
}

/// All edge filters as (filter, name for the option `--calls`, description), in the order in which a key
/// cycles through them.
pub const EDGE_FILTERS: &[(EdgeFilter, &str, &str)] = &[
    (EdgeFilter::All, "all", "all"),
    (EdgeFilter::Observed, "observed", "observed"),
    (EdgeFilter::NeverObserved, "never-observed", "declared but never observed"),
    (EdgeFilter::Undeclared, "undeclared", "observed but undeclared"),
];

impl EdgeFilter {
    /// Returns the index of the filter in [`EDGE_FILTERS`].
    fn index(self) -> usize {
        EDGE_FILTERS.iter().position(|(filter, ..)| *filter == self).unwrap_or(0)
    }

    /// Returns the filter after this one. The first follows the last.
    #[must_use]
    pub fn next(self) -> Self {
        EDGE_FILTERS[(self.index() + 1) % EDGE_FILTERS.len()].0
    }

    /// Returns the name of the filter for the option `--calls`.
    #[must_use]
    pub fn id(self) -> &'static str {
        EDGE_FILTERS[self.index()].1
    }

    /// Returns a description of the edges that pass the filter.
    #[must_use]
    pub fn description(self) -> &'static str {
        EDGE_FILTERS[self.index()].2
    }

    /// Returns the filter with the name `id`, or `None` if there is none.
    #[must_use]
    pub fn from_id(id: &str) -> Option<Self> {
        EDGE_FILTERS.iter().find(|(_, known, _)| *known == id).map(|(filter, ..)| *filter)
    }
}

impl Edge {
    /// Returns true if Portolan observed a connection along the edge.
    #[must_use]
    pub fn is_observed(&self) -> bool {
        self.strength() == Strength::Observed
    }

    /// Returns the time of the last observation; `None` if there was none.
    #[must_use]
    pub fn last_seen(&self) -> Option<Timestamp> {
        self.evidence.iter().filter_map(|e| e.last_seen).max()
    }

    /// Returns the time of the first observation; `None` if there was none.
    #[must_use]
    pub fn first_seen(&self) -> Option<Timestamp> {
        self.evidence.iter().filter_map(|e| e.first_seen).min()
    }

    /// Returns true if the edge was observed, but not within [`FADE_AFTER_SECONDS`] before `now`.
    #[must_use]
    pub fn is_faded(&self, now: Timestamp) -> bool {
        self.is_observed() && self.last_seen().is_some_and(|last| is_faded_since(last, now))
    }

    /// Returns true if all evidence for the edge is observed. Even weak evidence from configuration, such as
    /// the start order, makes it return false.
    fn is_undeclared(&self) -> bool {
        self.is_observed() && self.evidence.iter().all(|e| e.strength == Strength::Observed)
    }
}

/// Returns true if more than [`FADE_AFTER_SECONDS`] passed from `last` to `now`.
#[must_use]
pub fn is_faded_since(last: Timestamp, now: Timestamp) -> bool {
    now.as_second() - last.as_second() > FADE_AFTER_SECONDS
}

/// The data for computing the drift of edges.
#[derive(Clone, Copy)]
pub struct DriftContext<'a> {
    /// All services, and the observed connections.
    pub inventory: &'a Inventory,
    /// The graph of calls.
    pub topology: &'a Topology,
    /// The current time, UTC.
    pub now: Timestamp,
}

impl DriftContext<'_> {
    /// Returns all drift of the edge between `from` and `to`, in the order of the variants of [`Drift`].
    #[must_use]
    pub fn drift(self, from: &NodeId, to: &NodeId, edge: &Edge) -> Vec<Drift> {
        let states = [
            (Drift::NeverObserved, self.never_observed_since(from, to, edge).is_some()),
            (Drift::Undeclared, self.is_undeclared(from, edge)),
            (Drift::Faded, edge.is_faded(self.now)),
        ];
        states.into_iter().filter(|(_, is)| *is).map(|(state, _)| state).collect()
    }

    /// Returns true if the edge between `from` and `to` passes `filter`.
    #[must_use]
    pub fn passes_filter(self, filter: EdgeFilter, from: &NodeId, to: &NodeId, edge: &Edge) -> bool {
        match filter {
            EdgeFilter::All => true,
            EdgeFilter::Observed => edge.is_observed(),
            EdgeFilter::NeverObserved => self.never_observed_since(from, to, edge).is_some(),
            EdgeFilter::Undeclared => self.is_undeclared(from, edge),
        }
    }

    /// Returns true if the edge is observed but not declared. Returns false while the caller's source is
    /// still loading, because the declaration may follow.
    fn is_undeclared(self, from: &NodeId, edge: &Edge) -> bool {
        let source = self.topology.nodes.get(from).and_then(|node| node.source.as_ref());
        let snapshot = source.and_then(|source| self.inventory.snapshot(source));
        edge.is_undeclared() && snapshot.is_none_or(|snapshot| snapshot.progress.is_empty())
    }

    /// Returns the time since which both ends of a declared edge have been observed without a connection
    /// between them.
    ///
    /// Returns `None` in these cases:
    /// - A connection was observed, or the edge is only possible.
    /// - The observation has lasted less than [`MIN_MONITORED_SECONDS`], as after a single snapshot.
    /// - One of the ends does not run or is outside the estate, because no source observes its connections.
    #[must_use]
    pub fn never_observed_since(self, from: &NodeId, to: &NodeId, edge: &Edge) -> Option<Timestamp> {
        if edge.strength() != Strength::Declared {
            return None;
        }
        let since = self.monitored_since(from)?.max(self.monitored_since(to)?);
        // The time before the first snapshot does not count, because the source's data about that time may be
        // late and incomplete.
        let counted = since.max(self.inventory.first_snapshot_at()?);
        (self.now.as_second() - counted.as_second() >= MIN_MONITORED_SECONDS).then_some(since)
    }

    /// Returns the time since which the connections of `node` have been observed. Returns `None` if `node` is
    /// not a running service or no source observes it.
    fn monitored_since(self, node: &NodeId) -> Option<Timestamp> {
        let node = self.topology.nodes.get(node).filter(|node| node.running > 0)?;
        self.inventory.observations().monitored_since(service_of(&node.kind)?)
    }
}

/// Returns the id of the service, or `None` for any other kind of node.
fn service_of(kind: &NodeKind) -> Option<&ServiceId> {
    match kind {
        NodeKind::Service(id) => Some(id),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::{Drift, DriftContext, EDGE_FILTERS, EdgeFilter, FADE_AFTER_SECONDS, MIN_MONITORED_SECONDS};
    use crate::{
        model::{fixtures::*, *},
        topology::infer,
    };

    /// Returns the drift of the edge from `web` to `db`. `seen` is the age of a connection in seconds.
    /// `watched` says for how many seconds each end has been observed.
    fn drift(declared: bool, seen: Option<i64>, watched: Option<(i64, i64)>) -> Vec<Drift> {
        let mut web = service("web");
        if declared {
            web.references = vec![reference("DB_URL", Address::from_host_name("db").with_port(5432))];
        }
        let flows = seen
            .map(|seconds| observed_connection("web", "db", ConnectionOutcome::Accepted, seconds))
            .into_iter()
            .collect();
        let both = watched.map(|(web, db)| vec![("web", web), ("db", db)]).unwrap_or_default();
        let inventory = inventory_with_connections(vec![web, service("db")], flows, &both);
        let topology = infer(&inventory);
        let watch = DriftContext { inventory: &inventory, topology: &topology, now: ago(0) };
        let Some(((from, to), edge)) = topology.edges.iter().next() else { return Vec::new() };
        watch.drift(from, to, edge)
    }

    #[test]
    fn never_observed_needs_both_ends_watched_for_long_enough() {
        let long = MIN_MONITORED_SECONDS;
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
        web.references = vec![reference("DB_URL", Address::from_host_name("db").with_port(5432))];
        let watched = ["web", "db"]
            .map(|name| MonitoredService { service: service_id(name), since: ago(long) })
            .to_vec();
        let mut once = Inventory::default();
        let told = inventory(vec![web, service("db")]).snapshots().next().unwrap().clone();
        once.replace_snapshot(std::sync::Arc::new(Snapshot { monitored: watched, ..told }));
        let topology = infer(&once);
        let watch = DriftContext { inventory: &once, topology: &topology, now: ago(0) };
        let ((from, to), edge) = topology.edges.iter().next().unwrap();
        assert_eq!(watch.drift(from, to, edge), [], "one look that reaches back says nothing");
    }

    #[test]
    fn what_nothing_declares_is_undeclared_and_what_is_old_fades() {
        assert_eq!(drift(false, Some(60), None), [Drift::Undeclared]);
        assert_eq!(drift(true, Some(FADE_AFTER_SECONDS + 1), None), [Drift::Faded]);
        assert_eq!(drift(false, Some(FADE_AFTER_SECONDS + 1), None), [Drift::Undeclared, Drift::Faded]);
        assert_eq!(drift(true, Some(FADE_AFTER_SECONDS), None), []);
    }

    #[test]
    fn filters_go_round_and_have_names() {
        let mut filter = EdgeFilter::default();
        for (known, id, _) in EDGE_FILTERS {
            assert_eq!((filter, filter.id(), EdgeFilter::from_id(id)), (*known, *id, Some(*known)));
            filter = filter.next();
        }
        assert_eq!(filter, EdgeFilter::All);
    }
}
