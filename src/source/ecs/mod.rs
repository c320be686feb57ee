//! Amazon ECS in one region of one account: current services, tasks and deployments, their logs in
//! CloudWatch, their load balancers and their DNS names.

#[cfg(test)]
mod tests;
mod client;
mod quota;
mod enrichment;
mod snapshot;
mod config;
mod decode;
mod doctor;
mod discovery;
mod estate;
mod flows;
mod logs;
mod name_filter;
mod operations;
mod scheduler;
mod usage;
#[cfg(fuzzing)]
pub mod fuzzing;

pub use client::s3_store::S3Store;
pub use config::Config;
pub use discovery::{Discovery, Env, discover, profile_names};
pub use quota::{
    account_quota::QuotaRegistry,
    calls::{AWS_CALLS, Call, PLAN_CALLS},
    token_bucket::QuotaGroup,
};

use super::{DoctorCheck, Operator, Source};
use crate::{
    cache::{CacheDir, hashed_key},
    model::{
        ActionPermission, DisplayUrl, Failure, LogBatch, LogReadOptions, LogTarget, ServiceId, Snapshot,
        SourceId, UsageSample, UsageTarget,
    },
};
use client::{api::Api, rate_limiter::RateLimiter};
use futures::{
    FutureExt, StreamExt,
    future::BoxFuture,
    stream::{self, BoxStream},
};
use name_filter::NameFilter;
use snapshot::Caches;
use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};
use tokio::sync::OnceCell;

/// Wait between polls in [`PollPhase::Loading`]. The wait can be this short because the API quota limits the
/// calls of each poll anyway.
const LOADING_INTERVAL: Duration = Duration::from_millis(300);
/// Wait between polls in [`PollPhase::Enriching`].
const ENRICHING_INTERVAL: Duration = Duration::from_secs(2);
/// Wait between polls in [`PollPhase::Changing`].
const CHANGING_INTERVAL: Duration = Duration::from_secs(5);
/// Wait between polls in [`PollPhase::Idle`].
const IDLE_INTERVAL: Duration = Duration::from_secs(10);

/// Maximum time by which a log line arrives after newer lines of other streams. Live Tail sends the events of
/// one second together.
const LOG_REORDER_WINDOW: Duration = Duration::from_millis(1_500);

/// Source that reads ECS in one region of one account.
#[derive(Debug)]
pub struct Ecs {
    id: SourceId,
    config: Config,
    rate_limiter: Arc<RateLimiter>,
    api: Arc<OnceCell<Api>>,
    caches: Caches,
    log_sessions: Arc<logs::SessionPool>,
    /// Phase of polling after the last successful poll. The phase sets the wait before the next poll.
    phase: Mutex<PollPhase>,
    /// Services that the user is viewing. Every poll reads them.
    viewed: Mutex<BTreeSet<ServiceId>>,
    usage_cache: Arc<usage::UsageCache>,
    /// User or role that makes the calls; empty until an operation needs it.
    caller: OnceCell<operations::CallerIdentity>,
}

/// Phase of polling, which sets the wait before the next poll. The phase follows from the last snapshot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum PollPhase {
    /// Services and tasks are not completely read yet.
    Loading,
    /// Services and tasks are complete. Portolan has not read all enrichment yet, such as load balancers.
    Enriching,
    /// Everything is read, and some service is deploying, or neither healthy nor stopped.
    Changing,
    /// Everything is read, no service is deploying, and all services are healthy or stopped.
    Idle,
}

impl Ecs {
    /// Creates a source for `config` whose calls draw from the shared API `quotas`. The source caches task
    /// definitions in `cache`, if given. Sends no request.
    #[must_use]
    pub fn new(config: Config, quotas: &Arc<QuotaRegistry>, cache: Option<CacheDir>) -> Self {
        Self {
            id: config.id(),
            rate_limiter: Arc::new(RateLimiter::new(config.id(), config.shares(), Arc::clone(quotas))),
            caches: Caches::new(cache, NameFilter::new(&config.services)),
            config,
            api: Arc::default(),
            log_sessions: Arc::default(),
            phase: Mutex::new(PollPhase::Changing),
            viewed: Mutex::default(),
            usage_cache: Arc::default(),
            caller: OnceCell::new(),
        }
    }

    async fn api(&self) -> Result<&Api, Failure> {
        let open = || open_api(&self.config, &self.rate_limiter);
        self.api.get_or_try_init(open).await
    }

    async fn poll(&self) -> Result<Snapshot, Failure> {
        let watched = self.viewed.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let api = self.api().await?;
        let polled = snapshot::take_snapshot(api, &self.config, &self.id, &self.caches, &watched).await;
        // A source whose poll fails does not count as loading. Otherwise it would keep the whole account at
        // the startup share of the quota.
        self.rate_limiter.set_loading(polled.as_ref().is_ok_and(Snapshot::is_partial));
        let snapshot = polled?;
        self.log_sessions.record_exits(&snapshot);
        let mood = if snapshot.is_partial() {
            PollPhase::Loading
        } else if !snapshot.progress.is_empty() {
            PollPhase::Enriching
        } else if decode::is_changing(&snapshot) {
            PollPhase::Changing
        } else {
            PollPhase::Idle
        };
        *self.phase.lock().unwrap_or_else(PoisonError::into_inner) = mood;
        Ok(snapshot)
    }
}

