//! Usage history: a limited number of recent CPU, memory and network samples for each instance that the user
//! has viewed.

use crate::model::{Failure, InstanceId, InstanceState, Service, ServiceId, UsageSample, UsageTarget};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, VecDeque};

/// Maximum number of samples that are kept for one instance.
const MAX_SAMPLES_PER_INSTANCE: usize = 60;

/// Maximum number of instances with samples, and also of services with a result.
const MAX_TRACKED_INSTANCES: usize = 256;

/// Maximum number of instances that are measured for one service.
const MAX_MEASURED_INSTANCES: usize = 32;

/// Recent samples of each instance, and the result of each service's last measurement.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct UsageHistory {
    /// Samples of each instance, the oldest first.
    series: BTreeMap<InstanceId, VecDeque<UsageSample>>,
    /// Services in the order of their last measurement, each with its failure if that measurement failed.
    recent_results: VecDeque<(ServiceId, Option<Failure>)>,
}

impl UsageHistory {
    /// Records the result of measuring `service`.
    pub fn record(&mut self, service: ServiceId, outcome: Result<Vec<UsageSample>, Failure>) {
        let (readings, failure) = match outcome {
            Ok(readings) => (readings, None),
            Err(failure) => (Vec::new(), Some(failure)),
        };
        self.recent_results.retain(|(known, _)| *known != service);
        if self.recent_results.len() == MAX_TRACKED_INSTANCES {
            self.recent_results.pop_front();
        }
        self.recent_results.push_back((service, failure));
        for reading in readings {
            let series = self.series.entry(reading.instance.clone()).or_default();
            if series.back().is_some_and(|last| last.at >= reading.at) {
                continue;
            }
            if series.len() == MAX_SAMPLES_PER_INSTANCE {
                series.pop_front();
            }
            series.push_back(reading);
        }
        while self.series.len() > MAX_TRACKED_INSTANCES {
            let newest = |series: &VecDeque<UsageSample>| series.back().map(|reading| reading.at);
            let oldest = self.series.iter().min_by_key(|(_, series)| newest(series));
            let Some(oldest) = oldest.map(|(instance, _)| instance.clone()) else { break };
            self.series.remove(&oldest);
        }
    }

    /// Drops the samples and results beyond the limits. The usage history in a shared screen may exceed them.
    /// Keeps the newest samples of an instance.
    #[must_use]
    pub fn within_limits(mut self) -> Self {
        let excess = self.recent_results.len().saturating_sub(MAX_TRACKED_INSTANCES);
        self.recent_results.drain(..excess);
        while self.series.len() > MAX_TRACKED_INSTANCES {
            self.series.pop_last();
        }
        for series in self.series.values_mut() {
            series.drain(..series.len().saturating_sub(MAX_SAMPLES_PER_INSTANCE));
        }
        self
    }

    /// Returns the samples of `instance`, the oldest first.
    pub fn samples(&self, instance: &InstanceId) -> impl DoubleEndedIterator<Item = &UsageSample> + Clone {
        self.series.get(instance).into_iter().flatten()
    }

    /// Returns true if `service` has been measured, even if the measurement failed.
    #[must_use]
    pub fn has_result(&self, service: &ServiceId) -> bool {
        self.recent_results.iter().any(|(known, _)| known == service)
    }

    /// Returns the failure of the last measurement of `service`, or `None` if it succeeded or never happened.
    #[must_use]
    pub fn failure(&self, service: &ServiceId) -> Option<&Failure> {
        self.recent_results
            .iter()
            .find(|(known, _)| known == service)
            .and_then(|(_, failure)| failure.as_ref())
    }
}

/// Returns the running instances of `service` to measure, at most `MAX_MEASURED_INSTANCES` of them. Returns
/// `None` if no instance is running.
#[must_use]
pub fn usage_target(service: &Service) -> Option<UsageTarget> {
    let running = service.instances.iter().filter(|instance| instance.state == InstanceState::Running);
    let instances = running.map(|instance| instance.id.clone()).take(MAX_MEASURED_INSTANCES).collect();
    let target = UsageTarget { service: service.id.clone(), group: service.group.clone(), instances };
    (!target.instances.is_empty()).then_some(target)
}

#[cfg(test)]
mod tests {
    use super::{
        MAX_MEASURED_INSTANCES, MAX_SAMPLES_PER_INSTANCE, MAX_TRACKED_INSTANCES, UsageHistory, usage_target,
    };
    use crate::model::{
        Failure, FailureKind, Instance, InstanceId, InstanceState, ServiceId, UsageSample, fixtures,
    };

    fn reading(instance: &str, ago: i64) -> UsageSample {
        UsageSample {
            instance: InstanceId::new(instance),
            at: fixtures::ago(ago),
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
        let (mut usage, web) = (UsageHistory::default(), ServiceId::new("docker/web"));
        let all: Vec<UsageSample> = (0..100).rev().map(|ago| reading("docker/1", ago)).collect();
        usage.record(web.clone(), Ok(all.clone()));
        usage.record(web.clone(), Ok(all));
        let held: Vec<_> = usage.samples(&InstanceId::new("docker/1")).map(|reading| reading.at).collect();
        let last: Vec<_> = (0..MAX_SAMPLES_PER_INSTANCE as i64).rev().map(fixtures::ago).collect();
        assert_eq!(held, last);
        for number in 0..MAX_TRACKED_INSTANCES + 9 {
            usage.record(web.clone(), Ok(vec![reading(&format!("docker/{number}"), -9 - number as i64)]));
        }
        assert_eq!(usage.series.len(), MAX_TRACKED_INSTANCES);
        assert_eq!(usage.samples(&InstanceId::new("docker/0")).count(), 0, "the oldest go");
    }

    #[test]
    fn why_there_is_nothing_is_remembered_until_there_is() {
        let (mut usage, web) = (UsageHistory::default(), ServiceId::new("docker/web"));
        assert!(!usage.has_result(&web));
        usage.record(web.clone(), Err(Failure::new(FailureKind::Denied, "no", "allow it")));
        assert_eq!(usage.failure(&web).map(|failure| failure.message.as_str()), Some("no"));
        usage.record(web.clone(), Ok(Vec::new()));
        assert!(usage.has_result(&web) && usage.failure(&web).is_none());
        for number in 0..MAX_TRACKED_INSTANCES {
            usage.record(ServiceId::new(format!("docker/{number}")), Ok(Vec::new()));
        }
        assert_eq!(usage.recent_results.len(), MAX_TRACKED_INSTANCES);
        assert!(!usage.has_result(&web), "those that were asked for long ago are forgotten");
    }

    #[test]
    fn only_what_runs_is_measured_and_not_all_of_much() {
        let mut web = fixtures::service("web");
        let one = |state| Instance { state, ..fixtures::instance("1") };
        web.instances = vec![one(InstanceState::Stopped), one(InstanceState::Failed)];
        assert_eq!(usage_target(&web), None);
        web.instances = (0..100).map(|number| fixtures::instance(&number.to_string())).collect();
        assert_eq!(usage_target(&web).map(|target| target.instances.len()), Some(MAX_MEASURED_INSTANCES));
    }
}
