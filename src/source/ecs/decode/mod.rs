//! Decoders that convert AWS's responses to the types of `model`. They are pure functions of the responses
//! and the time of the poll.

pub(crate) mod service_mesh;
pub(crate) mod load_balancing;
pub(crate) mod definitions;
pub(crate) mod services;
pub(crate) mod tasks;
pub(crate) mod decode_cache;
pub(crate) mod region;
pub(crate) mod service_connect_metrics;
pub(crate) mod snapshot_context;
pub(crate) mod text;
pub(crate) mod xml;

use crate::{
    model::{Event, Health, Service, ServiceId, Snapshot},
    source::shared_references,
};
use aws_sdk_ecs::types as sdk;
use decode_cache::{DecodeCache, RegionInputs, ServiceCacheInputs};
use load_balancing::alb_routing::TargetGroupServices;
use region::{ClusterData, RegionData};
use service_mesh::app_mesh::MeshMember;
use services::service::{DecodeContext, group_by_owner};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};
use tasks::task_record::TaskRecord;

/// Builds the snapshot of a region, without observed connections. Takes from `cache` the services that have
/// not changed since the last snapshot.
pub(crate) fn decode_snapshot(region: &RegionData, cache: &mut DecodeCache) -> Snapshot {
    let present: BTreeSet<MeshMember> =
        region.definitions.values().filter_map(|d| d.mesh_member.clone()).collect();
    let (mut services, mut events) = (Vec::new(), Vec::new());
    let behind = target_group_services(region);
    cache.set_region_inputs(RegionInputs {
        cloud_map_names: region.cloud_map_names.clone(),
        load_balancers: Arc::clone(&region.load_balancers),
        app_meshes: Arc::clone(&region.app_meshes),
        target_group_services: behind.clone(),
        present_members: present.clone(),
    });
    for seen in &region.clusters {
        let context = DecodeContext {
            cluster: &seen.name,
            namespace: seen.namespace.as_deref(),
            definitions: &region.definitions,
            cloud_map_names: &region.cloud_map_names,
            app_meshes: &region.app_meshes,
            present_members: &present,
            load_balancers: &region.load_balancers,
            target_group_services: &behind,
            snapshot_context: &region.context,
        };
        let mut take = |service, service_events: Vec<Event>| {
            events.extend(service_events);
            services.push(service);
        };
        decode_cluster(seen, context, cache, &mut take);
    }
    cache.retain_services(&services);
    services.sort_by(|a: &Arc<Service>, b| a.id.cmp(&b.id));
    shared_references::mark_shared(&mut services, &BTreeMap::new());
    events.sort_by(|a, b| (a.at, &a.service, &a.text).cmp(&(b.at, &b.service, &b.text)));
    Snapshot {
        source: region.context.source.clone(),
        taken_at: region.context.now,
        services,
        load_balancers: load_balancing::load_balancer::decode_load_balancers(&region.load_balancers, &behind),
        events,
        unread_parts: region.unread_parts.clone(),
        connections: Vec::new(),
        monitored: Vec::new(),
        progress: Vec::new(),
    }
}

/// Returns the services behind each target group, by the ARN of the group.
fn target_group_services(region: &RegionData) -> TargetGroupServices {
    let mut behind = TargetGroupServices::new();
    for seen in &region.clusters {
        for raw in &seen.services {
            let name = text::clean_text(raw.service_name());
            let id = ServiceId::of(&region.context.source, Some(&seen.name), &name);
            for group in target_group_arns(raw) {
                behind.entry(group.to_owned()).or_default().insert(id.clone());
            }
        }
    }
    behind
}

