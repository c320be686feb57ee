//! Amazon ECS in one region of one account: services, tasks and deployments as they are now, their logs in
//! `CloudWatch`, their load balancers and their names.

mod api;
mod balancers;
mod budget;
mod calls;
mod clusters;
mod collect;
mod config;
mod connect;
mod decode;
mod definitions;
mod failure;
mod find;
mod gate;
mod memory;
mod prefix;
mod registry;
mod services;
mod tasks;

pub use calls::{CALLS, Call};
pub use config::Config;
pub use find::{Found, Surroundings, find};

use super::{Examined, Source};
use crate::model::{Failure, LogBatch, LogStart, LogTarget, Snapshot, SourceId};
use api::Api;
use budget::{Group, Share};
use collect::Caches;
use futures::{
    FutureExt, StreamExt,
    future::BoxFuture,
    stream::{self, BoxStream},
};
use gate::Gate;
use std::{
    collections::BTreeMap,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};
use tokio::sync::OnceCell;

/// How long to wait between looks while something is on the move, and while nothing is.
const SOON: Duration = Duration::from_secs(10);
const LATER: Duration = Duration::from_secs(20);

/// One region of one account.
#[derive(Debug)]
pub struct Ecs {
    id: SourceId,
    config: Config,
    gate: Arc<Gate>,
    api: Arc<OnceCell<Api>>,
    caches: Caches,
    restless: AtomicBool,
}

impl Ecs {
    /// A source for that configuration. It asks the network nothing until it is read.
    #[must_use]
    pub fn new(config: Config) -> Self {
        Self {
            id: config.id(),
            config,
            gate: Arc::new(Gate::new()),
            api: Arc::default(),
            caches: Caches::default(),
            restless: AtomicBool::new(true),
        }
    }

    /// How many calls each group has made so far, and how many fit in its budget now.
    #[must_use]
    pub fn spent(&self) -> BTreeMap<Group, u64> {
        self.gate.spent()
    }

    async fn api(&self) -> Result<&Api, Failure> {
        let open = || open(&self.config, &self.gate);
        self.api.get_or_try_init(open).await
    }

    async fn look(&self) -> Result<Snapshot, Failure> {
        let snapshot = collect::collect(self.api().await?, &self.config, &self.id, &self.caches).await?;
        self.restless.store(decode::is_restless(&snapshot), Ordering::Relaxed);
        self.gate.take_share(Share::Steady);
        Ok(snapshot)
    }
}

/// Resolves the configuration. A failure is not kept, so that a repaired profile works at the next look.
async fn open(config: &Config, gate: &Arc<Gate>) -> Result<Api, Failure> {
    Ok(Api { clients: connect::connect(config, None).await?, gate: gate.clone() })
}

impl Source for Ecs {
    fn id(&self) -> &SourceId {
        &self.id
    }

    fn place(&self) -> String {
        let region = self.api.get().map_or(&self.config.region, |api| &api.clients.setting.region);
        let endpoint = self.api.get().and_then(|api| api.clients.setting.endpoint.as_deref());
        let mut words =
            if region.is_empty() { "Amazon ECS".to_owned() } else { format!("Amazon ECS in {region}") };
        if !self.config.profile.is_empty() {
            words.push_str(&format!(", profile {}", self.config.profile));
        }
        if let Some(endpoint) = endpoint {
            words.push_str(&format!(", at {endpoint}"));
        }
        words
    }

    fn kind(&self) -> &'static str {
        "ecs"
    }

    fn snapshot(&self) -> BoxFuture<'_, Result<Snapshot, Failure>> {
        self.look().boxed()
    }

    fn pace(&self) -> Duration {
        if self.restless.load(Ordering::Relaxed) { SOON } else { LATER }
    }

    fn nudges(&self) -> BoxStream<'static, ()> {
        stream::pending().boxed()
    }

    fn logs(
        &self,
        _targets: Vec<LogTarget>,
        _start: LogStart,
    ) -> BoxStream<'static, Result<LogBatch, Failure>> {
        stream::empty().boxed()
    }

    fn examine(&self) -> BoxFuture<'_, Vec<Examined>> {
        async { Vec::new() }.boxed()
    }
}
