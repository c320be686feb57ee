//! What containers use: read from the kernel's control groups where the engine runs on this machine, which costs the
//! engine nothing; elsewhere the engine is asked, for each container by itself.

mod asked;
mod counters;
mod here;

use super::{Shared, look::waiting};
use crate::model::{Failure, InstanceId, Reading, Timestamp, UsageTarget};
use counters::Counters;
use futures::{
    StreamExt,
    stream::{self, BoxStream},
};
use std::{collections::BTreeMap, sync::Arc, time::Duration};
use tokio::time::{Instant, sleep_until};

/// How long after the first reading the second comes: from then on there is something to tell.
const FIRST: Duration = Duration::from_secs(1);

/// How long between two readings from then on.
const EVERY: Duration = Duration::from_secs(2);

/// For how long what was counted is of use to who measures next, as where one container of a service was replaced.
const KEPT: Duration = Duration::from_secs(10);

/// What was counted last of each container that somebody looked at, and when; and the limits the engine told.
#[derive(Debug, Default)]
pub(super) struct Counted {
    last: BTreeMap<InstanceId, (Instant, Counters)>,
    limits: asked::Limits,
}

/// The measuring of some containers.
struct Meter {
    shared: Arc<Shared>,
    /// The containers by the engine's ids.
    containers: Vec<(InstanceId, String)>,
    limits: asked::Limits,
    /// What was counted last, and when.
    last: BTreeMap<InstanceId, (Instant, Counters)>,
}

/// What those instances use, again and again.
pub(super) fn read(
    shared: &Arc<Shared>,
    target: &UsageTarget,
) -> BoxStream<'static, Result<Vec<Reading>, Failure>> {
    let home = format!("{}/", shared.id);
    let native = |instance: &InstanceId| {
        instance.as_str().strip_prefix(&home).map(|native| (instance.clone(), native.to_owned()))
    };
    let containers = target.instances.iter().filter_map(native).collect();
    let (last, limits) = shared.counted().of(target, Instant::now());
    let meter = Meter { shared: Arc::clone(shared), containers, limits, last };
    let readings = stream::unfold(Some(meter), |meter| async {
        let mut meter = meter?;
        match meter.next().await {
            Ok(readings) => Some((Ok(readings), Some(meter))),
            Err(failure) => Some((Err(failure), None)),
        }
    });
    readings.boxed()
}

impl Counted {
    /// What is known of those that are to be measured, as far as it is not too old.
    fn of(
        &mut self,
        target: &UsageTarget,
        now: Instant,
    ) -> (BTreeMap<InstanceId, (Instant, Counters)>, asked::Limits) {
        self.last.retain(|_, (at, _)| now.duration_since(*at) < KEPT);
        self.limits.retain(|instance, _| self.last.contains_key(instance));
        let (mut last, mut limits) = (self.last.clone(), self.limits.clone());
        last.retain(|instance, _| target.instances.contains(instance));
        limits.retain(|instance, _| target.instances.contains(instance));
        (last, limits)
    }

    /// Remembers what was counted.
    fn keep(&mut self, last: &BTreeMap<InstanceId, (Instant, Counters)>, limits: &asked::Limits) {
        self.last.extend(last.iter().map(|(instance, counted)| (instance.clone(), *counted)));
        self.limits.extend(limits.iter().map(|(instance, limits)| (instance.clone(), *limits)));
    }
}

impl Meter {
    /// The next readings, when it is time for them. Of a container that is counted for the first time there are none yet.
    async fn next(&mut self) -> Result<Vec<Reading>, Failure> {
        let until = if let Some((at, _)) = self.last.values().max_by_key(|(at, _)| *at) {
            *at + EVERY
        } else {
            self.turn().await?;
            Instant::now() + FIRST
        };
        sleep_until(until).await;
        self.turn().await
    }

    /// Counts, and tells what was used since the time before.
    async fn turn(&mut self) -> Result<Vec<Reading>, Failure> {
        let counted = self.count().await?;
        let (now, time) = (Instant::now(), Timestamp::now());
        let told = |(instance, counters): (&InstanceId, &Counters)| {
            let (at, before) = self.last.get(instance)?;
            Some(counters.since(before, now.duration_since(*at)).reading(instance.clone(), time))
        };
        let readings = counted.iter().filter_map(told).collect();
        self.last = counted.into_iter().map(|(instance, counters)| (instance, (now, counters))).collect();
        self.shared.counted().keep(&self.last, &self.limits);
        Ok(readings)
    }

    /// What each container has used so far: here where it can be read here, else by asking the engine.
    async fn count(&mut self) -> Result<BTreeMap<InstanceId, Counters>, Failure> {
        let mut counted = BTreeMap::new();
        if self.shared.engine.is_local() {
            let processes: Vec<_> = {
                let memory = self.shared.memory();
                let process = |(instance, id): &(InstanceId, String)| {
                    let seen = memory.last(id)?;
                    Some((instance.clone(), id.clone(), seen.process?, seen.network.host))
                };
                self.containers.iter().filter_map(process).collect()
            };
            let read = move || {
                let read = |(instance, id, process, host): (InstanceId, String, u32, bool)| {
                    Some((instance, here::counters(process, &id, host)?))
                };
                processes.into_iter().filter_map(read).collect()
            };
            counted = waiting(read).await;
        }
        let rest: Vec<_> =
            self.containers.iter().filter(|(instance, _)| !counted.contains_key(instance)).cloned().collect();
        counted.extend(asked::counters(&self.shared.engine, &rest, &mut self.limits).await?);
        Ok(counted)
    }
}

#[cfg(test)]
mod tests {
    use super::{Counted, Counters, KEPT};
    use crate::model::{InstanceId, ServiceId, UsageTarget};
    use std::collections::{BTreeMap, BTreeSet};
    use tokio::time::Instant;

    #[test]
    fn those_that_stay_are_measured_on_where_another_comes() {
        let [a, b, c] = ["docker/a", "docker/b", "docker/c"].map(InstanceId::new);
        let target = |instances: [&InstanceId; 2]| UsageTarget {
            service: ServiceId::new("docker/shop/web"),
            group: None,
            instances: instances.into_iter().cloned().collect::<BTreeSet<_>>(),
        };
        let (mut counted, start) = (Counted::default(), Instant::now());
        let last: BTreeMap<_, _> =
            [&a, &b].map(|one| (one.clone(), (start, Counters::default()))).into_iter().collect();
        let limits = [&a, &b].map(|one| (one.clone(), (Some(500), None))).into_iter().collect();
        counted.keep(&last, &limits);
        let (last, limits) = counted.of(&target([&b, &c]), start);
        assert!(last.keys().eq([&b]) && limits.keys().eq([&b]), "c is counted for the first time");
        let (last, _) = counted.of(&target([&a, &b]), start + KEPT);
        assert!(last.is_empty() && counted.limits.is_empty(), "that was too long ago");
    }
}
