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
mod examine;
mod failure;
mod find;
mod flows;
mod gate;
#[cfg(test)]
mod harbour;
mod logs;
mod memory;
mod mesh;
mod metrics;
mod prefix;
#[cfg(test)]
mod recorded;
mod registry;
mod services;
mod signed;
mod targets;
mod tasks;
mod usage;

pub use budget::Group;
pub use calls::{CALLS, Call};
pub use config::Config;
pub use find::{Found, Surroundings, find};

use super::{Examined, Source};
use crate::model::{Failure, LogBatch, LogStart, LogTarget, Reading, Snapshot, SourceId, UsageTarget};
use api::Api;
use budget::Share;
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

/// A live session brings the lines of each second together.
const LAG: Duration = Duration::from_millis(1_500);

/// One region of one account.
#[derive(Debug)]
pub struct Ecs {
    id: SourceId,
    config: Config,
    gate: Arc<Gate>,
    api: Arc<OnceCell<Api>>,
    caches: Caches,
    hub: Arc<logs::Hub>,
    meter: Arc<usage::Meter>,
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
            hub: Arc::default(),
            meter: Arc::default(),
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
        self.hub.look(&snapshot);
        self.restless.store(decode::is_restless(&snapshot), Ordering::Relaxed);
        self.gate.take_share(Share::Steady);
        Ok(snapshot)
    }
}

/// Resolves the configuration. A failure is not kept, so that a repaired profile works at the next look.
async fn open(config: &Config, gate: &Arc<Gate>) -> Result<Api, Failure> {
    Ok(Api { clients: connect::connect(config).await?, gate: gate.clone() })
}

impl Source for Ecs {
    fn id(&self) -> &SourceId {
        &self.id
    }

    fn place(&self) -> String {
        let setting = self.api.get().map(|api| &api.clients.setting);
        let region = setting.map_or(&self.config.region, |s| &s.region);
        let endpoint = setting.and_then(|s| s.endpoint.as_deref()).unwrap_or(&self.config.endpoint);
        let part = |before: &str, text: &str| match text {
            "" => String::new(),
            text => format!("{before}{text}"),
        };
        let profile = part(", profile ", &self.config.profile);
        format!("Amazon ECS{}{profile}{}", part(" in ", region), part(", at ", endpoint))
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

    fn lag(&self) -> Duration {
        LAG
    }

    fn logs(
        &self,
        targets: Vec<LogTarget>,
        start: LogStart,
    ) -> BoxStream<'static, Result<LogBatch, Failure>> {
        let (cell, config, gate) = (self.api.clone(), self.config.clone(), self.gate.clone());
        let hub = Arc::clone(&self.hub);
        let opened = async move {
            match cell.get_or_try_init(|| open(&config, &gate)).await {
                Ok(api) => logs::read(api, &hub, targets, start),
                Err(failure) => stream::iter([Err(failure)]).boxed(),
            }
        };
        stream::once(opened).flatten().boxed()
    }

    fn usage(&self, target: UsageTarget) -> BoxStream<'static, Result<Vec<Reading>, Failure>> {
        let (api, config, gate) = (self.api.clone(), self.config.clone(), self.gate.clone());
        usage::read(usage::Means { api, config, gate, meter: Arc::clone(&self.meter) }, target)
    }

    fn examine(&self) -> BoxFuture<'_, Vec<Examined>> {
        async {
            match self.api().await {
                Ok(api) => examine::examine(api, &self.config).await,
                Err(failure) => {
                    vec![Examined { what: "AWS configuration".to_owned(), outcome: Err(failure) }]
                }
            }
        }
        .boxed()
    }
}
