//! Usage counters from the engine's stats call: one call per container, and an additional inspect call the
//! first time to read its limits.

use super::{cgroup::millicores, counters::UsageCounters};
use crate::{
    model::{Failure, FailureKind, InstanceId},
    source::docker::{
        api_types::{ContainerMemoryStats, ContainerStatsResponse, HostConfig},
        engine::client::Engine,
    },
};
use futures::{StreamExt, stream};
use std::{collections::BTreeMap, time::Duration};

/// Maximum number of simultaneous calls.
const MAX_CONCURRENT_CALLS: usize = 4;

/// Limits of processor time (in thousandths of a core) and memory (in bytes) by container. They change so
/// rarely that Portolan reads them once for each container.
pub(super) type ResourceLimits = BTreeMap<InstanceId, (Option<u64>, Option<u64>)>;

/// Fetches the counters of containers. Leaves out containers that are removed or unreadable. Fails if a call
/// failed and no container could be read.
pub(super) async fn fetch_counters(
    engine: &Engine,
    containers: &[(InstanceId, String)],
    limits: &mut ResourceLimits,
) -> Result<BTreeMap<InstanceId, UsageCounters>, Failure> {
    let containers =
        containers.iter().map(|(instance, id)| (instance.clone(), id.clone(), limits.get(instance).copied()));
    let calls: Vec<_> = containers
        .map(|(instance, id, known)| async move {
            let limits = match known {
                Some(limits) => limits,
                None => {
                    engine.inspect(&id).await?.host_config.as_ref().map(decode_limits).unwrap_or_default()
                }
            };
            let used = engine.stats(&id).await?;
            Ok((instance, limits, decode_counters(&used)))
        })
        .collect();
    let told: Vec<Result<_, Failure>> =
        stream::iter(calls).buffer_unordered(MAX_CONCURRENT_CALLS).collect().await;
    let (mut counted, mut trouble) = (BTreeMap::new(), None);
    for told in told {
        match told {
            Ok((instance, (cpu_limit, memory_limit), counters)) => {
                limits.insert(instance.clone(), (cpu_limit, memory_limit));
                counted.insert(instance, UsageCounters { cpu_limit, memory_limit, ..counters });
            }
            Err(failure) if failure.kind == FailureKind::Missing => {}
            Err(failure) => trouble = Some(failure),
        }
    }
    trouble.filter(|_| counted.is_empty()).map_or(Ok(counted), Err)
}

fn decode_limits(config: &HostConfig) -> (Option<u64>, Option<u64>) {
    let given = |number: Option<i64>| number.and_then(|n| u64::try_from(n).ok()).filter(|n| *n > 0);
    // The default period is a tenth of a second.
    let quota = given(config.cpu_quota)
        .and_then(|quota| millicores(quota, given(config.cpu_period).unwrap_or(100_000)));
    let cpus = given(config.nano_cpus).map(|nanos| nanos / 1_000_000);
    (cpus.or(quota), given(config.memory))
}

pub(super) fn decode_counters(used: &ContainerStatsResponse) -> UsageCounters {
    let cpu = used.cpu_stats.as_ref().and_then(|cpu| cpu.cpu_usage.as_ref()?.total_usage);
    let traffic = used.networks.as_ref().map(|networks| {
        let all = networks.values().map(|n| (n.rx_bytes.unwrap_or(0), n.tx_bytes.unwrap_or(0)));
        all.fold((0_u64, 0_u64), |sum, one| (sum.0.saturating_add(one.0), sum.1.saturating_add(one.1)))
    });
    UsageCounters {
        cpu_time: cpu.map(Duration::from_nanos),
        memory: used.memory_stats.as_ref().and_then(used_memory),
        network_bytes: traffic,
        ..UsageCounters::default()
    }
}

/// Returns the memory in use, without the page cache that the kernel can reclaim. Handles both versions of
/// control groups.
fn used_memory(memory: &ContainerMemoryStats) -> Option<u64> {
    let stats = memory.stats.as_ref();
    let cache = ["total_inactive_file", "inactive_file"];
    let cache = cache.iter().find_map(|name| stats?.get(*name)).copied().unwrap_or(0);
    memory.usage.map(|usage| usage.saturating_sub(cache))
}

#[cfg(test)]
mod tests {
    use super::{decode_counters, decode_limits};
    use crate::source::docker::api_types::{ContainerStatsResponse, HostConfig};
    use serde_json::json;
    use std::time::Duration;

    #[test]
    fn counters_and_configured_limits_are_decoded() {
        let used: ContainerStatsResponse = serde_json::from_str(&json!({
            "cpu_stats": {"cpu_usage": {"total_usage": 1_500_000_000_u64}, "online_cpus": 2},
            "memory_stats": {"usage": 124, "stats": {"inactive_file": 24}, "limit": 8_000_000_000_u64},
            "networks": {"eth0": {"rx_bytes": 100, "tx_bytes": 30}, "eth1": {"rx_bytes": 1, "tx_bytes": 3}},
        }).to_string())
        .unwrap();
        let counters = decode_counters(&used);
        assert_eq!(counters.cpu_time, Some(Duration::from_millis(1_500)));
        assert_eq!((counters.memory, counters.memory_limit), (Some(100), None));
        assert_eq!(counters.network_bytes, Some((101, 33)));
        let odd =
            json!({ "networks": { "a": { "rx_bytes": u64::MAX }, "b": { "rx_bytes": 1, "tx_bytes": 2 } } });
        let odd: ContainerStatsResponse = serde_json::from_str(&odd.to_string()).unwrap();
        assert_eq!(decode_counters(&odd).network_bytes, Some((u64::MAX, 2)), "the sum does not overflow");
        let set = |cpus, quota, memory| HostConfig {
            nano_cpus: cpus,
            cpu_quota: quota,
            memory,
            ..HostConfig::default()
        };
        assert_eq!(decode_limits(&set(Some(250_000_000), Some(0), Some(64))), (Some(250), Some(64)));
        assert_eq!(decode_limits(&set(Some(0), Some(50_000), Some(0))), (Some(500), None));
        assert_eq!(decode_limits(&set(None, Some(-1), None)), (None, None));
    }
}
