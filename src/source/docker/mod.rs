//! Source that reads a Docker or Podman engine. The first poll lists and inspects all containers. Later polls
//! inspect only the containers that are new or have changed, as the list and the engine's events show.

mod snapshot;
mod engine;
mod discovery;
mod api_types;
mod decode;
mod doctor;
mod exec;
pub(super) mod files;
mod forward;
mod logs;
mod operations;
mod sockets;
mod usage;
#[cfg(fuzzing)]
pub mod fuzzing;

pub use discovery::{
    endpoint::EngineEndpoint,
    engines::{Env, FoundEngine, discover},
};

use super::{DoctorCheck, Operator, Source};
use crate::{
    cache::hashed_key,
    model::{
        ActionPermission, Failure, InstanceId, LogBatch, LogReadOptions, LogTarget, Snapshot, SourceId,
        UsageSample, UsageTarget,
    },
};
use engine::client::Engine;
use futures::{FutureExt, future::BoxFuture, stream::BoxStream};
use serde::{Deserialize, Serialize};
use snapshot::{cache::EngineCache, inspect::InspectPool};
use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use tokio::sync::Notify;

/// Interval between polls if no event arrives. The kernel shows a closed connection for another minute
/// (`TIME_WAIT`), so polls miss few connections.
const POLL_INTERVAL: Duration = Duration::from_secs(15);

/// Configuration of a Docker source. If `host` and `context` are empty, [`discover`] finds the engines.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// Address of the engine, in the format of `DOCKER_HOST`.
    pub host: String,
    /// Docker context to use if `host` is empty.
    pub context: String,
    /// Folder with `ca.pem`, `cert.pem` and `key.pem`, for a `host` with TLS.
    pub certificates: String,
    /// Name of the source; `docker` or `podman` by default.
    pub name: String,
    /// True to observe connections by reading the sockets of containers on this machine.
    pub sockets: bool,
    /// True to read the configuration files of containers, which name other services.
    pub files: bool,
    /// True to run `cat` inside the containers of an engine on another machine, to read their sockets.
    pub exec: bool,
    /// Permission to act on containers, such as to restart or stop them, and to open shells and port
    /// forwards.
    pub actions: ActionPermission,
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
            actions: ActionPermission::Off,
        }
    }
}

/// Source that reads one Docker or Podman engine.
#[derive(Clone, Debug)]
pub struct Docker {
    shared: Arc<DockerState>,
    /// Setting that led to the engine, for display.
    found_by: String,
    /// Docker context or address from the configuration, as an option of the docker command.
    tool_options: Vec<(&'static str, String)>,
}

/// State of one Docker source, shared by its polls, its event subscription, measurements and checks.
#[derive(Debug)]
struct DockerState {
    id: SourceId,
    engine: Engine,
    /// Containers, events and sockets from earlier polls.
    cache: Mutex<EngineCache>,
    /// Running inspect calls, which may outlive the poll that started them.
    inspect_pool: InspectPool,
    /// Signal to open the event subscription again.
    resubscribe: Notify,
    /// Warning about a docker setting that discovery ignored, such as an unreadable `config.json`.
    warning: Option<Failure>,
    usage_cache: Mutex<usage::UsageCache>,
    /// True if the configuration allows Portolan to read the sockets of containers on this machine.
    read_sockets: bool,
    /// True if the configuration allows Portolan to read the configuration files of containers.
    read_files: bool,
    /// True if the configuration allows Portolan to run `cat` in containers, to read their sockets.
    allow_exec: bool,
    /// Permission from the configuration to act on containers.
    permission: ActionPermission,
}

impl DockerState {
    /// Locks the cache. No caller holds the lock while it awaits the engine.
    fn cache(&self) -> MutexGuard<'_, EngineCache> {
        self.cache.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Locks the usage cache. No caller holds the lock while it awaits the engine.
    fn usage_cache(&self) -> MutexGuard<'_, usage::UsageCache> {
        self.usage_cache.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Docker {
    /// Creates the source for an engine that discovery found. Makes no call yet.
    #[must_use]
    pub fn new(found: FoundEngine, config: &Config) -> Self {
        let shared = DockerState {
            id: SourceId::new(&found.name),
            engine: Engine::new(found.endpoint),
            cache: Mutex::default(),
            inspect_pool: InspectPool::default(),
            resubscribe: Notify::new(),
            warning: found.warning,
            usage_cache: Mutex::default(),
            read_sockets: config.sockets,
            read_files: config.files,
            allow_exec: config.exec,
            permission: config.actions,
        };
        let options = [("--context", &config.context), ("--host", &config.host)];
        let mut chosen = options.into_iter().filter(|(_, value)| !value.is_empty());
        let tool_options =
            chosen.next_back().map(|(name, value)| (name, value.clone())).into_iter().collect();
        Self { shared: Arc::new(shared), found_by: found.found_by, tool_options }
    }
}

impl Source for Docker {
    fn id(&self) -> &SourceId {
        &self.shared.id
    }

    fn tool_options(&self) -> Vec<(&'static str, String)> {
        self.tool_options.clone()
    }

    fn location(&self) -> String {
        format!("{} ({})", self.shared.engine.endpoint, self.found_by)
    }

    fn kind(&self) -> &'static str {
        "docker"
    }

    fn snapshot(&self) -> BoxFuture<'_, Result<Snapshot, Failure>> {
        snapshot::poll::take_snapshot(&self.shared).boxed()
    }

    fn outage_key(&self) -> BoxFuture<'_, Option<String>> {
        async { Some(hashed_key(&format!("docker {}", self.shared.engine.endpoint))) }.boxed()
    }

    fn pushes_changes(&self) -> bool {
        self.shared.cache().events_refusal().is_none()
    }

    fn set_time_limit(&self, limit: Duration) {
        self.shared.engine.set_poll_limit(limit);
    }

    fn poll_interval(&self) -> Duration {
        POLL_INTERVAL
    }

    fn read_again(&self, instances: &BTreeSet<InstanceId>) {
        let container = |id: &InstanceId| id.native_id(&self.shared.id).map(str::to_owned);
        self.shared.cache().mark_dirty(instances.iter().filter_map(container));
    }

    fn change_notifications(&self) -> BoxStream<'static, ()> {
        snapshot::events::change_notifications(Arc::clone(&self.shared))
    }

    fn logs(
        &self,
        targets: Vec<LogTarget>,
        start: LogReadOptions,
    ) -> BoxStream<'static, Result<LogBatch, Failure>> {
        logs::read_logs(self.shared.engine.clone(), targets, start)
    }

    fn usage(&self, target: UsageTarget) -> BoxStream<'static, Result<Vec<UsageSample>, Failure>> {
        usage::measure_usage(&self.shared, &target)
    }

    fn permission(&self) -> ActionPermission {
        self.shared.permission
    }

    fn operator(&self) -> Option<&dyn Operator> {
        self.shared.permission.allows_actions().then_some(self)
    }

    fn diagnose(&self) -> BoxFuture<'_, Vec<DoctorCheck>> {
        doctor::run_checks(&self.shared).boxed()
    }
}
