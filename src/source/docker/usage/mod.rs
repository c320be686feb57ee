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

/// The measuring of some containers.
struct Meter {
    shared: Arc<Shared>,
    /// The containers by the engine's ids.
    containers: Vec<(InstanceId, String)>,
    limits: asked::Limits,
    /// What was read last, and when.
    last: Option<(Instant, BTreeMap<InstanceId, Counters>)>,
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
    let meter =
        Meter { shared: Arc::clone(shared), containers, limits: asked::Limits::default(), last: None };
    let readings = stream::unfold(Some(meter), |meter| async {
        let mut meter = meter?;
        match meter.next().await {
            Ok(readings) => Some((Ok(readings), Some(meter))),
            Err(failure) => Some((Err(failure), None)),
        }
    });
    readings.boxed()
}

impl Meter {
    /// The next readings, when it is time for them.
    async fn next(&mut self) -> Result<Vec<Reading>, Failure> {
        let (at, before, wait) = match self.last.take() {
            Some((at, before)) => (at, before, EVERY),
            None => (Instant::now(), self.count().await?, FIRST),
        };
        sleep_until(at + wait).await;
        let (now, counted) = (Instant::now(), self.count().await?);
        let (took, time) = (now.duration_since(at), Timestamp::now());
        let told = |(instance, counters): (&InstanceId, &Counters)| {
            Some(counters.since(before.get(instance)?, took).reading(instance.clone(), time))
        };
        let readings = counted.iter().filter_map(told).collect();
        self.last = Some((now, counted));
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
