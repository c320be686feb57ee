//! A Docker or Podman engine: one list and one inspect per new container, then driven by the engine's own events.

mod answer;
mod assemble;
mod calls;
mod connect;
mod context;
mod decode;
mod endpoint;
mod ends;
mod events;
mod examine;
mod failure;
mod feed;
pub(super) mod files;
mod filled;
mod find;
mod http;
mod inspect;
mod logs;
mod look;
mod memory;
mod reach;
mod settings;
mod sockets;
mod tunnel;
mod usage;

pub use endpoint::Endpoint;
pub use find::{Found, Surroundings, find};

use super::{Examined, Source};
use crate::{
    cache::key_of,
    model::{Failure, LogBatch, LogStart, LogTarget, Reading, Snapshot, SourceId, UsageTarget},
};
use connect::Engine;
use futures::{FutureExt, future::BoxFuture, stream::BoxStream};
use inspect::Inspects;
use memory::Memory;
use serde::{Deserialize, Serialize};
use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use tokio::sync::Notify;

/// How long to wait before looking again when no event came. A connection that was closed can be seen for a minute
/// more (`TIME_WAIT`), so few are missed in between.
const PACE: Duration = Duration::from_secs(15);

/// Which engine to read. With nothing set, those that [`find`] finds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// The engine's address, as `DOCKER_HOST` has it.
    pub host: String,
    /// The docker context to use where `host` is empty.
    pub context: String,
    /// The folder with `ca.pem`, `cert.pem` and `key.pem`, for a `host` that wants TLS.
    pub certificates: String,
    /// What to call the source; `docker` or `podman` by default.
    pub name: String,
    /// Whether to read the sockets of local containers, to see who calls whom.
    pub sockets: bool,
    /// Whether to read the configuration files of containers, to see whom they name.
    pub files: bool,
    /// Whether to run `cat` inside the containers of an engine on another machine, to read their sockets.
    pub exec: bool,
}

impl Default for Config {
    fn default() -> Self {
        let empty = String::new;
        Self {
            host: empty(),
            context: empty(),
            certificates: empty(),
            name: empty(),
            sockets: true,
            files: true,
            exec: false,
        }
    }
}

/// An engine as a source.
#[derive(Clone, Debug)]
pub struct Docker {
    shared: Arc<Shared>,
    because: String,
}

/// What everything that talks to one engine shares.
#[derive(Debug)]
struct Shared {
    id: SourceId,
    engine: Engine,
    memory: Mutex<Memory>,
    /// The calls about single containers.
    inspects: Inspects,
    /// Told when the engine's events are to be asked for anew.
    resubscribe: Notify,
    /// What the docker command's own settings have wrong, where that keeps nothing from being read.
    warning: Option<Failure>,
    counted: Mutex<usage::Counted>,
    /// Whether to read sockets.
    sockets: bool,
    /// Whether to read configuration files.
    files: bool,
    /// Whether something may be run in a container.
    exec: bool,
}

impl Shared {
    /// What is remembered; never held while waiting for an answer.
    fn memory(&self) -> MutexGuard<'_, Memory> {
        self.memory.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What was counted last of containers; never held while waiting for an answer.
    fn counted(&self) -> MutexGuard<'_, usage::Counted> {
        self.counted.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Docker {
    /// The engine that was found, to be read as `config` says. Nothing is asked of it yet.
    #[must_use]
    pub fn new(found: Found, config: &Config) -> Self {
        let shared = Shared {
            id: SourceId::new(&found.name),
            engine: Engine::new(found.endpoint),
            memory: Mutex::default(),
            inspects: Inspects::default(),
            resubscribe: Notify::new(),
            warning: found.warning,
            counted: Mutex::default(),
            sockets: config.sockets,
            files: config.files,
            exec: config.exec,
        };
        Self { shared: Arc::new(shared), because: found.because }
    }
}

impl Source for Docker {
    fn id(&self) -> &SourceId {
        &self.shared.id
    }

    fn place(&self) -> String {
        format!("{} ({})", self.shared.engine.endpoint, self.because)
    }

    fn kind(&self) -> &'static str {
        "docker"
    }

    fn snapshot(&self) -> BoxFuture<'_, Result<Snapshot, Failure>> {
        look::snapshot(&self.shared).boxed()
    }

    fn outage_key(&self) -> BoxFuture<'_, Option<String>> {
        async { Some(key_of(&format!("docker {}", self.shared.engine.endpoint))) }.boxed()
    }

    fn tells(&self) -> bool {
        self.shared.memory().refusal().is_none()
    }

    fn set_time_limit(&self, limit: Duration) {
        self.shared.engine.set_look_limit(limit);
    }

    fn pace(&self) -> Duration {
        PACE
    }

    fn nudges(&self) -> BoxStream<'static, ()> {
        events::nudges(Arc::clone(&self.shared))
    }

    fn logs(
        &self,
        targets: Vec<LogTarget>,
        start: LogStart,
    ) -> BoxStream<'static, Result<LogBatch, Failure>> {
        logs::read(self.shared.engine.clone(), targets, start)
    }

    fn usage(&self, target: UsageTarget) -> BoxStream<'static, Result<Vec<Reading>, Failure>> {
        usage::read(&self.shared, &target)
    }

    fn examine(&self) -> BoxFuture<'_, Vec<Examined>> {
        examine::engine(&self.shared).boxed()
    }
}
