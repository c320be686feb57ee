//! One look at the region: clusters, their services and tasks at once, then what those name.

use super::{
    Config,
    api::Api,
    balancers::Watch,
    clusters::{self, Cluster},
    decode::{self, Estate, Seen, deployment::worth_reading, target_groups, task::Context},
    definitions::Library,
    flows::{FlowLogs, Lines, Tenants},
    memory::Memory,
    mesh::MeshWatch,
    metrics::Metrics,
    registry::Registry,
};
use crate::model::{Failure, Gap, ServiceId, Snapshot, SourceId, Timestamp};
use futures::future::join_all;
use std::collections::BTreeSet;

/// What a source remembers between looks: only what can not change, or changes slowly.
#[derive(Debug, Default)]
pub(crate) struct Caches {
    /// Task definitions.
    pub library: Library,
    /// Cloud Map names.
    pub registry: Registry,
    /// Load balancers.
    pub watch: Watch,
    /// App Mesh.
    pub mesh: MeshWatch,
    /// VPC flow logs.
    pub flows: FlowLogs,
    /// The metrics of Service Connect.
    pub metrics: Metrics,
    /// Services and tasks that need not be described at every look.
    pub memory: Memory,
}

/// Looks at everything. An error means that nothing could be read.
pub(crate) async fn collect(
    api: &Api,
    config: &Config,
    source: &SourceId,
    caches: &Caches,
) -> Result<Snapshot, Failure> {
    let (clusters, mut gaps) = clusters::find(api, &config.clusters).await?;
    let looks = join_all(clusters.iter().map(|cluster| look(api, cluster, &caches.memory))).await;
    let mut seen = Vec::new();
    for (cluster, more) in looks {
        seen.push(cluster);
        gaps.extend(more);
    }
    let nothing = seen.iter().all(|s| s.services.is_empty() && s.tasks.is_empty() && !s.all_services);
    if nothing
        && !seen.is_empty()
        && let Some(gap) = gaps.first()
    {
        return Err(gap.failure.clone());
    }
    let ((names, unnamed), undefined, (balancers, unbalanced), (lines, unwatched), (counted, uncounted)) = tokio::join!(
        caches.registry.read(api, &seen),
        caches.library.fetch(api, definitions(&seen, Timestamp::now())),
        caches.watch.read(api, behind(&seen)),
        traffic(api, &seen, &caches.flows),
        caches.metrics.read(api, &seen),
    );
    let book = caches.library.book();
    // Only task definitions tell whether there is a mesh.
    let (meshes, unmeshed) = caches.mesh.read(api, &book).await;
    gaps.extend([unnamed, undefined, unbalanced, unwatched, uncounted, unmeshed].into_iter().flatten());
    let context =
        Context { source: source.clone(), region: api.clients.setting.region.clone(), now: Timestamp::now() };
    let estate = Estate { context, clusters: seen, book, names, balancers, meshes, gaps };
    let mut snapshot = decode::snapshot(&estate);
    let known: BTreeSet<ServiceId> = snapshot.services.iter().map(|service| service.id.clone()).collect();
    snapshot.flows = counted.flows(&estate.clusters, &known, &estate.context);
    if !lines.is_empty() {
        let told = lines.join(&Tenants::of(&estate.clusters, &estate.book, known, &estate.context));
        snapshot.flows.extend(told.flows);
        snapshot.watched = told.watched;
    }
    Ok(snapshot)
}

/// What flow logs tell, where there is any task whose connections they could tell of.
async fn traffic(api: &Api, seen: &[Seen], flows: &FlowLogs) -> (Lines, Option<Gap>) {
    let mut tasks = seen.iter().flat_map(|s| &s.tasks);
    if tasks.any(|run| run.addresses().next().is_some()) {
        flows.read(api).await
    } else {
        (Lines::default(), None)
    }
}

/// One cluster's services and tasks, and what of them could not be read.
async fn look(api: &Api, cluster: &Cluster, memory: &Memory) -> (Seen, Vec<Gap>) {
    let none = BTreeSet::new();
    let (tasks, services) = if memory.knows(cluster) {
        let tasks = memory.tasks(api, cluster).await;
        let services = memory.services(api, cluster, &tasks.stirred).await;
        (tasks, services)
    } else {
        // At the first look all is described anyway, and neither need wait for the other.
        tokio::join!(memory.tasks(api, cluster), memory.services(api, cluster, &none))
    };
    let name = &cluster.name;
    let gaps = services
        .gap(|| format!("services of {name}"))
        .into_iter()
        .chain(tasks.running_gap.into_iter().map(|failure| Gap { what: format!("tasks of {name}"), failure }))
        .chain(
            tasks
                .stopped_gap
                .into_iter()
                .map(|failure| Gap { what: format!("stopped tasks of {name}"), failure }),
        )
        .collect();
    let seen = Seen {
        name: cluster.name.clone(),
        namespace: cluster.namespace.clone(),
        all_services: services.failure.is_none(),
        services: services.items,
        tasks: tasks.runs,
    };
    (seen, gaps)
}

/// The task definitions that services, their deployments and tasks use, and what young deployments are compared with.
fn definitions(seen: &[Seen], now: Timestamp) -> BTreeSet<String> {
    let services = seen.iter().flat_map(|s| &s.services);
    let of_services = services.flat_map(|s| {
        let deployed = s.deployments().iter().filter_map(|d| d.task_definition());
        let sets = s.task_sets().iter().filter_map(|t| t.task_definition());
        s.task_definition().into_iter().chain(deployed).chain(sets)
    });
    let of_tasks = seen.iter().flat_map(|s| &s.tasks).filter_map(|run| run.task.task_definition_arn());
    let before = seen.iter().flat_map(|s| &s.services).filter_map(|service| worth_reading(service, now));
    of_services.chain(of_tasks).map(str::to_owned).chain(before).collect()
}

/// The target groups that services stand behind.
fn behind(seen: &[Seen]) -> BTreeSet<String> {
    seen.iter().flat_map(|s| &s.services).flat_map(|s| target_groups(s)).map(str::to_owned).collect()
}
