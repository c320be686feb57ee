//! Calls of `FilterLogEvents`, which reads the events of many streams of one log group. The worker that
//! follows logs uses the calls while it has no Live Tail session, and to find events that a session missed.
//! The reader of expired streams uses them for all events.

use super::{LogEvent, LogsClient};
use crate::{
    model::Failure,
    source::ecs::{client::paging::PageToken, quota::calls},
};
use aws_sdk_cloudwatchlogs::operation::filter_log_events::builders::FilterLogEventsFluentBuilder;

/// Maximum number of streams that AWS allows in one call.
pub(super) const MAX_CALL_STREAMS: usize = 100;

/// Returns a page of the events of the streams `names` since `from` (milliseconds since 1970), oldest first,
/// with the token of the next page.
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

/// Sends `ask` for the page that `token` requests. Returns its events and the token of the next page.
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
