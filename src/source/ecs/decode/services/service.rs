//! Decoder of an ECS service with its tasks.

use super::{
    deployment::decode_deployments,
    endpoints::{self, CloudMapNames},
    outage_start, service_facts,
};
use crate::{
    model::{Instance, InstanceState, NetworkId, Reference, Service, ServiceId, ServiceKind, Timestamp},
    source::ecs::decode::{
        definitions::task_definition::{TaskDefinitionSummary, TaskDefinitions},
        load_balancing::{
            alb_routing::{self, TargetGroupServices},
            load_balancer::LoadBalancerData,
        },
        service_mesh::{
            app_mesh::{self, AppMeshes, MeshMember},
            consul,
        },
        snapshot_context::SnapshotContext,
        tasks::{
            instance::decode_instance,
            stopped_task_policy::{RecoveryState, StoppedTask, still_counts},
            task_record::TaskRecord,
        },
        text::{clean_text, non_empty_text, to_count},
    },
};
use aws_sdk_ecs::types as sdk;
use std::{
    borrow::Cow,
    cmp::Reverse,
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

/// Maximum number of stopped instances that Portolan keeps for a service, newest first.
pub(crate) const MAX_STOPPED_INSTANCES: usize = 10;

/// Data that the decoders of all services of one cluster use.
#[derive(Clone, Copy, Debug)]
pub(crate) struct DecodeContext<'a> {
    /// Name of the cluster.
    pub cluster: &'a str,
    /// Default Service Connect namespace of the cluster.
    pub namespace: Option<&'a str>,
    /// Task definitions read so far, by ARN.
    pub definitions: &'a TaskDefinitions,
    /// Names from Cloud Map.
    pub cloud_map_names: &'a CloudMapNames,
    /// App Mesh meshes to which tasks belong.
    pub app_meshes: &'a AppMeshes,
    /// App Mesh nodes and gateways that the task definitions of the region name.
    pub present_members: &'a BTreeSet<MeshMember>,
    /// Load balancers with their target groups and listeners.
    pub load_balancers: &'a LoadBalancerData,
    /// Services behind each target group, by the ARN of the group.
    pub target_group_services: &'a TargetGroupServices,
    /// Source, region and time of the snapshot.
    pub snapshot_context: &'a SnapshotContext,
}

impl<'a> DecodeContext<'a> {
    /// Returns the id of the service `name` of this cluster.
    pub(crate) fn id(&self, name: &str) -> ServiceId {
        ServiceId::of(&self.snapshot_context.source, Some(self.cluster), name)
    }

    /// Returns the task definition with this ARN, or `None` if it was not read.
    pub(crate) fn definition(&self, arn: Option<&str>) -> Option<&'a TaskDefinitionSummary> {
        let definitions: &'a TaskDefinitions = self.definitions;
        definitions.get(arn?).map(AsRef::as_ref)
    }
}

/// Decodes a service with its tasks.
pub(crate) fn decode_service(
    raw: &sdk::Service,
    runs: &[&TaskRecord],
    context: DecodeContext<'_>,
) -> Service {
    let name = clean_text(raw.service_name());
    let primary = primary_definition(raw, context);
    let daemon = raw.scheduling_strategy() == Some(&sdk::SchedulingStrategy::Daemon);
    let desired = to_count(raw.desired_count());
    let mut facts = service_facts::service_facts(
        raw,
        endpoints::namespace_label(raw, context.namespace, context.cloud_map_names),
    );
    facts.extend(primary.iter().flat_map(|d| d.facts.clone()));
    let mut all_answers = endpoints::service_connect_endpoints(
        raw,
        context.namespace,
        primary,
        context.cloud_map_names,
        context.snapshot_context,
    );
    all_answers.extend(endpoints::cloud_map_endpoints(raw, context.cloud_map_names));
    all_answers.extend(endpoints::address_endpoints(runs.iter().copied(), context.snapshot_context));
    let used = definitions_in_use(raw, runs, context);
    let judged = decode_tasks(runs, desired, context);
    for node in mesh_members(&used) {
        all_answers.extend(context.app_meshes.endpoints(node, &context.snapshot_context.source));
    }
    let registered: BTreeSet<&String> = used.iter().filter_map(|d| d.consul_service.as_ref()).collect();
    all_answers.extend(
        registered
            .into_iter()
            .flat_map(|name| consul::consul_endpoints(name, &context.snapshot_context.source)),
    );
    Service {
        id: context.id(&name),
        group: Some(context.cluster.into()),
        kind: ServiceKind::EcsService,
        // A daemon service runs one task on each container instance, but ECS may report its desired count
        // late. So zero counts as unknown here.
        desired: if daemon && desired == 0 { None } else { Some(desired) },
        reported_running: Some(to_count(raw.running_count())),
        failing_since: outage_start::failing_since(raw, judged.faults.iter(), context.snapshot_context.now),
        instances: judged.instances,
        unlisted_failures: judged.unlisted_failures,
        deployments: decode_deployments(raw, context.definitions),
        endpoints: all_answers,
        references: service_references(&used, &context.id(&name), context),
        networks: service_networks(raw, &used, context),
        facts,
        profile: service_facts::service_profile(raw, primary),
        name: name.into(),
    }
}

