//! Log destination of a container, from its log driver and options.

use crate::{
    model::{LogRoute, Text},
    source::ecs::decode::text::{clean_text, non_empty_text},
};
use aws_sdk_ecs::types::{ContainerDefinition, LogConfiguration, LogDriver};
use serde::{Deserialize, Serialize};

/// Destination of a container's log, as the task definition states it. [`Self::route`] combines it with a
/// running container into a [`LogRoute`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum LogDestination {
    /// CloudWatch Logs, through the `awslogs` driver.
    AwsLogs {
        /// Name of the log group.
        group: String,
        /// Prefix of the stream name. Without a prefix, the name is the id of the Docker container.
        prefix: Option<String>,
        /// Region in the driver's options; `None` for the region of the task.
        region: Option<String>,
    },
    /// CloudWatch Logs, through a `FireLens` router.
    FireLens {
        /// Name of the log group.
        group: String,
        /// Prefix of the stream name, which the tag of the log router follows: `CONTAINER-firelens-TASK_ID`.
        prefix: Option<String>,
        /// Name of the stream, if the options set a single stream for all containers.
        stream: Option<String>,
        /// Region in the router's options; `None` for the region of the task.
        region: Option<String>,
    },
    /// Destination that Portolan can't read, with the reason.
    #[serde(rename = "Nowhere")]
    Unreadable(String),
}

/// Running container of a task: the name and ids from which the name of its log stream is built.
#[derive(Clone, Copy, Debug)]
pub(crate) struct RunningContainer<'a> {
    /// Name of the container.
    pub name: &'a str,
    /// Id of its task.
    pub task_id: &'a str,
    /// Id of the container in the container runtime; `None` if ECS does not report it.
    pub runtime_id: Option<&'a str>,
    /// Region of the source.
    pub region: &'a str,
}

/// Returns the log destination of `container`. `all` are the containers of its task; one of them may be a
/// `FireLens` router.
pub(crate) fn log_destination(
    container: &ContainerDefinition,
    all: &[ContainerDefinition],
) -> LogDestination {
    let Some(config) = container.log_configuration() else {
        return LogDestination::Unreadable(
            "no log driver configured: on EC2, run `docker logs` on the container instance; on Fargate, the \
             log is lost"
                .to_owned(),
        );
    };
    match config.log_driver() {
        LogDriver::Awslogs => awslogs_destination(config),
        LogDriver::Awsfirelens => firelens_destination(config, all),
        other => LogDestination::Unreadable(format!(
            "log driver {} is not supported: read the log at its destination",
            Text::new(other.as_str())
        )),
    }
}

fn awslogs_destination(config: &LogConfiguration) -> LogDestination {
    match log_option(config, "awslogs-group") {
        Some(group) => LogDestination::AwsLogs {
            group,
            prefix: log_option(config, "awslogs-stream-prefix"),
            region: log_option(config, "awslogs-region"),
        },
        None => LogDestination::Unreadable("the awslogs driver has no log group configured".to_owned()),
    }
}

fn firelens_destination(config: &LogConfiguration, all: &[ContainerDefinition]) -> LogDestination {
    let output = log_option(config, "Name").unwrap_or_default();
    let group = log_option(config, "log_group_name");
    match (output.as_str(), group) {
        ("cloudwatch" | "cloudwatch_logs", Some(group)) => LogDestination::FireLens {
            group,
            prefix: log_option(config, "log_stream_prefix"),
            stream: log_option(config, "log_stream_name"),
            region: log_option(config, "region"),
        },
        ("", _) => {
            let router = all.iter().find(|c| c.firelens_configuration().is_some());
            LogDestination::Unreadable(match router {
                Some(r) => {
                    format!(
                        "FireLens routes the log by the configuration of container {}",
                        clean_text(r.name())
                    )
                }
                None => "FireLens is configured, but the task has no router container".to_owned(),
            })
        }
        (output, _) => {
            LogDestination::Unreadable(format!("FireLens sends the log to {output}: read it there"))
        }
    }
}

fn log_option(config: &LogConfiguration, key: &str) -> Option<String> {
    non_empty_text(config.options()?.get(key).map(String::as_str))
}

impl LogDestination {
    /// Returns the log route of the running container `of`: the log group and stream that Portolan reads, or
    /// the reason why it can't.
    pub(crate) fn route(&self, of: RunningContainer<'_>) -> LogRoute {
        let elsewhere = |region: &Option<String>| region.clone().filter(|r| r != of.region);
        match self {
            Self::AwsLogs { group, prefix, region } => LogRoute::CloudWatch {
                group: group.clone().into(),
                stream: match prefix {
                    Some(prefix) => Some(format!("{prefix}/{}/{}", of.name, of.task_id).into()),
                    // On EC2, the runtime id is the id of the Docker container, which is also the name of the
                    // stream.
                    None => of.runtime_id.filter(|id| id.len() == 64).map(Text::new),
                },
                region: elsewhere(region).map(Into::into),
            },
            Self::FireLens { group, prefix, stream, region } => LogRoute::CloudWatch {
                group: group.clone().into(),
                stream: stream
                    .clone()
                    .or_else(|| {
                        prefix.as_ref().map(|prefix| format!("{prefix}{}-firelens-{}", of.name, of.task_id))
                    })
                    .map(Into::into),
                region: elsewhere(region).map(Into::into),
            },
            Self::Unreadable(why) => LogRoute::Unreadable { why: why.clone().into() },
        }
    }
}

/// Returns the log destination as text for the service card. `all` are the containers of the task definition.
pub(crate) fn log_summary(container: &ContainerDefinition, all: &[ContainerDefinition]) -> String {
    match log_destination(container, all) {
        LogDestination::AwsLogs { group, .. } => group,
        LogDestination::FireLens { group, .. } => format!("{group} (via FireLens)"),
        LogDestination::Unreadable(why) => why,
    }
}

#[cfg(test)]
mod tests {
    use super::{LogDestination, RunningContainer};
    use crate::model::LogRoute;

    const RUNNING_APP: RunningContainer<'static> =
        RunningContainer { name: "app", task_id: "4f2a", runtime_id: None, region: "eu-west-1" };

    fn stream(plan: &LogDestination, of: RunningContainer<'_>) -> (Option<String>, Option<String>) {
        match plan.route(of) {
            LogRoute::CloudWatch { stream, region, .. } => (stream.map(Into::into), region.map(Into::into)),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_prefix_names_the_stream() {
        let plan = LogDestination::AwsLogs {
            group: "g".into(),
            prefix: Some("p".into()),
            region: Some("eu-west-1".into()),
        };
        assert_eq!(stream(&plan, RUNNING_APP), (Some("p/app/4f2a".into()), None));
    }

    #[test]
    fn without_a_prefix_the_docker_id_names_the_stream() {
        let plan =
            LogDestination::AwsLogs { group: "g".into(), prefix: None, region: Some("us-east-1".into()) };
        assert_eq!(stream(&plan, RUNNING_APP), (None, Some("us-east-1".into())));
        let id = "a".repeat(64);
        assert_eq!(
            stream(&plan, RunningContainer { runtime_id: Some(&id), ..RUNNING_APP }).0,
            Some(id.clone())
        );
    }

    #[test]
    fn firelens_names_streams_by_tag() {
        let plan = LogDestination::FireLens {
            group: "g".into(),
            prefix: Some("x-".into()),
            stream: None,
            region: None,
        };
        assert_eq!(stream(&plan, RUNNING_APP).0.as_deref(), Some("x-app-firelens-4f2a"));
    }
}
