//! Log route of a container. With most log drivers the engine keeps a copy; with some, no copy is readable
//! here.

use crate::model::{LogRoute, Text};
use crate::source::docker::api_types::ContainerInspectResponse;

/// Decodes the log route of the container `id`.
pub(super) fn decode_log_route(id: &str, answer: &ContainerInspectResponse) -> LogRoute {
    let config = answer.host_config.as_ref().and_then(|h| h.log_config.as_ref());
    let driver = config.and_then(|c| c.typ.as_deref()).unwrap_or("json-file");
    let option = |name: &str| config.and_then(|c| c.config.as_ref()?.get(name)).map(|v| Text::new(v));
    match driver {
        "none" => unreadable_route("it has the log driver none: nothing is kept".to_owned()),
        "" | "json-file" | "local" | "journald" | "k8s-file" => engine_route(id),
        // Since Docker 20.10 the engine keeps a copy for other drivers too, unless `cache-disabled` is set.
        _ if option("cache-disabled").as_deref() != Some("true") => engine_route(id),
        "awslogs" => unreadable_route(match option("awslogs-group") {
            Some(group) => format!("the log driver awslogs sends it to the CloudWatch log group {group}"),
            None => "the log driver awslogs sends it to CloudWatch".to_owned(),
        }),
        other => unreadable_route(format!(
            "the log driver {} sends it away, and the engine keeps no copy",
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
