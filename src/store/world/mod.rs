//! World: everything that Portolan knows from all sources. Exporters and headless commands need only this
//! part of the store.

mod log_streams;
mod large_groups;
mod deployment_time;
mod entry_services;
mod filtered_nodes;
mod notes;
mod operations;
mod outages;
mod saved_state;
mod sources;
mod team_history;
mod usage;

pub use deployment_time::deployment_time;
pub use log_streams::{
    expired_streams::expired_stream_targets,
    log_targets::{dedup_targets, log_targets},
};
pub use operations::{OperationPhase, Operations, TrackedOperation};
pub use saved_state::WorldState;
pub use usage::{UsageHistory, usage_target};

use crate::{
    diagnosis::{self, FaultInvolvement, LogSignal, OutageTracker},
    history::History,
    log_store::LogStore,
    model::{
        Checkout, Failure, Finding, Health, Inventory, LogUpdate, NodeId, Service, ServiceId, Snapshot,
        SnapshotDiff, SourceId, SourceStatus, Timestamp,
    },
    note::NoteBook,
    operation::OpenForwards,
    topology::{
        Counterpart, EvidenceInput, FailedConnection, IncrementalTopology, Node, NodeKind, ProfileIndex,
        Topology, counterparts, failed_connections,
    },
};
use jiff::SignedDuration;
use large_groups::LargeGroups;
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

/// Maximum age of the findings. Portolan then evaluates them again at the next tick. It evaluates them at
/// once after a poll, a log line or a checkout that changes the topology, and after a poll that changes the
/// state of its source.
const REEVALUATION_INTERVAL: SignedDuration = SignedDuration::from_secs(5);

/// Everything that Portolan knows from all sources. A clone shares snapshots, history entries and log text
/// with the original.
#[derive(Clone)]
pub struct World {
    /// Services of all sources.
    pub inventory: Inventory,
    incremental_topology: IncrementalTopology,
    /// Groups that are too large for one frame on the map, and how to split them.
    pub(super) large_groups: LargeGroups,
    /// Counterparts of each node, which are nodes of other sources that seem to be the same service.
    pub counterparts: BTreeMap<NodeId, Vec<Counterpart>>,
    /// Profiles of all services, with owner, repository, runbook and similar facts.
    pub profiles: ProfileIndex,
    /// Connections that failed, or that a network rule rejected.
    pub failed_connections: Vec<FailedConnection>,
    /// Counter that increases with each change of the topology. Data derived from the topology is rebuilt
    /// when it changes.
    pub topology_version: u64,
    /// Findings, the most severe first.
    pub findings: Vec<Finding>,
    /// Counter that increases with each evaluation of the findings. Data derived from the findings is rebuilt
    /// when it changes.
    pub findings_version: u64,
    /// Role of each faulty or affected node: cause, victim or affected.
    pub fault_roles: BTreeMap<NodeId, FaultInvolvement>,
    /// Events of all sources, and changes between their snapshots.
    pub history: History,
    /// Status of each source, in configuration order.
    pub sources: Vec<SourceStatus>,
    /// Services known only from an earlier run, because their sources have not yet reported them in this run.
    pub cached_services: BTreeSet<ServiceId>,
    /// Time of the last tick. It is the current time for all code that may not read the system clock.
    pub now: Timestamp,
    /// Time of the last evaluation of the findings.
    evaluated_at: Timestamp,
    /// Outages that have not ended, with their start times, including those from earlier runs.
    outage_tracker: OutageTracker,
    /// Outage data from earlier runs, and the outage data that was last saved.
    outage_save_state: outages::OutageSaveState,
    /// Statistics about the followed log streams, which show silent streams and missing log groups.
    stream_health: log_streams::stream_health::StreamHealth,
    /// Log lines in memory.
    pub logs: LogStore,
    /// Usage of the instances that the user views.
    pub usage: UsageHistory,
    /// Operations that the user confirmed in this run.
    pub operations: Operations,
    /// Ports that Portolan forwards in this run.
    pub forwards: OpenForwards,
    /// Notes that people wrote, by source.
    pub notes: BTreeMap<SourceId, NoteBook>,
    team_history: team_history::TeamHistoryState,
    /// True if the built-in demo is running.
    pub demo: bool,
}

