//! What tasks use, from the performance log that Container Insights keeps of a cluster: once a minute at most, and only
//! for the tasks that somebody looks at.

mod ask;
mod record;

use super::{Api, Config, Gate, open};
use crate::model::{Failure, Reading, ServiceId, Text, Timestamp, UsageTarget};
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

/// How long somebody must look before anything is asked: who walks over the map asks nothing.
const SETTLED: Duration = Duration::from_millis(700);

/// How long an answer is good: there is a new record each minute.
const GOOD: Duration = Duration::from_mins(1);

/// How long it is believed that a cluster keeps no such log.
const ABSENT: Duration = Duration::from_mins(5);

/// How far back the first look goes, in minutes: as far as a curve shows.
const FIRST: i64 = 12;

/// How far back each further look goes, in minutes: a record may come a minute or two after its time.
const AGAIN: i64 = 4;

/// The last answers, so that who comes back within a minute asks nothing, nor does who looks at a service of which tasks
/// came and went: a task that is new has no record before its first minute is over.
#[derive(Debug, Default)]
pub(super) struct Meter {
    last: Mutex<BTreeMap<ServiceId, Answer>>,
}

/// One answer, of which cluster, and until when it is good.
#[derive(Clone, Debug)]
struct Answer {
    cluster: Option<Text>,
    until: Instant,
    outcome: Result<Vec<Reading>, Failure>,
}

/// What a source needs for measuring.
pub(super) struct Means {
    /// The clients, where they are made already.
    pub(super) api: Arc<OnceCell<Api>>,
    /// How to make them.
    pub(super) config: Config,
    /// The gate that all calls pass.
    pub(super) gate: Arc<Gate>,
    /// The last answers.
    pub(super) meter: Arc<Meter>,
}

/// What those tasks use, again and again.
pub(super) fn read(means: Means, target: UsageTarget) -> BoxStream<'static, Result<Vec<Reading>, Failure>> {
    let means = Arc::new(means);
    let readings = stream::unfold(Some(FIRST), move |minutes| {
        let (means, target) = (Arc::clone(&means), target.clone());
        async move {
            let answer = means.next(&target, minutes?).await;
            let more = answer.is_ok().then_some(AGAIN);
            Some((answer, more))
        }
    });
    readings.boxed()
}

impl Means {
    /// The records of the last minutes, when it is time for them; at first what is known already.
    async fn next(&self, target: &UsageTarget, minutes: i64) -> Result<Vec<Reading>, Failure> {
        let known = self.meter.good(target, Instant::now());
        match known {
            Some(known) if minutes == FIRST => return known.outcome,
            Some(known) => sleep_until(known.until).await,
            None => sleep(SETTLED).await,
        }
        let outcome = match self.api.get_or_try_init(|| open(&self.config, &self.gate)).await {
            Ok(api) => {
                let since = Timestamp::now().as_millisecond() - minutes * 60_000;
                ask::records(api, target, since).await
            }
            Err(failure) => Err(failure),
        };
        self.meter.keep(target, &outcome, Instant::now());
        outcome
    }
}

impl Meter {
    fn last(&self) -> MutexGuard<'_, BTreeMap<ServiceId, Answer>> {
        self.last.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The answer that still holds. That a cluster keeps no log holds for all that is in it.
    fn good(&self, target: &UsageTarget, now: Instant) -> Option<Answer> {
        let mut last = self.last();
        last.retain(|_, answer| now < answer.until);
        let absent = |answer: &&Answer| {
            answer.cluster == target.group && answer.outcome.as_ref().is_err_and(ask::is_absent)
        };
        last.get(&target.service).or_else(|| last.values().find(absent)).cloned()
    }

    /// Remembers an answer.
    fn keep(&self, target: &UsageTarget, outcome: &Result<Vec<Reading>, Failure>, now: Instant) {
        let absent = outcome.as_ref().is_err_and(ask::is_absent);
        let until = now + if absent { ABSENT } else { GOOD };
        let answer = Answer { cluster: target.group.clone(), until, outcome: outcome.clone() };
        self.last().insert(target.service.clone(), answer);
    }
}

#[cfg(test)]
mod tests {
    use super::{ABSENT, GOOD, Meter, ask};
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
        let (meter, web, db) = (Meter::default(), target("prod", "web"), target("prod", "db"));
        let start = Instant::now();
        meter.keep(&web, &Ok(Vec::new()), start);
        assert!(meter.good(&web, start).is_some() && meter.good(&db, start).is_none());
        let other = UsageTarget { instances: BTreeSet::from([InstanceId::new("ecs/2")]), ..web.clone() };
        assert!(meter.good(&other, start).is_some(), "a task that came has no record yet");
        assert!(meter.good(&web, start + GOOD).is_none());
        meter.keep(&web, &Err(ask::absent("prod")), start);
        let later = start + ABSENT - GOOD;
        assert!(
            meter.good(&db, later).is_some_and(|known| known.outcome.is_err()),
            "it is of the same cluster"
        );
        assert!(meter.good(&target("other", "db"), later).is_none());
        assert!(meter.good(&db, start + ABSENT).is_none());
    }
}
