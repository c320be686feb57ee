//! Log route of a container. With most log drivers the engine keeps a copy of the log, which Portolan reads;
//! otherwise the route holds the reason why the log is unreadable.

use crate::model::{LogRoute, Text};
use crate::source::docker::api_types::ContainerInspectResponse;

/// Decodes the log route of the container `id`.
pub(super) fn decode_log_route(id: &str, answer: &ContainerInspectResponse) -> LogRoute {
    let config = answer.host_config.as_ref().and_then(|h| h.log_config.as_ref());
    let driver = config.and_then(|c| c.typ.as_deref()).unwrap_or("json-file");
    let option = |name: &str| config.and_then(|c| c.config.as_ref()?.get(name)).map(|v| Text::new(v));
    match driver {
        "none" => unreadable_route("log driver none: no logs are kept".to_owned()),
        "" | "json-file" | "local" | "journald" | "k8s-file" => engine_route(id),
        // Since Docker 20.10 the engine keeps a copy for other drivers too, unless `cache-disabled` is set.
        _ if option("cache-disabled").as_deref() != Some("true") => engine_route(id),
        "awslogs" => unreadable_route(match option("awslogs-group") {
            Some(group) => format!("logs go to the CloudWatch log group {group} (log driver awslogs)"),
            None => "logs go to CloudWatch (log driver awslogs)".to_owned(),
        }),
        other => unreadable_route(format!(
            "logs go only to the log driver {}, the engine keeps no copy",
            Text::new(other)
        )),
    }
}

fn engine_route(id: &str) -> LogRoute {
    LogRoute::Engine { container: id.into() }
}

fn unreadable_route(why: String) -> LogRoute {
    LogRoute::Unreadable { why: why.into() }
}
