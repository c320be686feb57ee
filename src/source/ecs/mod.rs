//! Amazon ECS in one region of one account: services, tasks and deployments as they are now, their logs in
//! `CloudWatch`, their load balancers and their names.

mod account;
mod answer_limit;
mod api;
mod beside;
mod balancers;
mod budget;
mod calls;
mod clusters;
mod collect;
mod config;
mod connect;
mod decode;
mod definitions;
mod errands;
mod examine;
mod failure;
mod find;
mod flows;
mod gate;
#[cfg(test)]
mod harbour;
mod logs;
mod mesh;
mod metrics;
mod paging;
mod pick;
mod prefix;
mod purse;
#[cfg(test)]
mod recorded;
mod registry;
mod round;
mod services;
mod signed;
mod targets;
mod tasks;
mod usage;

pub use budget::Group;
pub use calls::{CALLS, Call};
pub use config::Config;
pub use find::{Found, Surroundings, find};
pub use purse::Treasury;

use super::{Examined, Source};
use crate::{
    cache::{Folder, key_of},
    model::{
        DisplayUrl, Failure, LogBatch, LogStart, LogTarget, Reading, ServiceId, Snapshot, SourceId,
        UsageTarget,
    },
};
use api::Api;
use collect::Caches;
use futures::{
    FutureExt, StreamExt,
    future::BoxFuture,
    stream::{self, BoxStream},
};
use gate::Gate;
use pick::Pick;
use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};
use tokio::sync::OnceCell;

/// How long to wait between looks while the first picture fills in, while only its surroundings do, while something is on
/// the move, and while nothing is. What a look may spend is for the budget to say.
const AT_ONCE: Duration = Duration::from_millis(300);
const AFTER: Duration = Duration::from_secs(2);
const SOON: Duration = Duration::from_secs(5);
const LATER: Duration = Duration::from_secs(10);

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
    /// Whether anything is on the move, or the first picture not whole yet.
    mood: Mutex<Mood>,
    watched: Mutex<BTreeSet<ServiceId>>,
    meter: Arc<usage::Meter>,
}

/// How soon it is worth looking again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mood {
    Filling,
    Awaiting,
    Restless,
    Calm,
}

impl Ecs {
    /// A source for that configuration, which spends from that treasury and keeps task definitions in that folder. It asks
    /// the network nothing until it is read.
    #[must_use]
    pub fn new(config: Config, treasury: &Arc<Treasury>, cache: Option<Folder>) -> Self {
        Self {
            id: config.id(),
            gate: Arc::new(Gate::new(config.id(), config.shares(), Arc::clone(treasury))),
            caches: Caches::new(cache, Pick::new(&config.services)),
            config,
            api: Arc::default(),
            hub: Arc::default(),
            mood: Mutex::new(Mood::Restless),
            watched: Mutex::default(),
            meter: Arc::default(),
        }
    }

    async fn api(&self) -> Result<&Api, Failure> {
        let open = || open(&self.config, &self.gate);
        self.api.get_or_try_init(open).await
    }

    async fn look(&self) -> Result<Snapshot, Failure> {
        let watched = self.watched.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let api = self.api().await?;
        let looked = collect::collect(api, &self.config, &self.id, &self.caches, &watched).await;
        // A source that can not be read draws no picture: the others have what it would spend on that.
        self.gate.starts(looked.as_ref().is_ok_and(Snapshot::is_partial));
        let snapshot = looked?;
        self.hub.look(&snapshot);
        let mood = if snapshot.is_partial() {
            Mood::Filling
        } else if !snapshot.progress.is_empty() {
            Mood::Awaiting
        } else if decode::is_restless(&snapshot) {
            Mood::Restless
        } else {
            Mood::Calm
        };
        *self.mood.lock().unwrap_or_else(PoisonError::into_inner) = mood;
        Ok(snapshot)
    }
}

impl Ecs {
    /// What tells this part of an account from every other one.
    async fn place_key(&self) -> Option<String> {
        let setting = &self.api().await.ok()?.clients.setting;
        let profile = setting.profile.as_deref().unwrap_or_default();
        // Keys that stand in the environment may be those of any account.
        let key = std::env::var("AWS_ACCESS_KEY_ID").ok().filter(|_| self.config.profile.is_empty());
        let key = key.unwrap_or_default();
        let account = account::of_key(&key).unwrap_or_else(|| crc32fast::hash(key.as_bytes()).into());
        let picked = [&self.config.clusters, &self.config.services].map(|names| names.join(","));
        let place = [&picked[0], &picked[1], setting.region.as_str(), profile];
        let endpoint = setting.endpoint.as_deref().unwrap_or_default();
        Some(format!("{} {endpoint} {account:x}", place.join(" ")))
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
        let endpoint = DisplayUrl::new(endpoint).to_string();
        let part = |before: &str, text: &str| match text {
            "" => String::new(),
            text => format!("{before}{text}"),
        };
        let profile = part(", profile ", &self.config.profile);
        format!("Amazon ECS{}{profile}{}", part(" in ", region), part(", at ", &endpoint))
    }

    fn kind(&self) -> &'static str {
        "ecs"
    }

    fn snapshot(&self) -> BoxFuture<'_, Result<Snapshot, Failure>> {
        self.look().boxed()
    }

    fn pace(&self) -> Duration {
        match *self.mood.lock().unwrap_or_else(PoisonError::into_inner) {
            Mood::Filling => AT_ONCE,
            Mood::Awaiting => AFTER,
            Mood::Restless => SOON,
            Mood::Calm => LATER,
        }
    }

    fn heed(&self, watched: &BTreeSet<ServiceId>) {
        self.watched.lock().unwrap_or_else(PoisonError::into_inner).clone_from(watched);
    }

    fn key(&self) -> BoxFuture<'_, Option<String>> {
        async { Some(key_of(&format!("{} {}", self.id, self.place_key().await?))) }.boxed()
    }

    fn outage_key(&self) -> BoxFuture<'_, Option<String>> {
        async { Some(key_of(&format!("ecs {}", self.place_key().await?))) }.boxed()
    }

    fn spent(&self) -> Option<f64> {
        Some(self.gate.part())
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
