//! Log streams of expired tasks: ECS no longer lists these tasks, but their streams may still exist.

use super::log_targets::log_targets;
use crate::model::{InstanceId, LogRoute, LogTarget, Service, ServiceId, SourceId, Text};
use std::collections::{BTreeMap, BTreeSet};

/// Log group and name prefix of streams whose names differ only in the task id at the end.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct StreamPrefix {
    source: SourceId,
    region: Option<Text>,
    group: Text,
    prefix: Text,
}

/// Services that write streams with the same prefix, and the streams that they write now.
#[derive(Debug, Default)]
struct PrefixWriters {
    services: BTreeSet<ServiceId>,
    streams: BTreeSet<Text>,
    /// Name of the container that writes the streams, for the label; `None` if its task has no other
    /// container.
    container: Option<String>,
}

/// Returns log targets for the streams of expired tasks, one for each service and each stream name prefix of
/// its current instances.
///
/// In the label of a target, `*` stands for the task. If several services share a prefix, Portolan can't tell
/// which of them wrote an expired stream. Then each of these services gets an unreadable target that gives
/// this as the reason.
#[must_use]
pub fn expired_stream_targets<'a>(services: impl Iterator<Item = &'a Service>) -> Vec<LogTarget> {
    let mut writers_by_prefix: BTreeMap<StreamPrefix, PrefixWriters> = BTreeMap::new();
    for target in services.flat_map(log_targets) {
        let Some((beside, stream)) = split_stream_name(&target) else { continue };
        let writers = writers_by_prefix.entry(beside).or_default();
        writers.services.insert(target.service);
        writers.streams.insert(stream);
        writers.container = target.label.split_once('/').map(|(_, container)| container.to_owned());
    }
    writers_by_prefix
        .into_iter()
        .flat_map(|(beside, writers)| targets_for_prefix(&beside, &writers))
        .collect()
}

fn targets_for_prefix(at: &StreamPrefix, writers: &PrefixWriters) -> Vec<LogTarget> {
    let StreamPrefix { group, prefix, region, .. } = at;
    let route = if writers.services.len() == 1 {
        let (group, prefix, region) = (group.clone(), prefix.clone(), region.clone());
        LogRoute::ExpiredStreams { group, prefix, except: writers.streams.clone(), region }
    } else {
        let why = format!(
            "logs of earlier tasks not read: several services write to {prefix}* in log group {group}"
        );
        LogRoute::Unreadable { why: why.into() }
    };
    let label = writers.container.as_ref().map_or_else(|| "*".to_owned(), |name| format!("*/{name}"));
    let target = |service: &ServiceId| LogTarget {
        service: service.clone(),
        instance: InstanceId::new(format!("{service}/{prefix}*")),
        label: label.as_str().into(),
        route: route.clone(),
    };
    writers.services.iter().map(target).collect()
}

/// Splits the stream name of `target` before the task id at its end. Returns the prefix and the whole name,
/// or `None` if the name does not end with the task id.
fn split_stream_name(target: &LogTarget) -> Option<(StreamPrefix, Text)> {
    let LogRoute::CloudWatch { group, stream: Some(stream), region } = &target.route else { return None };
    let (source, region) = (SourceId::from(&target.service), region.clone());
    let task = target.instance.native_id(&source).filter(|task| !task.is_empty())?;
    let prefix = stream.strip_suffix(task).filter(|prefix| !prefix.is_empty())?;
    let beside = StreamPrefix { source, region, group: group.clone(), prefix: prefix.into() };
    Some((beside, stream.clone()))
}

#[cfg(test)]
mod tests {
    use super::expired_stream_targets;
    use crate::model::{Container, Instance, InstanceId, LogRoute, Service, ServiceId, fixtures};

    /// Builds a service with one task, whose containers write to `streams` of the log group `group`.
    fn service(name: &str, group: &str, task: &str, streams: &[&str]) -> Service {
        let container = |stream: &&str| Container {
            name: stream.split('/').nth(1).unwrap_or("app").into(),
            image: String::new().into(),
            digest: None,
            log_route: LogRoute::CloudWatch {
                group: group.into(),
                stream: Some((*stream).into()),
                region: None,
            },
            exit: None,
        };
        let instance = Instance {
            id: InstanceId::new(format!("ecs/{task}")),
            containers: streams.iter().map(container).collect(),
            ..fixtures::instance(task)
        };
        let id = ServiceId::new(format!("ecs/c/{name}"));
        Service { id, instances: vec![instance], ..fixtures::service(name) }
    }

    fn found(services: &[Service]) -> Vec<(String, LogRoute)> {
        let targets = expired_stream_targets(services.iter()).into_iter();
        targets.map(|t| (format!("{} {}", t.service.as_str(), t.label), t.route)).collect()
    }

    fn unlisted(prefix: &str, except: &str) -> LogRoute {
        let (group, except) = ("g".into(), [except.into()].into());
        LogRoute::ExpiredStreams { group, prefix: prefix.into(), except, region: None }
    }

    #[test]
    fn each_container_of_a_service_has_its_own_streams_beside() {
        let users = service("users", "g", "4f2a", &["p/app/4f2a", "p/migrate/4f2a"]);
        let expected = [
            ("ecs/c/users */app".to_owned(), unlisted("p/app/", "p/app/4f2a")),
            ("ecs/c/users */migrate".to_owned(), unlisted("p/migrate/", "p/migrate/4f2a")),
        ];
        assert_eq!(found(&[users]), expected);
    }

    #[test]
    fn streams_that_no_task_names_have_none_beside() {
        let fixed = service("a", "g", "4f2a", &["all", "4f2a"]);
        assert_eq!(found(&[fixed]), []);
        let firelens = service("b", "g", "4f2a", &["x-app-firelens-4f2a"]);
        let expected = ("ecs/c/b *".to_owned(), unlisted("x-app-firelens-", "x-app-firelens-4f2a"));
        assert_eq!(found(&[firelens]), [expected]);
    }

    #[test]
    fn where_several_services_write_each_is_told_so() {
        let (one, two) = (service("a", "g", "1", &["p/app/1"]), service("b", "g", "2", &["p/app/2"]));
        let elsewhere = service("c", "h", "3", &["p/app/3"]);
        let found = found(&[one, two, elsewhere]);
        let names: Vec<_> = found.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["ecs/c/a *", "ecs/c/b *", "ecs/c/c *"]);
        for (_, route) in &found[..2] {
            let LogRoute::Unreadable { why } = route else { panic!("{route:?}") };
            assert!(why.contains("p/app/*") && why.contains("log group g"), "{why}");
        }
        assert!(matches!(&found[2].1, LogRoute::ExpiredStreams { group, .. } if group == "h"));
    }
}
