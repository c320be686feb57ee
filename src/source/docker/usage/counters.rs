//! Usage counters of a container, and the rates between two readings of them.

use crate::model::{InstanceId, Timestamp, UsageSample};
use std::time::Duration;

/// One reading of a container's resource usage: totals since its start, current memory, and limits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct UsageCounters {
    /// Processor time used since the container started.
    pub(super) cpu_time: Option<Duration>,
    /// Processor limit, in thousandths of a core.
    pub(super) cpu_limit: Option<u64>,
    /// Memory in use, in bytes.
    pub(super) memory: Option<u64>,
    /// Memory limit, in bytes.
    pub(super) memory_limit: Option<u64>,
    /// Bytes received and sent since the container started.
    pub(super) network_bytes: Option<(u64, u64)>,
}

/// Rates of a container between two readings, with the latest reading.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct UsageRates {
    latest: UsageCounters,
    cpu_millicores: Option<u64>,
    /// Bytes received and sent, per second.
    network_rates: Option<(u64, u64)>,
}

impl UsageCounters {
    /// Returns the rates since the reading `before`, which was taken `took` earlier. A total that has
    /// decreased gives no rate, because the container was restarted.
    pub(super) fn rates_since(&self, before: &Self, took: Duration) -> UsageRates {
        let second = took.as_secs_f64().max(0.001);
        let rate = |now: u64, before: u64| Some((now.checked_sub(before)? as f64 / second).round() as u64);
        let cpu = || Some(self.cpu_time?.checked_sub(before.cpu_time?)?.as_secs_f64() / second * 1_000.0);
        let traffic = || {
            let ((received, sent), old) = (self.network_bytes?, before.network_bytes?);
            Some((rate(received, old.0)?, rate(sent, old.1)?))
        };
        UsageRates {
            latest: *self,
            cpu_millicores: cpu().map(|cpu| cpu.round() as u64),
            network_rates: traffic(),
        }
    }
}

impl UsageRates {
    /// Converts the rates to a usage sample.
    pub(super) fn into_sample(self, instance: InstanceId, at: Timestamp) -> UsageSample {
        UsageSample {
            instance,
            at,
            cpu: self.cpu_millicores,
            cpu_limit: self.latest.cpu_limit,
            memory: self.latest.memory,
            memory_limit: self.latest.memory_limit,
            received: self.network_rates.map(|(received, _)| received),
            sent: self.network_rates.map(|(_, sent)| sent),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::UsageCounters;
    use crate::model::{InstanceId, Timestamp};
    use std::time::Duration;

    fn counters(cpu: u64, traffic: (u64, u64)) -> UsageCounters {
        UsageCounters {
            cpu_time: Some(Duration::from_millis(cpu)),
            network_bytes: Some(traffic),
            memory: Some(7),
            ..UsageCounters::default()
        }
    }

    #[test]
    fn totals_become_rates_unless_the_container_restarted() {
        let (before, after) = (counters(1_000, (100, 50)), counters(2_000, (2_100, 50)));
        let told = |now: &UsageCounters, before: &UsageCounters| {
            let used = now.rates_since(before, Duration::from_secs(2));
            used.into_sample(InstanceId::new("docker/1"), Timestamp::UNIX_EPOCH)
        };
        let reading = told(&after, &before);
        assert_eq!((reading.cpu, reading.received, reading.sent), (Some(500), Some(1_000), Some(0)));
        let reading = told(&before, &after);
        assert_eq!((reading.cpu, reading.received, reading.memory), (None, None, Some(7)));
    }
}
