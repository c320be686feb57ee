//! One look at the region: clusters, their services and tasks at once, then what those name.

use super::{
    Config,
    api::Api,
    beside::Beside,
    clusters::{self, Cluster},
    decode::{self, Estate, again::Memory, task::Context},
    failure::Setting,
    flows::Tenants,
    pick::Pick,
    round::Rounds,
};
use crate::{
    cache::Folder,
    model::{Failure, Gap, ServiceId, Snapshot, SourceId, Timestamp},
};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

/// How long the clusters of an account are good.
const GOOD: Duration = Duration::from_mins(1);

/// How long a look waits for what is read beside services and tasks.
const PATIENCE: Duration = Duration::from_millis(400);

/// What a source remembers between looks.
#[derive(Debug, Default)]
pub(crate) struct Caches {
    /// The clusters.
    clusters: Mutex<Option<Clusters>>,
    /// Their services and tasks.
    rounds: Rounds,
    /// What is read beside those.
    beside: Beside,
    /// The services as the last look decoded them.
    memory: Mutex<Memory>,
}

#[derive(Clone, Debug)]
struct Clusters {
    at: Duration,
    found: Vec<Cluster>,
    gaps: Vec<Gap>,
}

/// Which services are looked at.
pub(crate) type Watched = BTreeSet<ServiceId>;

/// Looks at everything that the budget allows just now. An error means that nothing could be read.
pub(crate) async fn collect(
    api: &Api,
    config: &Config,
    source: &SourceId,
    caches: &Caches,
    watched: &Watched,
) -> Result<Snapshot, Failure> {
    let Clusters { found, mut gaps, .. } = caches.clusters(api, config).await?;
    let looked = caches.rounds.look(api, &found, &by_cluster(watched, &found)).await;
    if let Some(failure) = looked.failure {
        // A cluster may be gone: the next look asks which there are.
        *caches.known() = None;
        return Err(failure);
    }
    gaps.extend(looked.gaps);
    let nothing = looked.seen.iter().all(|s| s.services.is_empty() && s.tasks.is_empty() && !s.all_services);
    if nothing
        && !looked.seen.is_empty()
        && let Some(gap) = gaps.first()
    {
        return Err(gap.failure.clone());
    }
    let now = Timestamp::now();
    let seen = Arc::new(looked.seen);
    caches.beside.read(api, &seen, now, PATIENCE).await;
    let came = caches.beside.came();
    gaps.extend(caches.beside.gaps(&came));
    let context = Context { source: source.clone(), region: api.clients.setting.region.clone(), now };
    let estate = Estate {
        context,
        clusters: seen.to_vec(),
        book: caches.beside.book(),
        names: came.names,
        balancers: came.balancers,
        meshes: came.meshes,
        gaps,
    };
    let mut snapshot =
        decode::snapshot(&estate, &mut caches.memory.lock().unwrap_or_else(PoisonError::into_inner));
    snapshot.progress = looked.progress.into_iter().chain(caches.beside.progress()).collect();
    let known: BTreeSet<ServiceId> = snapshot.services.iter().map(|service| service.id.clone()).collect();
    for counted in came.counted {
        snapshot.flows.extend(counted.flows(&estate.clusters, &known, &estate.context));
    }
    if !came.lines.is_empty() {
        let told = came.lines.join(&Tenants::of(&estate.clusters, &estate.book, known, &estate.context));
        snapshot.flows.extend(told.flows);
        snapshot.watched = told.watched;
    }
    Ok(snapshot)
}

impl Caches {
    /// Nothing was read in this run; what earlier ones left is in that folder. `pick` says which services are read.
    pub(crate) fn new(cache: Option<Folder>, pick: Pick) -> Self {
        Self { beside: Beside::new(cache), rounds: Rounds::new(pick), ..Self::default() }
    }

    /// The clusters, asked for once in a while.
    async fn clusters(&self, api: &Api, config: &Config) -> Result<Clusters, Failure> {
        let now = api.gate.now();
        let known = self.known().clone().filter(|known| known.gaps.is_empty() && now < known.at + GOOD);
        if let Some(known) = known {
            return Ok(known);
        }
        let (found, gaps) = clusters::find(api, &config.clusters).await?;
        if let Some(account) = found.first().and_then(|cluster| cluster.key.split(':').nth(4)) {
            let Setting { region, endpoint, .. } = &api.clients.setting;
            api.gate.belongs_to(format!("{account} {region} {}", endpoint.as_deref().unwrap_or_default()));
        }
        let clusters = Clusters { at: now, found, gaps };
        *self.known() = Some(clusters.clone());
        Ok(clusters)
    }

    fn known(&self) -> MutexGuard<'_, Option<Clusters>> {
        self.clusters.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The names of the services that are looked at, by the keys of their clusters.
fn by_cluster(watched: &Watched, clusters: &[Cluster]) -> BTreeMap<String, BTreeSet<String>> {
    let mut all: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for id in watched {
        let mut parts = id.as_str().split('/').skip(1);
        let (Some(cluster), Some(service)) = (parts.next(), parts.next()) else { continue };
        if let Some(cluster) = clusters.iter().find(|c| c.name == cluster) {
            all.entry(cluster.key.clone()).or_default().insert(service.to_owned());
        }
    }
    all
}
