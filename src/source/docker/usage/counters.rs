//! What a container has used so far, and what two such readings tell of the time between them.

use crate::model::{InstanceId, Reading, Timestamp};
use std::time::Duration;

/// Running totals and levels of one container.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Counters {
    /// The processor time so far.
    pub(super) cpu: Option<Duration>,
    /// The processor time that it may take in a second, in thousandths of a core.
    pub(super) cpu_limit: Option<u64>,
    /// The memory it holds, in bytes.
    pub(super) memory: Option<u64>,
    /// The memory it may hold.
    pub(super) memory_limit: Option<u64>,
    /// The bytes it has received and sent so far.
    pub(super) traffic: Option<(u64, u64)>,
}

/// What was used between two readings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Used {
    now: Counters,
    cpu: Option<u64>,
    traffic: Option<(u64, u64)>,
}

impl Counters {
    /// What was used since `before`, `took` ago. A total that has gone back belongs to another start: it tells nothing.
    pub(super) fn since(&self, before: &Self, took: Duration) -> Used {
        let second = took.as_secs_f64().max(0.001);
        let rate = |now: u64, before: u64| Some((now.checked_sub(before)? as f64 / second).round() as u64);
        let cpu = || Some(self.cpu?.checked_sub(before.cpu?)?.as_secs_f64() / second * 1_000.0);
        let traffic = || {
            let ((received, sent), old) = (self.traffic?, before.traffic?);
            Some((rate(received, old.0)?, rate(sent, old.1)?))
        };
        Used { now: *self, cpu: cpu().map(|cpu| cpu.round() as u64), traffic: traffic() }
    }
}

impl Used {
    /// The same, in the model's words.
    pub(super) fn reading(self, instance: InstanceId, at: Timestamp) -> Reading {
        Reading {
            instance,
            at,
            cpu: self.cpu,
            cpu_limit: self.now.cpu_limit,
            memory: self.now.memory,
            memory_limit: self.now.memory_limit,
            received: self.traffic.map(|(received, _)| received),
            sent: self.traffic.map(|(_, sent)| sent),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Counters;
    use crate::model::{InstanceId, Timestamp};
    use std::time::Duration;

    fn counters(cpu: u64, traffic: (u64, u64)) -> Counters {
        Counters {
            cpu: Some(Duration::from_millis(cpu)),
            traffic: Some(traffic),
            memory: Some(7),
            ..Counters::default()
        }
    }

    #[test]
    fn totals_become_rates_and_what_was_started_anew_has_none() {
        let (before, after) = (counters(1_000, (100, 50)), counters(2_000, (2_100, 50)));
        let told = |now: &Counters, before: &Counters| {
            let used = now.since(before, Duration::from_secs(2));
            used.reading(InstanceId::new("docker/1"), Timestamp::UNIX_EPOCH)
        };
        let reading = told(&after, &before);
        assert_eq!((reading.cpu, reading.received, reading.sent), (Some(500), Some(1_000), Some(0)));
        let reading = told(&before, &after);
        assert_eq!((reading.cpu, reading.received, reading.memory), (None, None, Some(7)));
    }
}
