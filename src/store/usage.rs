//! What instances use: the readings of those that were looked at lately, bounded, in the order of time.

use crate::model::{Failure, InstanceId, Reading, Service, ServiceId, State, UsageTarget};
use std::collections::{BTreeMap, VecDeque};

/// Readings that are kept of one instance.
const KEPT: usize = 60;

/// Instances that are remembered, and services.
const MOST: usize = 256;

/// Instances of one service that are measured.
const WIDEST: usize = 32;

/// The readings that are held.
#[derive(Clone, Debug, Default)]
pub struct Usage {
    series: BTreeMap<InstanceId, VecDeque<Reading>>,
    /// The services that were asked for last, and why nothing was measured of them where it could not be.
    asked: VecDeque<(ServiceId, Option<Failure>)>,
}

impl Usage {
    /// Takes what a measuring of `service` gave.
    pub fn hear(&mut self, service: ServiceId, outcome: Result<Vec<Reading>, Failure>) {
        let (readings, failure) = match outcome {
            Ok(readings) => (readings, None),
            Err(failure) => (Vec::new(), Some(failure)),
        };
        self.asked.retain(|(known, _)| *known != service);
        if self.asked.len() == MOST {
            self.asked.pop_front();
        }
        self.asked.push_back((service, failure));
        for reading in readings {
            let series = self.series.entry(reading.instance.clone()).or_default();
            if series.back().is_some_and(|last| last.at >= reading.at) {
                continue;
            }
            if series.len() == KEPT {
                series.pop_front();
            }
            series.push_back(reading);
        }
        while self.series.len() > MOST {
            let newest = |series: &VecDeque<Reading>| series.back().map(|reading| reading.at);
            let oldest = self.series.iter().min_by_key(|(_, series)| newest(series));
            let Some(oldest) = oldest.map(|(instance, _)| instance.clone()) else { break };
            self.series.remove(&oldest);
        }
    }

    /// The readings of an instance, the oldest first.
    pub fn of(&self, instance: &InstanceId) -> impl DoubleEndedIterator<Item = &Reading> + Clone {
        self.series.get(instance).into_iter().flatten()
    }

    /// Whether anything was heard of a service yet.
    #[must_use]
    pub fn is_heard(&self, service: &ServiceId) -> bool {
        self.asked.iter().any(|(known, _)| known == service)
    }

    /// Why nothing is measured of a service.
    #[must_use]
    pub fn failure(&self, service: &ServiceId) -> Option<&Failure> {
        self.asked.iter().find(|(known, _)| known == service).and_then(|(_, failure)| failure.as_ref())
    }
}

/// What of a service is to be measured; nothing where nothing of it runs.
#[must_use]
pub fn usage_target(service: &Service) -> Option<UsageTarget> {
    let running = service.instances.iter().filter(|instance| instance.state == State::Running);
    let instances = running.map(|instance| instance.id.clone()).take(WIDEST).collect();
    let target = UsageTarget { service: service.id.clone(), group: service.group.clone(), instances };
    (!target.instances.is_empty()).then_some(target)
}

#[cfg(test)]
mod tests {
    use super::{KEPT, MOST, Usage, WIDEST, usage_target};
    use crate::model::{Failure, FailureKind, Instance, InstanceId, Reading, ServiceId, State, sample};

    fn reading(instance: &str, ago: i64) -> Reading {
        Reading {
            instance: InstanceId::new(instance),
            at: sample::ago(ago),
            cpu: Some(100),
            cpu_limit: None,
            memory: None,
            memory_limit: None,
            received: None,
            sent: None,
        }
    }

    #[test]
    fn readings_come_once_in_order_and_are_bounded() {
        let (mut usage, web) = (Usage::default(), ServiceId::new("docker/web"));
        let all: Vec<Reading> = (0..100).rev().map(|ago| reading("docker/1", ago)).collect();
        usage.hear(web.clone(), Ok(all.clone()));
        usage.hear(web.clone(), Ok(all));
        let held: Vec<_> = usage.of(&InstanceId::new("docker/1")).map(|reading| reading.at).collect();
        let last: Vec<_> = (0..KEPT as i64).rev().map(sample::ago).collect();
        assert_eq!(held, last);
        for number in 0..MOST + 9 {
            usage.hear(web.clone(), Ok(vec![reading(&format!("docker/{number}"), -9 - number as i64)]));
        }
        assert_eq!(usage.series.len(), MOST);
        assert_eq!(usage.of(&InstanceId::new("docker/0")).count(), 0, "the oldest go");
    }

    #[test]
    fn why_there_is_nothing_is_remembered_until_there_is() {
        let (mut usage, web) = (Usage::default(), ServiceId::new("docker/web"));
        assert!(!usage.is_heard(&web));
        usage.hear(web.clone(), Err(Failure::new(FailureKind::Denied, "no", "allow it")));
        assert_eq!(usage.failure(&web).map(|failure| failure.what.as_str()), Some("no"));
        usage.hear(web.clone(), Ok(Vec::new()));
        assert!(usage.is_heard(&web) && usage.failure(&web).is_none());
        for number in 0..MOST {
            usage.hear(ServiceId::new(format!("docker/{number}")), Ok(Vec::new()));
        }
        assert_eq!(usage.asked.len(), MOST);
        assert!(!usage.is_heard(&web), "those that were asked for long ago are forgotten");
    }

    #[test]
    fn only_what_runs_is_measured_and_not_all_of_much() {
        let mut web = sample::service("web");
        let one = |state| Instance { state, ..sample::instance("1") };
        web.instances = vec![one(State::Stopped), one(State::Failed)];
        assert_eq!(usage_target(&web), None);
        web.instances = (0..100).map(|number| sample::instance(&number.to_string())).collect();
        assert_eq!(usage_target(&web).map(|target| target.instances.len()), Some(WIDEST));
    }
}
