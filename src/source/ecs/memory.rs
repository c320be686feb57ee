//! What need not be described again at every look: tasks that have ended never change, and calm services and tasks
//! of a big estate take turns, so that a poll stays within its share of the account's quota.
//!
//! Listing is cheap and is done in full each time. A task that appears or vanishes stirs its service, which is then
//! described at once; so a deployment or a crash is seen at the next look, however big the estate.

use super::{
    api::{Api, Read},
    clusters::Cluster,
    decode::task::Run,
    services, tasks,
};
use crate::model::Failure;
use aws_sdk_ecs::types::{DesiredStatus, Service};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

/// How many calm services and tasks of a cluster are described at each look beside those on the move.
const CALM_SERVICES: usize = 200;
const CALM_TASKS: usize = 1_000;

/// What was last seen, by cluster.
#[derive(Debug, Default)]
pub(crate) struct Memory {
    clusters: Mutex<BTreeMap<String, Remembered>>,
}

#[derive(Clone, Debug, Default)]
struct Remembered {
    services: BTreeMap<String, Held<Service>>,
    tasks: BTreeMap<String, Held<Run>>,
    looks: u64,
}

/// A thing and the look at which it was described.
#[derive(Debug)]
struct Held<T> {
    thing: Arc<T>,
    look: u64,
}

impl<T> Clone for Held<T> {
    fn clone(&self) -> Self {
        Self { thing: self.thing.clone(), look: self.look }
    }
}

/// The tasks of a cluster.
#[derive(Debug, Default)]
pub(crate) struct Tasks {
    /// Those that run and those that have ended.
    pub runs: Vec<Arc<Run>>,
    /// The names of the services whose tasks came or went since the last look.
    pub stirred: BTreeSet<String>,
    /// Why those that run are not all known.
    pub running_gap: Option<Failure>,
    /// Why those that have ended are not all known.
    pub stopped_gap: Option<Failure>,
}

impl Memory {
    /// The tasks of `cluster` now.
    pub(crate) async fn tasks(&self, api: &Api, cluster: &Cluster) -> Tasks {
        let (running, stopped) = tokio::join!(
            tasks::list(api, cluster, DesiredStatus::Running),
            tasks::list(api, cluster, DesiredStatus::Stopped),
        );
        let (mut held, look) = self.begin(cluster);
        let listed: BTreeSet<String> = running.items.iter().chain(&stopped.items).cloned().collect();
        let (settled, moving): (Vec<_>, Vec<_>) = held
            .iter()
            .partition::<Vec<_>, _>(|(arn, held)| listed.contains(*arn) && is_calm_task(&held.thing));
        let gone: Vec<Arc<Run>> = moving
            .iter()
            .filter(|(arn, _)| !listed.contains(*arn))
            .map(|(_, held)| held.thing.clone())
            .collect();
        let resting = resting(settled, CALM_TASKS, Run::has_stopped);
        let ask: Vec<String> = listed.iter().filter(|arn| !resting.contains(*arn)).cloned().collect();
        let described = tasks::describe(api, cluster, &ask).await;
        let mut stirred: BTreeSet<String> =
            gone.iter().filter_map(|run| Some(run.service()?.to_owned())).collect();
        for run in described.items {
            let Some(arn) = run.task.task_arn().map(str::to_owned) else { continue };
            let before = held.get(&arn).map(|held| held.thing.task.last_status().map(str::to_owned));
            if before != Some(run.task.last_status().map(str::to_owned)) {
                stirred.extend(run.service().map(str::to_owned));
            }
            held.insert(arn, Held { thing: run, look });
        }
        held.retain(|arn, _| listed.contains(arn));
        let runs = held.values().map(|held| held.thing.clone()).collect();
        self.change(cluster, |remembered| remembered.tasks = held);
        Tasks {
            runs,
            stirred,
            running_gap: running.failure.or(described.failure),
            stopped_gap: stopped.failure,
        }
    }

