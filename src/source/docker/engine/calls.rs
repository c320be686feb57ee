//! API calls to an engine, each with a size limit for its response.

use super::{
    client::{ApiCall, Engine},
    event_stream::EventStream,
    failure,
    http::CallError,
    output_reader::OutputReader,
};
use crate::{
    background,
    model::{Failure, FailureKind, text::clean_with_max_chars},
    source::docker::api_types::{
        ContainerInspectResponse, ContainerList, ContainerStatsResponse, SystemVersion, is_valid_id,
    },
};
use bollard::{
    models::ExecConfig,
    query_parameters::{EventsOptions, ListContainersOptionsBuilder, LogsOptions, StatsOptionsBuilder},
};
use serde::de::DeserializeOwned;
use serde_json::json;
use std::time::Duration;
use tokio::time::Instant;

/// Maximum size of a container list, in bytes.
const MAX_LIST_BYTES: usize = 48 * 1024 * 1024;
/// Maximum size of an inspect response, in bytes.
const MAX_CONTAINER_BYTES: usize = 16 * 1024 * 1024;
/// Maximum size in bytes of a small response, such as the version.
const MAX_SMALL_BYTES: usize = 256 * 1024;
/// Size in bytes from which a response is decoded on a blocking thread.
const BLOCKING_DECODE_BYTES: usize = 64 * 1024;
/// Maximum time without data in the output of a command, and in a log that Portolan reads only to its present
/// end. The engine reads such a log from disk, so pauses are short.
pub(in crate::source::docker) const LOG_IDLE_TIMEOUT: Duration = Duration::from_secs(10);

impl Engine {
    /// Pings the engine and returns the text of its response, usually `OK`.
    pub(in crate::source::docker) async fn ping(&self) -> Result<String, Failure> {
        let bytes = self.read_bytes(&ApiCall::get("ping", "/_ping", &()), MAX_SMALL_BYTES).await?;
        Ok(clean_with_max_chars(&String::from_utf8_lossy(&bytes), 40))
    }

    /// Returns the versions of the engine and its API.
    pub(in crate::source::docker) async fn system_version(&self) -> Result<SystemVersion, Failure> {
        self.call_json(&ApiCall::get("version", "/version", &()), MAX_SMALL_BYTES).await
    }

    /// Lists all containers, including stopped ones. Stops reading at `until`. Also returns the failure that
    /// cut the list short, if any. Fails if nothing could be read.
    pub(in crate::source::docker) async fn list(
        &self,
        until: Instant,
    ) -> Result<(ContainerList, Option<Failure>), Failure> {
        let options = ListContainersOptionsBuilder::new().all(true).build();
        let call = ApiCall::get("list", "/containers/json", &options);
        let (bytes, trouble) = self.read_until(&call, MAX_LIST_BYTES, until).await?;
        let listed = decode_bytes(bytes, ContainerList::read).await.unwrap_or_default();
        let trouble = trouble.or_else(|| {
            let why = listed.parse_error.as_ref()?;
            Some(failure::call_failure(&self.endpoint, "list", &CallError::InvalidResponse(why.clone())))
        });
        match trouble {
            Some(trouble) if listed.entries.is_empty() => Err(trouble),
            trouble => Ok((listed, trouble)),
        }
    }

    /// Inspects a container.
    pub(in crate::source::docker) async fn inspect(
        &self,
        id: &str,
    ) -> Result<ContainerInspectResponse, Failure> {
        let call = ApiCall::get("inspect", &format!("{}/json", self.container_path(id)?), &());
        self.call_json(&call, MAX_CONTAINER_BYTES).await
    }

    /// Returns the current resource counters of a container, in a single response instead of a stream.
    pub(in crate::source::docker) async fn stats(&self, id: &str) -> Result<ContainerStatsResponse, Failure> {
        let options = StatsOptionsBuilder::new().stream(false).one_shot(true).build();
        let call = ApiCall::get("stats", &format!("{}/stats", self.container_path(id)?), &options);
        self.call_json(&call, MAX_SMALL_BYTES).await
    }

