//! Tries each call that this source needs, for `portolan doctor`.

use super::{Shared, events::ACTIONS, look};
use crate::{
    model::{Failure, Service, State, Text, Timestamp},
    source::Examined,
};
use bollard::{Docker as Client, query_parameters::EventsOptionsBuilder};
use futures::TryStreamExt;
use std::{collections::HashMap, sync::Arc};

/// How each call went. The first that fails for want of an engine is the last.
pub(super) async fn engine(shared: &Shared) -> Vec<Examined> {
    let client = match shared.engine.client().await {
        Ok(client) => client,
        Err(failure) => return vec![examined("docker version", Err(failure))],
    };
    vec![
        examined(
            "docker ping",
            shared.engine.limited("ping", client.ping()).await.map(|said| Text::from(said).into()),
        ),
        examined("docker version", version(shared, &client).await),
        examined("docker list", list(shared, &client).await),
        examined("docker events", events(shared, &client).await),
        examined("sockets", sockets(shared).await),
    ]
}

fn examined(what: &str, outcome: Result<String, Failure>) -> Examined {
    Examined { what: what.to_owned(), outcome }
}

async fn version(shared: &Shared, client: &Client) -> Result<String, Failure> {
    let version = shared.engine.limited("version", client.version()).await?;
    let engine = Text::new(version.version.as_deref().unwrap_or("unknown version"));
    Ok(format!("engine {engine}, API {}", client.client_version()))
}

/// Counts the containers, and inspects one.
async fn list(shared: &Shared, client: &Client) -> Result<String, Failure> {
    let all = look::list(shared, client).await?;
    if let Some(id) = all.iter().find_map(|c| c.id.as_deref()) {
        shared.engine.limited("inspect", client.inspect_container(id, None)).await?;
    }
    Ok(format!("{} containers", all.len()))
}

/// Reads the events of the last minute, which ends by itself.
async fn events(shared: &Shared, client: &Client) -> Result<String, Failure> {
    let now = Timestamp::now().as_second();
    let filters = HashMap::from([("event", ACTIONS.to_vec())]);
    let options = EventsOptionsBuilder::new()
        .since(&(now - 60).to_string())
        .until(&now.to_string())
        .filters(&filters)
        .build();
    let all: Vec<_> = shared.engine.limited("events", client.events(Some(options)).try_collect()).await?;
    Ok(format!("{} in the last minute", all.len()))
}

/// Says of how many services connections can be seen, and why not of more.
async fn sockets(shared: &Shared) -> Result<String, Failure> {
    let snapshot = look::snapshot(shared).await?;
    let runs = |s: &&Arc<Service>| s.instances.iter().any(|i| i.state == State::Running);
    let (seen, all) = (snapshot.watched.len(), snapshot.services.iter().filter(runs).count());
    let why = match (shared.sockets, shared.engine.is_local()) {
        (false, true) => ": `sockets` is off in the configuration",
        (_, false) if !shared.exec => {
            ": the engine is not on this machine, and `exec` is off in the configuration"
        }
        _ if seen < all => ": for the others Portolan must run as root on the machine of the containers",
        _ => "",
    };
    Ok(format!("connections of {seen} of {all} running services can be seen{why}"))
}
