//! Enrichment: the data of a snapshot besides services and tasks. It consists of task definitions, Cloud Map
//! names, load balancers, meshes and observed connections. Background tasks read it, so a slow API delays
//! neither the map nor other enrichment.

pub(super) mod app_mesh;
pub(super) mod background_tasks;
pub(super) mod cloud_map;
mod elb_query;
mod last_read;
pub(super) mod load_balancers;
pub(super) mod service_connect;
pub(super) mod target_health;
pub(super) mod task_definitions;

use super::{
    client::api::Api,
    decode::{
        definitions::task_definition::TaskDefinitions,
        load_balancing::load_balancer::LoadBalancerData,
        region::ClusterData,
        service_connect_metrics::ObservedCalls,
        service_mesh::app_mesh::AppMeshes,
        services::{deployment::revision_to_compare, endpoints::CloudMapNames},
        target_group_arns,
    },
    flows::{FlowLogLines, FlowLogReader},
};
use crate::{
    background::Panicked,
    cache::CacheDir,
    model::{LoadProgress, Timestamp, UnreadPart},
};
use app_mesh::AppMeshReader;
use aws_sdk_ecs::types::Service;
use background_tasks::BackgroundTasks;
use cloud_map::CloudMapReader;
use futures::FutureExt;
use load_balancers::LoadBalancerReader;
use service_connect::ServiceConnectMetrics;
use std::{
    collections::{BTreeMap, BTreeSet},
    mem,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use task_definitions::TaskDefinitionCache;

/// Reader of the enrichment, which is all data besides services and tasks. Starts the background tasks that
/// read it, and collects their results.
#[derive(Debug, Default)]
pub(crate) struct Enricher {
    tasks: BackgroundTasks,
    readers: Arc<EnrichmentReaders>,
    results: SharedEnrichment,
}

/// Readers of the kinds of enrichment, such as load balancers, each with a cache. All background tasks share
/// them.
#[derive(Debug, Default)]
struct EnrichmentReaders {
    task_definitions: TaskDefinitionCache,
    cloud_map: CloudMapReader,
    load_balancers: LoadBalancerReader,
    app_mesh: AppMeshReader,
    flow_logs: FlowLogReader,
    service_connect: ServiceConnectMetrics,
}

/// Latest results of the background tasks: load balancers, Cloud Map names, meshes and observed calls. Task
/// definitions are not included.
#[derive(Clone, Debug, Default)]
pub(crate) struct Enrichment {
    /// Names of services in Cloud Map.
    pub cloud_map_names: CloudMapNames,
    /// Load balancers in front of the services.
    pub load_balancers: Arc<LoadBalancerData>,
    /// App Mesh nodes of the tasks, with the virtual services that they may call.
    pub meshes: Arc<AppMeshes>,
    /// Flow log lines that no snapshot contains yet.
    pub flow_log_lines: FlowLogLines,
    /// Calls in Service Connect metrics that no snapshot contains yet.
    pub observed_calls: Vec<ObservedCalls>,
    /// Parts that could not be read, by a short name of the part.
    unread_parts: BTreeMap<&'static str, UnreadPart>,
    /// Parts whose background task panicked, by the name of the task.
    panicked_parts: BTreeMap<&'static str, UnreadPart>,
}

impl Enricher {
    /// Creates an enricher that has read nothing yet. `cache` is the directory that keeps task definitions
    /// between runs; `None` turns that off.
    pub(crate) fn new(cache: Option<CacheDir>) -> Self {
        let readers = EnrichmentReaders {
            task_definitions: TaskDefinitionCache::new(cache),
            ..EnrichmentReaders::default()
        };
        Self { readers: Arc::new(readers), ..Self::default() }
    }

    /// Starts the background tasks that read enrichment for the clusters in `seen`, and waits for them for at
    /// most `wait`. A task that still runs from an earlier call is not started again.
    pub(crate) async fn read(&self, api: &Api, seen: &Arc<Vec<ClusterData>>, now: Timestamp, wait: Duration) {
        self.readers.task_definitions.load_from_disk().await;
        let all = seen.iter().all(|seen| seen.has_all_tasks);
        self.readers.task_definitions.request(
            used_definitions(seen, now),
            &compared_definitions(seen, now),
            all,
        );
        self.start("task definitions", api, |api, readers, tray| async move {
            readers.task_definitions.fetch_requested(&api).await;
            // Only task definitions name the mesh of their tasks, so Portolan reads App Mesh after them.
            let (meshes, gap) = readers.app_mesh.read(&api, &readers.task_definitions.definitions()).await;
            tray.store("mesh", gap, |enrichment| enrichment.meshes = meshes);
        });
        let all = Arc::clone(seen);
        self.start("Cloud Map names", api, |api, readers, tray| async move {
            let (names, gap) = readers.cloud_map.read(&api, &all).await;
            tray.store("names", gap, |enrichment| enrichment.cloud_map_names = names);
        });
        let behind: BTreeSet<String> = used_target_groups(seen);
        self.start("load balancers", api, |api, readers, tray| async move {
            let (balancers, gap) = readers.load_balancers.read(&api, behind).await;
            tray.store("balancers", gap, |enrichment| enrichment.load_balancers = balancers);
        });
        if seen.iter().flat_map(|s| &s.tasks).any(|run| !run.network.addresses.is_empty()) {
            self.start("VPC flow logs", api, |api, readers, tray| async move {
                let (lines, gap) = readers.flow_logs.read_new(&api).await;
                tray.store("flows", gap, |enrichment| enrichment.flow_log_lines.extend(lines));
            });
        }
        let all = Arc::clone(seen);
        self.start("Service Connect metrics", api, |api, readers, tray| async move {
            let (counted, gap) = readers.service_connect.read(&api, &all).await;
            tray.store("metrics", gap, |enrichment| enrichment.observed_calls.push(counted));
        });
        self.tasks.wait(wait).await;
    }

    /// Returns the latest results. Returns each flow log line and each Service Connect call only once, and
    /// only when all enrichment has been loaded.
    pub(crate) fn take_enrichment(&self) -> Enrichment {
        // Lines and calls wait until nothing is left to load, for two reasons. Joining flow log lines
        // distinguishes caller from callee by the listening ports, which only task definitions name. And a
        // command without a screen discards all snapshots before the complete one, with the lines and calls
        // in them.
        let whole = self.progress().is_empty();
        let mut enrichment = self.results.lock();
        let (mut lines, mut counted) = (FlowLogLines::default(), Vec::new());
        if whole {
            (lines, counted) =
                (mem::take(&mut enrichment.flow_log_lines), mem::take(&mut enrichment.observed_calls));
        }
        Enrichment { flow_log_lines: lines, observed_calls: counted, ..enrichment.clone() }
    }

    /// Returns the task definitions read so far.
    pub(crate) fn task_definitions(&self) -> TaskDefinitions {
        self.readers.task_definitions.definitions()
    }

    /// Returns the parts that could not be read: those in `enrichment`, and the task definitions.
    pub(crate) fn unread_parts(&self, enrichment: &Enrichment) -> Vec<UnreadPart> {
        self.readers
            .task_definitions
            .unread_part()
            .into_iter()
            .chain(enrichment.unread_parts.values().chain(enrichment.panicked_parts.values()).cloned())
            .collect()
    }

    /// Returns the progress of loading: one entry while requested task definitions are unread, and another
    /// entry while background tasks run for the first time. Returns an empty list if nothing is left to load.
    pub(crate) fn progress(&self) -> Vec<LoadProgress> {
        self.readers.task_definitions.progress().into_iter().chain(self.tasks.progress()).collect()
    }

    /// Starts `work` as the background task `name`, unless that task is still running. If `work` panics,
    /// reports the task's data as an unread part.
    fn start<F>(
        &self,
        name: &'static str,
        api: &Api,
        work: impl FnOnce(Api, Arc<EnrichmentReaders>, SharedEnrichment) -> F,
    ) where
        F: Future<Output = ()> + Send + 'static,
    {
        let work = work(api.clone(), Arc::clone(&self.readers), self.results.clone());
        let (survived, lost) = (self.results.clone(), self.results.clone());
        let work = work.map(move |()| survived.set_panic(name, None));
        self.tasks.start(name, work, move |panicked| lost.set_panic(name, Some(&panicked)));
    }
}

/// Returns the ARNs of the task definitions that services and tasks use, and of the previous revisions of
/// recent deployments.
fn used_definitions(seen: &[ClusterData], now: Timestamp) -> BTreeSet<String> {
    let services = seen.iter().flat_map(|s| &s.services);
    let of_services = services.flat_map(|service| service_definitions(service));
    let of_tasks = seen.iter().flat_map(|s| &s.tasks).filter_map(|run| run.definition_arn.as_deref());
    let before =
        seen.iter().flat_map(|s| &s.services).filter_map(|service| revision_to_compare(service, now));
    of_services.chain(of_tasks).map(str::to_owned).chain(before).collect()
}

/// Returns the ARNs of the task definitions of a service, its deployments and its task sets.
fn service_definitions(service: &Service) -> impl Iterator<Item = &str> {
    let deployed = service.deployments().iter().filter_map(|d| d.task_definition());
    let sets = service.task_sets().iter().filter_map(|t| t.task_definition());
    service.task_definition().into_iter().chain(deployed).chain(sets)
}

/// Returns the ARNs of the task definitions that Portolan compares with each other: those of services with
/// several deployments or a recent one.
fn compared_definitions(seen: &[ClusterData], now: Timestamp) -> BTreeSet<String> {
    let mut compared = BTreeSet::new();
    for service in seen.iter().flat_map(|s| &s.services) {
        let before = revision_to_compare(service, now);
        if before.is_some() || service.deployments().len() > 1 {
            compared.extend(service_definitions(service).map(str::to_owned).chain(before));
        }
    }
    compared
}

/// Returns the ARNs of the target groups that services register their tasks with.
fn used_target_groups(seen: &[ClusterData]) -> BTreeSet<String> {
    seen.iter().flat_map(|s| &s.services).flat_map(|s| target_group_arns(s)).map(str::to_owned).collect()
}

/// Results of the enrichment behind a lock, so that each background task can store its part.
#[derive(Clone, Debug, Default)]
struct SharedEnrichment(Arc<Mutex<Enrichment>>);

impl SharedEnrichment {
    fn lock(&self) -> MutexGuard<'_, Enrichment> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Applies `update` to the results. Records `gap` as the unread part `name`; `None` clears that part.
    fn store(&self, name: &'static str, gap: Option<UnreadPart>, update: impl FnOnce(&mut Enrichment)) {
        let mut enrichment = self.lock();
        update(&mut enrichment);
        match gap {
            Some(gap) => enrichment.unread_parts.insert(name, gap),
            None => enrichment.unread_parts.remove(name),
        };
    }

    /// Records the panic of the background task `name`; `None` clears it.
    fn set_panic(&self, name: &'static str, panicked: Option<&Panicked>) {
        let mut enrichment = self.lock();
        match panicked {
            Some(panicked) => {
                let failure = panicked.failure(format_args!("internal error while reading {name}"));
                enrichment.panicked_parts.insert(name, UnreadPart { name: name.into(), failure });
            }
            None => drop(enrichment.panicked_parts.remove(name)),
        }
    }
}
