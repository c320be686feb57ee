//! Reads again the services and tasks that an operation request names, as the basis for its plan. Only the
//! list of clusters and the task definitions come from caches.

use super::{
    manager::manager,
    place::read_place,
    rollback_target::rollback_target,
    scaling_range::scaling_range,
    service_deployments::{list_deployments, ongoing_deployment},
    task_protection::protected_tasks,
};
use crate::{
    model::{Failure, FailureKind, InstanceState, Service, ServiceId, ServiceKind, Timestamp},
    operation::{EcsDetails, OperationKind, OperationReading, OperationRequest, TaggedImage, TargetReading},
    source::{
        Source,
        ecs::{
            Ecs,
            client::api::{Api, read_pages},
            decode::{
                self,
                decode_cache::DecodeCache,
                region::{ClusterData, RegionData},
                services::endpoints::CloudMapNames,
                snapshot_context::SnapshotContext,
                tasks::task_record::TaskRecord,
                text::{last_segment, to_count},
            },
            quota::calls,
            scheduler::{clusters::Cluster, services, tasks},
        },
    },
};
use aws_sdk_ecs::types::{self as sdk, DeploymentConfiguration, DesiredStatus, SchedulingStrategy};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

/// Maximum number of services in one call of `DescribeServices`.
const MAX_SERVICES_PER_CALL: usize = 10;
/// Maximum number of tasks in one call of `DescribeTasks`.
const MAX_TASKS_PER_CALL: usize = 100;
/// Minimum percentage of tasks that ECS keeps healthy during a deployment if the service sets none.
const DEFAULT_MINIMUM_HEALTHY_PERCENT: i32 = 100;

/// Reads the current state of the services that `request` names.
pub(super) async fn read_targets(
    source: &Ecs,
    request: &OperationRequest,
) -> Result<OperationReading, Failure> {
    let api = source.api().await?;
    let place = read_place(source).await?;
    let clusters = source.caches.clusters(api, &source.config).await?.clusters;
    let mut names: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for id in request.services() {
        let parts = id.parts();
        names.entry(parts.group.unwrap_or_default()).or_default().push(parts.name);
    }
    let mut targets = Vec::new();
    for cluster in &clusters {
        let Some(names) = names.get(cluster.name.as_str()) else { continue };
        let data = read_cluster(api, cluster, names).await?;
        for service in decode_services(source, api, data.clone(), request) {
            let raw = data.services.iter().find(|raw| raw.service_name() == Some(&*service.name));
            let ecs =
                read_ecs(source, api, cluster, (&service, raw.map(AsRef::as_ref)), request.kind).await?;
            targets.push(TargetReading { service, facts: Vec::new(), ecs: Some(Box::new(ecs)) });
        }
    }
    targets.sort_by(|a, b| a.service.id.cmp(&b.service.id));
    Ok(OperationReading { place, targets })
}

/// Reads the services `names` of a cluster with their tasks. A name that no service has counts as the name of
/// a task family.
async fn read_cluster(api: &Api, cluster: &Cluster, names: &[&str]) -> Result<ClusterData, Failure> {
    let key = cluster.name_or_arn.as_str();
    let mut found = Vec::new();
    for batch in names.chunks(MAX_SERVICES_PER_CALL) {
        let batch = batch.iter().map(|name| (*name).to_owned()).collect();
        found.extend(services::describe(api, key, batch).await?.into_iter().map(Arc::new));
    }
    let mut arns = BTreeSet::new();
    for name in names {
        let is_service =
            found.iter().any(|service: &Arc<sdk::Service>| service.service_name() == Some(*name));
        let owner = if is_service { tasks::TaskOwner::Service(name) } else { tasks::TaskOwner::Family(name) };
        for status in [DesiredStatus::Running, DesiredStatus::Stopped] {
            let page = |token| tasks::list_page_of_owner(api, key, owner, status.clone(), token);
            let listed = read_pages(&calls::LIST_TASKS, page).await;
            // A plan from an incomplete list of tasks would be wrong.
            listed.failure.map_or(Ok(()), Err)?;
            arns.extend(listed.items);
        }
    }
    let arns: Vec<String> = arns.into_iter().collect();
    let mut described: Vec<Arc<TaskRecord>> = Vec::new();
    for batch in arns.chunks(MAX_TASKS_PER_CALL) {
        described.extend(tasks::describe(api, key, batch.to_vec()).await?.into_iter().map(Arc::new));
    }
    Ok(ClusterData {
        name: cluster.name.clone(),
        namespace: cluster.namespace.clone(),
        services: found,
        has_all_services: true,
        tasks: described,
        has_all_tasks: true,
    })
}