impl World {
    /// Creates a world for `sources` before their first poll. `log_bytes` limits the memory for log lines.
    #[must_use]
    pub fn new(inventory: Inventory, sources: Vec<SourceStatus>, log_bytes: usize, now: Timestamp) -> Self {
        Self {
            inventory,
            incremental_topology: IncrementalTopology::default(),
            large_groups: LargeGroups::default(),
            counterparts: BTreeMap::new(),
            profiles: ProfileIndex::default(),
            failed_connections: Vec::new(),
            topology_version: 0,
            findings: Vec::new(),
            findings_version: 0,
            fault_roles: BTreeMap::new(),
            history: History::default(),
            demo: sources.iter().any(|s| s.kind == "demo"),
            sources,
            cached_services: BTreeSet::new(),
            now,
            evaluated_at: Timestamp::UNIX_EPOCH,
            outage_tracker: OutageTracker::default(),
            outage_save_state: outages::OutageSaveState::default(),
            stream_health: log_streams::stream_health::StreamHealth::default(),
            logs: LogStore::new(log_bytes),
            usage: UsageHistory::default(),
            operations: Operations::default(),
            forwards: OpenForwards::default(),
            notes: BTreeMap::new(),
            team_history: team_history::TeamHistoryState::default(),
        }
    }

    /// Applies the snapshot or failure from a poll of `source`. Returns true if anything except times has
    /// changed.
    pub fn apply_poll_result(&mut self, source: &SourceId, outcome: Result<Snapshot, Failure>) -> bool {
        let outcome = outcome.map(|snapshot| self.with_requested_stops(snapshot));
        let Some(status) = self.sources.iter_mut().find(|s| &s.id == source) else { return false };
        let before = (status.state, status.failure.clone());
        let changed = match outcome {
            Ok(snapshot) => {
                status.record_success(snapshot.taken_at, &snapshot.progress);
                let old = self.inventory.snapshot(source).cloned();
                let partial = snapshot.is_partial();
                for service in &snapshot.services {
                    self.cached_services.remove(&service.id);
                }
                self.cached_services.retain(|service| partial || &SourceId::from(service) != source);
                let snapshot = if let (true, Some(old)) = (partial, &old) {
                    snapshot.fill_unread_from(old)
                } else {
                    snapshot
                };
                let change = self.inventory.replace_snapshot(Arc::new(snapshot));
                if let Some(new) = self.inventory.snapshot(source) {
                    self.history.record_snapshot(old.as_deref(), new, &change);
                }
                change
            }
            Err(failure) => {
                status.record_failure(failure);
                SnapshotDiff::Unchanged
            }
        };
        self.history.record_source_state(before.0, status, self.now);
        let status_changed = before != (status.state, status.failure.clone());
        let changed = self.update_topology(&changed);
        self.update_operations();
        if changed || status_changed {
            self.evaluate_findings();
        }
        changed || status_changed
    }

    /// Replaces the local checkouts that describe services.
    pub fn set_checkouts(&mut self, checkouts: Vec<Arc<Checkout>>) {
        let change = self.inventory.set_checkouts(checkouts);
        if self.update_topology(&change) {
            self.evaluate_findings();
        }
    }

    /// Stores log lines, and starts and ends of reads. Adds failed connections that the lines report to the
    /// topology.
    pub fn ingest_logs(&mut self, news: LogUpdate) {
        self.stream_health.observe(&news, self.now);
        let observed = match &news {
            LogUpdate::Lines(batch) => {
                log_streams::log_connections::failed_connections_in_log(&self.inventory, batch)
            }
            _ => return self.logs.ingest(news, self.now),
        };
        self.logs.ingest(news, self.now);
        let change = self.inventory.record_connections(&observed, self.now);
        if self.update_topology(&change) {
            self.evaluate_findings();
        }
    }

