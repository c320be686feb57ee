//! Owners of addresses: the services that had an address at a given time, and the ports on which services
//! listen. This module does no I/O.

use super::record::RecordingTask;
use crate::{
    model::{ServiceId, SourceId, Timestamp},
    source::ecs::decode::{
        definitions::task_definition::TaskDefinitions, region::ClusterData,
        services::service::group_by_owner, snapshot_context::SnapshotContext, tasks::task_record::TaskRecord,
        text::clean_text,
    },
};
use aws_sdk_ecs::types as sdk;
use std::{
    collections::{BTreeMap, BTreeSet},
    net::IpAddr,
};

/// Index that finds a service by an address and a time, by a network interface, or by a task.
#[derive(Clone, Debug, Default)]
pub(crate) struct AddressOwners {
    /// Periods in which services had each address.
    pub(super) leases: BTreeMap<IpAddr, Vec<AddressLease>>,
    /// Services by the id of a network interface.
    pub(super) services_by_interface: BTreeMap<String, ServiceId>,
    /// Services by task id.
    services_by_task: BTreeMap<String, ServiceId>,
    /// Known ports on which each service listens.
    listening_ports: BTreeMap<ServiceId, BTreeSet<u16>>,
    /// Services in the snapshot. Only they can own an address.
    known_services: BTreeSet<ServiceId>,
    source: Option<SourceId>,
}

/// Owner of an IP address at the time of a flow log record: a service, an unclear one of several services, or
/// no known service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum AddressOwner<'a> {
    /// Service that had the address.
    Service(&'a ServiceId),
    /// Unclear owner: several services are possible, or services had the address only at other times.
    Ambiguous,
    /// No known service has ever had the address.
    Unknown,
}

/// Period in which one service had an address. AWS may give the address of a stopped task to a new task.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct AddressLease {
    /// Service that had the address.
    pub service: ServiceId,
    /// Start of the lease; `None` if unknown.
    pub from: Option<Timestamp>,
    /// End of the lease; `None` while the service has the address.
    pub until: Option<Timestamp>,
}

impl AddressLease {
    fn overlaps(&self, span: (Timestamp, Timestamp)) -> bool {
        self.from.is_none_or(|from| from <= span.1) && self.until.is_none_or(|until| until >= span.0)
    }

    fn contains(&self, span: (Timestamp, Timestamp)) -> bool {
        self.from.is_none_or(|from| from <= span.0) && self.until.is_none_or(|until| until >= span.1)
    }
}

impl AddressOwners {
    /// Collects the addresses, interfaces, tasks and ports of the `known` services in `clusters`.
    #[must_use]
    pub(crate) fn from_clusters(
        clusters: &[ClusterData],
        definitions: &TaskDefinitions,
        known: BTreeSet<ServiceId>,
        context: &SnapshotContext,
    ) -> Self {
        let mut owners =
            Self { known_services: known, source: Some(context.source.clone()), ..Self::default() };
        for seen in clusters {
            let (owned, families) = group_by_owner(&seen.tasks);
            let owned = owned.into_iter().map(|(name, runs)| (clean_text(Some(&name)), runs));
            let families = families.into_iter().map(|(name, runs)| {
                // If a service has the same name as the family, the family's id contains this longer name.
                let long = format!("family:{name}");
                (if owners.known_id(&seen.name, &long).is_some() { long } else { name.into_owned() }, runs)
            });
            for (name, runs) in owned.chain(families).collect::<Vec<_>>() {
                let Some(id) = owners.known_id(&seen.name, &name) else { continue };
                for run in runs {
                    owners.add_task(&id, run, definitions);
                }
            }
            for raw in &seen.services {
                let Some(id) = owners.known_id(&seen.name, &clean_text(raw.service_name())) else { continue };
                let behind = raw.load_balancers().iter().filter_map(sdk::LoadBalancer::container_port);
                let ports = behind.filter_map(|port| u16::try_from(port).ok());
                owners.listening_ports.entry(id).or_default().extend(ports);
            }
        }
        owners
    }

    /// Returns the id of a service, or `None` if the snapshot lacks the service.
    fn known_id(&self, cluster: &str, name: &str) -> Option<ServiceId> {
        let id = ServiceId::of(self.source.as_ref()?, Some(cluster), name);
        self.known_services.contains(&id).then_some(id)
    }

    fn add_task(&mut self, id: &ServiceId, run: &TaskRecord, definitions: &TaskDefinitions) {
        self.services_by_task.insert(run.id(), id.clone());
        for interface in &run.network.interfaces {
            self.services_by_interface.insert(interface.to_string(), id.clone());
        }
        let stay = AddressLease { service: id.clone(), from: run.created_at(), until: run.times.ended };
        for &address in &run.network.addresses {
            let stays = self.leases.entry(address).or_default();
            if !stays.contains(&stay) {
                stays.push(stay.clone());
            }
        }
        let definition = run.definition_arn.as_deref().and_then(|arn| definitions.get(arn));
        let planned = definition.iter().flat_map(|d| d.listening_ports.iter().copied());
        self.listening_ports
            .entry(id.clone())
            .or_default()
            .extend(planned.chain(run.network.ingress_ports.iter().copied()));
    }

    /// Returns the service of the task whose network interface recorded a line, or `None` if the snapshot
    /// lacks that service.
    #[must_use]
    pub(super) fn service_of(&self, owner: &RecordingTask) -> Option<ServiceId> {
        let by_task = owner.task.as_ref().and_then(|task| self.services_by_task.get(task).cloned());
        by_task.or_else(|| self.known_id(owner.cluster.as_deref()?, owner.service.as_deref()?))
    }

    /// Returns the owner of `address` during `span`.
    ///
    /// `hint` is the service whose interface made the record, if known. If several services had the address
    /// and `hint` is one of them, `hint` is the owner.
    #[must_use]
    pub(super) fn owner_at(
        &self,
        address: IpAddr,
        span: (Timestamp, Timestamp),
        hint: Option<&ServiceId>,
    ) -> AddressOwner<'_> {
        let Some(stays) = self.leases.get(&address) else { return AddressOwner::Unknown };
        let mut found: BTreeSet<&ServiceId> =
            stays.iter().filter(|stay| stay.overlaps(span)).map(|stay| &stay.service).collect();
        if let Some(hint) = hint
            && found.contains(hint)
        {
            found.retain(|service| *service == hint);
        }
        match (found.pop_first(), found.is_empty()) {
            (Some(service), true) => AddressOwner::Service(service),
            _ => AddressOwner::Ambiguous,
        }
    }

    /// Returns true if a task definition, load balancer or Service Connect proxy of `service` shows that the
    /// service listens on `port`.
    #[must_use]
    pub(super) fn listens_on(&self, service: &ServiceId, port: u16) -> bool {
        self.listening_ports.get(service).is_some_and(|ports| ports.contains(&port))
    }

    /// Records that `service` had `address` during `span`, because a flow log record shows it.
    pub(super) fn add_lease(&mut self, address: IpAddr, service: &ServiceId, span: (Timestamp, Timestamp)) {
        let stays = self.leases.entry(address).or_default();
        if !stays.iter().any(|stay| &stay.service == service && stay.contains(span)) {
            stays.push(AddressLease { service: service.clone(), from: Some(span.0), until: Some(span.1) });
        }
    }
}
