//! What need not be decoded again: a service all of whose facts are the very ones of the last look. Of a big account that
//! is nearly all of it, nearly always.

use super::{
    Book,
    answers::Names,
    definition::Definition,
    deployment::named,
    door::Behind,
    gateway::Balancers,
    mesh::{Member, Meshes},
    run::Run,
};
use crate::model::{Check, Event, Service, ServiceId};
use aws_sdk_ecs::types as sdk;
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

/// The services as the last look decoded them.
#[derive(Debug, Default)]
pub(crate) struct Memory {
    around: Option<Around>,
    made: BTreeMap<ServiceId, Made>,
}

/// What all services are decoded by.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Around {
    /// What Cloud Map calls things.
    pub names: Names,
    /// The load balancers.
    pub balancers: Arc<Balancers>,
    /// What App Mesh knows.
    pub meshes: Arc<Meshes>,
    /// The services behind each target group.
    pub behind: Behind,
    /// The nodes of App Mesh that tasks stand for.
    pub present: BTreeSet<Member>,
}

/// What one service is decoded from.
#[derive(Clone, Debug)]
pub(crate) struct Basis {
    raw: Arc<sdk::Service>,
    runs: Vec<Arc<Run>>,
    namespace: Option<String>,
    definitions: Vec<Option<Arc<Definition>>>,
}

#[derive(Debug)]
struct Made {
    basis: Basis,
    service: Arc<Service>,
    events: Vec<Event>,
}

impl Memory {
    /// Forgets everything where the surroundings are others than those of the last look.
    pub(crate) fn surround(&mut self, around: Around) {
        if self.around.as_ref() != Some(&around) {
            self.made.clear();
            self.around = Some(around);
        }
    }

    /// The service with its events, as `decode` gives them, unless it is known from the same facts.
    pub(crate) fn service(
        &mut self,
        id: ServiceId,
        basis: Basis,
        decode: impl FnOnce(&sdk::Service, &[&Run]) -> (Service, Vec<Event>),
    ) -> (Arc<Service>, Vec<Event>) {
        if let Some(made) = self.made.get(&id).filter(|made| made.basis.is(&basis)) {
            return (Arc::clone(&made.service), made.events.clone());
        }
        let runs: Vec<&Run> = basis.runs.iter().map(AsRef::as_ref).collect();
        let (service, events) = decode(&basis.raw, &runs);
        let known = self.made.remove(&id).map(|made| made.service).filter(|known| **known == service);
        let service = known.unwrap_or_else(|| Arc::new(service));
        if !goes_with_time(&service) {
            self.made.insert(id, Made { basis, service: Arc::clone(&service), events: events.clone() });
        }
        (service, events)
    }

    /// Lets go of the services that are not among those.
    pub(crate) fn keep(&mut self, services: &[Arc<Service>]) {
        if self.made.len() > services.len() {
            let ids: BTreeSet<&ServiceId> = services.iter().map(|service| &service.id).collect();
            self.made.retain(|id, _| ids.contains(id));
        }
    }
}

impl Basis {
    /// What that service of a cluster is decoded from.
    pub(crate) fn new(
        raw: &Arc<sdk::Service>,
        runs: &[&Arc<Run>],
        namespace: Option<&str>,
        book: &Book,
    ) -> Self {
        let named = named(raw);
        let of_runs = runs.iter().filter_map(|run| run.definition.as_deref());
        let arns: BTreeSet<&str> = named.iter().map(String::as_str).chain(of_runs).collect();
        Self {
            raw: Arc::clone(raw),
            runs: runs.iter().map(|run| Arc::clone(run)).collect(),
            namespace: namespace.map(str::to_owned),
            definitions: arns.into_iter().map(|arn| book.get(arn).cloned()).collect(),
        }
    }

    /// Whether they are the very same facts.
    fn is(&self, other: &Self) -> bool {
        let same = |a: &Option<Arc<Definition>>, b: &Option<Arc<Definition>>| match (a, b) {
            (Some(a), Some(b)) => Arc::ptr_eq(a, b),
            (a, b) => a.is_none() && b.is_none(),
        };
        Arc::ptr_eq(&self.raw, &other.raw)
            && self.namespace == other.namespace
            && self.runs.len() == other.runs.len()
            && self.definitions.len() == other.definitions.len()
            && self.runs.iter().zip(&other.runs).all(|(a, b)| Arc::ptr_eq(a, b))
            && self.definitions.iter().zip(&other.definitions).all(|(a, b)| same(a, b))
    }
}

/// Whether the mere passing of time changes what is said of it: how an end counts, and how long a check may be silent.
fn goes_with_time(service: &Service) -> bool {
    service.instances.iter().any(|instance| instance.exit.is_some() || instance.check == Check::Pending)
}
