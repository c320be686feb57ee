//! Checks of each call that a Docker source needs, for `portolan doctor`.

use super::{
    DockerState,
    engine::{client::Engine, http::CallError},
    snapshot::{event_message::EVENT_ACTIONS, poll},
};
use crate::{
    model::{Failure, InstanceState, Service, Text, Timestamp},
    source::DoctorCheck,
};
use bollard::query_parameters::EventsOptionsBuilder;
use std::{collections::HashMap, sync::Arc};
use tokio::time::Instant;

/// Runs the checks in order. If the connection to the engine fails, returns that failure and makes no further
/// checks.
pub(super) async fn run_checks(shared: &Arc<DockerState>) -> Vec<DoctorCheck> {
    let engine = &shared.engine;
    let mut all: Vec<DoctorCheck> = shared
        .warning
        .iter()
        .map(|warning| doctor_check("docker configuration", Err(warning.clone())))
        .collect();
    if let Err(failure) = engine.bollard_client().await {
        all.push(doctor_check("docker version", Err(failure)));
        return all;
    }
    all.extend([
        doctor_check("docker ping", engine.ping().await),
        doctor_check("docker version", check_version(engine).await),
        doctor_check("docker list", check_list(engine).await),
        doctor_check("docker inspect", check_inspect(engine).await),
        doctor_check("docker events", check_events(engine).await),
        doctor_check("sockets", check_sockets(shared).await),
    ]);
    all
}

fn doctor_check(what: &str, outcome: Result<String, Failure>) -> DoctorCheck {
    DoctorCheck { name: what.to_owned(), outcome }
}

async fn check_version(engine: &Engine) -> Result<String, Failure> {
    let told = engine.system_version().await?;
    let version = Text::new(told.version.as_deref().unwrap_or("unknown version"));
    Ok(format!("engine {version}, API {}", engine.version_text()))
}

/// Lists the containers and reports their number.
async fn check_list(engine: &Engine) -> Result<String, Failure> {
    let (listed, trouble) = engine.list(Instant::now() + engine.poll_limit().0).await?;
    let all = format!("{} containers", listed.entries.len());
    trouble.map_or(Ok(all), Err)
}

/// Inspects one container.
async fn check_inspect(engine: &Engine) -> Result<String, Failure> {
    let (listed, _) = engine.list(Instant::now() + engine.poll_limit().0).await?;
    let Some(id) = listed.entries.iter().find_map(|entry| entry.id.as_deref()) else {
        return Ok("skipped: no containers".to_owned());
    };
    engine.inspect(id).await?;
    Ok("readable".to_owned())
}

/// Reads the events of the last minute. This request has an end time, so unlike a subscription it ends by
/// itself.
async fn check_events(engine: &Engine) -> Result<String, Failure> {
    let now = Timestamp::now().as_second();
    let filters = HashMap::from([("event", EVENT_ACTIONS.to_vec())]);
    let options = EventsOptionsBuilder::new()
        .since(&(now - 60).to_string())
        .until(&now.to_string())
        .filters(&filters)
        .build();
    let count = async {
        let mut feed = engine.events(&options).await?;
        let mut count = 0;
        while let Some(heard) = feed.next().await {
            heard.map_err(|error| engine.call_failure("events", &error))?;
            count += 1;
        }
        Ok::<_, Failure>(count)
    };
    let limit = engine.call_timeout();
    let late = |_| Err(engine.call_failure("events", &CallError::Timeout(limit)));
    let count = tokio::time::timeout(limit, count).await.unwrap_or_else(late)?;
    Ok(format!("{count} in the last minute"))
}

/// Reports the number of running services whose connections Portolan sees. If that is not every running
/// service, the text adds the likely reason.
async fn check_sockets(shared: &Arc<DockerState>) -> Result<String, Failure> {
    let snapshot = poll::take_snapshot(shared).await?;
    let runs = |s: &&Arc<Service>| s.instances.iter().any(|i| i.state == InstanceState::Running);
    let (seen, all) = (snapshot.monitored.len(), snapshot.services.iter().filter(runs).count());
    let why = match (shared.read_sockets, shared.engine.is_local()) {
        (false, true) => ": `sockets` is off in the configuration",
        (_, false) if !shared.allow_exec => ": the engine is remote, and `exec` is off in the configuration",
        _ if seen < all => ": to see the others, run Portolan as root on the engine's host",
        _ => "",
    };
    Ok(format!("connections visible for {seen} of {all} running services{why}"))
}