/// Decodes a cluster, and passes each service with its events to `take`.
fn decode_cluster(
    seen: &ClusterData,
    context: DecodeContext<'_>,
    cache: &mut DecodeCache,
    take: &mut impl FnMut(Arc<Service>, Vec<Event>),
) {
    let (mut owned, families) = group_by_owner(&seen.tasks);
    let mut names = BTreeSet::new();
    for raw in &seen.services {
        let name = raw.service_name().unwrap_or_default();
        let mut runs = owned.remove(name).unwrap_or_default();
        let live = runs.iter().filter(|run| !run.has_stopped()).count();
        if !seen.has_all_tasks && live < text::to_count(raw.running_count()) as usize {
            // Until the list of tasks is complete, the service's own count is more accurate than the tasks
            // read so far.
            runs.clear();
        }
        let inputs = ServiceCacheInputs::new(raw, &runs, context.namespace, context.definitions);
        let (service, service_events) =
            cache.get_or_decode(context.id(&text::clean_text(Some(name))), inputs, |raw, runs| {
                let service = services::service::decode_service(raw, runs, context);
                let service_events = services::service_events::service_events(
                    &service.id,
                    raw.events(),
                    &service.deployments,
                    &service.instances,
                );
                (service, service_events)
            });
        names.insert(service.name.clone());
        take(service, service_events);
    }
    for (name, runs) in owned {
        // These tasks belong to a service that was deleted, or that Portolan has not read yet or can't read.
        // If all these tasks have stopped, Portolan shows the service only if it can't read the list of
        // services.
        let unreadable = seen.has_all_tasks && !seen.has_all_services;
        if unreadable || runs.iter().any(|r| !r.has_stopped()) {
            let service = services::service::decode_orphan_service(&name, &record_refs(&runs), context);
            let service_events = services::service_events::stop_events(&service.id, &service.instances);
            names.insert(service.name.clone());
            take(Arc::new(service), service_events);
        }
    }
    for (name, runs) in families {
        let service =
            services::task_family::decode_family(&name, &record_refs(&runs), names.contains(&*name), context);
        let service_events = services::service_events::stop_events(&service.id, &service.instances);
        take(Arc::new(service), service_events);
    }
}

fn record_refs<'a>(runs: &[&'a Arc<TaskRecord>]) -> Vec<&'a TaskRecord> {
    runs.iter().map(|run| &***run).collect()
}

/// Returns the ARNs of the target groups of a service and of its task sets.
pub(crate) fn target_group_arns(service: &sdk::Service) -> impl Iterator<Item = &str> {
    let sets = service.task_sets().iter().flat_map(sdk::TaskSet::load_balancers);
    service.load_balancers().iter().chain(sets).filter_map(sdk::LoadBalancer::target_group_arn)
}

/// Returns true if any service is deploying, or neither healthy nor stopped, so that the next poll should
/// come soon.
pub(crate) fn is_changing(snapshot: &Snapshot) -> bool {
    snapshot.services.iter().any(|service| {
        service.is_deploying() || !matches!(Health::of_service(service), Health::Healthy | Health::Stopped)
    })
}

#[cfg(test)]
mod tests {
    use super::{
        ClusterData, DecodeCache, RegionData, TaskRecord, decode_snapshot,
        definitions::task_definition::TaskDefinitions, services::endpoints::CloudMapNames,
        snapshot_context::SnapshotContext,
    };
    use crate::model::{SourceId, Timestamp};
    use aws_sdk_ecs::types::Task;
    use std::sync::Arc;

    /// Returns the names of the services decoded from a cluster with a single task, which has stopped.
    /// `all_services` and `all_tasks` are true if Portolan has read all services and tasks of the cluster.
    fn decoded_services(all_services: bool, all_tasks: bool) -> Vec<String> {
        let ended = Task::builder().task_arn("arn:aws:ecs:eu-west-1:1:task/quay/1").group("service:web");
        let tasks = vec![Arc::new(TaskRecord::new(&ended.last_status("STOPPED").build()))];
        let seen = ClusterData {
            name: "quay".to_owned(),
            has_all_services: all_services,
            has_all_tasks: all_tasks,
            tasks,
            ..ClusterData::default()
        };
        let now = Timestamp::UNIX_EPOCH;
        let region = RegionData {
            context: SnapshotContext { source: SourceId::new("ecs"), region: "eu-west-1".into(), now },
            clusters: vec![seen],
            definitions: TaskDefinitions::default(),
            cloud_map_names: CloudMapNames::default(),
            load_balancers: Arc::default(),
            app_meshes: Arc::default(),
            unread_parts: Vec::new(),
        };
        decode_snapshot(&region, &mut DecodeCache::default())
            .services
            .iter()
            .map(|s| s.name.to_string())
            .collect()
    }

    #[test]
    fn stopped_tasks_make_a_service_only_if_services_are_unreadable() {
        assert_eq!(decoded_services(false, true), ["web"]);
        assert!(decoded_services(false, false).is_empty(), "it is still to be read");
        assert!(decoded_services(true, true).is_empty(), "it was deleted");
    }
}
