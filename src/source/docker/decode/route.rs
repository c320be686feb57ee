//! Where a container's log can be read: with most drivers the engine keeps a copy, with some nobody here does.

use crate::model::{LogRoute, Text};
use crate::source::docker::answer::ContainerInspectResponse;

/// Where the log of the container `id` can be read.
pub(super) fn of(id: &str, answer: &ContainerInspectResponse) -> LogRoute {
    let config = answer.host_config.as_ref().and_then(|h| h.log_config.as_ref());
    let driver = config.and_then(|c| c.typ.as_deref()).unwrap_or("json-file");
    let option = |name: &str| config.and_then(|c| c.config.as_ref()?.get(name)).map(|v| Text::new(v));
    match driver {
        "none" => nowhere("it has the log driver none: nothing is kept".to_owned()),
        "" | "json-file" | "local" | "journald" | "k8s-file" => engine(id),
        // Since 20.10 the engine keeps a copy of what other drivers send away, unless told not to.
        _ if option("cache-disabled").as_deref() != Some("true") => engine(id),
        "awslogs" => nowhere(match option("awslogs-group") {
            Some(group) => format!("the log driver awslogs sends it to the CloudWatch log group {group}"),
            None => "the log driver awslogs sends it to CloudWatch".to_owned(),
        }),
        other => nowhere(format!(
            "the log driver {} sends it away, and the engine keeps no copy",
            Text::new(other)
        )),
    }
}

fn engine(id: &str) -> LogRoute {
    LogRoute::Engine { container: id.into() }
}

fn nowhere(why: String) -> LogRoute {
    LogRoute::Nowhere { why: why.into() }
}
