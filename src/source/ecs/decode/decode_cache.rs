//! Cache of decoded services. Portolan decodes a service again only if its inputs have changed. In a large
//! account, nearly all services are unchanged from one poll to the next.

use super::{
    definitions::task_definition::{TaskDefinitionSummary, TaskDefinitions},
    load_balancing::{alb_routing::TargetGroupServices, load_balancer::LoadBalancerData},
    service_mesh::app_mesh::{AppMeshes, MeshMember},
    services::{deployment::definition_arns, endpoints::CloudMapNames},
    tasks::task_record::TaskRecord,
};
use crate::model::{Event, HealthCheckStatus, Service, ServiceId};
use aws_sdk_ecs::types as sdk;
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

/// Cache of the services that the last poll decoded, each with the inputs from which it was decoded.
#[derive(Debug, Default)]
pub(crate) struct DecodeCache {
    region_inputs: Option<RegionInputs>,
    services: BTreeMap<ServiceId, CachedService>,
}

/// Inputs that the decoder uses for every service of a region, such as load balancers.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct RegionInputs {
    /// Names from Cloud Map.
    pub cloud_map_names: CloudMapNames,
    /// Load balancers with their target groups and listeners.
    pub load_balancers: Arc<LoadBalancerData>,
    /// App Mesh meshes to which tasks belong.
    pub app_meshes: Arc<AppMeshes>,
    /// Services behind each target group.
    pub target_group_services: TargetGroupServices,
    /// App Mesh nodes and gateways that the task definitions of the region name.
    pub present_members: BTreeSet<MeshMember>,
}

/// Inputs from which one ECS service was decoded. The cached service is valid as long as its inputs stay
/// identical.
#[derive(Clone, Debug)]
pub(crate) struct ServiceCacheInputs {
    raw: Arc<sdk::Service>,
    tasks: Vec<Arc<TaskRecord>>,
    namespace: Option<String>,
    definitions: Vec<Option<Arc<TaskDefinitionSummary>>>,
}

/// Decoded service with its events, and the inputs from which it was decoded.
#[derive(Debug)]
struct CachedService {
    inputs: ServiceCacheInputs,
    service: Arc<Service>,
    events: Vec<Event>,
}

impl DecodeCache {
    /// Sets the inputs that all services share, and clears the cache if they have changed.
    pub(crate) fn set_region_inputs(&mut self, shared: RegionInputs) {
        if self.region_inputs.as_ref() != Some(&shared) {
            self.services.clear();
            self.region_inputs = Some(shared);
        }
    }

    /// Returns the service with its events. Takes both from the cache if `inputs` are identical to the cached
    /// inputs; otherwise calls `decode`.
    ///
    /// If `decode` returns a service that is equal to the cached one, returns the cached `Arc`.
    pub(crate) fn get_or_decode(
        &mut self,
        id: ServiceId,
        inputs: ServiceCacheInputs,
        decode: impl FnOnce(&sdk::Service, &[&TaskRecord]) -> (Service, Vec<Event>),
    ) -> (Arc<Service>, Vec<Event>) {
        if let Some(cached) = self.services.get(&id).filter(|cached| cached.inputs.is_identical(&inputs)) {
            return (Arc::clone(&cached.service), cached.events.clone());
        }
        let tasks: Vec<&TaskRecord> = inputs.tasks.iter().map(AsRef::as_ref).collect();
        let (service, events) = decode(&inputs.raw, &tasks);
        let known = self.services.remove(&id).map(|cached| cached.service).filter(|known| **known == service);
        let service = known.unwrap_or_else(|| Arc::new(service));
        if !is_time_dependent(&service) {
            self.services
                .insert(id, CachedService { inputs, service: Arc::clone(&service), events: events.clone() });
        }
        (service, events)
    }

    /// Removes from the cache the services that are not in `services`.
    pub(crate) fn retain_services(&mut self, services: &[Arc<Service>]) {
        if self.services.len() > services.len() {
            let ids: BTreeSet<&ServiceId> = services.iter().map(|service| &service.id).collect();
            self.services.retain(|id, _| ids.contains(id));
        }
    }
}

impl ServiceCacheInputs {
    /// Collects the inputs from which the decoder makes the service `raw`.
    pub(crate) fn new(
        raw: &Arc<sdk::Service>,
        tasks: &[&Arc<TaskRecord>],
        namespace: Option<&str>,
        definitions: &TaskDefinitions,
    ) -> Self {
        let named = definition_arns(raw);
        let of_runs = tasks.iter().filter_map(|run| run.definition_arn.as_deref());
        let arns: BTreeSet<&str> = named.iter().map(String::as_str).chain(of_runs).collect();
        Self {
            raw: Arc::clone(raw),
            tasks: tasks.iter().map(|run| Arc::clone(run)).collect(),
            namespace: namespace.map(str::to_owned),
            definitions: arns.into_iter().map(|arn| definitions.get(arn).cloned()).collect(),
        }
    }

    /// Returns true if both inputs have identical values. Compares values in an `Arc` by pointer, so equal
    /// copies count as different.
    fn is_identical(&self, other: &Self) -> bool {
        let same =
            |a: &Option<Arc<TaskDefinitionSummary>>, b: &Option<Arc<TaskDefinitionSummary>>| match (a, b) {
                (Some(a), Some(b)) => Arc::ptr_eq(a, b),
                (a, b) => a.is_none() && b.is_none(),
            };
        Arc::ptr_eq(&self.raw, &other.raw)
            && self.namespace == other.namespace
            && self.tasks.len() == other.tasks.len()
            && self.definitions.len() == other.definitions.len()
            && self.tasks.iter().zip(&other.tasks).all(|(a, b)| Arc::ptr_eq(a, b))
            && self.definitions.iter().zip(&other.definitions).all(|(a, b)| same(a, b))
    }
}

/// Returns true if the same inputs may decode to a different service later, only because time passes. For
/// example, a stopped task may no longer count, or a health check may become overdue.
fn is_time_dependent(service: &Service) -> bool {
    service
        .instances
        .iter()
        .any(|instance| instance.exit.is_some() || instance.health_check == HealthCheckStatus::Pending)
}
