//! Reader of the load balancers in front of the services, once a minute.
//!
//! Reads all target groups and load balancers, 400 a page. Requests for selected ARNs would be worse: they
//! take only 20 ARNs, and one deleted ARN makes the whole request fail.

use super::target_health::TargetHealthReader;
use crate::{
    model::{Failure, UnreadPart},
    source::ecs::{
        client::api::{Api, read_pages},
        decode::load_balancing::load_balancer::LoadBalancerData,
        quota::calls,
    },
};
use aws_sdk_elasticloadbalancingv2::types::{Listener, LoadBalancerTypeEnum, Rule};
use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};
use tokio::time::Instant;

/// Time for which a complete result is reused.
const CACHE_TTL: Duration = Duration::from_mins(1);

/// Time for which an incomplete result is reused.
const PARTIAL_CACHE_TTL: Duration = Duration::from_secs(10);

/// Reads load balancers and caches the last result.
#[derive(Debug, Default)]
pub(crate) struct LoadBalancerReader {
    cached: Mutex<Option<CachedLoadBalancers>>,
    target_health: TargetHealthReader,
}

/// Last result, complete or partial, with the ARNs of the target groups that it covers.
#[derive(Clone, Debug)]
struct CachedLoadBalancers {
    fetched_at: Instant,
    target_groups: BTreeSet<String>,
    load_balancers: Arc<LoadBalancerData>,
    unread_part: Option<UnreadPart>,
}

impl LoadBalancerReader {
    /// Returns the load balancers in front of the given target groups, with target health, and the unread
    /// part if some are missing.
    pub(crate) async fn read(
        &self,
        api: &Api,
        wanted: BTreeSet<String>,
    ) -> (Arc<LoadBalancerData>, Option<UnreadPart>) {
        let (known, gap) = self.cached_load_balancers(api, wanted).await;
        let arns = known.target_groups.iter().filter_map(|group| group.target_group_arn().map(str::to_owned));
        let arns: Vec<String> = arns.collect();
        if arns.is_empty() {
            return (known, gap);
        }
        let (health, failure) = self.target_health.read(api, &arns).await;
        let unchecked =
            failure.map(|failure| UnreadPart { name: "load balancer health checks".into(), failure });
        (Arc::new(LoadBalancerData { target_health: health, ..(*known).clone() }), gap.or(unchecked))
    }

    /// Returns the cached load balancers if they are recent and cover `wanted`; otherwise reads them again.
    async fn cached_load_balancers(
        &self,
        api: &Api,
        wanted: BTreeSet<String>,
    ) -> (Arc<LoadBalancerData>, Option<UnreadPart>) {
        if wanted.is_empty() {
            return (Arc::default(), None);
        }
        let last = self.cached.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some(last) = last
            && last.fetched_at.elapsed()
                < if last.unread_part.is_some() { PARTIAL_CACHE_TTL } else { CACHE_TTL }
            && last.target_groups.is_superset(&wanted)
        {
            return (last.load_balancers, last.unread_part);
        }
        let mut known = LoadBalancerData::default();
        let failure = fetch_load_balancers(api, &wanted, &mut known).await.err();
        let gap = failure.map(|failure| UnreadPart { name: "load balancers".into(), failure });
        let known = Arc::new(known);
        let last = CachedLoadBalancers {
            fetched_at: Instant::now(),
            target_groups: wanted,
            load_balancers: known.clone(),
            unread_part: gap.clone(),
        };
        *self.cached.lock().unwrap_or_else(PoisonError::into_inner) = Some(last);
        (known, gap)
    }
}

/// Reads target groups, load balancers, listeners and rules into `known`. If a call fails, `known` keeps what
/// was read before.
async fn fetch_load_balancers(
    api: &Api,
    wanted: &BTreeSet<String>,
    known: &mut LoadBalancerData,
) -> Result<(), Failure> {
    let client = &api.clients.load_balancers;
    let groups = read_pages(&calls::DESCRIBE_TARGET_GROUPS, |token| async move {
        let ask = client.describe_target_groups().page_size(400).set_marker(token.map(Into::into)).send();
        let answer = api.call(&calls::DESCRIBE_TARGET_GROUPS, ask).await?;
        Ok((answer.target_groups.unwrap_or_default(), answer.next_marker))
    })
    .await;
    known.target_groups = groups.items;
    known.target_groups.retain(|g| g.target_group_arn().is_some_and(|arn| wanted.contains(arn)));
    let before: BTreeSet<String> =
        known.target_groups.iter().flat_map(|g| g.load_balancer_arns().to_vec()).collect();
    if before.is_empty() {
        return groups.failure.map_or(Ok(()), Err);
    }
    let balancers = read_pages(&calls::DESCRIBE_LOAD_BALANCERS, |token| async move {
        let ask = client.describe_load_balancers().page_size(400).set_marker(token.map(Into::into)).send();
        let answer = api.call(&calls::DESCRIBE_LOAD_BALANCERS, ask).await?;
        Ok((answer.load_balancers.unwrap_or_default(), answer.next_marker))
    })
    .await;
    known.load_balancers = balancers.items;
    known.load_balancers.retain(|b| b.load_balancer_arn().is_some_and(|arn| before.contains(arn)));
    let mut failure = groups.failure.or(balancers.failure);
    for balancer in known.load_balancers.clone() {
        let arn = balancer.load_balancer_arn().unwrap_or_default();
        let listeners = list_listeners(api, arn).await.unwrap_or_else(|e| {
            failure.get_or_insert(e);
            Vec::new()
        });
        for listener in listeners {
            let has_rules = balancer.r#type() != Some(&LoadBalancerTypeEnum::Network);
            let rules = if has_rules { list_rules(api, &listener).await } else { Ok(Vec::new()) };
            let rules = rules.unwrap_or_else(|e| {
                failure.get_or_insert(e);
                Vec::new()
            });
            known.listeners.push((listener, rules));
        }
    }
    failure.map_or(Ok(()), Err)
}

async fn list_listeners(api: &Api, balancer: &str) -> Result<Vec<Listener>, Failure> {
    let read = read_pages(&calls::DESCRIBE_LISTENERS, |token| async move {
        let ask = api.clients.load_balancers.describe_listeners().load_balancer_arn(balancer);
        let answer = api
            .call(&calls::DESCRIBE_LISTENERS, ask.page_size(400).set_marker(token.map(Into::into)).send())
            .await?;
        Ok((answer.listeners.unwrap_or_default(), answer.next_marker))
    })
    .await;
    read.failure.map_or(Ok(read.items), Err)
}

async fn list_rules(api: &Api, listener: &Listener) -> Result<Vec<Rule>, Failure> {
    let arn = listener.listener_arn().unwrap_or_default();
    let read = read_pages(&calls::DESCRIBE_RULES, |token| async move {
        let ask = api.clients.load_balancers.describe_rules().listener_arn(arn);
        let answer = api
            .call(&calls::DESCRIBE_RULES, ask.page_size(400).set_marker(token.map(Into::into)).send())
            .await?;
        Ok((answer.rules.unwrap_or_default(), answer.next_marker))
    })
    .await;
    read.failure.map_or(Ok(read.items), Err)
}