    /// Opens the event stream that `options` select.
    pub(in crate::source::docker) async fn events(
        &self,
        options: &EventsOptions,
    ) -> Result<EventStream, Failure> {
        Ok(EventStream::new(self.open_stream(&ApiCall::get("events", "/events", options)).await?))
    }

    /// Opens the log of a container. Unless the log is followed, reading it fails if no data arrives for
    /// `LOG_IDLE_TIMEOUT`.
    pub(in crate::source::docker) async fn logs(
        &self,
        id: &str,
        options: &LogsOptions,
    ) -> Result<OutputReader, Failure> {
        let call = ApiCall::get("logs", &format!("{}/logs", self.container_path(id)?), options);
        if options.follow {
            return Ok(OutputReader::new(self.open_stream(&call).await?));
        }
        Ok(OutputReader::new(self.open_body(&call).await?.with_idle_timeout(LOG_IDLE_TIMEOUT)))
    }

    /// Runs a command in a container and returns a reader of its output.
    pub(in crate::source::docker) async fn exec(
        &self,
        id: &str,
        config: &ExecConfig,
    ) -> Result<OutputReader, Failure> {
        #[derive(serde::Deserialize)]
        struct CreatedExec {
            #[serde(rename = "Id")]
            id: String,
        }
        let call = ApiCall::post("exec", &format!("{}/exec", self.container_path(id)?), config);
        let made: CreatedExec = self.call_json(&call, MAX_SMALL_BYTES).await?;
        if !is_valid_id(&made.id) {
            return Err(failure::call_failure(
                &self.endpoint,
                "exec",
                &CallError::InvalidResponse("no id".to_owned()),
            ));
        }
        let start = json!({ "Detach": false, "Tty": false });
        let body =
            self.open_body(&ApiCall::post("exec", &format!("/exec/{}/start", made.id), &start)).await?;
        Ok(OutputReader::new(body.with_idle_timeout(LOG_IDLE_TIMEOUT)))
    }

    /// Returns the API path of a container. Fails if `id` is not a valid id.
    fn container_path(&self, id: &str) -> Result<String, Failure> {
        if is_valid_id(id) {
            return Ok(format!("/containers/{id}"));
        }
        let what = format!("{} returned an invalid container id", self.endpoint);
        Err(Failure::new(FailureKind::Invalid, what, "see `docker ps --no-trunc`"))
    }

    /// Sends a call and parses its response as JSON. Fails if the response is larger than `max` bytes.
    async fn call_json<T: DeserializeOwned + Send + 'static>(
        &self,
        call: &ApiCall,
        max: usize,
    ) -> Result<T, Failure> {
        let bytes = self.read_bytes(call, max).await?;
        let read = |bytes: &[u8]| {
            let text = String::from_utf8_lossy(bytes);
            serde_json::from_str::<T>(&text).map_err(|error| CallError::InvalidResponse(error.to_string()))
        };
        let broke_off = || Err(CallError::InvalidResponse("decoding it crashed".to_owned()));
        let answer = decode_bytes(bytes, read).await.unwrap_or_else(broke_off);
        answer.map_err(|error| failure::call_failure(&self.endpoint, call.name, &error))
    }
}

/// Decodes `bytes` with `read`. If there are at least [`BLOCKING_DECODE_BYTES`] bytes, runs `read` on a
/// blocking thread, and returns `None` if `read` panicked there.
async fn decode_bytes<T: Send + 'static>(
    bytes: Vec<u8>,
    read: impl FnOnce(&[u8]) -> T + Send + 'static,
) -> Option<T> {
    if bytes.len() < BLOCKING_DECODE_BYTES {
        return Some(read(&bytes));
    }
    background::run_blocking(move || read(&bytes)).await.ok()
}
