//! Resource usage of tasks, from the performance log of Container Insights.
//!
//! For each service, Portolan reads the log at most once a minute, and only while the user views the service.

mod query;
mod record;

use super::{Api, Config, RateLimiter, open_api};
use crate::model::{Failure, ServiceId, Text, Timestamp, UsageSample, UsageTarget};
use futures::{
    StreamExt,
    stream::{self, BoxStream},
};
use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use tokio::{
    sync::OnceCell,
    time::{Instant, sleep, sleep_until},
};

/// Time for which a service must stay selected before the first read, so that moving over the map causes no
/// calls.
const SELECTION_DELAY: Duration = Duration::from_millis(700);

/// Lifetime of cached samples. Container Insights writes a record each minute.
const SAMPLES_TTL: Duration = Duration::from_mins(1);

/// Time for which Portolan remembers that a cluster has no performance log.
const MISSING_LOG_TTL: Duration = Duration::from_mins(5);

/// Age of the oldest records that the first read covers, in minutes: the width of a usage curve.
const FIRST_LOOKBACK_MINUTES: i64 = 12;

/// Age of the oldest records that later reads cover, in minutes. A record may arrive a minute or two late.
const LATER_LOOKBACK_MINUTES: i64 = 4;

/// Cache of the results of recent usage reads, by service. A result is valid for a minute; the failure that a
/// cluster has no performance log is valid for five minutes.
///
/// If the user selects a service again within the minute, no call is necessary, even if the tasks of the
/// service have changed: a new task has no record in its first minute.
#[derive(Debug, Default)]
pub(super) struct UsageCache {
    entries: Mutex<BTreeMap<ServiceId, CachedSamples>>,
}

/// Cached samples of one service, or the failure to read them.
#[derive(Clone, Debug)]
struct CachedSamples {
    cluster: Option<Text>,
    valid_until: Instant,
    outcome: Result<Vec<UsageSample>, Failure>,
}

/// Reader of the resource usage of tasks, with the parts of the source that it needs for its calls.
pub(super) struct UsageReader {
    /// AWS clients. Empty until the first call needs them.
    pub(super) api: Arc<OnceCell<Api>>,
    /// Configuration of the source, from which the clients are created.
    pub(super) config: Config,
    /// Rate limiter for all calls.
    pub(super) rate_limiter: Arc<RateLimiter>,
    /// Cache that all readers of the source share.
    pub(super) cache: Arc<UsageCache>,
}

/// Returns a stream of usage samples of `target`. The stream ends after a failure.
pub(super) fn usage_stream(
    means: UsageReader,
    target: UsageTarget,
) -> BoxStream<'static, Result<Vec<UsageSample>, Failure>> {
    let means = Arc::new(means);
    let readings = stream::unfold(Some(FIRST_LOOKBACK_MINUTES), move |minutes| {
        let (means, target) = (Arc::clone(&means), target.clone());
        async move {
            let answer = means.next_samples(&target, minutes?).await;
            let more = answer.is_ok().then_some(LATER_LOOKBACK_MINUTES);
            Some((answer, more))
        }
    });
    readings.boxed()
}

impl UsageReader {
    /// Waits until a read is due, and returns the samples of the last `minutes`. For the first read of a
    /// stream, `minutes` is [`FIRST_LOOKBACK_MINUTES`]. If the cache then has a result, returns that result
    /// at once.
    async fn next_samples(&self, target: &UsageTarget, minutes: i64) -> Result<Vec<UsageSample>, Failure> {
        let known = self.cache.valid_samples(target, Instant::now());
        match known {
            Some(known) if minutes == FIRST_LOOKBACK_MINUTES => return known.outcome,
            Some(known) => sleep_until(known.valid_until).await,
            None => sleep(SELECTION_DELAY).await,
        }
        let outcome = match self.api.get_or_try_init(|| open_api(&self.config, &self.rate_limiter)).await {
            Ok(api) => {
                let since = Timestamp::now().as_millisecond() - minutes * 60_000;
                query::read_records(api, target, since).await
            }
            Err(failure) => Err(failure),
        };
        self.cache.store(target, &outcome, Instant::now());
        outcome
    }
}

impl UsageCache {
    fn entries(&self) -> MutexGuard<'_, BTreeMap<ServiceId, CachedSamples>> {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns the cached result (samples or failure) for `target`, or `None` if the cache has no result that
    /// is valid at `now`. If the performance log is missing, this failure counts for all services of the
    /// cluster.
    fn valid_samples(&self, target: &UsageTarget, now: Instant) -> Option<CachedSamples> {
        let mut last = self.entries();
        last.retain(|_, answer| now < answer.valid_until);
        let absent = |answer: &&CachedSamples| {
            answer.cluster == target.group && answer.outcome.as_ref().is_err_and(query::is_log_missing)
        };
        last.get(&target.service).or_else(|| last.values().find(absent)).cloned()
    }

    /// Caches the outcome of a read.
    fn store(&self, target: &UsageTarget, outcome: &Result<Vec<UsageSample>, Failure>, now: Instant) {
        let absent = outcome.as_ref().is_err_and(query::is_log_missing);
        let until = now + if absent { MISSING_LOG_TTL } else { SAMPLES_TTL };
        let answer =
            CachedSamples { cluster: target.group.clone(), valid_until: until, outcome: outcome.clone() };
        self.entries().insert(target.service.clone(), answer);
    }
}

#[cfg(test)]
mod tests {
    use super::{MISSING_LOG_TTL, SAMPLES_TTL, UsageCache, query};
    use crate::model::{InstanceId, ServiceId, UsageTarget};
    use std::collections::BTreeSet;
    use tokio::time::Instant;

    fn target(cluster: &str, service: &str) -> UsageTarget {
        UsageTarget {
            service: ServiceId::new(format!("ecs/{cluster}/{service}")),
            group: Some(cluster.into()),
            instances: BTreeSet::from([InstanceId::new("ecs/1")]),
        }
    }

    #[test]
    fn an_answer_is_good_for_a_minute_and_an_absent_log_for_its_cluster_and_longer() {
        let (meter, web, db) = (UsageCache::default(), target("prod", "web"), target("prod", "db"));
        let start = Instant::now();
        meter.store(&web, &Ok(Vec::new()), start);
        assert!(meter.valid_samples(&web, start).is_some() && meter.valid_samples(&db, start).is_none());
        let other = UsageTarget { instances: BTreeSet::from([InstanceId::new("ecs/2")]), ..web.clone() };
        assert!(meter.valid_samples(&other, start).is_some(), "a task that came has no record yet");
        assert!(meter.valid_samples(&web, start + SAMPLES_TTL).is_none());
        meter.store(&web, &Err(query::insights_off("prod")), start);
        let later = start + MISSING_LOG_TTL - SAMPLES_TTL;
        assert!(
            meter.valid_samples(&db, later).is_some_and(|known| known.outcome.is_err()),
            "it is of the same cluster"
        );
        assert!(meter.valid_samples(&target("other", "db"), later).is_none());
        assert!(meter.valid_samples(&db, start + MISSING_LOG_TTL).is_none());
    }
}
