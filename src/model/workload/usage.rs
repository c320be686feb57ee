//! Resource usage of instances: CPU, memory and network.

use crate::model::{InstanceId, ServiceId, Text, Timestamp};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// The instances of one service whose CPU, memory and network usage Portolan measures.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct UsageTarget {
    /// Id of the service.
    pub service: ServiceId,
    /// The compose project, swarm stack or ECS cluster; `None` for a standalone container.
    pub group: Option<Text>,
    /// Its running instances.
    pub instances: BTreeSet<InstanceId>,
}

/// The resource usage of one instance at one time. Values that the source does not report are `None`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UsageSample {
    /// Id of the instance.
    pub instance: InstanceId,
    /// Time of the measurement, UTC.
    pub at: Timestamp,
    /// Average CPU use since the previous sample, in thousandths of a core.
    pub cpu: Option<u64>,
    /// CPU limit, in thousandths of a core; `None` without a limit.
    pub cpu_limit: Option<u64>,
    /// Memory in use, in bytes, without caches that the kernel can reclaim at once.
    pub memory: Option<u64>,
    /// Memory limit, in bytes; `None` without a limit.
    pub memory_limit: Option<u64>,
    /// Bytes received per second.
    pub received: Option<u64>,
    /// Bytes sent per second.
    pub sent: Option<u64>,
}
