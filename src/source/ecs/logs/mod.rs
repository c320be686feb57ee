//! Log lines of tasks out of `CloudWatch`: the newest first of all, then new ones as they come, one reader a group.

mod filter;
mod history;
mod reader;
mod recent;
mod tail;

use super::api::Api;
use crate::model::{
    Failure, LogBatch, LogLine, LogNote, LogRoute, LogStart, LogStream, LogTarget, NoteKind, Timestamp,
    text::clean,
};
use futures::{
    StreamExt,
    stream::{self, BoxStream},
};
use reader::Reader;
use std::{collections::BTreeMap, sync::Arc};

/// The streams of one log group, each with whose lines it holds.
#[derive(Clone, Debug)]
struct Sources {
    /// The log group's name.
    group: String,
    /// The streams by name.
    streams: BTreeMap<String, LogTarget>,
}

/// A client for one region behind the gate.
#[derive(Clone, Debug)]
struct Logs {
    api: Api,
    client: aws_sdk_cloudwatchlogs::Client,
}

/// Lines of those targets. Dropping the stream stops the reading.
pub(super) fn read(
    api: &Api,
    targets: Vec<LogTarget>,
    start: LogStart,
) -> BoxStream<'static, Result<LogBatch, Failure>> {
    let (groups, notes) = sort(targets);
    let said = (!notes.is_empty()).then(|| Ok(LogBatch { lines: Vec::new(), notes }));
    let readers = groups.into_iter().map(|((region, _), sources)| {
        let client = match region {
            Some(region) => api.clients.logs_in(&region),
            None => api.clients.logs.clone(),
        };
        Reader::new(Arc::new(Logs { api: api.clone(), client }), sources, start).stream()
    });
    stream::iter(said).chain(stream::select_all(readers)).boxed()
}

type Groups = BTreeMap<(Option<String>, String), Sources>;

/// The readable targets by region and group, and what to say of the others.
fn sort(targets: Vec<LogTarget>) -> (Groups, Vec<LogNote>) {
    let (mut groups, mut notes) = (Groups::new(), Vec::new());
    for target in targets {
        let why = match &target.route {
            LogRoute::CloudWatch { group, stream: Some(stream), region } => {
                let key = (region.clone(), group.clone());
                let new = || Sources { group: group.clone(), streams: BTreeMap::new() };
                groups.entry(key).or_insert_with(new).streams.insert(stream.clone(), target);
                continue;
            }
            LogRoute::CloudWatch { group, stream: None, .. } => {
                format!("the stream's name in log group {group} is not known: set awslogs-stream-prefix")
            }
            LogRoute::Nowhere { why } => why.clone(),
            LogRoute::Engine { .. } => "a Docker engine keeps this log".to_owned(),
        };
        notes.push(LogNote {
            at: None,
            service: Some(target.service),
            label: target.label,
            kind: NoteKind::Unreadable,
            text: why,
        });
    }
    (groups, notes)
}

impl Sources {
    /// The lines of one event of `stream`, none if the stream is somebody else's.
    fn lines(&self, stream: &str, at: i64, message: &str) -> Vec<LogLine> {
        let (Some(target), Ok(at)) = (self.streams.get(stream), Timestamp::from_millisecond(at)) else {
            return Vec::new();
        };
        let line = |text: &str| LogLine {
            at,
            service: target.service.clone(),
            label: target.label.clone(),
            stream: LogStream::Out,
            text: clean(text),
            paint: Vec::new(),
        };
        // An event holds several lines where the driver joins them by a pattern.
        message.trim_end_matches(['\n', '\r']).split('\n').map(line).collect()
    }

    /// A note on all these streams.
    fn note(&self, kind: NoteKind, text: impl Into<String>) -> LogBatch {
        let label = clean(&self.group).into();
        let note = LogNote { at: None, service: None, label, kind, text: text.into() };
        LogBatch { lines: Vec::new(), notes: vec![note] }
    }
}

#[cfg(test)]
mod tests {
    use super::sort;
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
        LogRoute::CloudWatch { group: group.into(), stream: stream.map(str::to_owned), region: None }
    }

    #[test]
    fn streams_gather_by_group_and_the_unreadable_say_why() {
        let (groups, notes) = sort(vec![
            target("a", stream("g", Some("p/a/1"))),
            target("b", stream("g", Some("p/a/2"))),
            target("c", stream("h", None)),
            target("d", LogRoute::Nowhere { why: "the log driver is splunk".into() }),
        ]);
        assert_eq!(groups.len(), 1);
        let sources = groups.into_values().next().unwrap();
        assert_eq!(sources.streams.len(), 2);
        assert_eq!(notes.len(), 2);
        let lines = sources.lines("p/a/1", 1_000, "one\ntwo\u{1b}[31m!\n");
        assert_eq!(lines.iter().map(|l| l.text.as_str()).collect::<Vec<_>>(), ["one", "two!"]);
        assert!(sources.lines("other", 1_000, "x").is_empty());
    }
}
