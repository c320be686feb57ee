//! Which clusters to read: those that are configured, or all.

use super::{
    api::{Api, Read, batches, pages},
    calls,
    decode::words::{said, tail},
    pick::Pick,
};
use crate::model::{Failure, FailureKind, Gap};
use aws_sdk_ecs::types as sdk;
use std::collections::BTreeMap;

/// A cluster to read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Cluster {
    /// Its name.
    pub name: String,
    /// Its name or ARN, as calls take it.
    pub key: String,
    /// Its default Service Connect namespace.
    pub namespace: Option<String>,
}

/// The clusters, and those that could not be found. An error where there is nothing to read at all.
pub(crate) async fn find(api: &Api, wanted: &[String]) -> Result<(Vec<Cluster>, Vec<Gap>), Failure> {
    if wanted.is_empty() || Pick::is_needed(wanted) {
        all(api, wanted).await
    } else {
        given(api, wanted).await
    }
}

/// All clusters that the patterns take.
async fn all(api: &Api, patterns: &[String]) -> Result<(Vec<Cluster>, Vec<Gap>), Failure> {
    let pick = Pick::new(patterns);
    let mut arns = list(api).await;
    arns.items.retain(|arn| pick.takes(&tail(arn)));
    if arns.items.is_empty()
        && let Some(mut failure) = arns.failure
    {
        if failure.kind == FailureKind::Denied {
            let remedy = format!("{}, or name the clusters to read in `clusters`", failure.remedy);
            failure.remedy = remedy.into();
        }
        return Err(failure);
    }
    let described = describe(api, &arns.items).await;
    let defaults = defaults(&described.items);
    let mut gaps: Vec<Gap> = arns.gap(|| "some clusters".to_owned()).into_iter().collect();
    gaps.extend(described.gap(|| "cluster settings".to_owned()));
    let cluster = |arn: &String| Cluster {
        name: tail(arn),
        namespace: defaults.get(arn.as_str()).cloned().flatten(),
        key: arn.clone(),
    };
    Ok((arns.items.iter().map(cluster).collect(), gaps))
}

async fn given(api: &Api, wanted: &[String]) -> Result<(Vec<Cluster>, Vec<Gap>), Failure> {
    let described = describe(api, wanted).await;
    if let Some(gap) = described.gap(|| "cluster settings".to_owned()) {
        if gap.failure.kind != FailureKind::Denied {
            return Err(gap.failure);
        }
        // Not allowed to look them up: take the names on trust, the next calls tell.
        let trusted = |key: &String| Cluster { name: tail(key), key: key.clone(), namespace: None };
        return Ok((wanted.iter().map(trusted).collect(), vec![gap]));
    }
    let active = |c: &&sdk::Cluster| c.status() != Some("INACTIVE");
    let found: Vec<Cluster> = described.items.iter().filter(active).map(cluster).collect();
    let is_found = |key: &&String| found.iter().any(|c| c.name == tail(key));
    let missing: Vec<&String> = wanted.iter().filter(|key| !is_found(key)).collect();
    if missing.is_empty() {
        return Ok((found, Vec::new()));
    }
    let failure = absent(api, &missing).await;
    if found.is_empty() {
        return Err(failure);
    }
    let what = format!("cluster {}", missing.iter().map(|key| tail(key)).collect::<Vec<_>>().join(", "));
    Ok((found, vec![Gap { what: what.into(), failure }]))
}

/// Says which clusters do not exist, and which do.
async fn absent(api: &Api, missing: &[&String]) -> Failure {
    let names: Vec<String> = missing.iter().map(|key| tail(key)).collect();
    let existing: Vec<String> = list(api).await.items.iter().map(|arn| tail(arn)).collect();
    let region = &api.clients.setting.region;
    let remedy = if existing.is_empty() {
        format!("check the name and the region: no cluster is visible in {region}")
    } else {
        format!("in {region} there are: {}", existing.join(", "))
    };
    Failure::new(FailureKind::Missing, format!("no such ECS cluster: {}", names.join(", ")), remedy)
}

async fn list(api: &Api) -> Read<String> {
    pages(&calls::LIST_CLUSTERS, |token| async move {
        let ask =
            api.clients.ecs.list_clusters().max_results(100).set_next_token(token.map(Into::into)).send();
        let answer = api.pass(&calls::LIST_CLUSTERS, ask).await?;
        Ok((answer.cluster_arns.unwrap_or_default(), answer.next_token))
    })
    .await
}

async fn describe(api: &Api, keys: &[String]) -> Read<sdk::Cluster> {
    batches(keys, 100, |batch| async move {
        let ask = api.clients.ecs.describe_clusters().set_clusters(Some(batch)).send();
        Ok(api.pass(&calls::DESCRIBE_CLUSTERS, ask).await?.clusters.unwrap_or_default())
    })
    .await
}

fn cluster(raw: &sdk::Cluster) -> Cluster {
    let key = raw.cluster_arn().or(raw.cluster_name()).unwrap_or_default();
    Cluster {
        name: raw.cluster_name().map_or_else(|| tail(key), |name| said(Some(name))),
        key: key.to_owned(),
        namespace: namespace(raw),
    }
}

fn namespace(raw: &sdk::Cluster) -> Option<String> {
    raw.service_connect_defaults().and_then(|d| d.namespace()).map(str::to_owned)
}

fn defaults(described: &[sdk::Cluster]) -> BTreeMap<&str, Option<String>> {
    described.iter().filter_map(|c| Some((c.cluster_arn()?, namespace(c)))).collect()
}
