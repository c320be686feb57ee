//! Details of an ECS service that only operations need. The shared model does not contain them.

use crate::model::{InstanceId, Text, Timestamp};
use std::collections::BTreeSet;

/// Details of an ECS service, or of standalone tasks, that only operations need, such as the deployment
/// controller.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EcsDetails {
    /// Cluster as the API takes it: by name or ARN.
    pub cluster: Text,
    /// Deployment controller: `ECS`, `CODE_DEPLOY` or `EXTERNAL`.
    pub controller: Text,
    /// True if the service runs one task on each container instance.
    pub is_daemon: bool,
    /// Desired number of tasks.
    pub desired: u32,
    /// Task definition of the service, as `family:revision`.
    pub task_definition: Text,
    /// Minimum percentage of the desired tasks that ECS keeps running during a deployment.
    pub minimum_healthy_percent: u32,
    /// Ids of the deployments that have tasks or start them.
    pub deployments: BTreeSet<Text>,
    /// Service deployment that has not finished; `None` if there is none.
    pub ongoing: Option<OngoingDeployment>,
    /// Range of the autoscaler; `None` if no autoscaler is registered or the range was not read.
    pub scaling: Option<ScalingRange>,
    /// Program that manages the service, such as `CloudFormation stack shop-prod`.
    pub manager: Option<Text>,
    /// Earlier deployment to which a rollback would return; `None` if there is none or it was not read.
    pub rollback: Option<RollbackTarget>,
    /// Images that the task definition names by a tag, which may point to another image by now.
    pub tagged_images: Vec<TaggedImage>,
    /// Tasks that are protected from scale-in and deployments.
    pub protected: BTreeSet<InstanceId>,
    /// Details that could not be read, each with the reason.
    pub unread: Vec<Text>,
}

/// Image that a task definition names by a tag.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TaggedImage {
    /// The image with its tag.
    pub name: Text,
    /// Digests of the images that running tasks got under this name; empty if ECS does not report them.
    pub running: BTreeSet<Text>,
}

/// Service deployment that has not finished.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OngoingDeployment {
    /// ARN of the service deployment.
    pub arn: Text,
    /// Status, such as `IN_PROGRESS`.
    pub status: Text,
    /// Id of the hook at which the deployment waits; `None` if it does not wait.
    pub paused_hook: Option<Text>,
    /// True if the service had no revision before this deployment, so that ECS can't roll it back.
    pub is_first: bool,
    /// Stage of the deployment, such as `POST_TEST_TRAFFIC_SHIFT`; `None` for a rolling deployment.
    pub stage: Option<Text>,
}

/// Range within which an autoscaler sets the desired count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ScalingRange {
    /// Minimum count.
    pub min: u32,
    /// Maximum count.
    pub max: u32,
    /// True if the autoscaler is suspended, so that it leaves the count alone.
    pub is_suspended: bool,
}

/// Earlier deployment to which a rollback returns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RollbackTarget {
    /// Task definition, as `family:revision`.
    pub task_definition: Text,
    /// Time at which the deployment succeeded; `None` if unknown.
    pub finished: Option<Timestamp>,
    /// True if the task definition can still be deployed.
    pub is_active: bool,
    /// Settings of the service that the rollback does not restore, although the earlier deployment had other
    /// values.
    pub not_restored: Vec<Text>,
}