impl Ecs {
    /// Returns text that identifies the endpoint, the account, the region, and the clusters and services to
    /// read. Returns `None` if Portolan can't create the AWS clients.
    async fn location_key(&self) -> Option<String> {
        let setting = &self.api().await.ok()?.clients.target;
        let profile = setting.profile.as_deref().unwrap_or_default();
        // Keys in the environment may belong to any account, so they are part of the identity.
        let key = std::env::var("AWS_ACCESS_KEY_ID").ok().filter(|_| self.config.profile.is_empty());
        let key = key.unwrap_or_default();
        let account =
            client::access_key::account_id(&key).unwrap_or_else(|| crc32fast::hash(key.as_bytes()).into());
        let picked = [&self.config.clusters, &self.config.services].map(|names| names.join(","));
        let place = [&picked[0], &picked[1], setting.region.as_str(), profile];
        let endpoint = setting.endpoint.as_deref().unwrap_or_default();
        Some(format!("{} {endpoint} {account:x}", place.join(" ")))
    }
}

/// Creates the AWS clients. Callers cache only a success. After a failure, the next poll tries again, so it
/// notices a repaired profile.
async fn open_api(config: &Config, rate_limiter: &Arc<RateLimiter>) -> Result<Api, Failure> {
    Ok(Api { clients: client::connect::connect(config).await?, rate_limiter: rate_limiter.clone() })
}

impl Source for Ecs {
    fn id(&self) -> &SourceId {
        &self.id
    }

    fn location(&self) -> String {
        let setting = self.api.get().map(|api| &api.clients.target);
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

    fn tool_options(&self) -> Vec<(&'static str, String)> {
        let endpoint = DisplayUrl::new(&self.config.endpoint).to_string();
        let options = [("--profile", self.config.profile.clone()), ("--endpoint-url", endpoint)];
        options.into_iter().filter(|(_, value)| !value.is_empty()).collect()
    }

    fn snapshot(&self) -> BoxFuture<'_, Result<Snapshot, Failure>> {
        self.poll().boxed()
    }

    fn poll_interval(&self) -> Duration {
        match *self.phase.lock().unwrap_or_else(PoisonError::into_inner) {
            PollPhase::Loading => LOADING_INTERVAL,
            PollPhase::Enriching => ENRICHING_INTERVAL,
            PollPhase::Changing => CHANGING_INTERVAL,
            PollPhase::Idle => IDLE_INTERVAL,
        }
    }

    fn set_priority(&self, watched: &BTreeSet<ServiceId>) {
        self.viewed.lock().unwrap_or_else(PoisonError::into_inner).clone_from(watched);
    }

    fn cache_key(&self) -> BoxFuture<'_, Option<String>> {
        async { Some(hashed_key(&format!("{} {}", self.id, self.location_key().await?))) }.boxed()
    }

    fn outage_key(&self) -> BoxFuture<'_, Option<String>> {
        async { Some(hashed_key(&format!("ecs {}", self.location_key().await?))) }.boxed()
    }

    fn quota_used(&self) -> Option<f64> {
        Some(self.rate_limiter.quota_used())
    }

    fn change_notifications(&self) -> BoxStream<'static, ()> {
        stream::pending().boxed()
    }

    fn reorder_window(&self) -> Duration {
        LOG_REORDER_WINDOW
    }

    fn logs(
        &self,
        targets: Vec<LogTarget>,
        start: LogReadOptions,
    ) -> BoxStream<'static, Result<LogBatch, Failure>> {
        let (cell, config, rate_limiter) = (self.api.clone(), self.config.clone(), self.rate_limiter.clone());
        let pool = Arc::clone(&self.log_sessions);
        let opened = async move {
            match cell.get_or_try_init(|| open_api(&config, &rate_limiter)).await {
                Ok(api) => logs::read(api, &pool, targets, start),
                Err(failure) => stream::iter([Err(failure)]).boxed(),
            }
        };
        stream::once(opened).flatten().boxed()
    }

    fn usage(&self, target: UsageTarget) -> BoxStream<'static, Result<Vec<UsageSample>, Failure>> {
        let (api, config, rate_limiter) = (self.api.clone(), self.config.clone(), self.rate_limiter.clone());
        usage::usage_stream(
            usage::UsageReader { api, config, rate_limiter, cache: Arc::clone(&self.usage_cache) },
            target,
        )
    }

    fn permission(&self) -> ActionPermission {
        self.config.actions
    }

    fn operator(&self) -> Option<&dyn Operator> {
        self.config.actions.allows_actions().then_some(self)
    }

    fn diagnose(&self) -> BoxFuture<'_, Vec<DoctorCheck>> {
        async {
            match self.api().await {
                Ok(api) => doctor::check_calls(api, &self.config).await,
                Err(failure) => {
                    vec![DoctorCheck { name: "AWS configuration".to_owned(), outcome: Err(failure) }]
                }
            }
        }
        .boxed()
    }
}