/// Returns the task definition of the primary deployment.
fn primary_definition<'a>(
    raw: &sdk::Service,
    context: DecodeContext<'a>,
) -> Option<&'a TaskDefinitionSummary> {
    let primary = raw.deployments().iter().find(|d| d.status() == Some("PRIMARY"));
    context.definition(primary.and_then(sdk::Deployment::task_definition).or(raw.task_definition()))
}

/// Returns the task definitions in use: those of the service, its deployments and task sets, and its running
/// tasks.
fn definitions_in_use<'a>(
    raw: &sdk::Service,
    runs: &[&TaskRecord],
    context: DecodeContext<'a>,
) -> Vec<&'a TaskDefinitionSummary> {
    let deployed = raw.deployments().iter().map(sdk::Deployment::task_definition);
    let sets = raw.task_sets().iter().map(sdk::TaskSet::task_definition);
    let running = runs.iter().filter(|r| !r.has_stopped()).map(|r| r.definition_arn.as_deref());
    let arns: BTreeSet<&str> =
        deployed.chain(sets).chain(running).chain([raw.task_definition()]).flatten().collect();
    arns.into_iter().filter_map(|arn| context.definition(Some(arn))).collect()
}

/// Returns the App Mesh nodes and gateways of the task definitions in use.
fn mesh_members<'a>(used: &[&'a TaskDefinitionSummary]) -> BTreeSet<&'a MeshMember> {
    used.iter().filter_map(|d| d.mesh_member.as_ref()).collect()
}

/// Returns the references of all task definitions in use: addresses in the definitions, services behind load
/// balancer URLs, and backends of mesh nodes.
fn service_references(
    used: &[&TaskDefinitionSummary],
    own: &ServiceId,
    context: DecodeContext<'_>,
) -> Vec<Reference> {
    let mut found: BTreeSet<Reference> = used.iter().flat_map(|d| d.references.iter().cloned()).collect();
    let urls = used.iter().flat_map(|d| &d.load_balancer_urls);
    found.extend(urls.filter_map(|url| {
        alb_routing::resolve_load_balancer_url(
            url,
            own,
            context.load_balancers,
            context.target_group_services,
        )
    }));
    found.extend(
        mesh_members(used)
            .into_iter()
            .flat_map(|node| context.app_meshes.references(node, context.present_members)),
    );
    found.into_iter().collect()
}

/// Returns the networks in which a service can resolve names and reach addresses.
fn service_networks(
    raw: &sdk::Service,
    used: &[&TaskDefinitionSummary],
    context: DecodeContext<'_>,
) -> BTreeSet<NetworkId> {
    let space = endpoints::service_namespace(raw, context.namespace)
        .map(|given| context.cloud_map_names.namespace_name(given));
    let mut networks: BTreeSet<NetworkId> =
        space.iter().map(|space| endpoints::namespace_network(context.snapshot_context, space)).collect();
    networks.extend(
        mesh_members(used)
            .into_iter()
            .map(|node| app_mesh::mesh_network(&context.snapshot_context.source, &node.mesh)),
    );
    if used.iter().any(|d| d.consul_service.is_some()) {
        networks.insert(consul::consul_network(&context.snapshot_context.source));
    }
    networks.insert(endpoints::vpc_network(context.snapshot_context));
    networks
}

/// Decoded tasks of a service, after the stopped task policy has decided which failed tasks still count.
struct DecodedTasks {
    /// All tasks that have not stopped, and the newest stopped tasks.
    ///
    /// A failed task that no longer counts against the service has the state `Stopped` here, but keeps its
    /// exit.
    instances: Vec<Instance>,
    /// Number of failed tasks that `instances` leaves out.
    unlisted_failures: usize,
    /// Stopped tasks that count against the service.
    faults: Vec<StoppedTask>,
}

