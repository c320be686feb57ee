//! The services and tasks of all clusters, read in rounds: each look spends what the budget holds just then, and never
//! waits for more. What it does not reach comes with the next looks, so that the map fills in and nothing is blocked.

mod census;
mod plan;
mod roll;
#[cfg(test)]
mod tests;

use super::{
    api::Api,
    budget::Group,
    calls,
    clusters::Cluster,
    decode::{Seen, run::Run, words::tail},
    gate::IN_FLIGHT,
    paging::Endless,
    pick::Pick,
    services, tasks,
};
use crate::model::{Failure, Gap, Part, Progress};
use aws_sdk_ecs::types::{DesiredStatus, Service};
use census::{Census, Op, RUNNING, is_calm, is_calm_task, stance};
use futures::future::join_all;
use plan::{Ask, Circumstances, What, plan};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

/// How long a look goes on beginning calls.
const PATIENCE: Duration = Duration::from_secs(1);

/// From how many tasks on a service that stirs is looked into by itself: fewer are listed whole at nearly every look.
const MANY: usize = 500;

/// What is known of the clusters.
#[derive(Debug, Default)]
pub(crate) struct Rounds {
    /// Which services are read.
    pick: Pick,
    clusters: Mutex<BTreeMap<String, Census>>,
}

/// What one look gave.
#[derive(Debug, Default)]
pub(crate) struct Looked {
    /// What is known of each cluster now.
    pub seen: Vec<Seen>,
    /// What could not be read.
    pub gaps: Vec<Gap>,
    /// How far the first reading is; nothing once it is over.
    pub progress: Vec<Progress>,
    /// Why no call succeeded, where none did and one failed.
    pub failure: Option<Failure>,
}

/// An answer, as the census takes it in.
enum Answer {
    Page(Vec<String>, Option<String>),
    Services(Vec<Service>),
    Tasks(Vec<Run>),
}

impl Rounds {
    /// Nothing is known; what `pick` leaves out never will be.
    pub(crate) fn new(pick: Pick) -> Self {
        Self { pick, ..Self::default() }
    }

    /// One look at `clusters`. Those of `watched`, by the cluster's key, are read at every look.
    pub(crate) async fn look(
        &self,
        api: &Api,
        clusters: &[Cluster],
        watched: &BTreeMap<String, BTreeSet<String>>,
    ) -> Looked {
        let began = api.gate.now();
        self.keep(clusters);
        let around = |now| Circumstances { now, began, watched };
        let (of_tasks, of_services) = tokio::join!(
            self.spend(api, Group::Tasks, began, around),
            self.spend(api, Group::Services, began, around)
        );
        // Tasks may tell of services that were read before them; what stirred is read now.
        let stirred = self.spend(api, Group::Services, began, around).await;
        let heard = of_tasks.0 + of_services.0 + stirred.0 > 0;
        let mut looked = self.tell(clusters);
        looked.failure = of_tasks.1.or(of_services.1).or(stirred.1).filter(|_| !heard);
        looked
    }

