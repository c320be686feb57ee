//! State of the world in a shared screen: everything that the screens show in addition to the snapshots.

use super::{UsageHistory, World};
use crate::{
    diagnosis,
    history::Entry,
    log_store::LogExtract,
    model::{
        ConnectionEnd, Finding, Inventory, MonitoredService, NodeId, ObservedConnection, ServiceAnnotation,
        ServiceId, Snapshot, SourceId, SourceStatus, Timestamp,
    },
    note::NoteBook,
};
use serde::{Deserialize, Serialize};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

/// Time for which a world restored from a shared screen keeps observed connections, in seconds. It exceeds
/// any setting, because the sharing program has already dropped the connections that were too old.
const RESTORED_RETENTION_SECONDS: i64 = 10 * 365 * 24 * 60 * 60;

/// Memory for the log lines of a world restored from a shared screen, in bytes.
const RESTORED_LOG_BYTES: usize = 64 << 20;

/// Maximum number of indirectly affected services in a finding restored from a shared screen.
const MAX_INDIRECT_SERVICES: usize = 1_000_000;

/// State of the world for a shared screen, without the snapshots: status of the sources, findings, history,
/// annotations, notes, usage and log lines.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct WorldState {
    sources: Vec<SourceStatus>,
    findings: Vec<Finding>,
    entries: Vec<Entry>,
    annotations: Vec<ServiceAnnotation>,
    first_snapshot_at: Option<Timestamp>,
    cached_services: BTreeSet<ServiceId>,
    #[serde(default)]
    notes: BTreeMap<SourceId, NoteBook>,
    #[serde(default)]
    usage: UsageHistory,
    #[serde(default)]
    logs: LogExtract,
}

impl WorldState {
    /// Returns the state of `world`, together with the log lines in `logs`.
    #[must_use]
    pub fn of(world: &World, logs: LogExtract) -> Self {
        Self {
            sources: world.sources.iter().cloned().map(shared_status).collect(),
            findings: world.findings.clone(),
            entries: world.history.entries().map(|entry| Entry::clone(entry)).collect(),
            annotations: world.inventory.all_annotations().to_vec(),
            first_snapshot_at: world.inventory.first_snapshot_at(),
            cached_services: world.cached_services.clone(),
            notes: world.notes.clone(),
            usage: world.usage.clone(),
            logs,
        }
    }

    /// Returns the state without log lines and usage, which must not be written to a team's store.
    #[must_use]
    pub fn without_streams(self) -> Self {
        Self { usage: UsageHistory::default(), logs: LogExtract::default(), ..self }
    }

    /// Returns the number of log lines.
    #[must_use]
    pub fn log_line_count(&self) -> usize {
        self.logs.line_count()
    }

    /// Returns the findings.
    #[must_use]
    pub fn findings(&self) -> &[Finding] {
        &self.findings
    }

    /// Restores a world with this state and these snapshots, as it was at the time `taken_at`.
    #[must_use]
    pub fn restore(mut self, snapshots: Vec<Snapshot>, taken_at: Timestamp) -> World {
        for finding in &mut self.findings {
            finding.impact.indirect_count = finding.impact.indirect_count.min(MAX_INDIRECT_SERVICES);
        }
        let inventory = Inventory::new(self.annotations)
            .with_retention_seconds(RESTORED_RETENTION_SECONDS)
            .with_first_snapshot_at(self.first_snapshot_at);
        let mut world = World::new(inventory, self.sources.clone(), RESTORED_LOG_BYTES, taken_at);
        for snapshot in snapshots {
            let source = snapshot.source.clone();
            world.apply_poll_result(&source, Ok(snapshot));
        }
        (world.sources, world.cached_services, world.notes) =
            (self.sources, self.cached_services, self.notes);
        world.usage = self.usage.within_limits();
        world.logs.restore(self.logs);
        world.history.restore(self.entries, &self.findings);
        let context = world.rule_context(world.outage_tracker.clone(), &[]);
        let roles = diagnosis::fault_roles(&context, &self.findings);
        (world.findings, world.fault_roles) = (self.findings, roles);
        world.findings_version += 1;
        world
    }
}

/// Returns the status of a source for a shared screen: without paths of this machine.
fn shared_status(mut status: SourceStatus) -> SourceStatus {
    status.forget_paths();
    status
}

impl World {
    /// Returns the snapshots of all sources for a shared screen. They contain all observed connections, and
    /// not only those of the last poll.
    #[must_use]
    pub fn snapshots_to_share(&self) -> Vec<Snapshot> {
        let mut snapshots: Vec<Snapshot> = self.inventory.snapshots().cloned().collect();
        for snapshot in &mut snapshots {
            (snapshot.connections, snapshot.monitored) = (Vec::new(), self.monitored_services(snapshot));
        }
        for (key, seen) in self.inventory.observations().connections() {
            let ends = [&key.from, &key.to].into_iter().find_map(|end| match end {
                ConnectionEnd::Service(service) => Some(SourceId::from(service)),
                ConnectionEnd::Address(_) => None,
            });
            let of_source = ends.and_then(|source| snapshots.iter().position(|s| s.source == source));
            if let Some(snapshot) = snapshots.get_mut(of_source.unwrap_or(0)) {
                let (first_seen, last_seen) = (seen.first_seen, seen.last_seen);
                snapshot.connections.push(ObservedConnection { key: key.clone(), first_seen, last_seen });
            }
        }
        snapshots
    }

    /// Returns the services in a snapshot whose connections its source observes.
    fn monitored_services(&self, snapshot: &Snapshot) -> Vec<MonitoredService> {
        let since = |service: &ServiceId| self.inventory.observations().monitored_since(service);
        let services = snapshot.services.iter().map(|service| &service.id);
        let monitored = services.filter_map(|service| {
            Some(MonitoredService { service: service.clone(), since: since(service)? })
        });
        monitored.collect()
    }

    /// Sets the earlier snapshot and findings of a source with which the history compares the present.
    pub fn set_baseline(&mut self, snapshot: Snapshot, findings: &[Finding]) {
        let of_source = |finding: &&Finding| {
            finding.node.as_ref().and_then(NodeId::service_source).as_ref() == Some(&snapshot.source)
        };
        let findings: Vec<Finding> = findings.iter().filter(of_source).cloned().collect();
        self.history.set_baseline(Arc::new(snapshot), &findings);
    }
}
