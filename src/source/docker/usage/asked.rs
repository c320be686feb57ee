//! What containers have used so far, by the engine's own account: one call each, and one more for the limits, once.

use super::{counters::Counters, here::thousandths};
use crate::{
    model::{Failure, FailureKind, InstanceId},
    source::docker::{
        answer::{ContainerMemoryStats, ContainerStatsResponse, HostConfig},
        connect::Engine,
    },
};
use futures::{StreamExt, stream};
use std::{collections::BTreeMap, time::Duration};

/// How many calls may be under way at a time.
const AT_ONCE: usize = 4;

/// The limits of processor time and memory by container: they change so seldom that they are asked for once.
pub(super) type Limits = BTreeMap<InstanceId, (Option<u64>, Option<u64>)>;

/// What those containers have used. One that is gone is left out, and so is one that can't be read beside others that can.
pub(super) async fn counters(
    engine: &Engine,
    containers: &[(InstanceId, String)],
    limits: &mut Limits,
) -> Result<BTreeMap<InstanceId, Counters>, Failure> {
    let containers =
        containers.iter().map(|(instance, id)| (instance.clone(), id.clone(), limits.get(instance).copied()));
    let calls: Vec<_> = containers
        .map(|(instance, id, known)| async move {
            let limits = match known {
                Some(limits) => limits,
                None => engine.inspect(&id).await?.host_config.as_ref().map(limits_of).unwrap_or_default(),
            };
            let used = engine.stats(&id).await?;
            Ok((instance, limits, counters_of(&used)))
        })
        .collect();
    let told: Vec<Result<_, Failure>> = stream::iter(calls).buffer_unordered(AT_ONCE).collect().await;
    let (mut counted, mut trouble) = (BTreeMap::new(), None);
    for told in told {
        match told {
            Ok((instance, (cpu_limit, memory_limit), counters)) => {
                limits.insert(instance.clone(), (cpu_limit, memory_limit));
                counted.insert(instance, Counters { cpu_limit, memory_limit, ..counters });
            }
            Err(failure) if failure.kind == FailureKind::Missing => {}
            Err(failure) => trouble = Some(failure),
        }
    }
    trouble.filter(|_| counted.is_empty()).map_or(Ok(counted), Err)
}

fn limits_of(config: &HostConfig) -> (Option<u64>, Option<u64>) {
    let given = |number: Option<i64>| number.and_then(|n| u64::try_from(n).ok()).filter(|n| *n > 0);
    // A period that nobody has set is a tenth of a second.
    let quota = given(config.cpu_quota)
        .and_then(|quota| thousandths(quota, given(config.cpu_period).unwrap_or(100_000)));
    let cpus = given(config.nano_cpus).map(|nanos| nanos / 1_000_000);
    (cpus.or(quota), given(config.memory))
}

fn counters_of(used: &ContainerStatsResponse) -> Counters {
    let cpu = used.cpu_stats.as_ref().and_then(|cpu| cpu.cpu_usage.as_ref()?.total_usage);
    let traffic = used.networks.as_ref().map(|networks| {
        let all = networks.values().map(|n| (n.rx_bytes.unwrap_or(0), n.tx_bytes.unwrap_or(0)));
        all.fold((0, 0), |sum, one| (sum.0 + one.0, sum.1 + one.1))
    });
    Counters {
        cpu: cpu.map(Duration::from_nanos),
        memory: used.memory_stats.as_ref().and_then(held),
        traffic,
        ..Counters::default()
    }
}

/// The memory without what the kernel would give back at once, under either version of control groups.
fn held(memory: &ContainerMemoryStats) -> Option<u64> {
    let stats = memory.stats.as_ref();
    let cache = ["total_inactive_file", "inactive_file"];
    let cache = cache.iter().find_map(|name| stats?.get(*name)).copied().unwrap_or(0);
    memory.usage.map(|usage| usage.saturating_sub(cache))
}

#[cfg(test)]
mod tests {
    use super::{counters_of, limits_of};
    use crate::source::docker::answer::{ContainerStatsResponse, HostConfig};
    use serde_json::json;
    use std::time::Duration;

    #[test]
    fn an_account_is_read_and_limits_are_those_that_somebody_set() {
        let used: ContainerStatsResponse = serde_json::from_str(&json!({
            "cpu_stats": {"cpu_usage": {"total_usage": 1_500_000_000_u64}, "online_cpus": 2},
            "memory_stats": {"usage": 124, "stats": {"inactive_file": 24}, "limit": 8_000_000_000_u64},
            "networks": {"eth0": {"rx_bytes": 100, "tx_bytes": 30}, "eth1": {"rx_bytes": 1, "tx_bytes": 3}},
        }).to_string())
        .unwrap();
        let counters = counters_of(&used);
        assert_eq!(counters.cpu, Some(Duration::from_millis(1_500)));
        assert_eq!((counters.memory, counters.memory_limit), (Some(100), None));
        assert_eq!(counters.traffic, Some((101, 33)));
        let set = |cpus, quota, memory| HostConfig {
            nano_cpus: cpus,
            cpu_quota: quota,
            memory,
            ..HostConfig::default()
        };
        assert_eq!(limits_of(&set(Some(250_000_000), Some(0), Some(64))), (Some(250), Some(64)));
        assert_eq!(limits_of(&set(Some(0), Some(50_000), Some(0))), (Some(500), None));
        assert_eq!(limits_of(&set(None, Some(-1), None)), (None, None));
    }
}