/// Returns the services that `request` names, decoded in the same way as for a snapshot.
fn decode_services(source: &Ecs, api: &Api, data: ClusterData, request: &OperationRequest) -> Vec<Service> {
    let region = RegionData {
        context: SnapshotContext {
            source: source.id().clone(),
            region: api.clients.target.region.clone(),
            now: Timestamp::now(),
        },
        clusters: vec![data],
        definitions: source.caches.task_definitions(),
        cloud_map_names: CloudMapNames::default(),
        load_balancers: Arc::default(),
        app_meshes: Arc::default(),
        unread_parts: Vec::new(),
    };
    let snapshot = decode::decode_snapshot(&region, &mut DecodeCache::default());
    let wanted = |service: &Arc<Service>| request.services().contains::<ServiceId>(&service.id);
    snapshot.services.into_iter().filter(wanted).map(Arc::unwrap_or_clone).collect()
}

/// Reads the data about a service that only operations need, such as its service deployments and its
/// protected tasks.
async fn read_ecs(
    source: &Ecs,
    api: &Api,
    cluster: &Cluster,
    (service, raw): (&Service, Option<&sdk::Service>),
    kind: OperationKind,
) -> Result<EcsDetails, Failure> {
    let Some(raw) = raw else {
        return Ok(EcsDetails { cluster: cluster.name.as_str().into(), ..EcsDetails::default() });
    };
    let mut reading = service_reading(cluster, service, raw);
    let key = cluster.name_or_arn.as_str();
    let needs_deployments = matches!(
        kind,
        OperationKind::Restart | OperationKind::Scale | OperationKind::Rollback | OperationKind::Continue
    );
    if needs_deployments && reading.controller == "ECS" {
        read_deployments(api, key, raw, kind, &mut reading).await?;
    }
    if kind == OperationKind::Scale {
        match scaling_range(api, &cluster.name, &service.name).await {
            Ok(range) => reading.scaling = range,
            Err(failure) => reading.unread.push(failure.message),
        }
    }
    let running = service.instances.iter().filter(|task| task.state == InstanceState::Running);
    let running: Vec<String> =
        running.filter_map(|task| Some(task.id.native_id(source.id())?.to_owned())).collect();
    if kind != OperationKind::Continue && service.kind == ServiceKind::EcsService && !running.is_empty() {
        match protected_tasks(api, source.id(), key, running).await {
            Ok(protected) => reading.protected = protected,
            // These two operations change only the protection of tasks, so they need its current state.
            Err(failure) if matches!(kind, OperationKind::Protect | OperationKind::Unprotect) => {
                return Err(failure);
            }
            Err(failure) => reading.unread.push(failure.message),
        }
    }
    Ok(reading)
}

/// Reads the service deployments. If a call fails, `Rollback` and `Continue` fail, unless the endpoint does
/// not support the call. Other operations only get a caution.
async fn read_deployments(
    api: &Api,
    cluster: &str,
    raw: &sdk::Service,
    kind: OperationKind,
    reading: &mut EcsDetails,
) -> Result<(), Failure> {
    let is_needed = matches!(kind, OperationKind::Rollback | OperationKind::Continue);
    let note = |failure: Failure| {
        // An old emulator or endpoint may not support these calls.
        if is_needed && failure.kind != FailureKind::Invalid { Err(failure) } else { Ok(failure.message) }
    };
    let listed = match list_deployments(api, cluster, raw.service_name().unwrap_or_default()).await {
        Ok(listed) => listed,
        Err(failure) => return note(failure).map(|message| reading.unread.push(message)),
    };
    match ongoing_deployment(api, &listed).await {
        Ok(ongoing) => reading.ongoing = ongoing,
        Err(failure) => reading.unread.push(note(failure)?),
    }
    if kind == OperationKind::Rollback {
        match rollback_target(api, raw, &listed).await {
            Ok(target) => reading.rollback = target,
            Err(failure) => reading.unread.push(note(failure)?),
        }
    }
    Ok(())
}

