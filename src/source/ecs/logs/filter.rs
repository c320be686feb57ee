//! New lines of a group by asking for them: the way that always works, and what fills gaps of the live one.

use super::{Logs, Sources, recent::Recent};
use crate::{
    model::{Failure, LogBatch},
    source::ecs::calls,
};

/// Streams that one call may name.
const NAMES: usize = 100;

/// Reads the events since `from` (milliseconds) that were not seen yet.
pub(super) async fn since(
    logs: &Logs,
    sources: &Sources,
    from: i64,
    recent: &mut Recent,
) -> Result<LogBatch, Failure> {
    let names: Vec<&String> = sources.streams.keys().collect();
    let mut events = Vec::new();
    for names in names.chunks(NAMES) {
        let mut token = None;
        loop {
            let ask = logs
                .client
                .filter_log_events()
                .log_group_name(&sources.group)
                .set_log_stream_names(Some(names.iter().map(|n| (*n).clone()).collect()))
                .start_time(from)
                .set_next_token(token.clone());
            let answer = logs.api.pass(&calls::FILTER_LOG_EVENTS, ask.send()).await?;
            events.extend(answer.events.unwrap_or_default());
            // A page may be empty and yet have a successor.
            if answer.next_token.is_none() || answer.next_token == token {
                break;
            }
            token = answer.next_token;
        }
    }
    events.sort_by_key(|e| e.timestamp);
    let mut lines = Vec::new();
    for event in events {
        let (Some(stream), Some(at), Some(message)) = (event.log_stream_name, event.timestamp, event.message)
        else {
            continue;
        };
        if recent.is_new(&stream, at, &message) {
            lines.extend(sources.lines(&stream, at, &message));
        }
    }
    Ok(LogBatch { lines, notes: Vec::new() })
}
