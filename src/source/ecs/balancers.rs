//! The load balancers before the services, read again once a minute.
//!
//! Target groups and load balancers are read whole, 400 a page, and not by ARN: one that was deleted would make the
//! batch fail, and 20 a call would be more calls.

use super::{
    api::{Api, pages},
    calls,
    decode::gateway::Balancers,
    targets::Targets,
};
use crate::model::{Failure, Gap};
use aws_sdk_elasticloadbalancingv2::types::{Listener, LoadBalancerTypeEnum, Rule};
use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};
use tokio::time::Instant;

/// How long an answer is good.
const GOOD: Duration = Duration::from_mins(1);

/// How long one is good that lacks something.
const REST: Duration = Duration::from_secs(10);

/// The last answer.
#[derive(Debug, Default)]
pub(crate) struct Watch {
    last: Mutex<Option<Last>>,
    targets: Targets,
}

#[derive(Clone, Debug)]
struct Last {
    at: Instant,
    wanted: BTreeSet<String>,
    known: Arc<Balancers>,
    gap: Option<Gap>,
}

impl Watch {
    /// The load balancers before those target groups, with what their checks say, and why some are missing.
    pub(crate) async fn read(&self, api: &Api, wanted: BTreeSet<String>) -> (Arc<Balancers>, Option<Gap>) {
        let (known, gap) = self.standing(api, wanted).await;
        let arns = known.groups.iter().filter_map(|group| group.target_group_arn().map(str::to_owned));
        let arns: Vec<String> = arns.collect();
        if arns.is_empty() {
            return (known, gap);
        }
        let (health, failure) = self.targets.read(api, &arns).await;
        let unchecked = failure.map(|failure| Gap { what: "checks of load balancers".into(), failure });
        (Arc::new(Balancers { health, ..(*known).clone() }), gap.or(unchecked))
    }

    /// The load balancers before those target groups, asked for once in a while.
    async fn standing(&self, api: &Api, wanted: BTreeSet<String>) -> (Arc<Balancers>, Option<Gap>) {
        if wanted.is_empty() {
            return (Arc::default(), None);
        }
        let last = self.last.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some(last) = last
            && last.at.elapsed() < if last.gap.is_some() { REST } else { GOOD }
            && last.wanted.is_superset(&wanted)
        {
            return (last.known, last.gap);
        }
        let mut known = Balancers::default();
        let failure = fetch(api, &wanted, &mut known).await.err();
        let gap = failure.map(|failure| Gap { what: "load balancers".into(), failure });
        let known = Arc::new(known);
        let last = Last { at: Instant::now(), wanted, known: known.clone(), gap: gap.clone() };
        *self.last.lock().unwrap_or_else(PoisonError::into_inner) = Some(last);
        (known, gap)
    }
}

/// Reads as far as it may; what it has read stays in `known`.
async fn fetch(api: &Api, wanted: &BTreeSet<String>, known: &mut Balancers) -> Result<(), Failure> {
    let client = &api.clients.balancers;
    let groups = pages(&calls::DESCRIBE_TARGET_GROUPS, |token| async move {
        let ask = client.describe_target_groups().page_size(400).set_marker(token.map(Into::into)).send();
        let answer = api.pass(&calls::DESCRIBE_TARGET_GROUPS, ask).await?;
        Ok((answer.target_groups.unwrap_or_default(), answer.next_marker))
    })
    .await;
    known.groups = groups.items;
    known.groups.retain(|g| g.target_group_arn().is_some_and(|arn| wanted.contains(arn)));
    let before: BTreeSet<String> =
        known.groups.iter().flat_map(|g| g.load_balancer_arns().to_vec()).collect();
    if before.is_empty() {
        return groups.failure.map_or(Ok(()), Err);
    }
    let balancers = pages(&calls::DESCRIBE_LOAD_BALANCERS, |token| async move {
        let ask = client.describe_load_balancers().page_size(400).set_marker(token.map(Into::into)).send();
        let answer = api.pass(&calls::DESCRIBE_LOAD_BALANCERS, ask).await?;
        Ok((answer.load_balancers.unwrap_or_default(), answer.next_marker))
    })
    .await;
    known.all = balancers.items;
    known.all.retain(|b| b.load_balancer_arn().is_some_and(|arn| before.contains(arn)));
    let mut failure = groups.failure.or(balancers.failure);
    for balancer in known.all.clone() {
        let arn = balancer.load_balancer_arn().unwrap_or_default();
        let listeners = listeners(api, arn).await.unwrap_or_else(|e| {
            failure.get_or_insert(e);
            Vec::new()
        });
        for listener in listeners {
            let has_rules = balancer.r#type() != Some(&LoadBalancerTypeEnum::Network);
            let rules = if has_rules { rules(api, &listener).await } else { Ok(Vec::new()) };
            let rules = rules.unwrap_or_else(|e| {
                failure.get_or_insert(e);
                Vec::new()
            });
            known.listeners.push((listener, rules));
        }
    }
    failure.map_or(Ok(()), Err)
}

async fn listeners(api: &Api, balancer: &str) -> Result<Vec<Listener>, Failure> {
    let read = pages(&calls::DESCRIBE_LISTENERS, |token| async move {
        let ask = api.clients.balancers.describe_listeners().load_balancer_arn(balancer);
        let answer = api
            .pass(&calls::DESCRIBE_LISTENERS, ask.page_size(400).set_marker(token.map(Into::into)).send())
            .await?;
        Ok((answer.listeners.unwrap_or_default(), answer.next_marker))
    })
    .await;
    read.failure.map_or(Ok(read.items), Err)
}

async fn rules(api: &Api, listener: &Listener) -> Result<Vec<Rule>, Failure> {
    let arn = listener.listener_arn().unwrap_or_default();
    let read = pages(&calls::DESCRIBE_RULES, |token| async move {
        let ask = api.clients.balancers.describe_rules().listener_arn(arn);
        let answer = api
            .pass(&calls::DESCRIBE_RULES, ask.page_size(400).set_marker(token.map(Into::into)).send())
            .await?;
        Ok((answer.rules.unwrap_or_default(), answer.next_marker))
    })
    .await;
    read.failure.map_or(Ok(read.items), Err)
}