/// Returns the part of the reading that comes from the description of the service.
fn service_reading(cluster: &Cluster, service: &Service, raw: &sdk::Service) -> EcsDetails {
    let minimum = raw.deployment_configuration().and_then(DeploymentConfiguration::minimum_healthy_percent);
    let controller = raw.deployment_controller().map_or("ECS", |controller| controller.r#type().as_str());
    EcsDetails {
        cluster: cluster.name.as_str().into(),
        controller: controller.into(),
        is_daemon: raw.scheduling_strategy() == Some(&SchedulingStrategy::Daemon),
        desired: to_count(raw.desired_count()),
        task_definition: last_segment(raw.task_definition().unwrap_or_default()).into(),
        minimum_healthy_percent: to_count(minimum.unwrap_or(DEFAULT_MINIMUM_HEALTHY_PERCENT)),
        deployments: service.deployments.iter().map(|deployment| deployment.id.clone()).collect(),
        manager: manager(raw.tags()),
        tagged_images: tagged_images(service),
        ..EcsDetails::default()
    }
}

/// Returns the images of a service whose tag may refer to another image later, each with the digests that
/// running tasks use.
fn tagged_images(service: &Service) -> Vec<TaggedImage> {
    let names: BTreeSet<&str> = service.images().filter(|image| is_moving_tag(image)).collect();
    let running = || service.instances.iter().filter(|task| task.state == InstanceState::Running);
    let digests = |name: &str| {
        let containers = running().flat_map(|task| &task.containers).filter(|one| *one.image == *name);
        containers.filter_map(|container| container.digest.clone()).collect()
    };
    names.into_iter().map(|name| TaggedImage { name: name.into(), running: digests(name) }).collect()
}

/// Returns true if the tag of an image usually moves to newer images, as `latest` and `main` do. A tag with a
/// digit is usually a version, which does not move. A reference with a digest never moves.
fn is_moving_tag(image: &str) -> bool {
    let name = image.rsplit('/').next().unwrap_or(image);
    let tag = name.split_once(':').map_or("latest", |(_, tag)| tag);
    !image.contains('@') && !tag.chars().any(|c| c.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::{is_moving_tag, tagged_images};
    use crate::model::{Container, Instance, InstanceState, LogRoute, fixtures};

    fn task(image: &str, digest: Option<&str>, state: InstanceState) -> Instance {
        let log_route = LogRoute::Engine { container: "app".into() };
        let digest = digest.map(Into::into);
        let container = Container { name: "app".into(), image: image.into(), digest, log_route, exit: None };
        Instance { state, containers: vec![container], ..fixtures::instance("task") }
    }

    #[test]
    fn a_moving_tag_has_the_digests_of_its_running_tasks() {
        let mut service = fixtures::service("web");
        service.instances = vec![
            task("acme/web:latest", Some("sha256:new"), InstanceState::Running),
            task("acme/web:latest", Some("sha256:old"), InstanceState::Running),
            task("acme/web:latest", Some("sha256:new"), InstanceState::Running),
            task("acme/web:latest", Some("sha256:gone"), InstanceState::Stopped),
            task("acme/agent", None, InstanceState::Running),
            task("acme/sidecar:1.2", Some("sha256:fixed"), InstanceState::Running),
        ];
        let found: Vec<(String, Vec<String>)> = tagged_images(&service)
            .into_iter()
            .map(|image| (image.name.to_string(), image.running.iter().map(ToString::to_string).collect()))
            .collect();
        let digests = vec!["sha256:new".to_owned(), "sha256:old".to_owned()];
        assert_eq!(found, [("acme/agent".to_owned(), vec![]), ("acme/web:latest".to_owned(), digests)]);
    }

    #[test]
    fn a_version_or_a_digest_does_not_move() {
        for (image, moves) in [
            ("acme/web", true),
            ("acme/web:latest", true),
            ("registry:5000/acme/web:main", true),
            ("registry:5000/acme/web:1.42.0", false),
            ("acme/web@sha256:abc", false),
            ("acme/web:v2", false),
        ] {
            assert_eq!(is_moving_tag(image), moves, "{image}");
        }
    }
}
