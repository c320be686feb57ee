//! Access of the fuzz target to usage counters. Compiled only for fuzzing.

use super::stats_api::decode_counters;
use crate::{
    model::{InstanceId, Timestamp, UsageSample},
    source::docker::api_types::ContainerStatsResponse,
};
use std::time::Duration;

/// Returns the usage of a container between any two consecutive responses of the stats call, a second apart.
pub(in crate::source::docker) fn usage_samples(responses: &[&[u8]], now: Timestamp) -> Vec<UsageSample> {
    let parsed =
        responses.iter().filter_map(|raw| serde_json::from_slice::<ContainerStatsResponse>(raw).ok());
    let counters: Vec<_> = parsed.map(|response| decode_counters(&response)).collect();
    let rates = counters.windows(2).map(|pair| pair[1].rates_since(&pair[0], Duration::from_secs(1)));
    rates.map(|rates| rates.into_sample(InstanceId::new("docker/1"), now)).collect()
}
