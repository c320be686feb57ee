//! Instance of a service, decoded from the inspect response of a container.

use super::{exit, health_check, log_route, parse_time, short_id, state};
use crate::{
    model::{Container, HealthCheckStatus, ImageRef, Instance, InstanceId, InstanceState, SourceId, Text},
    source::docker::api_types::{ContainerInspectResponse, ContainerState},
};

/// Decodes a container into an instance.
pub(super) fn decode_instance(
    source: &SourceId,
    id: &str,
    name: &str,
    answer: &ContainerInspectResponse,
) -> Instance {
    let nothing = ContainerState::default();
    let record = answer.state.as_ref().unwrap_or(&nothing);
    let restarts = u32::try_from(answer.restart_count.unwrap_or_default()).unwrap_or_default();
    let ending = exit::exit_cause(record, answer);
    let started = record.started_at.as_deref().and_then(parse_time);
    let made = answer.created.as_deref().and_then(parse_time);
    let exit = exit::last_exit(record, restarts, ending, made);
    let life = state::instance_state(record, ending);
    let image = answer.config.as_ref().and_then(|c| c.image.as_deref()).unwrap_or_default();
    let image = Text::new(image);
    let image_id = answer.image.as_deref().map(Text::new).unwrap_or_default();
    let manifest = answer.image_manifest_descriptor.as_ref().and_then(|m| m.digest.as_deref());
    let digest = ImageRef::parse(&image).digest.or(manifest).unwrap_or(&image_id);
    Instance {
        id: InstanceId::of(source, id),
        name: name.into(),
        state: life,
        // The result of a health check is meaningless once the process has exited.
        health_check: record
            .health
            .as_ref()
            .filter(|_| life == InstanceState::Running)
            .map_or(HealthCheckStatus::None, |health| health_check::health_check(health, started)),
        created: made,
        started,
        exit: exit.clone(),
        restarts,
        version: image_version(&image, &image_id).map(Into::into),
        containers: vec![Container {
            name: name.into(),
            digest: (!digest.is_empty()).then(|| Text::new(digest)),
            image,
            log_route: log_route::decode_log_route(id, answer),
            exit,
        }],
    }
}

/// Returns the version of an image: its tag, or its short id if it has no tag. For the tag `latest`, returns
/// both. Returns `None` if the image has neither a tag nor an id.
fn image_version(image: &str, image_id: &str) -> Option<String> {
    let image = ImageRef::parse(image);
    let id = short_id(image.digest.unwrap_or(image_id));
    match image.tag {
        Some(tag) if tag != "latest" => Some(tag.to_owned()),
        _ if id.is_empty() => image.tag.map(str::to_owned),
        Some("latest") => Some(format!("latest {id}")),
        _ => Some(id.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::image_version;

    #[test]
    fn a_version_tells_two_images_apart() {
        let id = "sha256:8f62819f445cfab3a203307665682641306f55a4015f0e04704303567df46bab";
        assert_eq!(image_version("host:5000/shop/web:1.4", id).as_deref(), Some("1.4"));
        assert_eq!(image_version("host:5000/shop/web", id).as_deref(), Some("8f62819f445c"));
        assert_eq!(image_version("web:latest", id).as_deref(), Some("latest 8f62819f445c"));
        assert_eq!(image_version("web:2@sha256:0123456789abcdef", id).as_deref(), Some("2"));
        assert_eq!(image_version(id, id).as_deref(), Some("8f62819f445c"));
        assert_eq!(image_version("", ""), None);
    }
}
