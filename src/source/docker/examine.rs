//! Tries each call that this source needs, for `portolan doctor`.

use super::{Shared, connect::Engine, events::ACTIONS, http::CallError, look};
use crate::{
    model::{Failure, Service, State, Text, Timestamp},
    source::Examined,
};
use bollard::query_parameters::EventsOptionsBuilder;
use std::{collections::HashMap, sync::Arc};
use tokio::time::Instant;

/// How each call went. Where nothing answers, the first that fails is the last.
pub(super) async fn engine(shared: &Arc<Shared>) -> Vec<Examined> {
    let engine = &shared.engine;
    let mut all: Vec<Examined> =
        shared.warning.iter().map(|warning| examined("docker configuration", Err(warning.clone()))).collect();
    if let Err(failure) = engine.client().await {
        all.push(examined("docker version", Err(failure)));
        return all;
    }
    all.extend([
        examined("docker ping", engine.ping().await),
        examined("docker version", version(engine).await),
        examined("docker list", list(engine).await),
        examined("docker inspect", inspect(engine).await),
        examined("docker events", events(engine).await),
        examined("sockets", sockets(shared).await),
    ]);
    all
}

fn examined(what: &str, outcome: Result<String, Failure>) -> Examined {
    Examined { what: what.to_owned(), outcome }
}

async fn version(engine: &Engine) -> Result<String, Failure> {
    let told = engine.system_version().await?;
    let version = Text::new(told.version.as_deref().unwrap_or("unknown version"));
    Ok(format!("engine {version}, API {}", engine.version()))
}

/// Counts the containers.
async fn list(engine: &Engine) -> Result<String, Failure> {
    let (listed, trouble) = engine.list(Instant::now() + engine.look_limit().0).await?;
    let all = format!("{} containers", listed.entries.len());
    trouble.map_or(Ok(all), Err)
}

/// Looks at one container.
async fn inspect(engine: &Engine) -> Result<String, Failure> {
    let (listed, _) = engine.list(Instant::now() + engine.look_limit().0).await?;
    let Some(id) = listed.entries.iter().find_map(|entry| entry.id.as_deref()) else {
        return Ok("there is no container to try it on".to_owned());
    };
    engine.inspect(id).await?;
    Ok("containers can be read".to_owned())
}

/// Reads the events of the last minute, which ends by itself.
async fn events(engine: &Engine) -> Result<String, Failure> {
    let now = Timestamp::now().as_second();
    let filters = HashMap::from([("event", ACTIONS.to_vec())]);
    let options = EventsOptionsBuilder::new()
        .since(&(now - 60).to_string())
        .until(&now.to_string())
        .filters(&filters)
        .build();
    let count = async {
        let mut feed = engine.events(&options).await?;
        let mut count = 0;
        while let Some(heard) = feed.next().await {
            heard.map_err(|error| engine.failed("events", &error))?;
            count += 1;
        }
        Ok::<_, Failure>(count)
    };
    let limit = engine.call_limit();
    let late = |_| Err(engine.failed("events", &CallError::Late(limit)));
    let count = tokio::time::timeout(limit, count).await.unwrap_or_else(late)?;
    Ok(format!("{count} in the last minute"))
}

/// Says of how many services connections can be seen, and why not of more.
async fn sockets(shared: &Arc<Shared>) -> Result<String, Failure> {
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
