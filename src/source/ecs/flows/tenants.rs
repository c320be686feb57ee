//! Who had which address when, and who listens on which port: what turns the addresses of a record into services. Pure.

use super::record::Owner;
use crate::{
    model::{ServiceId, SourceId, Timestamp},
    source::ecs::decode::{Book, Seen, run::Run, service::by_owner, task::Context, words::said},
};
use aws_sdk_ecs::types as sdk;
use std::{
    collections::{BTreeMap, BTreeSet},
    net::IpAddr,
};

/// The services of a region by their addresses, interfaces, tasks and ports.
#[derive(Clone, Debug, Default)]
pub(crate) struct Tenants {
    pub(super) stays: BTreeMap<IpAddr, Vec<Stay>>,
    pub(super) interfaces: BTreeMap<String, ServiceId>,
    tasks: BTreeMap<String, ServiceId>,
    listens: BTreeMap<ServiceId, BTreeSet<u16>>,
    known: BTreeSet<ServiceId>,
    source: Option<SourceId>,
}

/// Who had an address at a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Who<'a> {
    /// That service.
    Service(&'a ServiceId),
    /// One of several services, or none of those that had it at other times: an address goes from hand to hand.
    Unsure,
    /// No service ever, as far as anybody knows.
    Nobody,
}

/// That a service had an address for a time. Addresses are given to others once a task has ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Stay {
    /// The service.
    pub service: ServiceId,
    /// Since when, where it is known.
    pub from: Option<Timestamp>,
    /// Until when; none while it lasts.
    pub until: Option<Timestamp>,
}

impl Stay {
    fn overlaps(&self, span: (Timestamp, Timestamp)) -> bool {
        self.from.is_none_or(|from| from <= span.1) && self.until.is_none_or(|until| until >= span.0)
    }

    fn contains(&self, span: (Timestamp, Timestamp)) -> bool {
        self.from.is_none_or(|from| from <= span.0) && self.until.is_none_or(|until| until >= span.1)
    }
}

impl Tenants {
    /// Everybody in those clusters who is one of the `known` services.
    #[must_use]
    pub(crate) fn of(clusters: &[Seen], book: &Book, known: BTreeSet<ServiceId>, context: &Context) -> Self {
        let mut tenants = Self { known, source: Some(context.source.clone()), ..Self::default() };
        for seen in clusters {
            let (owned, families) = by_owner(&seen.tasks);
            let owned = owned.into_iter().map(|(name, runs)| (said(Some(&name)), runs));
            let families = families.into_iter().map(|(name, runs)| {
                // A service of the same name has the plain one.
                let long = format!("family:{name}");
                (if tenants.id(&seen.name, &long).is_some() { long } else { name.into_owned() }, runs)
            });
            for (name, runs) in owned.chain(families).collect::<Vec<_>>() {
                let Some(id) = tenants.id(&seen.name, &name) else { continue };
                for run in runs {
                    tenants.add(&id, run, book);
                }
            }
            for raw in &seen.services {
                let Some(id) = tenants.id(&seen.name, &said(raw.service_name())) else { continue };
                let behind = raw.load_balancers().iter().filter_map(sdk::LoadBalancer::container_port);
                let ports = behind.filter_map(|port| u16::try_from(port).ok());
                tenants.listens.entry(id).or_default().extend(ports);
            }
        }
        tenants
    }

    fn id(&self, cluster: &str, name: &str) -> Option<ServiceId> {
        let id = ServiceId::of(self.source.as_ref()?, Some(cluster), name);
        self.known.contains(&id).then_some(id)
    }

    fn add(&mut self, id: &ServiceId, run: &Run, book: &Book) {
        self.tasks.insert(run.id(), id.clone());
        for interface in &run.reach.interfaces {
            self.interfaces.insert(interface.to_string(), id.clone());
        }
        let stay = Stay { service: id.clone(), from: run.made(), until: run.times.ended };
        for &address in &run.reach.addresses {
            let stays = self.stays.entry(address).or_default();
            if !stays.contains(&stay) {
                stays.push(stay.clone());
            }
        }
        let definition = run.definition.as_deref().and_then(|arn| book.get(arn));
        let planned = definition.iter().flat_map(|d| d.listens.iter().copied());
        self.listens
            .entry(id.clone())
            .or_default()
            .extend(planned.chain(run.reach.ingress_ports.iter().copied()));
    }

    /// The service that a record names as the owner of its interface.
    #[must_use]
    pub(super) fn named(&self, owner: &Owner) -> Option<ServiceId> {
        let by_task = owner.task.as_ref().and_then(|task| self.tasks.get(task).cloned());
        by_task.or_else(|| self.id(owner.cluster.as_deref()?, owner.service.as_deref()?))
    }

    /// Who had the address at that time. `hint` is whose interface it was, if that is known: it wins where it had the
    /// address too.
    #[must_use]
    pub(super) fn at(
        &self,
        address: IpAddr,
        span: (Timestamp, Timestamp),
        hint: Option<&ServiceId>,
    ) -> Who<'_> {
        let Some(stays) = self.stays.get(&address) else { return Who::Nobody };
        let mut found: BTreeSet<&ServiceId> =
            stays.iter().filter(|stay| stay.overlaps(span)).map(|stay| &stay.service).collect();
        if let Some(hint) = hint
            && found.contains(hint)
        {
            found.retain(|service| *service == hint);
        }
        match (found.pop_first(), found.is_empty()) {
            (Some(service), true) => Who::Service(service),
            _ => Who::Unsure,
        }
    }

    /// Whether that service is known to listen on the port.
    #[must_use]
    pub(super) fn listens(&self, service: &ServiceId, port: u16) -> bool {
        self.listens.get(service).is_some_and(|ports| ports.contains(&port))
    }

    /// Notes what a record itself tells: that the service had the address at that time.
    pub(super) fn told(&mut self, address: IpAddr, service: &ServiceId, span: (Timestamp, Timestamp)) {
        let stays = self.stays.entry(address).or_default();
        if !stays.iter().any(|stay| &stay.service == service && stay.contains(span)) {
            stays.push(Stay { service: service.clone(), from: Some(span.0), until: Some(span.1) });
        }
    }
}
