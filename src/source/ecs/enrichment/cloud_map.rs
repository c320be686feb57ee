//! Reader of the names of Cloud Map namespaces and service registries. It is needed because ECS may return
//! only their ids or ARNs.

use crate::{
    model::{Failure, UnreadPart},
    source::ecs::{
        client::{
            api::Api,
            rate_limiter::MAX_CALLS_IN_FLIGHT,
            sigv4::{ApiRequest, JsonVersion},
        },
        decode::{
            region::ClusterData,
            services::endpoints::{self, CloudMapNames},
        },
        quota::calls::{self, Call},
    },
};
use futures::{StreamExt, stream};
use serde_json::{Value, json};
use std::{
    collections::BTreeSet,
    sync::{Mutex, PoisonError},
    time::Duration,
};
use tokio::time::Instant;

/// Wait after a failed read.
const RETRY_WAIT: Duration = Duration::from_secs(10);

/// Reads Cloud Map names and keeps them forever, because they never change.
#[derive(Debug, Default)]
pub(crate) struct CloudMapReader {
    names: Mutex<CloudMapNames>,
    /// Time of the next attempt, with the unread part to report until then; `None` unless the last read
    /// failed.
    last_failure: Mutex<Option<(Instant, UnreadPart)>>,
}

impl CloudMapReader {
    /// Reads the unknown names that the services of `clusters` need. Returns all known names, and the unread
    /// part if a call failed.
    pub(crate) async fn read(
        &self,
        api: &Api,
        clusters: &[ClusterData],
    ) -> (CloudMapNames, Option<UnreadPart>) {
        let rest = self.last_failure.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some((until, gap)) = rest
            && Instant::now() < until
        {
            return (self.known_names(), Some(gap));
        }
        let failure = self.fetch(api, clusters).await;
        let gap = failure.map(|failure| UnreadPart { name: calls::GET_SERVICE.needed_for.into(), failure });
        *self.last_failure.lock().unwrap_or_else(PoisonError::into_inner) =
            gap.clone().map(|gap| (Instant::now() + RETRY_WAIT, gap));
        (self.known_names(), gap)
    }

    /// Reads the unknown names, and returns a failure if some could not be read.
    async fn fetch(&self, api: &Api, clusters: &[ClusterData]) -> Option<Failure> {
        let known = self.known_names();
        let registries: BTreeSet<String> = registry_arns(clusters)
            .filter(|arn| !known.registries.contains_key(*arn))
            .map(str::to_owned)
            .collect();
        let asked = registries.into_iter().map(|arn| async move {
            let found = get_service(api, &arn).await;
            (arn, found)
        });
        let found: Vec<_> = stream::iter(asked).buffer_unordered(MAX_CALLS_IN_FLIGHT).collect().await;
        let mut failure = None;
        let mut spaces: BTreeSet<String> = namespace_ids(clusters).map(str::to_owned).collect();
        let mut without_namespace = Vec::new();
        for (arn, answer) in found {
            match answer {
                Ok(Some((name, space))) => {
                    spaces.insert(space.clone());
                    without_namespace.push((arn, name, space));
                }
                Ok(None) => {}
                Err(e) => failure = Some(e),
            }
        }
        spaces.retain(|id| !known.namespaces.contains_key(id));
        for id in spaces {
            match get_namespace(api, &id).await {
                Ok(Some(name)) => self.update_names(|names| names.namespaces.insert(id, name)),
                Ok(None) => {}
                Err(e) => failure = Some(e),
            }
        }
        let known = self.known_names();
        for (arn, name, space) in without_namespace {
            if let Some(space) = known.namespaces.get(&space) {
                self.update_names(|names| names.registries.insert(arn, format!("{name}.{space}")));
            }
        }
        failure
    }

    fn known_names(&self) -> CloudMapNames {
        self.names.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn update_names<T>(&self, change: impl FnOnce(&mut CloudMapNames) -> T) {
        change(&mut self.names.lock().unwrap_or_else(PoisonError::into_inner));
    }
}

fn registry_arns(clusters: &[ClusterData]) -> impl Iterator<Item = &str> {
    let services = clusters.iter().flat_map(|c| &c.services);
    services.flat_map(|s| s.service_registries()).filter_map(|r| r.registry_arn())
}

/// Returns the ids of the namespaces that services belong to.
fn namespace_ids(clusters: &[ClusterData]) -> impl Iterator<Item = &str> {
    clusters.iter().flat_map(|cluster| {
        let default = cluster.namespace.as_deref();
        cluster
            .services
            .iter()
            .filter_map(move |s| endpoints::namespace_id(endpoints::service_namespace(s, default)?))
    })
}

/// Returns the name of a service registry and the id of its namespace. Returns `None` if the response lacks
/// the name or the id.
async fn get_service(api: &Api, arn: &str) -> Result<Option<(String, String)>, Failure> {
    let service = get_resource(api, &calls::GET_SERVICE, arn.rsplit('/').next().unwrap_or(arn)).await?;
    let text = |key: &str| service["Service"][key].as_str().map(str::to_owned);
    Ok(text("Name").zip(text("NamespaceId")))
}

async fn get_namespace(api: &Api, id: &str) -> Result<Option<String>, Failure> {
    let namespace = get_resource(api, &calls::GET_NAMESPACE, id).await?;
    Ok(namespace["Namespace"]["Name"].as_str().map(str::to_owned))
}

/// Returns the response to a Cloud Map call for one resource.
pub(crate) async fn get_resource(api: &Api, call: &'static Call, id: &str) -> Result<Value, Failure> {
    let target = format!("Route53AutoNaming_v20170314.{}", call.operation());
    let ask = ApiRequest::json(JsonVersion::V1_1, target, &json!({ "Id": id }));
    api.json_call(call, &api.clients.cloud_map, ask).await
}
