//! Table of the API calls that change something. `source::ecs::AWS_CALLS` is the table of the AWS calls that
//! only read.

/// Row of [`CHANGE_CALLS`]: an API call that changes something, with its IAM actions and the equivalent
/// command.
#[derive(Debug, PartialEq, Eq)]
pub struct ChangeCall {
    /// Name of the call in its API. If Portolan uses one AWS call in several ways, the name is followed by
    /// the parameter that Portolan sends.
    pub name: &'static str,
    /// IAM actions that the call needs; empty for calls to a Docker or Podman engine.
    pub iam_actions: &'static [&'static str],
    /// Command of `docker` or `aws` that makes the same call, with its parameters in braces.
    pub command: &'static str,
    /// Effect of the call, for the documentation.
    pub description: &'static str,
}

const fn container_row(name: &'static str, command: &'static str, description: &'static str) -> ChangeCall {
    ChangeCall { name, iam_actions: &[], command, description }
}

pub(super) const START_CONTAINER: ChangeCall =
    container_row("POST /containers/{id}/start", "docker start {container}", "starts a container");
pub(super) const STOP_CONTAINER: ChangeCall =
    container_row("POST /containers/{id}/stop", "docker stop {container}", "stops a container");
pub(super) const RESTART_CONTAINER: ChangeCall = container_row(
    "POST /containers/{id}/restart",
    "docker restart {container}",
    "stops and starts a container",
);
pub(super) const KILL_CONTAINER: ChangeCall =
    container_row("POST /containers/{id}/kill", "docker kill {container}", "kills a container by SIGKILL");
pub(super) const PAUSE_CONTAINER: ChangeCall = container_row(
    "POST /containers/{id}/pause",
    "docker pause {container}",
    "freezes the processes of a container",
);
pub(super) const UNPAUSE_CONTAINER: ChangeCall = container_row(
    "POST /containers/{id}/unpause",
    "docker unpause {container}",
    "resumes the processes of a container",
);

pub(super) const FORCE_NEW_DEPLOYMENT: ChangeCall = ChangeCall {
    name: "ecs:UpdateService forceNewDeployment",
    iam_actions: &["ecs:UpdateService"],
    command: "aws ecs update-service --cluster {cluster} --service {service} --force-new-deployment",
    description: "starts a deployment of the same task definition, which replaces all tasks",
};
pub(super) const SET_DESIRED_COUNT: ChangeCall = ChangeCall {
    name: "ecs:UpdateService desiredCount",
    iam_actions: &["ecs:UpdateService"],
    command: "aws ecs update-service --cluster {cluster} --service {service} --desired-count {count}",
    description: "sets the number of tasks; starts no deployment",
};
pub(super) const SET_TASK_DEFINITION: ChangeCall = ChangeCall {
    name: "ecs:UpdateService taskDefinition",
    iam_actions: &["ecs:UpdateService", "iam:PassRole"],
    command: "aws ecs update-service --cluster {cluster} --service {service} --task-definition {task-definition}",
    description: "starts a deployment of another task definition",
};
pub(super) const STOP_TASK: ChangeCall = ChangeCall {
    name: "ecs:StopTask",
    iam_actions: &["ecs:StopTask"],
    command: "aws ecs stop-task --cluster {cluster} --task {task} --reason {reason}",
    description: "stops a task; its service starts another",
};
pub(super) const STOP_SERVICE_DEPLOYMENT: ChangeCall = ChangeCall {
    name: "ecs:StopServiceDeployment",
    iam_actions: &["ecs:StopServiceDeployment"],
    command: "aws ecs stop-service-deployment --service-deployment-arn {deployment} --stop-type ROLLBACK",
    description: "ends a deployment and rolls back to the last completed one",
};
pub(super) const CONTINUE_SERVICE_DEPLOYMENT: ChangeCall = ChangeCall {
    name: "ecs:ContinueServiceDeployment",
    iam_actions: &["ecs:ContinueServiceDeployment"],
    command: "aws ecs continue-service-deployment --service-deployment-arn {deployment} --hook-id {hook} --action {action}",
    description: "continues or rolls back a deployment that waits at a pause hook",
};
pub(super) const PROTECT_TASK: ChangeCall = ChangeCall {
    name: "ecs:UpdateTaskProtection protectionEnabled=true",
    iam_actions: &["ecs:UpdateTaskProtection"],
    command: "aws ecs update-task-protection --cluster {cluster} --tasks {task} --protection-enabled",
    description: "protects a task for two hours: neither scale-in nor a deployment ends it",
};
pub(super) const UNPROTECT_TASK: ChangeCall = ChangeCall {
    name: "ecs:UpdateTaskProtection protectionEnabled=false",
    iam_actions: &["ecs:UpdateTaskProtection"],
    command: "aws ecs update-task-protection --cluster {cluster} --tasks {task} --no-protection-enabled",
    description: "ends the protection of a task",
};

const EXEC_IN_CONTAINER: ChangeCall = container_row(
    "POST /containers/{id}/exec",
    "docker exec -it {container} {command}",
    "runs a command in a container (`portolan exec`)",
);
const EXECUTE_COMMAND: ChangeCall = ChangeCall {
    name: "ecs:ExecuteCommand",
    iam_actions: &["ecs:ExecuteCommand", "ssm:ResumeSession", "ssm:TerminateSession"],
    command: "aws ecs execute-command --cluster {cluster} --task {task} --container {container} --interactive --command {command}",
    description: "runs a command in a container of a task (`portolan exec`)",
};
const START_SESSION: ChangeCall = ChangeCall {
    name: "ssm:StartSession",
    iam_actions: &["ssm:StartSession", "ssm:ResumeSession", "ssm:TerminateSession"],
    command: "aws ssm start-session --target ecs:{cluster}_{task}_{runtime-id} --document-name {document} --parameters {ports}",
    description: "forwards connections to a port of a task (`portolan forward`)",
};

/// All calls that change something. `POST` calls go to an engine.
pub const CHANGE_CALLS: &[ChangeCall] = &[
    START_CONTAINER,
    STOP_CONTAINER,
    RESTART_CONTAINER,
    KILL_CONTAINER,
    PAUSE_CONTAINER,
    UNPAUSE_CONTAINER,
    EXEC_IN_CONTAINER,
    FORCE_NEW_DEPLOYMENT,
    SET_DESIRED_COUNT,
    SET_TASK_DEFINITION,
    STOP_TASK,
    STOP_SERVICE_DEPLOYMENT,
    CONTINUE_SERVICE_DEPLOYMENT,
    PROTECT_TASK,
    UNPROTECT_TASK,
    EXECUTE_COMMAND,
    START_SESSION,
];