    /// The services of `cluster` now; those `stirred` are described in any case.
    pub(crate) async fn services(
        &self,
        api: &Api,
        cluster: &Cluster,
        stirred: &BTreeSet<String>,
    ) -> Read<Arc<Service>> {
        let listed = services::list(api, cluster).await;
        let names: BTreeSet<&String> = listed.items.iter().collect();
        let mut held = self.change(cluster, |remembered| remembered.services.clone());
        let look = self.change(cluster, |remembered| remembered.looks);
        held.retain(|arn, _| names.contains(arn));
        let calm = held.iter().filter(|(_, held)| {
            is_calm(&held.thing) && !held.thing.service_name().is_some_and(|name| stirred.contains(name))
        });
        let resting = resting(calm.collect(), CALM_SERVICES, |_| false);
        let ask: Vec<String> = listed.items.iter().filter(|arn| !resting.contains(*arn)).cloned().collect();
        let described = services::describe(api, cluster, &ask).await;
        let failed = described.failure.is_some();
        let fresh: BTreeMap<String, Held<Service>> = described
            .items
            .into_iter()
            .filter_map(|s| Some((s.service_arn()?.to_owned(), Held { thing: Arc::new(s), look })))
            .collect();
        // What was asked for and did not come is gone, unless the call failed.
        held.retain(|arn, _| resting.contains(arn) || failed);
        held.extend(fresh);
        let items = held.values().map(|held| held.thing.clone()).collect();
        self.change(cluster, |remembered| remembered.services = held);
        Read { items, failure: listed.failure.or(described.failure) }
    }

    /// Whether `cluster` was looked at before.
    pub(crate) fn knows(&self, cluster: &Cluster) -> bool {
        self.change(cluster, |remembered| remembered.looks > 0)
    }

    fn begin(&self, cluster: &Cluster) -> (BTreeMap<String, Held<Run>>, u64) {
        self.change(cluster, |remembered| {
            remembered.looks += 1;
            (remembered.tasks.clone(), remembered.looks)
        })
    }

    fn change<T>(&self, cluster: &Cluster, change: impl FnOnce(&mut Remembered) -> T) -> T {
        let mut clusters: MutexGuard<'_, _> = self.clusters.lock().unwrap_or_else(PoisonError::into_inner);
        change(clusters.entry(cluster.key.clone()).or_default())
    }
}

/// The calm ones that need no fresh look now: all that can not change, and of the others all but the `turn` that
/// have waited longest.
fn resting<T>(
    mut calm: Vec<(&String, &Held<T>)>,
    turn: usize,
    for_ever: impl Fn(&T) -> bool,
) -> BTreeSet<String> {
    calm.sort_by_key(|(_, held)| held.look);
    let mut turns = turn;
    calm.retain(|(_, held)| {
        if for_ever(&held.thing) || turns == 0 {
            return true;
        }
        turns -= 1;
        false
    });
    calm.into_iter().map(|(arn, _)| arn.clone()).collect()
}

/// Whether a service has all it wants, of one version, and nothing is on the move.
fn is_calm(service: &Service) -> bool {
    let completed = |d: &aws_sdk_ecs::types::Deployment| {
        d.rollout_state() == Some(&aws_sdk_ecs::types::DeploymentRolloutState::Completed)
    };
    service.running_count() == service.desired_count()
        && service.pending_count() == 0
        && service.deployments().len() == 1
        && service.deployments().iter().all(completed)
}

/// Whether a task has ended, or runs and is well.
fn is_calm_task(run: &Run) -> bool {
    let unhealthy = run.task.health_status() == Some(&aws_sdk_ecs::types::HealthStatus::Unhealthy);
    let waits = run.task.desired_status() != run.task.last_status();
    run.has_stopped() || (!waits && !unhealthy)
}

#[cfg(test)]
mod tests {
    use super::{Held, resting};
    use std::{collections::BTreeMap, sync::Arc};

    #[test]
    fn the_longest_waiting_take_their_turn() {
        let held: BTreeMap<String, Held<u8>> =
            (0..5).map(|n| (n.to_string(), Held { thing: Arc::new(n), look: 10 - u64::from(n) })).collect();
        let rests = resting(held.iter().collect(), 2, |n| *n == 4);
        assert_eq!(rests.into_iter().collect::<Vec<_>>(), ["0", "1", "4"]);
    }
}
