//! The calls that read an engine, each with the most bytes that its answer may have.

use super::{
    answer::{ContainerInspectResponse, ContainerStatsResponse, Listed, SystemVersion, is_id},
    connect::{Call, Engine},
    failure,
    feed::Feed,
    http::CallError,
    logs::Frames,
};
use crate::{
    background,
    model::{Failure, FailureKind, text::clean_within},
};
use bollard::{
    models::ExecConfig,
    query_parameters::{EventsOptions, ListContainersOptionsBuilder, LogsOptions, StatsOptionsBuilder},
};
use serde::de::DeserializeOwned;
use serde_json::json;
use std::time::Duration;
use tokio::time::Instant;

/// The most bytes of a list of containers.
const MAX_LIST_BYTES: usize = 48 * 1024 * 1024;
/// The most bytes of what is said of one container.
const MAX_CONTAINER_BYTES: usize = 16 * 1024 * 1024;
/// The most bytes of an answer that says one small thing.
const MAX_SMALL_BYTES: usize = 256 * 1024;
/// From this size on an answer is decoded on a thread that may wait.
const LARGE_BYTES: usize = 64 * 1024;
/// How long a log may be silent that is not followed: the engine has it, and need not wait for it.
pub(super) const LOG_IDLE_TIMEOUT: Duration = Duration::from_secs(10);

impl Engine {
    /// Whether it answers, in its own words.
    pub(super) async fn ping(&self) -> Result<String, Failure> {
        let bytes = self.bytes(&Call::get("ping", "/_ping", &()), MAX_SMALL_BYTES).await?;
        Ok(clean_within(&String::from_utf8_lossy(&bytes), 40))
    }

    /// Its version.
    pub(super) async fn system_version(&self) -> Result<SystemVersion, Failure> {
        self.ask(&Call::get("version", "/version", &()), MAX_SMALL_BYTES).await
    }

    /// The list of all containers, stopped ones too, as far as it came until `until`; and what is amiss with it.
    pub(super) async fn list(&self, until: Instant) -> Result<(Listed, Option<Failure>), Failure> {
        let options = ListContainersOptionsBuilder::new().all(true).build();
        let call = Call::get("list", "/containers/json", &options);
        let (bytes, trouble) = self.gather(&call, MAX_LIST_BYTES, until).await?;
        let listed = decoded(bytes, Listed::read).await.unwrap_or_default();
        let trouble = trouble.or_else(|| {
            let why = listed.broken.as_ref()?;
            Some(failure::of(&self.endpoint, "list", &CallError::Nonsense(why.clone())))
        });
        match trouble {
            Some(trouble) if listed.entries.is_empty() => Err(trouble),
            trouble => Ok((listed, trouble)),
        }
    }

    /// A container.
    pub(super) async fn inspect(&self, id: &str) -> Result<ContainerInspectResponse, Failure> {
        let call = Call::get("inspect", &format!("{}/json", self.container(id)?), &());
        self.ask(&call, MAX_CONTAINER_BYTES).await
    }

    /// What a container has used so far, as the engine tells it at once.
    pub(super) async fn stats(&self, id: &str) -> Result<ContainerStatsResponse, Failure> {
        let options = StatsOptionsBuilder::new().stream(false).one_shot(true).build();
        let call = Call::get("stats", &format!("{}/stats", self.container(id)?), &options);
        self.ask(&call, MAX_SMALL_BYTES).await
    }

    /// The events that `options` ask for.
    pub(super) async fn events(&self, options: &EventsOptions) -> Result<Feed, Failure> {
        Ok(Feed::new(self.open_endless(&Call::get("events", "/events", options)).await?))
    }

    /// The log of a container. One that is not followed fails where nothing comes for a while.
    pub(super) async fn logs(&self, id: &str, options: &LogsOptions) -> Result<Frames, Failure> {
        let call = Call::get("logs", &format!("{}/logs", self.container(id)?), options);
        if options.follow {
            return Ok(Frames::new(self.open_endless(&call).await?));
        }
        Ok(Frames::new(self.open(&call).await?.with_idle_limit(LOG_IDLE_TIMEOUT)))
    }

    /// Runs a command in a container. Returns its output.
    pub(super) async fn exec(&self, id: &str, config: &ExecConfig) -> Result<Frames, Failure> {
        #[derive(serde::Deserialize)]
        struct Made {
            #[serde(rename = "Id")]
            id: String,
        }
        let call = Call::post("read sockets", &format!("{}/exec", self.container(id)?), config);
        let made: Made = self.ask(&call, MAX_SMALL_BYTES).await?;
        if !is_id(&made.id) {
            return Err(failure::of(
                &self.endpoint,
                "read sockets",
                &CallError::Nonsense("no id".to_owned()),
            ));
        }
        let start = json!({ "Detach": false, "Tty": false });
        let body =
            self.open(&Call::post("read sockets", &format!("/exec/{}/start", made.id), &start)).await?;
        Ok(Frames::new(body.with_idle_limit(LOG_IDLE_TIMEOUT)))
    }

    /// The path of a container.
    fn container(&self, id: &str) -> Result<String, Failure> {
        if is_id(id) {
            return Ok(format!("/containers/{id}"));
        }
        let what = format!("{} names a container by what is no id", self.endpoint);
        Err(Failure::new(FailureKind::Invalid, what, "see `docker ps --no-trunc`"))
    }

    /// The answer to a call, read as JSON.
    async fn ask<T: DeserializeOwned + Send + 'static>(&self, call: &Call, max: usize) -> Result<T, Failure> {
        let bytes = self.bytes(call, max).await?;
        let read = |bytes: &[u8]| {
            let text = String::from_utf8_lossy(bytes);
            serde_json::from_str::<T>(&text).map_err(|error| CallError::Nonsense(error.to_string()))
        };
        let broke_off = || Err(CallError::Nonsense("reading it broke off".to_owned()));
        let answer = decoded(bytes, read).await.unwrap_or_else(broke_off);
        answer.map_err(|error| failure::of(&self.endpoint, call.what, &error))
    }
}

/// What `read` makes of an answer, a large one on a thread that may wait; `None` where that broke off.
async fn decoded<T: Send + 'static>(
    bytes: Vec<u8>,
    read: impl FnOnce(&[u8]) -> T + Send + 'static,
) -> Option<T> {
    if bytes.len() < LARGE_BYTES {
        return Some(read(&bytes));
    }
    background::blocking(move || read(&bytes)).await.ok()
}
