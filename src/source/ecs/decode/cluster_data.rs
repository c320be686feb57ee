//! Services and tasks read from one cluster, as input of the decoders.

use super::tasks::task_record::TaskRecord;
use aws_sdk_ecs::types as sdk;
use std::sync::Arc;

/// Services and tasks read from one cluster.
#[derive(Clone, Debug, Default)]
pub(crate) struct ClusterData {
    /// Name of the cluster.
    pub name: String,
    /// Default Service Connect namespace of the cluster.
    pub namespace: Option<String>,
    /// Services read so far.
    pub services: Vec<Arc<sdk::Service>>,
    /// True if `services` is the whole list.
    pub has_all_services: bool,
    /// Tasks read so far.
    pub tasks: Vec<Arc<TaskRecord>>,
    /// True if `tasks` is the whole list. Until then, some services have more tasks than Portolan has read.
    pub has_all_tasks: bool,
}
