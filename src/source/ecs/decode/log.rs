//! Where a container's log can be read, from its log driver and options.

use super::words::{said, some};
use crate::model::{LogRoute, Text};
use aws_sdk_ecs::types::{ContainerDefinition, LogConfiguration, LogDriver};
use serde::{Deserialize, Serialize};

/// Where a container logs, as far as its definition tells; the task completes it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum LogPlan {
    /// The `awslogs` driver.
    AwsLogs {
        /// The log group.
        group: String,
        /// The stream prefix; without it the stream is the Docker container's id.
        prefix: Option<String>,
        /// The region in the options.
        region: Option<String>,
    },
    /// `FireLens`, whose router writes to CloudWatch.
    FireLens {
        /// The log group.
        group: String,
        /// What stands before the tag, where streams are named by tag.
        prefix: Option<String>,
        /// The stream, where all share one.
        stream: Option<String>,
        /// The region in the options.
        region: Option<String>,
    },
    /// Somewhere this program can't read.
    Nowhere(String),
}

/// One running container: what completes the plan.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Running<'a> {
    /// The container's name.
    pub name: &'a str,
    /// The task's id.
    pub task: &'a str,
    /// The container's id on its host.
    pub runtime: Option<&'a str>,
    /// The source's region.
    pub region: &'a str,
}

/// The plan for `container`; `all` are its neighbours, one of which may route its log.
pub(crate) fn plan(container: &ContainerDefinition, all: &[ContainerDefinition]) -> LogPlan {
    let Some(config) = container.log_configuration() else {
        return LogPlan::Nowhere(
            "no log driver is set: on EC2 `docker logs` on the container instance has it, on Fargate nothing keeps it"
                .to_owned(),
        );
    };
    match config.log_driver() {
        LogDriver::Awslogs => awslogs(config),
        LogDriver::Awsfirelens => firelens(config, all),
        other => LogPlan::Nowhere(format!(
            "the log driver is {}: look where that driver sends it",
            Text::new(other.as_str())
        )),
    }
}

fn awslogs(config: &LogConfiguration) -> LogPlan {
    match option(config, "awslogs-group") {
        Some(group) => LogPlan::AwsLogs {
            group,
            prefix: option(config, "awslogs-stream-prefix"),
            region: option(config, "awslogs-region"),
        },
        None => LogPlan::Nowhere("the awslogs driver names no log group".to_owned()),
    }
}

fn firelens(config: &LogConfiguration, all: &[ContainerDefinition]) -> LogPlan {
    let output = option(config, "Name").unwrap_or_default();
    let group = option(config, "log_group_name");
    match (output.as_str(), group) {
        ("cloudwatch" | "cloudwatch_logs", Some(group)) => LogPlan::FireLens {
            group,
            prefix: option(config, "log_stream_prefix"),
            stream: option(config, "log_stream_name"),
            region: option(config, "region"),
        },
        ("", _) => {
            let router = all.iter().find(|c| c.firelens_configuration().is_some());
            LogPlan::Nowhere(match router {
                Some(r) => format!("FireLens routes it by the configuration of container {}", said(r.name())),
                None => "FireLens routes it, but no container of the task is a router".to_owned(),
            })
        }
        (output, _) => LogPlan::Nowhere(format!("FireLens sends it to {output}: look there")),
    }
}

fn option(config: &LogConfiguration, key: &str) -> Option<String> {
    some(config.options()?.get(key).map(String::as_str))
}

impl LogPlan {
    /// The route to the log of one running container.
    pub(crate) fn route(&self, of: Running<'_>) -> LogRoute {
        let elsewhere = |region: &Option<String>| region.clone().filter(|r| r != of.region);
        match self {
            Self::AwsLogs { group, prefix, region } => LogRoute::CloudWatch {
                group: group.clone().into(),
                stream: match prefix {
                    Some(prefix) => Some(format!("{prefix}/{}/{}", of.name, of.task).into()),
                    // On EC2 the runtime id is the Docker container's, which then names the stream.
                    None => of.runtime.filter(|id| id.len() == 64).map(Text::new),
                },
                region: elsewhere(region).map(Into::into),
            },
            Self::FireLens { group, prefix, stream, region } => LogRoute::CloudWatch {
                group: group.clone().into(),
                stream: stream
                    .clone()
                    .or_else(|| {
                        prefix.as_ref().map(|prefix| format!("{prefix}{}-firelens-{}", of.name, of.task))
                    })
                    .map(Into::into),
                region: elsewhere(region).map(Into::into),
            },
            Self::Nowhere(why) => LogRoute::Nowhere { why: why.clone().into() },
        }
    }
}

/// Where the log goes, for the service card.
pub(crate) fn words(container: &ContainerDefinition) -> String {
    match plan(container, &[]) {
        LogPlan::AwsLogs { group, .. } => group,
        LogPlan::FireLens { group, .. } => format!("{group} (by FireLens)"),
        LogPlan::Nowhere(why) => why,
    }
}

#[cfg(test)]
mod tests {
    use super::{LogPlan, Running};
    use crate::model::LogRoute;

    const RUNNING: Running<'static> =
        Running { name: "app", task: "4f2a", runtime: None, region: "eu-west-1" };

    fn stream(plan: &LogPlan, of: Running<'_>) -> (Option<String>, Option<String>) {
        match plan.route(of) {
            LogRoute::CloudWatch { stream, region, .. } => (stream.map(Into::into), region.map(Into::into)),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_prefix_names_the_stream() {
        let plan = LogPlan::AwsLogs {
            group: "g".into(),
            prefix: Some("p".into()),
            region: Some("eu-west-1".into()),
        };
        assert_eq!(stream(&plan, RUNNING), (Some("p/app/4f2a".into()), None));
    }

    #[test]
    fn without_it_the_docker_id_does_and_another_region_is_said() {
        let plan = LogPlan::AwsLogs { group: "g".into(), prefix: None, region: Some("us-east-1".into()) };
        assert_eq!(stream(&plan, RUNNING), (None, Some("us-east-1".into())));
        let id = "a".repeat(64);
        assert_eq!(stream(&plan, Running { runtime: Some(&id), ..RUNNING }).0, Some(id.clone()));
    }

    #[test]
    fn firelens_names_streams_by_tag() {
        let plan =
            LogPlan::FireLens { group: "g".into(), prefix: Some("x-".into()), stream: None, region: None };
        assert_eq!(stream(&plan, RUNNING).0.as_deref(), Some("x-app-firelens-4f2a"));
    }
}
