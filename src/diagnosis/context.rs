//! Context of the diagnosis rules: the data in which they search for faults, and indexes derived from it.

use super::{
    call_index::CallIndex, class::FindingClass, draft::FindingDraft, log_signal::LogSignal,
    outage_tracker::OutageTracker, restart_counts,
};
use crate::{
    model::{
        FailureKind, Instance, InstanceId, Inventory, NodeId, Onset, Service, ServiceKind, SourceStatus,
        Timestamp,
    },
    topology::{Counterpart, FailedConnection, NodeKind, ProfileIndex, Topology, drift::DriftContext},
};
use std::collections::BTreeMap;

/// The data in which the rules search for faults and risks.
#[derive(Clone, Copy)]
pub struct RuleInput<'a> {
    /// The services of all sources.
    pub inventory: &'a Inventory,
    /// The graph of calls.
    pub topology: &'a Topology,
    /// Connection attempts that were rejected or that failed.
    pub failed_connections: &'a [FailedConnection],
    /// Counterparts of each service: services of other sources that seem to be the same service.
    pub counterparts: &'a BTreeMap<NodeId, Vec<Counterpart>>,
    /// Profile of each service: facts that people need, such as owner and runbook.
    pub profiles: &'a ProfileIndex,
    /// The status of the sources.
    pub sources: &'a [SourceStatus],
    /// Signs of faults in the logs that the user reads: silent streams and missing log groups.
    pub log_signals: &'a [LogSignal],
}

/// The data that each rule reads: the input, the current time, and data derived from both.
pub struct RuleContext<'a> {
    pub(super) inventory: &'a Inventory,
    pub(super) topology: &'a Topology,
    pub(super) failed_connections: &'a [FailedConnection],
    pub(super) counterparts: &'a BTreeMap<NodeId, Vec<Counterpart>>,
    pub(super) profiles: &'a ProfileIndex,
    pub(super) sources: &'a [SourceStatus],
    pub(super) log_signals: &'a [LogSignal],
    pub(super) now: Timestamp,
    /// Known outages and restart counts from earlier evaluations.
    pub(super) outages: OutageTracker,
    /// The calls along which faults propagate.
    pub(super) calls: CallIndex<'a>,
    /// Number of recent stop events by instance.
    pub(super) recent_stops: BTreeMap<&'a InstanceId, u32>,
}

impl<'a> RuleContext<'a> {
    /// Creates the context of the rules at `now`. `outages` holds the known outages from earlier evaluations.
    #[must_use]
    pub fn new(input: RuleInput<'a>, outages: OutageTracker, now: Timestamp) -> Self {
        let RuleInput {
            inventory,
            topology,
            failed_connections,
            counterparts,
            profiles,
            sources,
            log_signals,
        } = input;
        let (calls, recent_stops) = (CallIndex::new(topology), restart_counts::recent_stops(inventory, now));
        Self {
            inventory,
            topology,
            failed_connections,
            counterparts,
            profiles,
            sources,
            log_signals,
            now,
            outages,
            calls,
            recent_stops,
        }
    }

    /// Returns the service that `draft` is about. Returns `None` if it is about a source or another kind of
    /// node.
    pub(super) fn service(&self, draft: &FindingDraft) -> Option<&'a Service> {
        self.service_of(draft.node()?)
    }

    /// Returns the service of `node`, or `None` for any other kind of node.
    pub(super) fn service_of(&self, node: &NodeId) -> Option<&'a Service> {
        match &self.topology.nodes.get(node)?.kind {
            NodeKind::Service(id) => self.inventory.service(id),
            _ => None,
        }
    }

    /// Corrects the onset of a draft, which is the start of its fault, with the source's records and with the
    /// onsets from earlier evaluations. A draft about a task family (ECS tasks outside services) keeps its
    /// own onset, because each task is a separate run.
    pub(super) fn set_onset(&self, class: FindingClass, draft: &mut FindingDraft) {
        let service = self.service(draft);
        if service.is_some_and(|service| service.kind == ServiceKind::EcsFamily) {
            return;
        }
        if class == FindingClass::Outage {
            let recorded = service.and_then(|service| service.failing_since);
            let reaches_back = |onset: &Onset| draft.since.is_none_or(|own| onset.at <= own.at);
            draft.since = recorded.filter(reaches_back).or(draft.since);
        }
        self.outages.correct_onset(class, draft, self.now);
    }

    /// Returns true if every source has been read completely. Until then, an address that no known service
    /// has may belong to a service that Portolan will read later. Parts without read permission don't count,
    /// because Portolan will never read them.
    pub(super) fn all_sources_read(&self) -> bool {
        let gaps = self.inventory.snapshots().flat_map(|snapshot| &snapshot.unread_parts);
        self.sources.iter().all(SourceStatus::has_reported_fully)
            && gaps.into_iter().all(|gap| gap.failure.kind == FailureKind::Denied)
    }

    /// Returns the number of recent restarts of `instance`, which may be an estimate.
    pub(super) fn recent_restarts(&self, instance: &Instance) -> u32 {
        let stops = self.recent_stops.get(&instance.id).copied().unwrap_or_default();
        restart_counts::recent_restarts(&self.outages.restart_counts, stops, instance, self.now)
    }

    /// Returns the data for computing the drift of edges.
    pub(super) fn drift_context(&self) -> DriftContext<'a> {
        DriftContext { inventory: self.inventory, topology: self.topology, now: self.now }
    }
}
