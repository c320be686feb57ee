//! Events of a group by asking for them: the way that always works, and what fills the gaps of the live one.

use super::{Event, Logs};
use crate::{
    model::Failure,
    source::ecs::{calls, paging::Token},
};
use aws_sdk_cloudwatchlogs::operation::filter_log_events::builders::FilterLogEventsFluentBuilder;

/// Streams that one call may name.
pub(super) const NAMES: usize = 100;

/// One page of the events of `names` since `from` (milliseconds), oldest first, and how to ask for the next one.
pub(super) async fn page(
    logs: &Logs,
    group: &str,
    names: &[String],
    from: i64,
    token: Option<Token>,
) -> Result<(Vec<Event>, Option<String>), Failure> {
    let ask = logs
        .client
        .filter_log_events()
        .log_group_name(group)
        .set_log_stream_names(Some(names.to_vec()))
        .start_time(from);
    send(logs, ask, token).await
}

/// Asks for the page after `token`.
pub(super) async fn send(
    logs: &Logs,
    ask: FilterLogEventsFluentBuilder,
    token: Option<Token>,
) -> Result<(Vec<Event>, Option<String>), Failure> {
    let ask = ask.set_next_token(token.map(Into::into));
    let answer = logs.api.pass(&calls::FILTER_LOG_EVENTS, ask.send()).await?;
    let event = |e: aws_sdk_cloudwatchlogs::types::FilteredLogEvent| {
        Some(Event { stream: e.log_stream_name?, at: e.timestamp?, message: e.message? })
    };
    let mut events: Vec<_> = answer.events.unwrap_or_default().into_iter().filter_map(event).collect();
    events.sort_by_key(|e| e.at);
    // A page may be empty and yet have a successor.
    Ok((events, answer.next_token))
}
