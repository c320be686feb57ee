//! Calls to Amazon ECS that change something, each with exactly the parameters that it sends.

use super::calls::{
    CONTINUE_SERVICE_DEPLOYMENT, ChangeCall, FORCE_NEW_DEPLOYMENT, PROTECT_TASK, SET_DESIRED_COUNT,
    SET_TASK_DEFINITION, STOP_SERVICE_DEPLOYMENT, STOP_TASK, UNPROTECT_TASK,
};
use crate::model::Text;
use serde_json::{Value, json};

/// Call to Amazon ECS that changes something, with the cluster in which it does so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EcsChange {
    /// Cluster, by name or ARN.
    pub cluster: Text,
    /// The call.
    pub call: EcsCall,
}

/// Call to Amazon ECS that changes something, with its parameters besides the cluster.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EcsCall {
    /// Starts a deployment of the same task definition.
    ForceNewDeployment {
        /// Name of the service.
        service: Text,
    },
    /// Sets the number of tasks.
    SetDesiredCount {
        /// Name of the service.
        service: Text,
        /// The new number.
        count: u32,
    },
    /// Starts a deployment of another task definition.
    SetTaskDefinition {
        /// Name of the service.
        service: Text,
        /// Task definition, by ARN or `family:revision`.
        task_definition: Text,
    },
    /// Stops a task.
    StopTask {
        /// Id of the task.
        task: Text,
        /// Reason, which ECS keeps with the stopped task.
        reason: Text,
    },
    /// Ends a deployment and rolls it back.
    StopServiceDeployment {
        /// ARN of the service deployment.
        deployment: Text,
    },
    /// Ends the wait of a deployment at a pause hook.
    ContinueServiceDeployment {
        /// ARN of the service deployment.
        deployment: Text,
        /// Id of the hook at which the deployment waits.
        hook: Text,
        /// True to roll the deployment back, false to let it continue.
        rolls_back: bool,
    },
    /// Sets the protection of a task from scale-in and deployments.
    SetTaskProtection {
        /// Id of the task.
        task: Text,
        /// True to protect the task, false to end the protection.
        is_protected: bool,
    },
}

impl EcsChange {
    /// Returns the operation of the ECS API.
    #[must_use]
    pub fn operation(&self) -> &'static str {
        match &self.call {
            EcsCall::ForceNewDeployment { .. }
            | EcsCall::SetDesiredCount { .. }
            | EcsCall::SetTaskDefinition { .. } => "UpdateService",
            EcsCall::StopTask { .. } => "StopTask",
            EcsCall::StopServiceDeployment { .. } => "StopServiceDeployment",
            EcsCall::ContinueServiceDeployment { .. } => "ContinueServiceDeployment",
            EcsCall::SetTaskProtection { .. } => "UpdateTaskProtection",
        }
    }

    /// Returns the complete body of the request. Each parameter names the target, or is part of the change
    /// that the user confirmed.
    #[must_use]
    pub fn body(&self) -> Value {
        let cluster = self.cluster.as_str();
        match &self.call {
            EcsCall::ForceNewDeployment { service } => {
                json!({ "cluster": cluster, "service": service, "forceNewDeployment": true })
            }
            EcsCall::SetDesiredCount { service, count } => {
                json!({ "cluster": cluster, "service": service, "desiredCount": count })
            }
            EcsCall::SetTaskDefinition { service, task_definition } => {
                json!({ "cluster": cluster, "service": service, "taskDefinition": task_definition })
            }
            EcsCall::StopTask { task, reason } => {
                json!({ "cluster": cluster, "task": task, "reason": reason })
            }
            EcsCall::StopServiceDeployment { deployment } => {
                json!({ "serviceDeploymentArn": deployment, "stopType": "ROLLBACK" })
            }
            EcsCall::ContinueServiceDeployment { deployment, hook, rolls_back } => {
                let action = hook_action(*rolls_back);
                json!({ "serviceDeploymentArn": deployment, "hookId": hook, "action": action })
            }
            EcsCall::SetTaskProtection { task, is_protected } => {
                json!({ "cluster": cluster, "tasks": [task], "protectionEnabled": is_protected })
            }
        }
    }

    /// Returns the value for the placeholder `{name}` in [`ChangeCall::command`].
    pub(super) fn parameter(&self, name: &str) -> String {
        match (&self.call, name) {
            (_, "cluster") => self.cluster.to_string(),
            (
                EcsCall::ForceNewDeployment { service }
                | EcsCall::SetDesiredCount { service, .. }
                | EcsCall::SetTaskDefinition { service, .. },
                "service",
            ) => service.to_string(),
            (EcsCall::SetDesiredCount { count, .. }, "count") => count.to_string(),
            (EcsCall::SetTaskDefinition { task_definition, .. }, _) => task_definition.to_string(),
            (EcsCall::StopTask { reason, .. }, "reason") => reason.to_string(),
            (EcsCall::StopTask { task, .. } | EcsCall::SetTaskProtection { task, .. }, _) => task.to_string(),
            (EcsCall::ContinueServiceDeployment { hook, .. }, "hook") => hook.to_string(),
            (EcsCall::ContinueServiceDeployment { rolls_back, .. }, "action") => {
                hook_action(*rolls_back).to_owned()
            }
            (
                EcsCall::StopServiceDeployment { deployment }
                | EcsCall::ContinueServiceDeployment { deployment, .. },
                _,
            ) => deployment.to_string(),
            (EcsCall::ForceNewDeployment { .. } | EcsCall::SetDesiredCount { .. }, _) => String::new(),
        }
    }

    /// Returns the call's row in [`CHANGE_CALLS`](super::CHANGE_CALLS).
    pub(super) fn row(&self) -> &'static ChangeCall {
        match &self.call {
            EcsCall::ForceNewDeployment { .. } => &FORCE_NEW_DEPLOYMENT,
            EcsCall::SetDesiredCount { .. } => &SET_DESIRED_COUNT,
            EcsCall::SetTaskDefinition { .. } => &SET_TASK_DEFINITION,
            EcsCall::StopTask { .. } => &STOP_TASK,
            EcsCall::StopServiceDeployment { .. } => &STOP_SERVICE_DEPLOYMENT,
            EcsCall::ContinueServiceDeployment { .. } => &CONTINUE_SERVICE_DEPLOYMENT,
            EcsCall::SetTaskProtection { is_protected: true, .. } => &PROTECT_TASK,
            EcsCall::SetTaskProtection { is_protected: false, .. } => &UNPROTECT_TASK,
        }
    }
}

/// Returns the ECS name of the action with which a deployment leaves a pause hook: roll back or continue.
fn hook_action(rolls_back: bool) -> &'static str {
    if rolls_back { "ROLLBACK" } else { "CONTINUE" }
}
