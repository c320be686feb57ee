//! The inventory: the latest snapshots of all sources together, sorted by source, so that the order of polls
//! does not matter.

use crate::model::{
    Checkout, LoadBalancer, ObservationLog, ObservedConnection, Reference, Service, ServiceId, Snapshot,
    SnapshotDiff, SourceId, Text, Timestamp,
};
use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, sync::Arc};

/// The latest snapshot of every source, the user's annotations and the observed connections.
#[derive(Clone, Debug)]
pub struct Inventory {
    /// The latest snapshot of each source, with the services sorted by id.
    snapshots: BTreeMap<SourceId, Arc<Snapshot>>,
    /// The annotations in the order of the user's configuration.
    annotations: Vec<ServiceAnnotation>,
    /// The repositories on this machine.
    checkouts: Vec<Arc<Checkout>>,
    /// The observed connections of all sources.
    observations: ObservationLog,
    /// Time for which an observed connection is kept after its last observation, in seconds.
    retention_seconds: i64,
    /// Time of the oldest snapshot of this run; `None` before the first one.
    first_snapshot_at: Option<Timestamp>,
}

/// Default time for which the inventory keeps observed connections after their last observation: a day, in
/// seconds.
const DEFAULT_RETENTION_SECONDS: i64 = 24 * 60 * 60;

/// Facts that the user's configuration states about a service, such as its owner, because no API reports
/// them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ServiceAnnotation {
    /// The service: `name`, `group/name`, or the whole id.
    pub service: Text,
    /// Team or person responsible for the service.
    pub owner: Text,
    /// Purpose of the service.
    pub description: Text,
    /// URL of the service's source code.
    pub repository: Text,
    /// URL or text of instructions for failures of the service.
    pub runbook: Text,
    /// Callees that Portolan can't find by itself: services, in the same forms as `service`, or `host:port`.
    pub calls: Vec<Text>,
    /// Names of the same service in other sources, in the same forms as `service`.
    #[serde(rename = "twins")]
    pub counterparts: Vec<Text>,
}

impl Inventory {
    /// Returns an inventory without snapshots, with the user's `annotations`.
    #[must_use]
    pub fn new(annotations: Vec<ServiceAnnotation>) -> Self {
        Self {
            snapshots: BTreeMap::new(),
            annotations,
            checkouts: Vec::new(),
            observations: ObservationLog::default(),
            retention_seconds: DEFAULT_RETENTION_SECONDS,
            first_snapshot_at: None,
        }
    }

    /// Sets the time for which the inventory keeps observed connections after their last observation, in
    /// seconds.
    #[must_use]
    pub fn with_retention_seconds(mut self, seconds: i64) -> Self {
        self.retention_seconds = seconds;
        self
    }

    /// Sets the time of the first snapshot of an earlier run, for an inventory that continues that run.
    #[must_use]
    pub fn with_first_snapshot_at(mut self, at: Option<Timestamp>) -> Self {
        self.first_snapshot_at = at;
        self
    }

    /// Replaces the snapshot of a source and records its observed connections. Returns the difference from
    /// the old snapshot: `Everything` if there was none, or if the log of observed connections changed.
    pub fn replace_snapshot(&mut self, mut snapshot: Arc<Snapshot>) -> SnapshotDiff {
        if !snapshot.services.is_sorted_by(|a, b| a.id <= b.id) {
            Arc::make_mut(&mut snapshot).services.sort_by(|a, b| a.id.cmp(&b.id));
        }
        if snapshot.has_too_many_references() {
            Arc::make_mut(&mut snapshot).limit_references();
        }
        self.first_snapshot_at =
            self.first_snapshot_at.or(Some(snapshot.taken_at)).map(|begun| begun.min(snapshot.taken_at));
        let news = self.observations.record(
            &snapshot.connections,
            &snapshot.monitored,
            snapshot.taken_at,
            self.retention_seconds,
        );
        let old = self.snapshots.insert(snapshot.source.clone(), Arc::clone(&snapshot));
        match old {
            Some(old) if !news => SnapshotDiff::between(&old, &snapshot),
            _ => SnapshotDiff::Everything,
        }
    }

