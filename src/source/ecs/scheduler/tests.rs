//! Tests of the scheduler over a simulated account: the number of calls, their order, and fairness.

use super::{
    CallResponse, ClusterCache, ClusterCall, PlannedCall,
    cluster_cache::is_steady_service,
    plan::{CallChoiceContext, plan_calls},
};
use crate::source::ecs::{
    client::paging::PageToken,
    decode::tasks::task_record::TaskRecord,
    quota::token_bucket::{LoadPhase, QuotaGroup, Shares, TokenBuckets},
};
use aws_sdk_ecs::types::{Deployment, DeploymentRolloutState, Service, Task};
use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

/// Simulated account with `services` services of `tasks` tasks each.
struct Account {
    services: usize,
    tasks: usize,
    /// Number of times that the first task of a service was replaced, by the index of the service.
    replaced: BTreeMap<usize, usize>,
    /// Number of descriptions of each service.
    described: BTreeMap<String, usize>,
    /// Number of calls of each quota group.
    calls: BTreeMap<QuotaGroup, usize>,
}

fn service_arn(n: usize) -> String {
    format!("arn:aws:ecs:eu-west-1:1:service/c/s{n:04}")
}

impl Account {
    fn new(services: usize, tasks: usize) -> Self {
        let (replaced, described, calls) = (BTreeMap::new(), BTreeMap::new(), BTreeMap::new());
        Self { services, tasks, replaced, described, calls }
    }

    fn task_arns(&self) -> Vec<String> {
        let generation =
            |n: usize, k: usize| if k == 0 { self.replaced.get(&n).copied().unwrap_or(0) } else { 0 };
        let task = |n, k| format!("arn:aws:ecs:eu-west-1:1:task/c/s{n:04}-{k}-{}", generation(n, k));
        (0..self.services)
            .flat_map(|n| (0..self.tasks).map(move |k| (n, k)))
            .map(|(n, k)| task(n, k))
            .collect()
    }

    fn page(all: Vec<String>, token: Option<&PageToken>) -> CallResponse {
        let from: usize = token.map_or(0, |token| String::from(token.clone()).parse().unwrap());
        let next = (from + 100 < all.len()).then(|| (from + 100).to_string());
        CallResponse::Page(all.into_iter().skip(from).take(100).collect(), next)
    }

    fn answer(&mut self, ask: &PlannedCall, cluster_cache: &ClusterCache) -> CallResponse {
        *self.calls.entry(ask.group).or_default() += 1;
        match (&ask.operation, ask.group) {
            (ClusterCall::ListPage(n), QuotaGroup::Services) => {
                Self::page((0..self.services).map(service_arn).collect(), cluster_cache.services.token(*n))
            }
            (ClusterCall::ListPage(0), _) => Self::page(self.task_arns(), cluster_cache.tasks.token(0)),
            (ClusterCall::ListPage(_), _) => CallResponse::Page(Vec::new(), None),
            (ClusterCall::ListTasksOf(name), _) => CallResponse::Page(
                self.task_arns().into_iter().filter(|arn| arn.contains(name)).collect(),
                None,
            ),
            (ClusterCall::Describe(ids), QuotaGroup::Services) => {
                assert!(ids.len() <= 10);
                for id in ids {
                    *self.described.entry(id.clone()).or_default() += 1;
                }
                CallResponse::Services(ids.iter().map(|id| service(id)).collect())
            }
            (ClusterCall::Describe(ids), _) => {
                assert!(ids.len() <= 100);
                let there: BTreeSet<String> = self.task_arns().into_iter().collect();
                CallResponse::Tasks(ids.iter().filter(|id| there.contains(*id)).map(|id| task(id)).collect())
            }
        }
    }
}

fn service(arn: &str) -> Service {
    let deployment = Deployment::builder().id("d").rollout_state(DeploymentRolloutState::Completed).build();
    let name = arn.rsplit('/').next().unwrap();
    Service::builder()
        .service_arn(arn)
        .service_name(name)
        .desired_count(5)
        .running_count(if name == "s0007" { 4 } else { 5 })
        .deployments(deployment)
        .build()
}

fn task(arn: &str) -> TaskRecord {
    let name = arn.rsplit('/').next().unwrap().split('-').next().unwrap();
    TaskRecord::new(
        &Task::builder()
            .task_arn(arn)
            .group(format!("service:{name}"))
            .last_status("RUNNING")
            .desired_status("RUNNING")
            .build(),
    )
}

