//! Log targets: the log streams of a service's current instances.

use crate::model::{Instance, LogRoute, LogTarget, Service, SourceId};
use std::collections::BTreeSet;

/// Returns the log streams of all instances of `service`.
#[must_use]
pub fn log_targets(service: &Service) -> Vec<LogTarget> {
    service.instances.iter().flat_map(|instance| instance_targets(service, instance)).collect()
}

/// Removes each target that reads the same stream as an earlier one, because several tasks can write to one
/// stream.
pub fn dedup_targets(targets: impl Iterator<Item = LogTarget>) -> impl Iterator<Item = LogTarget> {
    let mut read = BTreeSet::new();
    targets.filter(move |target| match target.route {
        LogRoute::Unreadable { .. } => true,
        _ => read.insert((SourceId::from(&target.service), target.route.clone())),
    })
}

/// Returns the log streams of `instance`. If it has several containers, the labels include the container.
fn instance_targets<'a>(
    service: &'a Service,
    instance: &'a Instance,
) -> impl Iterator<Item = LogTarget> + 'a {
    let several = instance.containers.len() > 1;
    instance.containers.iter().map(move |container| LogTarget {
        service: service.id.clone(),
        instance: instance.id.clone(),
        label: if several {
            format!("{}/{}", instance.name, container.name)
        } else {
            instance.name.to_string()
        }
        .into(),
        route: container.log_route.clone(),
    })
}

#[cfg(test)]
mod tests {
    use super::dedup_targets;
    use crate::model::{InstanceId, LogRoute, LogTarget, ServiceId};

    #[test]
    fn a_stream_that_several_write_into_is_read_once() {
        let target = |service: &str, label: &str, route: &LogRoute| LogTarget {
            service: ServiceId::new(service),
            instance: InstanceId::new(label),
            label: label.into(),
            route: route.clone(),
        };
        let shared = LogRoute::CloudWatch { group: "g".into(), stream: Some("all".into()), region: None };
        let nowhere = LogRoute::Unreadable { why: "splunk".into() };
        let all = [
            target("ecs:a/c/x", "1", &shared),
            target("ecs:a/c/x", "2", &shared),
            target("ecs:b/c/x", "3", &shared),
            target("ecs:a/c/x", "4", &nowhere),
            target("ecs:a/c/x", "5", &nowhere),
        ];
        let read: Vec<_> = dedup_targets(all.into_iter()).map(|target| target.label.to_string()).collect();
        assert_eq!(read, ["1", "3", "4", "5"], "another account has another stream of that name");
    }
}