    /// Adds a snapshot of an earlier run, which the source's first poll replaces. Leaves out its connections,
    /// because no source has observed them in this run.
    pub fn load_cached(&mut self, mut snapshot: Snapshot) {
        snapshot.services.sort_by(|a, b| a.id.cmp(&b.id));
        snapshot.limit_references();
        (snapshot.connections, snapshot.monitored) = (Vec::new(), Vec::new());
        self.snapshots.insert(snapshot.source.clone(), Arc::new(snapshot));
    }

    /// Records connections that no snapshot reports, such as failed calls found in log lines. Returns
    /// `Everything` if the log of observed connections changed, otherwise `Unchanged`.
    pub fn record_connections(&mut self, flows: &[ObservedConnection], now: Timestamp) -> SnapshotDiff {
        if self.observations.record(flows, &[], now, self.retention_seconds) {
            SnapshotDiff::Everything
        } else {
            SnapshotDiff::Unchanged
        }
    }

    /// Replaces the repositories on this machine. Returns `Unchanged` if they are equal to the old ones,
    /// otherwise `Everything`.
    pub fn set_checkouts(&mut self, checkouts: Vec<Arc<Checkout>>) -> SnapshotDiff {
        if self.checkouts == checkouts {
            return SnapshotDiff::Unchanged;
        }
        self.checkouts = checkouts;
        SnapshotDiff::Everything
    }

    /// Returns the repositories on this machine.
    pub fn checkouts(&self) -> impl Iterator<Item = &Arc<Checkout>> {
        self.checkouts.iter()
    }

    /// Returns the log of observed connections.
    #[must_use]
    pub fn observations(&self) -> &ObservationLog {
        &self.observations
    }

    /// Returns the time of the first snapshot of this run, or `None` before the first one.
    #[must_use]
    pub fn first_snapshot_at(&self) -> Option<Timestamp> {
        self.first_snapshot_at
    }

    /// Returns the latest snapshot of `source`, or `None` before its first one.
    #[must_use]
    pub fn snapshot(&self, source: &SourceId) -> Option<&Arc<Snapshot>> {
        self.snapshots.get(source)
    }

    /// Returns all snapshots, sorted by source.
    pub fn snapshots(&self) -> impl Iterator<Item = &Snapshot> {
        self.snapshots.values().map(Arc::as_ref)
    }

    /// Returns the services of all sources, sorted by source.
    pub fn services(&self) -> impl Iterator<Item = &Service> {
        self.snapshots().flat_map(|s| &s.services).map(Arc::as_ref)
    }

    /// Returns the load balancers of all sources, each with its source.
    pub fn load_balancers(&self) -> impl Iterator<Item = (&SourceId, &LoadBalancer)> {
        self.snapshots().flat_map(|s| s.load_balancers.iter().map(move |g| (&s.source, g)))
    }

    /// Returns the service that has the id `id`, or `None` if no snapshot lists it.
    #[must_use]
    pub fn service(&self, id: &ServiceId) -> Option<&Service> {
        let services = &self.snapshots.get(&SourceId::from(id))?.services;
        services.binary_search_by(|s| s.id.cmp(id)).ok().map(|place| &*services[place])
    }

    /// Returns all references, each with the service whose configuration holds it.
    pub fn references(&self) -> impl Iterator<Item = (&Service, &Reference)> {
        self.services().flat_map(|s| s.references.iter().map(move |m| (s, m)))
    }

    /// Returns the user's annotations of all services.
    #[must_use]
    pub fn all_annotations(&self) -> &[ServiceAnnotation] {
        &self.annotations
    }

    /// Returns the user's annotations of `service`.
    pub fn annotations<'a>(&'a self, service: &'a Service) -> impl Iterator<Item = &'a ServiceAnnotation> {
        self.annotations.iter().filter(|a| service.has_name(&a.service))
    }
}

impl Default for Inventory {
    fn default() -> Self {
        Self::new(Vec::new())
    }
}
