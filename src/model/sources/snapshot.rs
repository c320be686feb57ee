//! Snapshots: everything a source reports at one time. The store replaces a source's snapshot as a whole.

use crate::model::{
    Event, Fact, FactKind, Failure, InstanceId, LoadBalancer, LoadProgress, MonitoredService,
    ObservedConnection, ProfileFact, ProfileField, Service, ServiceId, SourceId, Text, Timestamp,
};
use serde::{Deserialize, Serialize};
use std::{collections::BTreeSet, sync::Arc};

/// Everything that a source reports at one time: services, load balancers, events and observed connections.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Snapshot {
    /// The source of the snapshot.
    pub source: SourceId,
    /// Time of the poll, UTC.
    #[serde(rename = "taken")]
    pub taken_at: Timestamp,
    /// All services, in any order. An unchanged service may be the same `Arc` as in the previous snapshot.
    pub services: Vec<Arc<Service>>,
    /// All load balancers.
    #[serde(rename = "gateways")]
    pub load_balancers: Vec<LoadBalancer>,
    /// Recent events, in any order.
    pub events: Vec<Event>,
    /// The parts of the source that could not be read, although the rest could.
    #[serde(rename = "gaps")]
    pub unread_parts: Vec<UnreadPart>,
    /// Connections observed since the previous snapshot.
    #[serde(default)]
    #[serde(rename = "flows")]
    pub connections: Vec<ObservedConnection>,
    /// The services whose connections the source observes.
    #[serde(default)]
    #[serde(rename = "watched")]
    pub monitored: Vec<MonitoredService>,
    /// Progress of the initial load in each part that is still incomplete; empty after the load.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub progress: Vec<LoadProgress>,
}

impl Snapshot {
    /// Returns true if services may be missing because the initial load is incomplete.
    #[must_use]
    pub fn is_partial(&self) -> bool {
        self.progress.iter().any(LoadProgress::may_miss_services)
    }

    /// Returns true if both snapshots have a task or container in common.
    #[must_use]
    pub fn has_instance_of(&self, other: &Self) -> bool {
        let ids = |snapshot: &'_ Self| -> BTreeSet<InstanceId> {
            let instances = snapshot.services.iter().flat_map(|service| &service.instances);
            instances.map(|instance| instance.id.clone()).collect()
        };
        !ids(self).is_disjoint(&ids(other))
    }

    /// Removes the paths of files on the machine on which the snapshot was taken, because another machine has
    /// other files at these paths.
    pub fn forget_paths(&mut self) {
        for service in self.services.iter_mut().filter(|service| names_local_path(service)) {
            let service = Arc::make_mut(service);
            service.profile.compose_files.clear();
            service.profile.facts.retain(|fact| !is_compose_file(fact));
            for mount in service.facts.iter_mut().filter(|fact| is_mount_of_path(fact)) {
                let inside = mount.value.rsplit_once(" → ").map_or("", |(_, inside)| inside);
                mount.value = Text::new(&format!("… → {inside}"));
            }
        }
        for part in &mut self.unread_parts {
            part.failure = part.failure.clone().without_local_paths();
        }
    }

    /// Fills the snapshot with the parts of `old` that it lacks: services, the events of these services, and
    /// the load balancers if this snapshot has none.
    #[must_use]
    pub fn fill_unread_from(mut self, old: &Self) -> Self {
        let read: BTreeSet<ServiceId> = self.services.iter().map(|service| service.id.clone()).collect();
        let is_left = |service: &ServiceId| !read.contains(service);
        self.services.extend(old.services.iter().filter(|s| is_left(&s.id)).cloned());
        self.events.extend(old.events.iter().filter(|event| is_left(&event.service)).cloned());
        if self.load_balancers.is_empty() {
            self.load_balancers.clone_from(&old.load_balancers);
        }
        self
    }
}

/// Returns true if a service names a file or folder of the machine on which it was read.
fn names_local_path(service: &Service) -> bool {
    !service.profile.compose_files.is_empty()
        || service.profile.facts.iter().any(is_compose_file)
        || service.facts.iter().any(is_mount_of_path)
}

fn is_compose_file(fact: &ProfileFact) -> bool {
    fact.field == ProfileField::DeployedBy && fact.value.starts_with("compose file ")
}

fn is_mount_of_path(fact: &Fact) -> bool {
    fact.kind() == Some(FactKind::Mount) && fact.value.starts_with('/')
}

/// A part of a source that Portolan could not read although it read the rest, with the reason.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UnreadPart {
    /// Name of the part, such as `load balancers`.
    #[serde(rename = "what")]
    pub name: Text,
    /// The reason.
    pub failure: Failure,
}
