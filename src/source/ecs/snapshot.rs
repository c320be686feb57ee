//! One poll of a region: clusters, services and tasks, then the enrichment that they need.

use super::{
    Config,
    client::{api::Api, failure::AwsTarget},
    decode::{
        self, decode_cache::DecodeCache, definitions::task_definition::TaskDefinitions, region::RegionData,
        snapshot_context::SnapshotContext,
    },
    enrichment::Enricher,
    flows::AddressOwners,
    name_filter::NameFilter,
    scheduler::{
        Scheduler,
        clusters::{self, Cluster},
    },
};
use crate::{
    cache::CacheDir,
    model::{Failure, ServiceId, ServiceIdParts, Snapshot, SourceId, Timestamp, UnreadPart},
};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

/// Time for which the list of clusters is reused.
const CLUSTERS_TTL: Duration = Duration::from_mins(1);

/// Longest time that a poll waits for enrichment. Later results go into a later snapshot.
const ENRICHMENT_WAIT: Duration = Duration::from_millis(400);

/// Caches of an ECS source: the data that it has read and keeps between polls.
#[derive(Debug, Default)]
pub(crate) struct Caches {
    /// Last list of clusters; `None` before the first listing, and after a poll in which all calls about
    /// services and tasks failed.
    clusters: Mutex<Option<CachedClusters>>,
    /// Services and tasks of all clusters.
    scheduler: Scheduler,
    /// Enrichment: task definitions, load balancers and other data besides services and tasks.
    enricher: Enricher,
    /// Decoded services of the last poll.
    decode_cache: Mutex<DecodeCache>,
}

/// Clusters of the region that the source reads, reused for [`CLUSTERS_TTL`].
#[derive(Clone, Debug)]
pub(super) struct CachedClusters {
    /// Time of the listing, counted from the creation of the rate limiter.
    fetched_at: Duration,
    pub clusters: Vec<Cluster>,
    /// Clusters and cluster settings that could not be read.
    unread_parts: Vec<UnreadPart>,
}

/// Services that the user is viewing.
pub(crate) type ViewedServices = BTreeSet<ServiceId>;

/// Reads as much as the API quota allows now, and returns the snapshot. Fails if all calls failed, or if
/// nothing could be read.
pub(crate) async fn take_snapshot(
    api: &Api,
    config: &Config,
    source: &SourceId,
    caches: &Caches,
    watched: &ViewedServices,
) -> Result<Snapshot, Failure> {
    let CachedClusters { clusters: found, unread_parts: mut gaps, .. } = caches.clusters(api, config).await?;
    let polled = caches.scheduler.poll(api, &found, &viewed_by_cluster(watched, &found)).await;
    if let Some(failure) = polled.failure {
        // The cluster may have been deleted, so the next poll lists the clusters again.
        *caches.lock_clusters() = None;
        return Err(failure);
    }
    gaps.extend(polled.unread_parts);
    let nothing =
        polled.clusters.iter().all(|s| s.services.is_empty() && s.tasks.is_empty() && !s.has_all_services);
    if nothing
        && !polled.clusters.is_empty()
        && let Some(gap) = gaps.first()
    {
        return Err(gap.failure.clone());
    }
    let now = Timestamp::now();
    let seen = Arc::new(polled.clusters);
    caches.enricher.read(api, &seen, now, ENRICHMENT_WAIT).await;
    let enrichment = caches.enricher.take_enrichment();
    gaps.extend(caches.enricher.unread_parts(&enrichment));
    gaps.extend(api.clients.removed_values.unread_parts());
    let context = SnapshotContext { source: source.clone(), region: api.clients.target.region.clone(), now };
    let estate = RegionData {
        context,
        clusters: seen.to_vec(),
        definitions: caches.enricher.task_definitions(),
        cloud_map_names: enrichment.cloud_map_names,
        load_balancers: enrichment.load_balancers,
        app_meshes: enrichment.meshes,
        unread_parts: gaps,
    };
    let mut snapshot = decode::decode_snapshot(
        &estate,
        &mut caches.decode_cache.lock().unwrap_or_else(PoisonError::into_inner),
    );
    snapshot.progress = polled.progress.into_iter().chain(caches.enricher.progress()).collect();
    let known: BTreeSet<ServiceId> = snapshot.services.iter().map(|service| service.id.clone()).collect();
    for counted in enrichment.observed_calls {
        snapshot.connections.extend(counted.connections(&estate.clusters, &known, &estate.context));
    }
    if !enrichment.flow_log_lines.is_empty() {
        let observed = enrichment.flow_log_lines.join(&AddressOwners::from_clusters(
            &estate.clusters,
            &estate.definitions,
            known,
            &estate.context,
        ));
        snapshot.connections.extend(observed.connections);
        snapshot.monitored = observed.monitored;
    }
    Ok(snapshot)
}

impl Caches {
    /// Creates empty caches. Polls read only the services and task families that match `name_filter`.
    /// `cache` is the directory with the task definitions of earlier runs; `None` for no files.
    pub(crate) fn new(cache: Option<CacheDir>, name_filter: NameFilter) -> Self {
        Self { enricher: Enricher::new(cache), scheduler: Scheduler::new(name_filter), ..Self::default() }
    }

    /// Returns the clusters. Lists them again if the last list is older than [`CLUSTERS_TTL`] or incomplete.
    pub(super) async fn clusters(&self, api: &Api, config: &Config) -> Result<CachedClusters, Failure> {
        let now = api.rate_limiter.now();
        let known = self
            .lock_clusters()
            .clone()
            .filter(|known| known.unread_parts.is_empty() && now < known.fetched_at + CLUSTERS_TTL);
        if let Some(known) = known {
            return Ok(known);
        }
        let (found, gaps) = clusters::find(api, &config.clusters).await?;
        if let Some(account) = found.first().and_then(|cluster| cluster.name_or_arn.split(':').nth(4)) {
            let AwsTarget { region, endpoint, .. } = &api.clients.target;
            api.rate_limiter
                .join_account(format!("{account} {region} {}", endpoint.as_deref().unwrap_or_default()));
        }
        let clusters = CachedClusters { fetched_at: now, clusters: found, unread_parts: gaps };
        *self.lock_clusters() = Some(clusters.clone());
        Ok(clusters)
    }

    /// Returns the task definitions read so far.
    pub(super) fn task_definitions(&self) -> TaskDefinitions {
        self.enricher.task_definitions()
    }

    fn lock_clusters(&self) -> MutexGuard<'_, Option<CachedClusters>> {
        self.clusters.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Groups the names of the viewed services by cluster. A key is the cluster's [`Cluster::name_or_arn`].
fn viewed_by_cluster(watched: &ViewedServices, clusters: &[Cluster]) -> BTreeMap<String, BTreeSet<String>> {
    let mut all: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for id in watched {
        let ServiceIdParts { group: Some(cluster), name: service, .. } = id.parts() else { continue };
        if let Some(cluster) = clusters.iter().find(|c| c.name == cluster) {
            all.entry(cluster.name_or_arn.clone()).or_default().insert(service.to_owned());
        }
    }
    all
}
