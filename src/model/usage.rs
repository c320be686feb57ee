//! What an instance uses of its machine at one time, as its source measures it.

use super::{InstanceId, ServiceId, Text, Timestamp};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// The instances of one service that somebody looks at.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct UsageTarget {
    /// The service.
    pub service: ServiceId,
    /// The compose project or the ECS cluster.
    pub group: Option<Text>,
    /// Those of its instances that run.
    pub instances: BTreeSet<InstanceId>,
}

/// One reading of one instance. What the source can not tell is left out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reading {
    /// The instance.
    pub instance: InstanceId,
    /// When it was read.
    pub at: Timestamp,
    /// The processor time it took since the reading before, in thousandths of a core.
    pub cpu: Option<u64>,
    /// How much of that it may take, where there is a limit.
    pub cpu_limit: Option<u64>,
    /// The memory it holds, in bytes, without what the kernel would give back at once.
    pub memory: Option<u64>,
    /// How much of that it may hold, where there is a limit.
    pub memory_limit: Option<u64>,
    /// The bytes it received in a second.
    pub received: Option<u64>,
    /// The bytes it sent in a second.
    pub sent: Option<u64>,
}
