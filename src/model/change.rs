//! What is different between two looks, as far as it matters who has to think anew.

use super::{Gateway, Service, ServiceId, Snapshot, SourceId};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

/// What is different between two snapshots of a source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// Nothing but the time.
    Nothing,
    /// These services say something else of themselves than before, each as it was. Nobody came or went, and everybody
    /// can be reached as before.
    Services(BTreeMap<ServiceId, Arc<Service>>),
    /// Nobody's word but what happened, or what could not be read.
    Circumstances,
    /// Anything.
    Everything,
}

impl Change {
    /// What is different from one snapshot to the next; both have their services in order.
    #[must_use]
    pub fn between(old: &Snapshot, new: &Snapshot) -> Self {
        let routes = |snapshot: &Snapshot| snapshot.gateways.iter().map(way).collect::<Vec<_>>();
        let same_places = old.services.len() == new.services.len()
            && (old.gateways == new.gateways || routes(old) == routes(new));
        if !same_places
            || !old
                .services
                .iter()
                .zip(&new.services)
                .all(|(a, b)| Arc::ptr_eq(a, b) || is_as_reachable(a, b))
        {
            return Self::Everything;
        }
        let pairs = old.services.iter().zip(&new.services).filter(|(a, b)| a != b);
        let changed: BTreeMap<_, _> = pairs.map(|(a, _)| (a.id.clone(), Arc::clone(a))).collect();
        match (changed.is_empty(), is_calm(old, new)) {
            (false, _) => Self::Services(changed),
            (true, false) => Self::Circumstances,
            (true, true) => Self::Nothing,
        }
    }

    /// Whether there is anything.
    #[must_use]
    pub fn is_any(&self) -> bool {
        *self != Self::Nothing
    }
}

/// A load balancer without what its checks say.
fn way(gateway: &Gateway) -> Gateway {
    Gateway { targets: Vec::new(), ..gateway.clone() }
}

/// Whether nothing happened, nothing else could not be read, and no load balancer's check says something else.
fn is_calm(old: &Snapshot, new: &Snapshot) -> bool {
    old.events == new.events && old.gaps == new.gaps && old.gateways == new.gateways
}

/// Whether `b` is the same service as `a`, is what it was, and answers to the same at the same places.
fn is_as_reachable(a: &Service, b: &Service) -> bool {
    fn images(s: &Service) -> BTreeSet<&str> {
        s.images().collect()
    }
    a.id == b.id
        && a.name == b.name
        && a.group == b.group
        && a.answers == b.answers
        && a.networks == b.networks
        && ((a.instances == b.instances && a.facts == b.facts) || images(a) == images(b))
}

/// The source that a service's id names.
impl From<&ServiceId> for SourceId {
    fn from(id: &ServiceId) -> Self {
        Self::new(id.as_str().split('/').next().unwrap_or_default())
    }
}
