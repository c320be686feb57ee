//! Selection of clusters to read: the configured names and patterns, or all clusters of the region.

use crate::{
    model::{Failure, FailureKind, UnreadPart},
    source::ecs::{
        client::api::{Api, PartialList, read_batches, read_pages},
        decode::text::{clean_text, last_segment},
        name_filter::NameFilter,
        quota::calls,
    },
};
use aws_sdk_ecs::types as sdk;
use std::collections::BTreeMap;

/// Cluster that Portolan reads, with its name for the user and its name for API calls.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Cluster {
    /// Name without the rest of the ARN.
    pub name: String,
    /// Name or ARN, as API calls take it.
    pub name_or_arn: String,
    /// Default Service Connect namespace.
    pub namespace: Option<String>,
}

/// Returns the clusters that `wanted` selects, and the parts that could not be read, such as missing
/// clusters. Fails if no cluster can be read.
pub(crate) async fn find(api: &Api, wanted: &[String]) -> Result<(Vec<Cluster>, Vec<UnreadPart>), Failure> {
    if wanted.is_empty() || NameFilter::has_patterns(wanted) {
        matching_clusters(api, wanted).await
    } else {
        named_clusters(api, wanted).await
    }
}

/// Returns all clusters whose names or ARNs match `patterns`.
async fn matching_clusters(
    api: &Api,
    patterns: &[String],
) -> Result<(Vec<Cluster>, Vec<UnreadPart>), Failure> {
    let filter = NameFilter::new(patterns);
    let mut arns = list(api).await;
    arns.items.retain(|arn| filter.matches_any_name(&[&last_segment(arn), arn]));
    if arns.items.is_empty()
        && let Some(mut failure) = arns.failure
    {
        if failure.kind == FailureKind::Denied {
            let remedy = format!("{}, or list the clusters to read in `clusters`", failure.remedy);
            failure.remedy = remedy.into();
        }
        return Err(failure);
    }
    let described = describe(api, &arns.items).await;
    let defaults = namespaces_by_arn(&described.items);
    let mut gaps: Vec<UnreadPart> = arns.unread_part(|| "some clusters".to_owned()).into_iter().collect();
    gaps.extend(described.unread_part(|| "cluster settings".to_owned()));
    let cluster = |arn: &String| Cluster {
        name: last_segment(arn),
        namespace: defaults.get(arn.as_str()).cloned().flatten(),
        name_or_arn: arn.clone(),
    };
    Ok((arns.items.iter().map(cluster).collect(), gaps))
}

async fn named_clusters(api: &Api, wanted: &[String]) -> Result<(Vec<Cluster>, Vec<UnreadPart>), Failure> {
    let described = describe(api, wanted).await;
    if let Some(gap) = described.unread_part(|| "cluster settings".to_owned()) {
        if gap.failure.kind != FailureKind::Denied {
            return Err(gap.failure);
        }
        // Without permission to describe the clusters, trust the configured names. If a name is wrong, the
        // next calls fail.
        let trusted =
            |key: &String| Cluster { name: last_segment(key), name_or_arn: key.clone(), namespace: None };
        return Ok((wanted.iter().map(trusted).collect(), vec![gap]));
    }
    let active = |c: &&sdk::Cluster| c.status() != Some("INACTIVE");
    let found: Vec<Cluster> = described.items.iter().filter(active).map(cluster).collect();
    let is_found = |key: &&String| found.iter().any(|c| c.name == last_segment(key));
    let missing: Vec<&String> = wanted.iter().filter(|key| !is_found(key)).collect();
    if missing.is_empty() {
        return Ok((found, Vec::new()));
    }
    let failure = missing_clusters_failure(api, &missing).await;
    if found.is_empty() {
        return Err(failure);
    }
    let what =
        format!("cluster {}", missing.iter().map(|key| last_segment(key)).collect::<Vec<_>>().join(", "));
    Ok((found, vec![UnreadPart { name: what.into(), failure }]))
}

/// Returns the failure that names the missing clusters and lists the existing ones.
async fn missing_clusters_failure(api: &Api, missing: &[&String]) -> Failure {
    let names: Vec<String> = missing.iter().map(|key| last_segment(key)).collect();
    let existing: Vec<String> = list(api).await.items.iter().map(|arn| last_segment(arn)).collect();
    let region = &api.clients.target.region;
    let remedy = if existing.is_empty() {
        format!("check the name and the region: no clusters found in {region}")
    } else {
        format!("clusters in {region}: {}", existing.join(", "))
    };
    Failure::new(FailureKind::Missing, format!("ECS cluster not found: {}", names.join(", ")), remedy)
}

async fn list(api: &Api) -> PartialList<String> {
    read_pages(&calls::LIST_CLUSTERS, |token| async move {
        let ask =
            api.clients.ecs.list_clusters().max_results(100).set_next_token(token.map(Into::into)).send();
        let answer = api.call(&calls::LIST_CLUSTERS, ask).await?;
        Ok((answer.cluster_arns.unwrap_or_default(), answer.next_token))
    })
    .await
}

async fn describe(api: &Api, keys: &[String]) -> PartialList<sdk::Cluster> {
    read_batches(keys, 100, |batch| async move {
        let ask = api.clients.ecs.describe_clusters().set_clusters(Some(batch)).send();
        Ok(api.call(&calls::DESCRIBE_CLUSTERS, ask).await?.clusters.unwrap_or_default())
    })
    .await
}

fn cluster(raw: &sdk::Cluster) -> Cluster {
    let key = raw.cluster_arn().or(raw.cluster_name()).unwrap_or_default();
    Cluster {
        name: raw.cluster_name().map_or_else(|| last_segment(key), |name| clean_text(Some(name))),
        name_or_arn: key.to_owned(),
        namespace: namespace(raw),
    }
}

fn namespace(raw: &sdk::Cluster) -> Option<String> {
    raw.service_connect_defaults().and_then(|d| d.namespace()).map(str::to_owned)
}

fn namespaces_by_arn(described: &[sdk::Cluster]) -> BTreeMap<&str, Option<String>> {
    described.iter().filter_map(|c| Some((c.cluster_arn()?, namespace(c)))).collect()
}
