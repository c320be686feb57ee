//! Resource usage of containers. On this machine Portolan reads the kernel's control groups, which costs the
//! engine nothing. Elsewhere it calls the engine for each container.

mod stats_api;
mod counters;
#[cfg(fuzzing)]
pub(super) mod fuzzing;
mod cgroup;

use super::{DockerState, snapshot::poll::blocking_with_timeout};
use crate::model::{Failure, InstanceId, Timestamp, UsageSample, UsageTarget};
use counters::UsageCounters;
use futures::{
    StreamExt,
    stream::{self, BoxStream},
};
use std::{collections::BTreeMap, sync::Arc, time::Duration};
use tokio::time::{Instant, sleep_until};

/// Time from the first reading to the second, which gives the first sample.
const FIRST_INTERVAL: Duration = Duration::from_secs(1);

/// Interval between later readings.
const MEASURE_INTERVAL: Duration = Duration::from_secs(2);

/// Time for which counters are kept after a measurement. The next measurement continues from them, for
/// example after one container of a service was replaced.
const COUNTERS_LIFETIME: Duration = Duration::from_secs(10);

/// Latest counters of measured containers with their time, from which the next measurement continues, and the
/// resource limits that the engine reported.
#[derive(Debug, Default)]
pub(super) struct UsageCache {
    last: BTreeMap<InstanceId, (Instant, UsageCounters)>,
    limits: stats_api::ResourceLimits,
}

/// Ongoing measurement of the containers of one service.
struct UsageMeasurement {
    shared: Arc<DockerState>,
    /// Containers with their ids in the engine.
    containers: Vec<(InstanceId, String)>,
    limits: stats_api::ResourceLimits,
    /// Latest counters, with their time.
    last: BTreeMap<InstanceId, (Instant, UsageCounters)>,
}

/// Returns a stream of usage samples for the containers of `target`. The stream ends after a failure.
pub(super) fn measure_usage(
    shared: &Arc<DockerState>,
    target: &UsageTarget,
) -> BoxStream<'static, Result<Vec<UsageSample>, Failure>> {
    let native = |instance: &InstanceId| Some((instance.clone(), instance.native_id(&shared.id)?.to_owned()));
    let containers = target.instances.iter().filter_map(native).collect();
    let (last, limits) = shared.usage_cache().recent(target, Instant::now());
    let meter = UsageMeasurement { shared: Arc::clone(shared), containers, limits, last };
    let readings = stream::unfold(Some(meter), |meter| async {
        let mut meter = meter?;
        match meter.next_samples().await {
            Ok(readings) => Some((Ok(readings), Some(meter))),
            Err(failure) => Some((Err(failure), None)),
        }
    });
    readings.boxed()
}

impl UsageCache {
    /// Returns the recent counters and limits of `target`, and drops outdated ones.
    fn recent(
        &mut self,
        target: &UsageTarget,
        now: Instant,
    ) -> (BTreeMap<InstanceId, (Instant, UsageCounters)>, stats_api::ResourceLimits) {
        self.last.retain(|_, (at, _)| now.duration_since(*at) < COUNTERS_LIFETIME);
        self.limits.retain(|instance, _| self.last.contains_key(instance));
        let (mut last, mut limits) = (self.last.clone(), self.limits.clone());
        last.retain(|instance, _| target.instances.contains(instance));
        limits.retain(|instance, _| target.instances.contains(instance));
        (last, limits)
    }

    /// Stores counters and limits.
    fn remember(
        &mut self,
        last: &BTreeMap<InstanceId, (Instant, UsageCounters)>,
        limits: &stats_api::ResourceLimits,
    ) {
        self.last.extend(last.iter().map(|(instance, counted)| (instance.clone(), *counted)));
        self.limits.extend(limits.iter().map(|(instance, limits)| (instance.clone(), *limits)));
    }
}

impl UsageMeasurement {
    /// Returns the next samples when they are due. A container has no sample at its first reading.
    async fn next_samples(&mut self) -> Result<Vec<UsageSample>, Failure> {
        let until = if let Some((at, _)) = self.last.values().max_by_key(|(at, _)| *at) {
            *at + MEASURE_INTERVAL
        } else {
            self.measure().await?;
            Instant::now() + FIRST_INTERVAL
        };
        sleep_until(until).await;
        self.measure().await
    }

    /// Reads the counters, and returns one sample for each container that has an earlier reading.
    async fn measure(&mut self) -> Result<Vec<UsageSample>, Failure> {
        let counted = self.read_counters().await?;
        let (now, time) = (Instant::now(), Timestamp::now());
        let told = |(instance, counters): (&InstanceId, &UsageCounters)| {
            let (at, before) = self.last.get(instance)?;
            Some(counters.rates_since(before, now.duration_since(*at)).into_sample(instance.clone(), time))
        };
        let readings = counted.iter().filter_map(told).collect();
        self.last = counted.into_iter().map(|(instance, counters)| (instance, (now, counters))).collect();
        self.shared.usage_cache().remember(&self.last, &self.limits);
        Ok(readings)
    }

    /// Reads the counters of each container: from this machine where possible, else from the engine.
    async fn read_counters(&mut self) -> Result<BTreeMap<InstanceId, UsageCounters>, Failure> {
        let mut counted = BTreeMap::new();
        if self.shared.engine.is_local() {
            let processes: Vec<_> = {
                let memory = self.shared.cache();
                let process = |(instance, id): &(InstanceId, String)| {
                    let seen = memory.last_record(id)?;
                    Some((instance.clone(), id.clone(), seen.pid?, seen.network.uses_host_network))
                };
                self.containers.iter().filter_map(process).collect()
            };
            let read = move || {
                let read = |(instance, id, process, host): (InstanceId, String, u32, bool)| {
                    Some((instance, cgroup::read_counters(process, &id, host)?))
                };
                processes.into_iter().filter_map(read).collect()
            };
            counted = blocking_with_timeout(read).await;
        }
        let rest: Vec<_> =
            self.containers.iter().filter(|(instance, _)| !counted.contains_key(instance)).cloned().collect();
        counted.extend(stats_api::fetch_counters(&self.shared.engine, &rest, &mut self.limits).await?);
        Ok(counted)
    }
}

#[cfg(test)]
mod tests {
    use super::{COUNTERS_LIFETIME, UsageCache, UsageCounters};
    use crate::model::{InstanceId, ServiceId, UsageTarget};
    use std::collections::{BTreeMap, BTreeSet};
    use tokio::time::Instant;

    #[test]
    fn counters_are_reused_for_containers_that_remain() {
        let [a, b, c] = ["docker/a", "docker/b", "docker/c"].map(InstanceId::new);
        let target = |instances: [&InstanceId; 2]| UsageTarget {
            service: ServiceId::new("docker/shop/web"),
            group: None,
            instances: instances.into_iter().cloned().collect::<BTreeSet<_>>(),
        };
        let (mut counted, start) = (UsageCache::default(), Instant::now());
        let last: BTreeMap<_, _> =
            [&a, &b].map(|one| (one.clone(), (start, UsageCounters::default()))).into_iter().collect();
        let limits = [&a, &b].map(|one| (one.clone(), (Some(500), None))).into_iter().collect();
        counted.remember(&last, &limits);
        let (last, limits) = counted.recent(&target([&b, &c]), start);
        assert!(last.keys().eq([&b]) && limits.keys().eq([&b]), "c is counted for the first time");
        let (last, _) = counted.recent(&target([&a, &b]), start + COUNTERS_LIFETIME);
        assert!(last.is_empty() && counted.limits.is_empty(), "that was too long ago");
    }
}