    /// Updates the topology after `change`, and all data derived from it. Returns true if `change` is not
    /// empty.
    fn update_topology(&mut self, change: &SnapshotDiff) -> bool {
        self.incremental_topology.update(&self.inventory, change);
        if *change == SnapshotDiff::Everything {
            self.profiles = ProfileIndex::new(&self.inventory, self.incremental_topology.matches());
        }
        if change.has_changes() {
            self.large_groups =
                LargeGroups::split(self.incremental_topology.topology().nodes.values(), &self.large_groups);
            self.counterparts = counterparts(&self.inventory);
            self.failed_connections =
                failed_connections(&self.inventory, self.incremental_topology.topology());
            self.topology_version += 1;
        }
        change.has_changes()
    }

    /// Returns the topology: all nodes and the calls between them.
    #[must_use]
    pub fn topology(&self) -> &Topology {
        self.incremental_topology.topology()
    }

    /// Returns the data in which the topology searches for evidence of calls.
    #[must_use]
    pub fn evidence_input(&self) -> EvidenceInput<'_> {
        EvidenceInput { inventory: &self.inventory, matches: self.incremental_topology.matches() }
    }

    /// Sets the clock to `now`. Evaluates the findings again if the last evaluation is too old, because some
    /// findings depend on how long a state lasts.
    pub fn tick(&mut self, now: Timestamp) {
        self.now = now;
        self.update_operations();
        if now.duration_since(self.evaluated_at).abs() >= REEVALUATION_INTERVAL {
            self.evaluate_findings();
        }
    }

    /// Evaluates the findings. Records the start and end of findings in the history only after all sources
    /// have been read, because many earlier findings are wrong for lack of data.
    fn evaluate_findings(&mut self) {
        let tracker = std::mem::take(&mut self.outage_tracker);
        let log_signals = self.stream_health.log_signals(self.now);
        let context = self.rule_context(tracker, &log_signals);
        let Self { sources, cached_services, .. } = &*self;
        let topology = self.topology();
        let mut findings = diagnosis::findings(&context);
        // Data from an earlier run may be outdated, so findings about it are removed.
        let is_read = |node: &NodeId| match topology.nodes.get(node).map(|node| &node.kind) {
            Some(NodeKind::Service(service)) => !cached_services.contains(service),
            _ => true,
        };
        findings.retain(|finding| finding.node.as_ref().is_none_or(is_read));
        let roles = diagnosis::fault_roles(&context, &findings);
        let complete_sources =
            sources.iter().filter(|source| source.has_all_services()).map(|source| source.id.clone());
        self.outage_tracker = context.into_tracker(&findings, complete_sources.collect());
        (self.findings, self.fault_roles, self.evaluated_at) = (findings, roles, self.now);
        self.findings_version += 1;
        if self.sources.iter().all(|source| source.has_finished_loading() && source.progress.is_empty()) {
            self.history.record_findings(&self.findings, self.now);
        }
    }

    /// Returns the input for the functions that find faults (rules), with the known outages and the signals
    /// from the logs.
    fn rule_context<'a>(
        &'a self,
        tracker: OutageTracker,
        log_signals: &'a [LogSignal],
    ) -> diagnosis::RuleContext<'a> {
        let input = diagnosis::RuleInput {
            inventory: &self.inventory,
            topology: self.topology(),
            failed_connections: &self.failed_connections,
            counterparts: &self.counterparts,
            profiles: &self.profiles,
            sources: &self.sources,
            log_signals,
        };
        diagnosis::RuleContext::new(input, tracker, self.now)
    }

    /// Returns the service of `node`, or `None` if the node is not a service.
    #[must_use]
    pub fn service_of(&self, node: &Node) -> Option<&Service> {
        match &node.kind {
            NodeKind::Service(id) => self.inventory.service(id),
            _ => None,
        }
    }

    /// Returns the findings on `node`, the most severe first.
    pub fn findings_on<'a>(&'a self, node: &'a NodeId) -> impl Iterator<Item = &'a Finding> {
        self.findings.iter().filter(move |f| f.node.as_ref() == Some(node))
    }

    /// Returns the number of services by health.
    #[must_use]
    pub fn health_counts(&self) -> BTreeMap<Health, usize> {
        let mut tally = BTreeMap::new();
        for node in self.topology().nodes.values().filter(|n| matches!(n.kind, NodeKind::Service(_))) {
            *tally.entry(node.health).or_default() += 1;
        }
        tally
    }
}
