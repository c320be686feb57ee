//! The newest lines of a stream, read from its end.

use super::{Logs, Sources, recent::Recent};
use crate::{
    model::{Failure, FailureKind, LogBatch, LogStart, Timestamp},
    source::ecs::calls,
};

/// Reads at most `start.tail` of the newest events of `stream`, in their order.
pub(super) async fn newest(
    logs: &Logs,
    sources: &Sources,
    stream: &str,
    start: LogStart,
    recent: &mut Recent,
) -> Result<LogBatch, Failure> {
    let mut events = Vec::new();
    let mut token: Option<String> = None;
    while events.len() < start.tail {
        let wanted = (start.tail - events.len()).min(10_000) as i32;
        let ask = logs
            .client
            .get_log_events()
            .log_group_name(&sources.group)
            .log_stream_name(stream)
            .start_from_head(false)
            .limit(wanted)
            .set_start_time(start.since.map(Timestamp::as_millisecond))
            .set_next_token(token.clone());
        let answer = match logs.api.pass(&calls::GET_LOG_EVENTS, ask.send()).await {
            Ok(answer) => answer,
            // The group or the stream is made with the first line: until then there is nothing to read.
            Err(failure) if failure.kind == FailureKind::Missing => return Ok(LogBatch::default()),
            Err(failure) => return Err(failure),
        };
        let page = answer.events.unwrap_or_default();
        if page.is_empty() || answer.next_backward_token == token {
            break;
        }
        token = answer.next_backward_token;
        let mut page: Vec<_> = page.into_iter().filter_map(|e| Some((e.timestamp?, e.message?))).collect();
        // Pages come newest first, the events within each oldest first.
        page.append(&mut events);
        events = page;
    }
    if events.len() >= start.tail {
        let now = Timestamp::now().as_millisecond();
        recent.begin(stream, events.first().map_or(now, |(at, _)| *at));
    }
    let mut lines = Vec::new();
    for (at, message) in events {
        recent.is_new(stream, at, &message);
        lines.extend(sources.lines(stream, at, &message));
    }
    let surplus = lines.len().saturating_sub(start.tail);
    lines.drain(..surplus);
    Ok(LogBatch { lines, notes: Vec::new() })
}
