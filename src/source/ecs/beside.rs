//! What is read beside services and tasks: task definitions, names, load balancers, meshes, and what was seen of
//! connections. Each is an errand of its own, so that a slow one holds up neither the map nor the others.

use super::{
    api::Api,
    balancers::Watch,
    decode::{
        Book, Seen, answers::Names, deployment::worth_reading, gateway::Balancers, mesh::Meshes,
        requests::Counted, target_groups,
    },
    definitions::Library,
    errands::Errands,
    flows::{FlowLogs, Lines},
    mesh::MeshWatch,
    metrics::Metrics,
    registry::Registry,
};
use crate::{
    background::Panicked,
    cache::Folder,
    model::{Gap, Progress, Timestamp},
};
use aws_sdk_ecs::types::Service;
use futures::FutureExt;
use std::{
    collections::{BTreeMap, BTreeSet},
    mem,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

/// Everything that is read beside the looks.
#[derive(Debug, Default)]
pub(crate) struct Beside {
    errands: Errands,
    readers: Arc<Readers>,
    tray: Tray,
}

#[derive(Debug, Default)]
struct Readers {
    library: Library,
    registry: Registry,
    watch: Watch,
    mesh: MeshWatch,
    flows: FlowLogs,
    metrics: Metrics,
}

/// What came last of each.
#[derive(Clone, Debug, Default)]
pub(crate) struct Came {
    /// What Cloud Map calls things.
    pub names: Names,
    /// The load balancers.
    pub balancers: Arc<Balancers>,
    /// App Mesh.
    pub meshes: Arc<Meshes>,
    /// The lines of flow logs, those that were not taken yet.
    pub lines: Lines,
    /// What the metrics of Service Connect counted, where it was not taken yet.
    pub counted: Vec<Counted>,
    gaps: BTreeMap<&'static str, Gap>,
    /// The parts whose reading ended in a panic.
    faults: BTreeMap<&'static str, Gap>,
}

impl Beside {
    /// Nothing was read in this run; what earlier ones left is in that folder.
    pub(crate) fn new(cache: Option<Folder>) -> Self {
        let readers = Readers { library: Library::new(cache), ..Readers::default() };
        Self { readers: Arc::new(readers), ..Self::default() }
    }

    /// Begins to read what the services and tasks need that is not read already, and waits for it no longer than that.
    pub(crate) async fn read(&self, api: &Api, seen: &Arc<Vec<Seen>>, now: Timestamp, wait: Duration) {
        self.readers.library.open().await;
        let all = seen.iter().all(|seen| seen.all_tasks);
        self.readers.library.want(definitions(seen, now), &compared(seen, now), all);
        self.begin("definitions", api, |api, readers, tray| async move {
            readers.library.fetch(&api).await;
            // Only task definitions tell whether there is a mesh.
            let (meshes, gap) = readers.mesh.read(&api, &readers.library.book()).await;
            tray.put("mesh", gap, |came| came.meshes = meshes);
        });
        let all = Arc::clone(seen);
        self.begin("names", api, |api, readers, tray| async move {
            let (names, gap) = readers.registry.read(&api, &all).await;
            tray.put("names", gap, |came| came.names = names);
        });
        let behind: BTreeSet<String> = behind(seen);
        self.begin("balancers", api, |api, readers, tray| async move {
            let (balancers, gap) = readers.watch.read(&api, behind).await;
            tray.put("balancers", gap, |came| came.balancers = balancers);
        });
        if seen.iter().flat_map(|s| &s.tasks).any(|run| !run.reach.addresses.is_empty()) {
            self.begin("flows", api, |api, readers, tray| async move {
                let (lines, gap) = readers.flows.read(&api).await;
                tray.put("flows", gap, |came| came.lines.extend(lines));
            });
        }
        let all = Arc::clone(seen);
        self.begin("metrics", api, |api, readers, tray| async move {
            let (counted, gap) = readers.metrics.read(&api, &all).await;
            tray.put("metrics", gap, |came| came.counted.push(counted));
        });
        self.errands.wait(wait).await;
    }

    /// What has come, with each line of flow logs and each count told once.
    pub(crate) fn came(&self) -> Came {
        // Who called whom is told by ports, and only task definitions tell who listens where. And what is told once must
        // not be told to somebody who waits until all is there.
        let whole = self.progress().is_empty();
        let mut came = self.tray.lock();
        let (mut lines, mut counted) = (Lines::default(), Vec::new());
        if whole {
            (lines, counted) = (mem::take(&mut came.lines), mem::take(&mut came.counted));
        }
        Came { lines, counted, ..came.clone() }
    }

    /// The task definitions read so far.
    pub(crate) fn book(&self) -> Book {
        self.readers.library.book()
    }

    /// What could not be read.
    pub(crate) fn gaps(&self, came: &Came) -> Vec<Gap> {
        self.readers
            .library
            .gap()
            .into_iter()
            .chain(came.gaps.values().chain(came.faults.values()).cloned())
            .collect()
    }

    /// How far the first reading is.
    pub(crate) fn progress(&self) -> Vec<Progress> {
        self.readers.library.progress().into_iter().chain(self.errands.progress()).collect()
    }

    fn begin<F>(&self, name: &'static str, api: &Api, work: impl FnOnce(Api, Arc<Readers>, Tray) -> F)
    where
        F: Future<Output = ()> + Send + 'static,
    {
        let work = work(api.clone(), Arc::clone(&self.readers), self.tray.clone());
        let (survived, lost) = (self.tray.clone(), self.tray.clone());
        let work = work.map(move |()| survived.fault(name, None));
        self.errands.begin(name, work, move |panicked| lost.fault(name, Some(&panicked)));
    }
}

/// The task definitions that services, their deployments and tasks use, and what young deployments are compared with.
fn definitions(seen: &[Seen], now: Timestamp) -> BTreeSet<String> {
    let services = seen.iter().flat_map(|s| &s.services);
    let of_services = services.flat_map(|service| deployed(service));
    let of_tasks = seen.iter().flat_map(|s| &s.tasks).filter_map(|run| run.definition.as_deref());
    let before = seen.iter().flat_map(|s| &s.services).filter_map(|service| worth_reading(service, now));
    of_services.chain(of_tasks).map(str::to_owned).chain(before).collect()
}

/// The task definitions that a service, its deployments and its task sets name.
fn deployed(service: &Service) -> impl Iterator<Item = &str> {
    let deployed = service.deployments().iter().filter_map(|d| d.task_definition());
    let sets = service.task_sets().iter().filter_map(|t| t.task_definition());
    service.task_definition().into_iter().chain(deployed).chain(sets)
}

/// Those of them of which is told how one differs from another: of services that are, or were lately, deployed.
fn compared(seen: &[Seen], now: Timestamp) -> BTreeSet<String> {
    let mut compared = BTreeSet::new();
    for service in seen.iter().flat_map(|s| &s.services) {
        let before = worth_reading(service, now);
        if before.is_some() || service.deployments().len() > 1 {
            compared.extend(deployed(service).map(str::to_owned).chain(before));
        }
    }
    compared
}

/// The target groups that services stand behind.
fn behind(seen: &[Seen]) -> BTreeSet<String> {
    seen.iter().flat_map(|s| &s.services).flat_map(|s| target_groups(s)).map(str::to_owned).collect()
}

/// Where errands put what they bring.
#[derive(Clone, Debug, Default)]
struct Tray(Arc<Mutex<Came>>);

impl Tray {
    fn lock(&self) -> MutexGuard<'_, Came> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Puts something there, and why a part of it is missing.
    fn put(&self, name: &'static str, gap: Option<Gap>, put: impl FnOnce(&mut Came)) {
        let mut came = self.lock();
        put(&mut came);
        match gap {
            Some(gap) => came.gaps.insert(name, gap),
            None => came.gaps.remove(name),
        };
    }

    /// Puts there that the reading of a part ended in a panic, or that it did not.
    fn fault(&self, name: &'static str, panicked: Option<&Panicked>) {
        let mut came = self.lock();
        match panicked {
            Some(panicked) => {
                let failure = panicked.failure(format_args!("{name} could not be taken in"));
                came.faults.insert(name, Gap { what: name.into(), failure });
            }
            None => drop(came.faults.remove(name)),
        }
    }
}
