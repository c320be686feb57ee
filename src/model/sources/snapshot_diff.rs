//! Snapshot diffs: the changes between two snapshots, in as much detail as an incremental update of the
//! topology needs.

use crate::model::{LoadBalancer, Service, ServiceId, Snapshot};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

/// The parts of the inventory that changed from one snapshot of a source to the next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SnapshotDiff {
    /// Services, load balancers, events and unread parts are all the same.
    Unchanged,
    /// Settings or state of these services changed. The map holds the old version of each. No service was
    /// added or removed, and all endpoints are the same.
    Services(BTreeMap<ServiceId, Arc<Service>>),
    /// Only events, unread parts or the health of load balancer targets changed, but no service.
    MetadataOnly,
    /// Services were added or removed, or names, groups, endpoints, networks, images, profiles or load
    /// balancer routes changed. The topology must be rebuilt.
    Everything,
}

impl SnapshotDiff {
    /// Returns the difference from `old` to `new`. The services of both must be sorted by id.
    #[must_use]
    pub fn between(old: &Snapshot, new: &Snapshot) -> Self {
        let routes =
            |snapshot: &Snapshot| snapshot.load_balancers.iter().map(without_targets).collect::<Vec<_>>();
        let same_places = old.services.len() == new.services.len()
            && (old.load_balancers == new.load_balancers || routes(old) == routes(new));
        if !same_places
            || !old
                .services
                .iter()
                .zip(&new.services)
                .all(|(a, b)| Arc::ptr_eq(a, b) || same_identity_and_endpoints(a, b))
        {
            return Self::Everything;
        }
        let pairs = old.services.iter().zip(&new.services).filter(|(a, b)| a != b);
        let changed: BTreeMap<_, _> = pairs.map(|(a, _)| (a.id.clone(), Arc::clone(a))).collect();
        match (changed.is_empty(), same_metadata(old, new)) {
            (false, _) => Self::Services(changed),
            (true, false) => Self::MetadataOnly,
            (true, true) => Self::Unchanged,
        }
    }

    /// Returns true unless the value is [`Self::Unchanged`].
    #[must_use]
    pub fn has_changes(&self) -> bool {
        *self != Self::Unchanged
    }
}

/// Returns the load balancer `gateway` without the health of its targets.
fn without_targets(gateway: &LoadBalancer) -> LoadBalancer {
    LoadBalancer { targets: Vec::new(), ..gateway.clone() }
}

/// Returns true if events, unread parts and load balancers are the same, including the health of their
/// targets.
fn same_metadata(old: &Snapshot, new: &Snapshot) -> bool {
    old.events == new.events
        && old.unread_parts == new.unread_parts
        && old.load_balancers == new.load_balancers
}

/// Returns true if both services have the same id, name, group, endpoints, networks, images and profile.
fn same_identity_and_endpoints(a: &Service, b: &Service) -> bool {
    fn images(s: &Service) -> BTreeSet<&str> {
        s.images().collect()
    }
    a.id == b.id
        && a.name == b.name
        && a.group == b.group
        && a.endpoints == b.endpoints
        && a.networks == b.networks
        && a.profile == b.profile
        && ((a.instances == b.instances && a.facts == b.facts) || images(a) == images(b))
}