    /// Spends what the budget holds for a group. Gives how many calls succeeded, and the first failure.
    async fn spend<'a>(
        &self,
        api: &Api,
        group: Group,
        began: Duration,
        around: impl Fn(Duration) -> Circumstances<'a>,
    ) -> (usize, Option<Failure>) {
        let (mut heard, mut failure) = (0, None);
        loop {
            let now = api.gate.now();
            let tokens = api.gate.affords(group).min(IN_FLIGHT);
            if tokens == 0 || now.saturating_sub(began) > PATIENCE {
                return (heard, failure);
            }
            let asks = plan(&self.known(), group, tokens, around(now));
            if asks.is_empty() {
                return (heard, failure);
            }
            let answers = join_all(asks.iter().map(|ask| self.ask(api, ask))).await;
            for (ask, answer) in asks.iter().zip(answers) {
                match &answer {
                    Ok(_) => heard += 1,
                    Err(e) => failure = failure.or_else(|| Some(e.clone())),
                }
                self.take(ask, answer, api.gate.now());
            }
        }
    }

    /// Lets go of clusters that are there no more, and begins with those that are new.
    fn keep(&self, clusters: &[Cluster]) {
        let mut known = self.known();
        known.retain(|key, _| clusters.iter().any(|cluster| cluster.key == *key));
        for cluster in clusters {
            known.entry(cluster.key.clone()).or_insert_with(Census::new);
        }
    }

    async fn ask(&self, api: &Api, ask: &Ask) -> Result<Answer, Failure> {
        let cluster = ask.cluster.as_str();
        let token = |listing| {
            let known = self.known();
            let census = known.get(cluster)?;
            let token = match ask.group {
                Group::Services => census.services.token(listing),
                _ => census.tasks.token(listing),
            };
            token.cloned()
        };
        match (&ask.what, ask.group) {
            (What::Page(listing), Group::Services) => {
                let (mut ids, next) = services::page(api, cluster, token(*listing)).await?;
                ids.retain(|arn| self.pick.takes(&tail(arn)));
                Ok(Answer::Page(ids, next))
            }
            (What::Page(listing), _) => {
                let status =
                    if *listing == RUNNING { DesiredStatus::Running } else { DesiredStatus::Stopped };
                let token = token(*listing);
                tasks::page(api, cluster, status, token).await.map(|(ids, next)| Answer::Page(ids, next))
            }
            (What::TasksOf(service), _) => {
                tasks::of(api, cluster, service).await.map(|ids| Answer::Page(ids, None))
            }
            (What::Describe(ids), Group::Services) => {
                services::describe(api, cluster, ids.clone()).await.map(Answer::Services)
            }
            (What::Describe(ids), _) => tasks::describe(api, cluster, ids.clone()).await.map(Answer::Tasks),
        }
    }

    /// Takes an answer in.
    fn take(&self, ask: &Ask, answer: Result<Answer, Failure>, now: Duration) {
        let mut known = self.known();
        let Some(census) = known.get_mut(&ask.cluster) else { return };
        let op = match &ask.what {
            What::Page(listing) => Op::page(ask.group, *listing),
            What::TasksOf(_) => Op::ListRunning,
            What::Describe(_) => Op::describe(ask.group),
        };
        match answer {
            Err(failure) => {
                if let What::Page(listing) = ask.what {
                    if ask.group == Group::Services {
                        census.services.restart(listing);
                    } else {
                        census.tasks.restart(listing);
                    }
                }
                if let What::TasksOf(service) = &ask.what {
                    // A service that is gone, or one of which the next whole listing tells.
                    census.stirred.remove(service);
                    return;
                }
                census.went(op, Some(failure), now);
            }
            Ok(answer) => {
                let call =
                    if ask.group == Group::Services { &calls::LIST_SERVICES } else { &calls::LIST_TASKS };
                let endless = census.take(ask, answer, now);
                census.went(op, endless.map(|endless| endless.of(call)), now);
            }
        }
    }

    /// What is known now.
    fn tell(&self, clusters: &[Cluster]) -> Looked {
        let mut known = self.known();
        let mut looked = Looked::default();
        let (mut services, mut tasks) = ((0, 0), (0, 0));
        for cluster in clusters {
            let Some(census) = known.get_mut(&cluster.key) else { continue };
            census.settle();
            if !census.settled {
                let add =
                    |sum: &mut (usize, usize), more: (usize, usize)| *sum = (sum.0 + more.0, sum.1 + more.1);
                add(&mut services, census.services.progress());
                add(&mut tasks, census.tasks.progress());
            }
            looked.gaps.extend(census.gaps(&cluster.name));
            looked.seen.push(Seen {
                name: cluster.name.clone(),
                namespace: cluster.namespace.clone(),
                all_services: census.services.is_listed() && !census.fails(Op::ListServices),
                services: census.all_services(),
                tasks: census.those_tasks(|run| self.pick.takes_all() || self.pick.takes(&run.owner())),
                all_tasks: census.settled,
            });
        }
        if known.values().any(|census| !census.settled) {
            looked.progress = vec![
                Progress { part: Part::Services, read: services.0, known: services.1 },
                Progress { part: Part::Tasks, read: tasks.0, known: tasks.1 },
            ];
        }
        looked
    }

    fn known(&self) -> MutexGuard<'_, BTreeMap<String, Census>> {
        self.clusters.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Census {
    /// Takes an answer in, and notes what it stirs: services and tasks tell of each other's changes.
    /// Returns why a listing was not read to its end, if it was not.
    fn take(&mut self, ask: &Ask, answer: Answer, now: Duration) -> Option<Endless> {
        match (&ask.what, answer) {
            (What::Page(listing), Answer::Page(ids, next)) if ask.group == Group::Services => {
                return self.services.page(*listing, now, ids, next).endless;
            }
            (What::Page(listing), Answer::Page(ids, next)) => {
                let paged = self.tasks.page(*listing, now, ids, next);
                self.tasks.stir(paged.gone);
                return paged.endless;
            }
            (What::TasksOf(service), Answer::Page(ids, _)) => self.tasks_of(service, &ids),
            (What::Describe(asked), Answer::Services(services)) => self.services_came(asked, services, now),
            (What::Describe(asked), Answer::Tasks(runs)) => self.tasks_came(asked, runs, now),
            _ => {}
        }
        None
    }

    fn tasks_of(&mut self, service: &str, ids: &[String]) {
        self.stirred.remove(service);
        let of_it = self.tasks.things().filter(|(_, run)| run.service() == Some(service));
        let gone =
            of_it.filter(|(id, run)| !run.has_stopped() && !ids.contains(id)).map(|(id, _)| id.clone());
        let gone: Vec<String> = gone.collect();
        let new = ids.iter().filter(|id| self.tasks.get(id).is_none()).cloned();
        let new: Vec<String> = new.collect();
        self.tasks.stir(gone.into_iter().chain(new));
    }

    fn services_came(&mut self, asked: &[String], services: Vec<Service>, now: Duration) {
        let many = self.tasks.described() > MANY;
        let mut came = Vec::new();
        for service in services {
            let Some(id) = service.service_arn().map(str::to_owned) else { continue };
            let other = self.services.get(&id).is_some_and(|before| stance(before) != stance(&service));
            if let (true, true, Some(name)) = (other, many, service.service_name()) {
                self.stirred.insert(name.to_owned());
            }
            let moving = !is_calm(&service);
            came.push((id, service, moving));
        }
        self.services.describe(now, asked, came);
    }

    fn tasks_came(&mut self, asked: &[String], runs: Vec<Run>, now: Duration) {
        let (mut came, mut stirred) = (Vec::new(), BTreeSet::new());
        for run in runs {
            if run.arn.is_empty() {
                continue;
            }
            let id = run.arn.to_string();
            let before = self.tasks.get(&id).map(|before| before.last);
            if self.settled && before != Some(run.last) {
                stirred.extend(run.service().map(str::to_owned));
            }
            let moving = !is_calm_task(&run);
            came.push((id, run, moving));
        }
        self.tasks.describe(now, asked, came);
        let ids =
            self.services.things().filter(|(_, s)| s.service_name().is_some_and(|n| stirred.contains(n)));
        let ids: Vec<String> = ids.map(|(id, _)| id.clone()).collect();
        self.services.stir(ids);
    }
}
