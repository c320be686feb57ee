//! Reader of the log lines of tasks that ECS no longer lists. It finds the streams of these tasks by a name
//! prefix.

use super::{
    LogEvent, LogsClient, failure_text, filter_events, history::ceil_millisecond, subscriber::event_lines,
};
use crate::{
    model::{
        Failure, FailureKind, LogBatch, LogLine, LogNote, LogNoteKind, LogReadOptions, LogRoute, LogTarget,
        Text, Timestamp,
    },
    source::ecs::{
        client::{
            api::Api,
            paging::{MAX_LOG_PAGES, PageToken, Paging},
        },
        quota::calls,
    },
};
use futures::{
    StreamExt,
    stream::{self, BoxStream},
};
use std::collections::BTreeSet;

/// Number of characters of the task id in the label of a log line.
const SHORT_ID_CHARS: usize = 8;

/// Filter for the streams of one log group: all streams with a name prefix, except those in `except`.
#[derive(Clone, Debug)]
struct StreamFilter {
    group: String,
    prefix: String,
    except: BTreeSet<Text>,
}

/// Reads the lines of a target with the route [`LogRoute::ExpiredStreams`], page by page in time order.
/// Returns `None` for a target with another route.
///
/// Does not follow the streams, because a task that ECS no longer lists writes no more lines.
pub(super) fn read_expired(
    api: &Api,
    target: LogTarget,
    start: LogReadOptions,
) -> Option<BoxStream<'static, Result<LogBatch, Failure>>> {
    let LogRoute::ExpiredStreams { group, prefix, except, region } = target.route.clone() else {
        return None;
    };
    let logs = LogsClient::new(api, region.as_deref());
    let paging = Paging::new(MAX_LOG_PAGES);
    let streams = StreamFilter { group: group.to_string(), prefix: prefix.to_string(), except };
    let state = (logs, streams, target, paging, Some(None));
    let pages = stream::unfold(state, move |(logs, streams, target, mut paging, token)| async move {
        let (batch, next) = match events_page(&logs, &streams, start, token?).await {
            Ok((events, next)) => {
                let mut batch = streams.lines(&target, &events, start);
                let next = paging.next(next).unwrap_or_else(|endless| {
                    batch
                        .notes
                        .extend(failure_batch(&target, &endless.failure(&calls::FILTER_LOG_EVENTS)).notes);
                    None
                });
                (batch, next)
            }
            Err(failure) => (failure_batch(&target, &failure), None),
        };
        Some((Ok(batch), (logs, streams, target, paging, next.map(Some))))
    });
    Some(pages.boxed())
}

async fn events_page(
    logs: &LogsClient,
    streams: &StreamFilter,
    start: LogReadOptions,
    token: Option<PageToken>,
) -> Result<(Vec<LogEvent>, Option<String>), Failure> {
    let ask = logs
        .client
        .filter_log_events()
        .log_group_name(&streams.group)
        .log_stream_name_prefix(&streams.prefix)
        .set_start_time(start.since.map(Timestamp::as_millisecond))
        .set_end_time(start.until.map(ceil_millisecond));
    filter_events::fetch_page(logs, ask, token).await
}

impl StreamFilter {
    /// Returns the requested lines of `events`. The label of each line contains the short id of its task.
    fn lines(&self, target: &LogTarget, events: &[LogEvent], start: LogReadOptions) -> LogBatch {
        let lines = events.iter().filter_map(|event| Some((self.task_id(&event.stream)?, event)));
        let lines = lines.flat_map(|(task, event)| {
            let short: String = Text::new(task).chars().take(SHORT_ID_CHARS).collect();
            let label = target.label.replacen('*', &short, 1).into();
            let target = LogTarget { label, ..target.clone() };
            event_lines(&target, event).collect::<Vec<LogLine>>()
        });
        let lines = lines.filter(|line| start.until.is_none_or(|until| line.at < until)).collect();
        LogBatch { lines, notes: Vec::new() }
    }

    /// Returns the task id in a stream name. Returns `None` if the filter excludes the stream. The check is
    /// necessary because emulators return all streams of the group.
    fn task_id<'a>(&self, stream: &'a str) -> Option<&'a str> {
        let task = stream.strip_prefix(&self.prefix)?;
        (!task.is_empty() && !task.contains('/') && !self.except.contains(stream)).then_some(task)
    }
}

