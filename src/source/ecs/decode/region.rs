//! Data that Portolan has read so far from one region. It is the input of the decoders.

use super::{
    definitions::task_definition::TaskDefinitions, load_balancing::load_balancer::LoadBalancerData,
    service_mesh::app_mesh::AppMeshes, services::endpoints::CloudMapNames, snapshot_context::SnapshotContext,
    tasks::task_record::TaskRecord,
};
use crate::model::UnreadPart;
use aws_sdk_ecs::types as sdk;
use std::sync::Arc;

/// Services and tasks of one cluster that Portolan has read so far.
#[derive(Clone, Debug, Default)]
pub(crate) struct ClusterData {
    /// Name of the cluster.
    pub name: String,
    /// Default Service Connect namespace of the cluster.
    pub namespace: Option<String>,
    /// Services read so far.
    pub services: Vec<Arc<sdk::Service>>,
    /// True if `services` is the complete list.
    pub has_all_services: bool,
    /// Tasks read so far.
    pub tasks: Vec<Arc<TaskRecord>>,
    /// True if `tasks` is the complete list. Until it is, a service may have more tasks than Portolan has
    /// read.
    pub has_all_tasks: bool,
}

/// Data of one region that Portolan has read so far, from which it decodes the snapshot.
#[derive(Clone, Debug)]
pub(crate) struct RegionData {
    /// Source, region and time of the snapshot.
    pub context: SnapshotContext,
    /// Selected clusters, with the services and tasks of each.
    pub clusters: Vec<ClusterData>,
    /// Task definitions read so far, by ARN.
    pub definitions: TaskDefinitions,
    /// Names from Cloud Map.
    pub cloud_map_names: CloudMapNames,
    /// Load balancers with their target groups and listeners.
    pub load_balancers: Arc<LoadBalancerData>,
    /// App Mesh meshes to which tasks belong.
    pub app_meshes: Arc<AppMeshes>,
    /// Parts of the region that Portolan could not read.
    pub unread_parts: Vec<UnreadPart>,
}
