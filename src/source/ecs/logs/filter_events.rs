//! Calls of `FilterLogEvents`. They read a log group while no live session runs, and find the events that a
//! live session missed.

use super::{LogEvent, LogsClient};
use crate::{
    model::Failure,
    source::ecs::{client::paging::PageToken, quota::calls},
};
use aws_sdk_cloudwatchlogs::operation::filter_log_events::builders::FilterLogEventsFluentBuilder;

/// Largest number of streams that one call may name.
pub(super) const MAX_CALL_STREAMS: usize = 100;

/// Returns a page of the events of the streams `names` since `from` (milliseconds since 1970), oldest first,
/// and the next token.
pub(super) async fn streams_page(
    logs: &LogsClient,
    group: &str,
    names: &[String],
    from: i64,
    token: Option<PageToken>,
) -> Result<(Vec<LogEvent>, Option<String>), Failure> {
    let ask = logs
        .client
        .filter_log_events()
        .log_group_name(group)
        .set_log_stream_names(Some(names.to_vec()))
        .start_time(from);
    fetch_page(logs, ask, token).await
}

/// Sends a request for the page after `token`.
pub(super) async fn fetch_page(
    logs: &LogsClient,
    ask: FilterLogEventsFluentBuilder,
    token: Option<PageToken>,
) -> Result<(Vec<LogEvent>, Option<String>), Failure> {
    let ask = ask.set_next_token(token.map(Into::into));
    let answer = logs.api.call(&calls::FILTER_LOG_EVENTS, ask.send()).await?;
    let event = |e: aws_sdk_cloudwatchlogs::types::FilteredLogEvent| {
        Some(LogEvent { stream: e.log_stream_name?, at_ms: e.timestamp?, message: e.message? })
    };
    let mut events: Vec<_> = answer.events.unwrap_or_default().into_iter().filter_map(event).collect();
    events.sort_by_key(|e| e.at_ms);
    // An empty page may have a next page.
    Ok((events, answer.next_token))
}
