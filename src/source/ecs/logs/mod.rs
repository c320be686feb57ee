//! Reader of the tasks' log lines in CloudWatch Logs. Each log stream has its own reader, which reads the
//! stored events itself. New events come from the session pool, whose Live Tail sessions serve the readers of
//! many streams together.

mod poll;
mod session_worker;
mod filter_events;
mod history;
mod session_pool;
mod subscriber;
mod single_stream;
mod live_tail;
mod expired_streams;

pub(super) use session_pool::SessionPool;

use super::client::api::Api;
use crate::model::{
    Failure, FailureKind, LogBatch, LogNote, LogNoteKind, LogReadOptions, LogRoute, LogTarget, Text,
};
use futures::{
    StreamExt,
    stream::{self, BoxStream},
};
use std::sync::Arc;

/// CloudWatch Logs client for one region, with the rate limiter for its calls.
#[derive(Clone, Debug)]
struct LogsClient {
    api: Api,
    client: aws_sdk_cloudwatchlogs::Client,
}

impl LogsClient {
    fn new(api: &Api, region: Option<&str>) -> Self {
        let client = region.map_or_else(|| api.clients.logs.clone(), |region| api.clients.logs_in(region));
        Self { api: api.clone(), client }
    }
}

/// Region, log group and name of a log stream.
#[derive(Clone, Debug, PartialEq, Eq)]
struct StreamLocation {
    /// Region of the log group; `None` for the region of the source.
    region: Option<String>,
    group: String,
    stream: String,
}

/// Event of a CloudWatch log stream.
#[derive(Clone, Debug, PartialEq, Eq)]
struct LogEvent {
    stream: String,
    /// Time in milliseconds since 1970.
    at_ms: i64,
    message: String,
}

/// Reads the log lines of `targets`. Dropping the returned stream stops the reading.
pub(super) fn read(
    api: &Api,
    pool: &Arc<SessionPool>,
    targets: Vec<LogTarget>,
    start: LogReadOptions,
) -> BoxStream<'static, Result<LogBatch, Failure>> {
    let SortedTargets { readable, expired: unlisted, notes } = sort_targets(targets);
    let unlisted =
        unlisted.into_iter().filter_map(|target| expired_streams::read_expired(api, target, start));
    let first_batch = (!notes.is_empty()).then(|| Ok(LogBatch { lines: Vec::new(), notes }));
    let streams = readable.into_iter().map(|(place, target)| {
        single_stream::read_stream(
            LogsClient::new(api, place.region.as_deref()),
            Arc::clone(pool),
            (place, target),
            start,
        )
    });
    stream::iter(first_batch).chain(stream::select_all(streams.chain(unlisted))).boxed()
}

/// Log targets, grouped by the way in which Portolan reads them.
#[derive(Debug, Default)]
struct SortedTargets {
    /// Targets with one known stream.
    readable: Vec<(StreamLocation, LogTarget)>,
    /// Targets for the streams of tasks that ECS no longer lists.
    expired: Vec<LogTarget>,
    /// Notes about targets that Portolan can't read.
    notes: Vec<LogNote>,
}

fn sort_targets(targets: Vec<LogTarget>) -> SortedTargets {
    let mut sorted = SortedTargets::default();
    for target in targets {
        let why = match &target.route {
            LogRoute::CloudWatch { group, stream: Some(stream), region } => {
                let (region, group, stream) = (region.clone(), group.clone(), stream.clone());
                sorted.readable.push((
                    StreamLocation {
                        region: region.map(String::from),
                        group: group.to_string(),
                        stream: stream.to_string(),
                    },
                    target,
                ));
                continue;
            }
            LogRoute::ExpiredStreams { .. } => {
                sorted.expired.push(target);
                continue;
            }
            LogRoute::CloudWatch { group, stream: None, .. } => {
                format!("unknown log stream in log group {group}: set awslogs-stream-prefix")
            }
            LogRoute::Unreadable { why } => why.to_string(),
            LogRoute::Engine { .. } => "this log is read from a Docker engine".to_owned(),
        };
        sorted.notes.push(LogNote::on_stream(&target, None, LogNoteKind::Unreadable, why));
    }
    sorted
}

/// Returns the failure for a log group that does not exist.
fn missing_group_failure(group: &str) -> Failure {
    Failure::new(
        FailureKind::Missing,
        format!("log group missing: {}", Text::new(group)),
        "it is created with the first line if awslogs-create-group is true, otherwise create it",
    )
}

/// Returns the message of a failure, followed by its remedy in parentheses.
fn failure_text(failure: &Failure) -> String {
    format!("{} ({})", failure.message, failure.remedy)
}

#[cfg(test)]
mod tests {
    use super::{SortedTargets, sort_targets};
    use crate::model::{InstanceId, LogRoute, LogTarget, ServiceId};

    fn target(label: &str, route: LogRoute) -> LogTarget {
        LogTarget {
            service: ServiceId::new("ecs/c/a"),
            instance: InstanceId::new("ecs/1"),
            label: label.into(),
            route,
        }
    }

    fn stream(group: &str, stream: Option<&str>) -> LogRoute {
        LogRoute::CloudWatch { group: group.into(), stream: stream.map(Into::into), region: None }
    }

    #[test]
    fn the_unreadable_say_why() {
        let SortedTargets { readable, notes, .. } = sort_targets(vec![
            target("a", stream("g", Some("p/a/1"))),
            target("c", stream("h", None)),
            target("d", LogRoute::Unreadable { why: "log driver splunk is not supported".into() }),
        ]);
        let [(place, _)] = &readable[..] else { panic!("{readable:?}") };
        assert_eq!((place.group.as_str(), place.stream.as_str()), ("g", "p/a/1"));
        assert!(notes[0].text.contains("awslogs-stream-prefix") && notes[1].text.contains("splunk"));
    }
}