/// Polls the account once, starting at the time `began`.
fn poll(
    account: &mut Account,
    known: &mut BTreeMap<String, ClusterCache>,
    budget: &mut TokenBuckets,
    began: Duration,
    watched: &BTreeMap<String, BTreeSet<String>>,
) {
    loop {
        let around = CallChoiceContext { now: began, poll_began: began, viewed: watched };
        let mut asks = Vec::new();
        for group in [QuotaGroup::Tasks, QuotaGroup::Services] {
            let tokens = budget.available_calls(group, began);
            asks.extend(plan_calls(known, group, tokens, around));
        }
        if asks.is_empty() {
            break;
        }
        for ask in asks {
            assert_eq!(budget.reserve(ask.group, began), Duration::ZERO, "a look never waits");
            let cluster_cache = known.get_mut("c").unwrap();
            let answer = account.answer(&ask, cluster_cache);
            cluster_cache.apply(&ask, answer, began);
        }
    }
    known.get_mut("c").unwrap().update_loaded();
}

fn seconds(n: u64) -> Duration {
    Duration::from_secs(n)
}

/// Returns a loaded account with its caches and budget, and the second at which the loading ended.
fn loaded_account(
    services: usize,
    tasks: usize,
) -> (Account, BTreeMap<String, ClusterCache>, TokenBuckets, u64) {
    let mut account = Account::new(services, tasks);
    let mut known = BTreeMap::from([("c".to_owned(), ClusterCache::new())]);
    let mut budget = TokenBuckets::new(Shares::default());
    let mut at = 10;
    while !known["c"].loaded {
        poll(&mut account, &mut known, &mut budget, seconds(at), &BTreeMap::new());
        at += 1;
        assert!(at < 100, "it is never whole: {:?}", known["c"].services.progress());
    }
    (account, known, budget, at)
}

#[test]
fn a_big_account_is_whole_when_the_quota_allows() {
    let (account, known, _, at) = loaded_account(2_000, 5);
    assert_eq!(known["c"].services.progress(), (2_000, 2_000));
    assert_eq!(known["c"].tasks.progress(), (10_000, 10_000));
    assert_eq!(account.calls[&QuotaGroup::Services], 220, "each once");
    // There are 220 calls. 50 are free, and 10 a second refill, so loading takes 17 seconds.
    assert!(at - 10 <= 19, "{at}");
}

#[test]
fn all_get_their_turn_and_no_more_than_a_tenth_is_spent() {
    let (mut account, mut known, mut budget, begun) = loaded_account(2_000, 5);
    budget.set_phase(LoadPhase::Steady);
    account.calls.clear();
    account.described.clear();
    for n in 0..48 {
        poll(&mut account, &mut known, &mut budget, seconds(begun + 5 + 5 * n), &BTreeMap::new());
    }
    for group in [QuotaGroup::Services, QuotaGroup::Tasks] {
        assert!(account.calls[&group] <= 2 * 245, "{:?}", account.calls);
    }
    assert_eq!(account.described.len(), 2_000, "none is left out");
    let troubled = account.described[&service_arn(7)];
    assert!(troubled >= 40, "what is in trouble is described at each look: {troubled}");
}

#[test]
fn viewed_services_are_read_in_every_poll() {
    let (mut account, mut known, mut budget, begun) = loaded_account(2_000, 5);
    budget.set_phase(LoadPhase::Steady);
    account.described.clear();
    let watched = BTreeMap::from([("c".to_owned(), BTreeSet::from(["s1234".to_owned()]))]);
    for n in 1..10 {
        poll(&mut account, &mut known, &mut budget, seconds(begun + 5 * n), &watched);
    }
    assert_eq!(account.described[&service_arn(1234)], 9);
}

#[test]
fn a_small_account_is_read_whole_at_every_look() {
    let (mut account, mut known, mut budget, begun) = loaded_account(12, 2);
    budget.set_phase(LoadPhase::Steady);
    account.described.clear();
    for n in 1..10 {
        account.replaced.insert(3, n);
        poll(&mut account, &mut known, &mut budget, seconds(begun + 5 * n as u64), &BTreeMap::new());
        let tasks: Vec<_> = known["c"].tasks_where(|_| true).iter().map(|run| run.id()).collect();
        assert!(tasks.contains(&format!("s0003-0-{n}")), "{tasks:?}");
        assert_eq!(tasks.len(), 24, "the one before is gone");
    }
    assert!(account.described.values().all(|times| *times >= 9), "{:?}", account.described);
}

#[test]
fn a_deployment_of_code_deploy_is_no_unrest() {
    let bare = Service::builder().deployments(Deployment::builder().id("d").build()).build();
    assert!(is_steady_service(&bare));
}
