//! Reader of the load balancers in front of the services. A result is valid for a minute.
//!
//! Each read lists all target groups and load balancers of the region, 400 a page. Requests for selected ARNs
//! would be worse: a request takes only 20 ARNs, and one deleted ARN makes the whole request fail.

use super::{elb_query::query, last_read::LastRead, target_health::TargetHealthReader};
use crate::{
    model::{Failure, UnreadPart},
    source::ecs::{
        client::{
            api::{Api, PartialList, read_pages},
            paging::PageToken,
        },
        decode::load_balancing::{
            load_balancer::LoadBalancerData,
            responses::{
                Listener, ListenerRule, LoadBalancerDescription, Page, TargetGroup, parse_listeners,
                parse_load_balancers, parse_rules, parse_target_groups,
            },
        },
        quota::calls::{self, Call},
    },
};
use roxmltree::Node;
use std::{
    collections::BTreeSet,
    sync::Arc,
    time::{Duration, Instant},
};

/// Largest number of items in one page that AWS allows.
const PAGE_SIZE: &str = "400";

/// Time for which a complete result is reused.
const CACHE_TTL: Duration = Duration::from_mins(1);

/// Reads load balancers and caches the last result. The cache keys are the ARNs of target groups.
#[derive(Debug)]
pub(crate) struct LoadBalancerReader {
    last: LastRead<String, LoadBalancerData>,
    target_health: TargetHealthReader,
}

impl Default for LoadBalancerReader {
    fn default() -> Self {
        Self { last: LastRead::new(CACHE_TTL), target_health: TargetHealthReader::default() }
    }
}

impl LoadBalancerReader {
    /// Returns the load balancers in front of the target groups `wanted`, with the health of their targets.
    /// Also returns an unread part if a call failed.
    pub(crate) async fn read(
        &self,
        api: &Api,
        wanted: BTreeSet<String>,
    ) -> (Arc<LoadBalancerData>, Option<UnreadPart>) {
        let (known, gap) = self.cached_load_balancers(api, wanted).await;
        let arns = known.target_groups.iter().filter_map(|group| group.arn.clone());
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
        if let Some(last) = self.last.get(&wanted, Instant::now()) {
            return last;
        }
        let mut known = LoadBalancerData::default();
        let failure = fetch_load_balancers(api, &wanted, &mut known).await.err();
        let gap = failure.map(|failure| UnreadPart { name: "load balancers".into(), failure });
        self.last.put(wanted, known, gap)
    }
}

/// Reads target groups, load balancers, listeners and rules into `known`. If a call fails, `known` keeps the
/// data that was read before the failure.
async fn fetch_load_balancers(
    api: &Api,
    wanted: &BTreeSet<String>,
    known: &mut LoadBalancerData,
) -> Result<(), Failure> {
    let groups = read_list(api, &calls::DESCRIBE_TARGET_GROUPS, None, parse_target_groups).await;
    known.target_groups = groups.items;
    known.target_groups.retain(|group| group.arn.as_ref().is_some_and(|arn| wanted.contains(arn)));
    let before: BTreeSet<String> =
        known.target_groups.iter().flat_map(|group| group.load_balancer_arns.clone()).collect();
    if before.is_empty() {
        return groups.failure.map_or(Ok(()), Err);
    }
    let balancers = read_list(api, &calls::DESCRIBE_LOAD_BALANCERS, None, parse_load_balancers).await;
    known.load_balancers = balancers.items;
    known.load_balancers.retain(|balancer| balancer.arn.as_ref().is_some_and(|arn| before.contains(arn)));
    let mut failure = groups.failure.or(balancers.failure);
    for balancer in known.load_balancers.clone() {
        let arn = balancer.arn.as_deref().unwrap_or_default();
        let listeners = list_listeners(api, arn).await.unwrap_or_else(|e| {
            failure.get_or_insert(e);
            Vec::new()
        });
        for listener in listeners {
            let has_rules = balancer.kind.as_deref() != Some("network");
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
    let of_balancer = Some(("LoadBalancerArn", balancer));
    let read = read_list(api, &calls::DESCRIBE_LISTENERS, of_balancer, parse_listeners).await;
    read.failure.map_or(Ok(read.items), Err)
}

async fn list_rules(api: &Api, listener: &Listener) -> Result<Vec<ListenerRule>, Failure> {
    let of_listener = Some(("ListenerArn", listener.arn.as_deref().unwrap_or_default()));
    let read = read_list(api, &calls::DESCRIBE_RULES, of_listener, parse_rules).await;
    read.failure.map_or(Ok(read.items), Err)
}

/// Reads all pages of a list. `of` is the request parameter that names the parent, such as the load balancer
/// of listeners; `None` for a list of the whole region.
async fn read_list<T>(
    api: &Api,
    call: &'static Call,
    of: Option<(&str, &str)>,
    parse: fn(Node<'_, '_>) -> Page<T>,
) -> PartialList<T> {
    read_pages(call, |token| async move {
        let page = read_page(api, call, of, token, parse).await?;
        Ok((page.items, page.next_marker))
    })
    .await
}

async fn read_page<T>(
    api: &Api,
    call: &'static Call,
    of: Option<(&str, &str)>,
    token: Option<PageToken>,
    parse: fn(Node<'_, '_>) -> Page<T>,
) -> Result<Page<T>, Failure> {
    let marker = token.map(String::from);
    let mut parameters = vec![("PageSize", PAGE_SIZE)];
    parameters.extend(of);
    parameters.extend(marker.as_deref().map(|marker| ("Marker", marker)));
    query(api, call, &parameters, parse).await
}

/// Returns the first page of the target groups of the region.
pub(crate) async fn first_target_groups(api: &Api) -> Result<Vec<TargetGroup>, Failure> {
    Ok(read_page(api, &calls::DESCRIBE_TARGET_GROUPS, None, None, parse_target_groups).await?.items)
}

/// Returns the first page of the load balancers of the region.
pub(crate) async fn first_load_balancers(api: &Api) -> Result<Vec<LoadBalancerDescription>, Failure> {
    Ok(read_page(api, &calls::DESCRIBE_LOAD_BALANCERS, None, None, parse_load_balancers).await?.items)
}
