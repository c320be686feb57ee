//! Log lines of tasks out of `CloudWatch`. Each stream is read from its end by itself; what comes from then on is heard
//! for all that read from one group together, by the hub.

mod ask;
mod feed;
mod filter;
mod history;
mod hub;
mod member;
mod one;
mod tail;
mod unlisted;

pub(super) use hub::Hub;

use super::api::Api;
use crate::model::{Failure, FailureKind, LogBatch, LogNote, LogRoute, LogStart, LogTarget, NoteKind, Text};
use futures::{
    StreamExt,
    stream::{self, BoxStream},
};
use std::sync::Arc;

/// A client for one region behind the gate.
#[derive(Clone, Debug)]
struct Logs {
    api: Api,
    client: aws_sdk_cloudwatchlogs::Client,
}

impl Logs {
    fn new(api: &Api, region: Option<&str>) -> Self {
        let client = region.map_or_else(|| api.clients.logs.clone(), |region| api.clients.logs_in(region));
        Self { api: api.clone(), client }
    }
}

/// Where a stream is.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Place {
    region: Option<String>,
    group: String,
    stream: String,
}

/// One event of a group.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Event {
    stream: String,
    /// In milliseconds since 1970.
    at: i64,
    message: String,
}

/// Lines of those targets. Dropping the stream stops the reading.
pub(super) fn read(
    api: &Api,
    hub: &Arc<Hub>,
    targets: Vec<LogTarget>,
    start: LogStart,
) -> BoxStream<'static, Result<LogBatch, Failure>> {
    let Sorted { readable, unlisted, notes } = sort(targets);
    let unlisted = unlisted.into_iter().filter_map(|target| unlisted::read(api, target, start));
    let said = (!notes.is_empty()).then(|| Ok(LogBatch { lines: Vec::new(), notes }));
    let streams = readable.into_iter().map(|(place, target)| {
        one::read(Logs::new(api, place.region.as_deref()), Arc::clone(hub), (place, target), start)
    });
    stream::iter(said).chain(stream::select_all(streams.chain(unlisted))).boxed()
}

/// Targets by how they are read.
#[derive(Debug, Default)]
struct Sorted {
    /// One stream each.
    readable: Vec<(Place, LogTarget)>,
    /// All that is left besides those.
    unlisted: Vec<LogTarget>,
    /// What to say of the others.
    notes: Vec<LogNote>,
}

fn sort(targets: Vec<LogTarget>) -> Sorted {
    let mut sorted = Sorted::default();
    for target in targets {
        let why = match &target.route {
            LogRoute::CloudWatch { group, stream: Some(stream), region } => {
                let (region, group, stream) = (region.clone(), group.clone(), stream.clone());
                sorted.readable.push((
                    Place {
                        region: region.map(String::from),
                        group: group.to_string(),
                        stream: stream.to_string(),
                    },
                    target,
                ));
                continue;
            }
            LogRoute::Unlisted { .. } => {
                sorted.unlisted.push(target);
                continue;
            }
            LogRoute::CloudWatch { group, stream: None, .. } => {
                format!("the stream's name in log group {group} is not known: set awslogs-stream-prefix")
            }
            LogRoute::Nowhere { why } => why.to_string(),
            LogRoute::Engine { .. } => "a Docker engine keeps this log".to_owned(),
        };
        sorted.notes.push(LogNote {
            at: None,
            service: Some(target.service),
            label: target.label,
            kind: NoteKind::Unreadable,
            text: why.into(),
        });
    }
    sorted
}

/// A group that is not there.
fn no_group(group: &str) -> Failure {
    Failure::new(
        FailureKind::Missing,
        format!("log group {} does not exist yet", Text::new(group)),
        "it is made with the first line, or by hand unless awslogs-create-group is true",
    )
}

/// A failure in one sentence.
fn words(failure: &Failure) -> String {
    format!("{} ({})", failure.what, failure.remedy)
}

#[cfg(test)]
mod tests {
    use super::{Sorted, sort};
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
        let Sorted { readable, notes, .. } = sort(vec![
            target("a", stream("g", Some("p/a/1"))),
            target("c", stream("h", None)),
            target("d", LogRoute::Nowhere { why: "the log driver is splunk".into() }),
        ]);
        let [(place, _)] = &readable[..] else { panic!("{readable:?}") };
        assert_eq!((place.group.as_str(), place.stream.as_str()), ("g", "p/a/1"));
        assert!(notes[0].text.contains("awslogs-stream-prefix") && notes[1].text.contains("splunk"));
    }
}
