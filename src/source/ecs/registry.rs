//! Names that only Cloud Map knows: of namespaces given by ARN, and of the registries of services.

use super::{
    api::Api,
    calls,
    decode::{Seen, answers},
    gate::IN_FLIGHT,
};
use crate::model::{Failure, Gap};
use answers::Names;
use futures::{StreamExt, stream};
use std::{
    collections::BTreeSet,
    sync::{Mutex, PoisonError},
    time::Duration,
};
use tokio::time::Instant;

/// How long to leave Cloud Map alone after it refused.
const REST: Duration = Duration::from_secs(10);

/// The names read so far; they never change.
#[derive(Debug, Default)]
pub(crate) struct Registry {
    names: Mutex<Names>,
    refused: Mutex<Option<(Instant, Gap)>>,
}

impl Registry {
    /// Reads the names that the services of `clusters` need, and gives all that are known.
    pub(crate) async fn read(&self, api: &Api, clusters: &[Seen]) -> (Names, Option<Gap>) {
        let rest = self.refused.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some((until, gap)) = rest
            && Instant::now() < until
        {
            return (self.known(), Some(gap));
        }
        let failure = self.fetch(api, clusters).await;
        let gap = failure.map(|failure| Gap { what: calls::GET_SERVICE.gives.into(), failure });
        *self.refused.lock().unwrap_or_else(PoisonError::into_inner) =
            gap.clone().map(|gap| (Instant::now() + REST, gap));
        (self.known(), gap)
    }

    async fn fetch(&self, api: &Api, clusters: &[Seen]) -> Option<Failure> {
        let known = self.known();
        let registries: BTreeSet<String> = registries(clusters)
            .filter(|arn| !known.registries.contains_key(*arn))
            .map(str::to_owned)
            .collect();
        let asked = registries.into_iter().map(|arn| async move {
            let found = service(api, &arn).await;
            (arn, found)
        });
        let found: Vec<_> = stream::iter(asked).buffer_unordered(IN_FLIGHT).collect().await;
        let mut failure = None;
        let mut spaces: BTreeSet<String> = namespaces(clusters).map(str::to_owned).collect();
        let mut half = Vec::new();
        for (arn, answer) in found {
            match answer {
                Ok(Some((name, space))) => {
                    spaces.insert(space.clone());
                    half.push((arn, name, space));
                }
                Ok(None) => {}
                Err(e) => failure = Some(e),
            }
        }
        spaces.retain(|id| !known.namespaces.contains_key(id));
        for id in spaces {
            match namespace(api, &id).await {
                Ok(Some(name)) => self.change(|names| names.namespaces.insert(id, name)),
                Ok(None) => {}
                Err(e) => failure = Some(e),
            }
        }
        let known = self.known();
        for (arn, name, space) in half {
            if let Some(space) = known.namespaces.get(&space) {
                self.change(|names| names.registries.insert(arn, format!("{name}.{space}")));
            }
        }
        failure
    }

    fn known(&self) -> Names {
        self.names.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn change<T>(&self, change: impl FnOnce(&mut Names) -> T) {
        change(&mut self.names.lock().unwrap_or_else(PoisonError::into_inner));
    }
}

fn registries(clusters: &[Seen]) -> impl Iterator<Item = &str> {
    let services = clusters.iter().flat_map(|c| &c.services);
    services.flat_map(|s| s.service_registries()).filter_map(|r| r.registry_arn())
}

/// The ids of the namespaces that services are members of.
fn namespaces(clusters: &[Seen]) -> impl Iterator<Item = &str> {
    clusters.iter().flat_map(|cluster| {
        let default = cluster.namespace.as_deref();
        cluster.services.iter().filter_map(move |s| answers::namespace_id(answers::namespace(s, default)?))
    })
}

/// The name of a registry and the id of its namespace.
async fn service(api: &Api, arn: &str) -> Result<Option<(String, String)>, Failure> {
    let id = arn.rsplit('/').next().unwrap_or(arn);
    let answer = api.pass(&calls::GET_SERVICE, api.clients.registry.get_service().id(id).send()).await?;
    Ok(answer.service().and_then(|s| {
        let space = s.namespace_id().map(str::to_owned);
        Some((s.name()?.to_owned(), space?))
    }))
}

async fn namespace(api: &Api, id: &str) -> Result<Option<String>, Failure> {
    let ask = api.clients.registry.get_namespace().id(id).send();
    let answer = api.pass(&calls::GET_NAMESPACE, ask).await?;
    Ok(answer.namespace().and_then(|n| n.name()).map(str::to_owned))
}