/// Returns a batch with the note that reports `failure`. If the log group is missing, returns an empty batch,
/// because the readers of other tasks already report that.
fn failure_batch(target: &LogTarget, failure: &Failure) -> LogBatch {
    let kind = match failure.kind {
        FailureKind::Missing => return LogBatch::default(),
        FailureKind::Denied => LogNoteKind::Unreadable,
        _ => LogNoteKind::Interrupted,
    };
    let text = format!("logs of earlier tasks are incomplete: {}", failure_text(failure));
    LogBatch { lines: Vec::new(), notes: vec![LogNote::on_stream(target, None, kind, text)] }
}

#[cfg(test)]
mod tests {
    use super::read_expired;
    use crate::{
        model::{
            InstanceId, LogBatch, LogNoteKind, LogReadOptions, LogRoute, LogTarget, ServiceId, Timestamp,
        },
        source::ecs::tests::recorded_region::api_over,
    };
    use futures::StreamExt;

    /// Returns one of two pages of a group. The first page contains a stream outside the prefix, because some
    /// emulators ignore the prefix.
    fn pages(operation: &str, body: &str) -> String {
        assert_eq!(operation, "FilterLogEvents");
        let asked: serde_json::Value = serde_json::from_str(body).unwrap();
        assert_eq!((&asked["logStreamNamePrefix"], &asked["startTime"]), (&"p/app/".into(), &1_000.into()));
        let event = |stream: &str, at: i64, text: &str| serde_json::json!({"logStreamName": stream, "timestamp": at, "message": text, "ingestionTime": at, "eventId": text});
        let (events, next) = match asked["nextToken"].as_str() {
            None => {
                let ended = event("p/app/4b71b756eec315d8", 1_000, "one");
                let others =
                    [event("p/app/known", 1_001, "listed"), event("p/sidecar/4b71b756", 1_002, "another")];
                ([vec![ended], others.to_vec()].concat(), Some("Bxkq6kVG"))
            }
            Some("Bxkq6kVG") => {
                let late = [
                    event("p/app/3a32802f668807c4", 1_500, "two\nlines"),
                    event("p/app/3a32802f668807c4", 2_000, "late"),
                ];
                (late.to_vec(), None)
            }
            Some(other) => panic!("{other}"),
        };
        serde_json::json!({"events": events, "searchedLogStreams": [], "nextToken": next}).to_string()
    }

    async fn batches(denied: &'static str) -> Vec<LogBatch> {
        let target = LogTarget {
            service: ServiceId::new("ecs/c/orders"),
            instance: InstanceId::new("ecs/c/orders/p/app/*"),
            label: "*/app".into(),
            route: LogRoute::ExpiredStreams {
                group: "g".into(),
                prefix: "p/app/".into(),
                except: ["p/app/known".into()].into(),
                region: None,
            },
        };
        let second = |second| Timestamp::from_second(second).ok();
        let start = LogReadOptions { since: second(1), until: second(2), tail: usize::MAX, follow: false };
        let api = api_over(pages, denied).await;
        read_expired(&api, target, start).unwrap().map(Result::unwrap).collect().await
    }

    #[tokio::test]
    async fn all_pages_are_read_and_only_streams_of_tasks_that_are_not_listed() {
        let batches = batches("").await;
        let lines = batches.iter().flat_map(|batch| &batch.lines);
        let lines: Vec<_> = lines.map(|l| (l.at.as_millisecond(), &*l.label, l.text.as_str())).collect();
        let (first, second) = ("4b71b756/app", "3a32802f/app");
        assert_eq!(lines, [(1_000, first, "one"), (1_500, second, "two"), (1_500, second, "lines")]);
        assert!(batches.iter().all(|batch| batch.notes.is_empty()));
    }

    #[tokio::test]
    async fn a_denied_call_is_reported_once() {
        let batches = batches("FilterLogEvents").await;
        let [LogBatch { lines, notes }] = &batches[..] else { panic!("{batches:?}") };
        let [note] = &notes[..] else { panic!("{notes:?}") };
        assert!(lines.is_empty() && note.kind == LogNoteKind::Unreadable);
        assert!(
            note.text.contains("logs of earlier tasks") && note.text.contains("allow logs:FilterLogEvents")
        );
    }
}