/// Decodes the tasks of a service, and applies the stopped task policy to them.
fn decode_tasks(runs: &[&TaskRecord], desired: u32, context: DecodeContext<'_>) -> DecodedTasks {
    let definition = |run: &TaskRecord| context.definition(run.definition_arn.as_deref());
    let mut live = Vec::new();
    let mut ended = Vec::new();
    let mut stops = Vec::new();
    for run in runs {
        let made = decode_instance(run, definition(run), true, context.snapshot_context);
        match run.to_stopped_task(true, definition(run)) {
            Some(stop) => {
                stops.push(stop);
                ended.push((stop, made));
            }
            None => live.push(made),
        }
    }
    let recovery = recovery_state(&live, runs, &ended, desired, context.snapshot_context.now);
    for (stop, instance) in &mut ended {
        if instance.state == InstanceState::Failed && !still_counts(stop, &stops, &recovery) {
            instance.state = InstanceState::Stopped;
        }
    }
    let counting = ended.iter().filter(|(_, instance)| instance.state == InstanceState::Failed);
    let faults = counting.map(|(stop, _)| *stop).collect();
    ended.sort_by_key(|(stop, instance)| (Reverse(stop.stopped_at), instance.id.clone()));
    let left_out = ended.iter().skip(MAX_STOPPED_INSTANCES);
    let unlisted_failures = left_out.filter(|(_, instance)| instance.state == InstanceState::Failed).count();
    ended.truncate(MAX_STOPPED_INSTANCES);
    live.sort_by_key(|instance| (instance.started, instance.id.clone()));
    DecodedTasks {
        instances: live.into_iter().chain(ended.into_iter().map(|(_, instance)| instance)).collect(),
        unlisted_failures,
        faults,
    }
}

/// Returns the evidence by which the stopped task policy decides whether the service has recovered.
fn recovery_state(
    live: &[Instance],
    runs: &[&TaskRecord],
    ended: &[(StoppedTask, Instance)],
    desired: u32,
    now: Timestamp,
) -> RecoveryState {
    let serving: Vec<&Instance> = live.iter().filter(|i| i.is_serving()).collect();
    let well_ended = ended.iter().filter(|(stop, _)| !stop.is_fault).filter_map(|(_, i)| i.started);
    // The start of a stopping task was a good one, because the task served until ECS asked it to stop.
    let stopping = runs.iter().filter(|run| run.is_stopping() && !run.is_fault(true, None));
    let stopping = stopping.filter_map(|run| run.times.started);
    RecoveryState {
        desired: if desired == 0 && runs.iter().any(|r| !r.has_stopped()) { 1 } else { desired },
        good_starts: serving.iter().filter_map(|i| i.started).chain(well_ended).chain(stopping).collect(),
        serving: serving.len() as u32,
        now,
    }
}

/// Tasks by the name of their service, or by the name of their task family.
pub(crate) type TasksByOwner<'a> = BTreeMap<Cow<'a, str>, Vec<&'a Arc<TaskRecord>>>;

/// Groups tasks by the name of their service (first value). Groups tasks without a service by their family
/// (second value).
pub(crate) fn group_by_owner(runs: &[Arc<TaskRecord>]) -> (TasksByOwner<'_>, TasksByOwner<'_>) {
    let (mut services, mut families) = (BTreeMap::new(), BTreeMap::new());
    for run in runs {
        let (map, key) = match run.service_name() {
            Some(service) => (&mut services, Cow::Borrowed(service)),
            None => (&mut families, Cow::Owned(run.family())),
        };
        map.entry(key).or_insert_with(Vec::new).push(run);
    }
    (services, families)
}

/// Decodes a service for which Portolan has only tasks and no description. The service was deleted while its
/// tasks still run, or Portolan has not read it yet, or `ListServices` is denied.
pub(crate) fn decode_orphan_service(name: &str, runs: &[&TaskRecord], context: DecodeContext<'_>) -> Service {
    let live = runs.iter().filter(|r| !r.has_stopped()).count() as u32;
    let newest = runs.iter().max_by_key(|r| (r.times.created, r.version()));
    let definition = newest.and_then(|r| context.definition(r.definition_arn.as_deref()));
    let judged = decode_tasks(runs, live.max(1), context);
    Service {
        id: context.id(name),
        group: Some(context.cluster.into()),
        name: non_empty_text(Some(name)).unwrap_or_default().into(),
        kind: ServiceKind::EcsService,
        desired: None,
        reported_running: None,
        failing_since: outage_start::first_fault(judged.faults.iter(), context.snapshot_context.now),
        instances: judged.instances,
        unlisted_failures: judged.unlisted_failures,
        deployments: Vec::new(),
        endpoints: endpoints::address_endpoints(runs.iter().copied(), context.snapshot_context),
        references: definition.map(|d| d.references.clone()).unwrap_or_default(),
        networks: BTreeSet::from([endpoints::vpc_network(context.snapshot_context)]),
        facts: definition.map(|d| d.facts.clone()).unwrap_or_default(),
        profile: definition.map(|d| d.profile.clone()).unwrap_or_default(),
    }
}
