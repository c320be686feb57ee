//! Reader of the stored events of one log stream: either the newest events, or all events page by page from
//! the start.

use super::{LogEvent, LogsClient, StreamLocation, missing_group_failure};
use crate::{
    model::{Failure, FailureKind, LogReadOptions, Timestamp},
    source::ecs::{
        client::{
            api::PartialList,
            paging::{MAX_LOG_PAGES, PageToken, Paging},
        },
        quota::calls,
    },
};

/// Maximum number of events in one page.
const MAX_PAGE_EVENTS: usize = 10_000;
/// Number of empty pages in a row after which the reader assumes that the stream has ended.
const MAX_EMPTY_PAGES: usize = 20;

/// Returns the newest `many` events of the period that `start` requests, or all if there are fewer. The
/// events are sorted from old to new.
pub(super) async fn newest_events(
    logs: &LogsClient,
    place: &StreamLocation,
    start: LogReadOptions,
    many: usize,
) -> Result<PartialList<LogEvent>, Failure> {
    let mut pages: Vec<Vec<LogEvent>> = Vec::new();
    let (mut token, mut paging, mut failure) = (None, Paging::new(MAX_LOG_PAGES), None);
    let (mut read, mut empty) = (0, 0);
    while read < many && empty < MAX_EMPTY_PAGES {
        let (page, backward, _) =
            get_log_events(logs, place, start, (many - read).min(MAX_PAGE_EVENTS), false, token).await?;
        // The stream ends where AWS returns an unchanged token. An empty page alone is not the end.
        token = paging.next(backward).unwrap_or_else(|endless| {
            failure = Some(endless.failure(&calls::GET_LOG_EVENTS));
            None
        });
        read += page.len();
        empty = if page.is_empty() { empty + 1 } else { 0 };
        pages.push(page);
        if token.is_none() {
            break;
        }
    }
    // The pages are sorted from new to old, and the events within a page from old to new.
    Ok(PartialList { items: pages.into_iter().rev().flatten().collect(), failure })
}

/// Returns the events of the page that `token` requests, oldest first, and the token of the next page. `None`
/// requests the first page. On the last page, the returned token is equal to `token`.
pub(super) async fn forward_page(
    logs: &LogsClient,
    place: &StreamLocation,
    start: LogReadOptions,
    token: Option<PageToken>,
) -> Result<(Vec<LogEvent>, Option<String>), Failure> {
    let (page, _, forward) = get_log_events(logs, place, start, MAX_PAGE_EVENTS, true, token).await?;
    Ok((page, forward))
}

/// Events of a page, with the tokens of the previous and the next page.
type EventPage = (Vec<LogEvent>, Option<String>, Option<String>);

async fn get_log_events(
    logs: &LogsClient,
    place: &StreamLocation,
    start: LogReadOptions,
    limit: usize,
    from_head: bool,
    token: Option<PageToken>,
) -> Result<EventPage, Failure> {
    let ask = logs
        .client
        .get_log_events()
        .log_group_name(&place.group)
        .log_stream_name(&place.stream)
        .start_from_head(from_head)
        .limit(i32::try_from(limit).unwrap_or(i32::MAX))
        .set_start_time(start.since.map(Timestamp::as_millisecond))
        .set_end_time(start.until.map(ceil_millisecond))
        .set_next_token(token.map(Into::into));
    let answer = match logs.api.call(&calls::GET_LOG_EVENTS, ask.send()).await {
        Ok(answer) => answer,
        // A missing group is no failure for a reader that follows the log, because AWS may create the group
        // with its first line.
        Err(failure)
            if failure.kind == FailureKind::Missing && !start.follow && is_missing_group(&failure) =>
        {
            return Err(missing_group_failure(&place.group));
        }
        // AWS creates the stream with its first line. Until then the stream counts as empty.
        Err(failure) if failure.kind == FailureKind::Missing => return Ok((Vec::new(), None, None)),
        Err(failure) => return Err(failure),
    };
    let events = answer.events.unwrap_or_default().into_iter().filter_map(|e| {
        Some(LogEvent { stream: place.stream.clone(), at_ms: e.timestamp?, message: e.message? })
    });
    Ok((events.collect(), answer.next_backward_token, answer.next_forward_token))
}

/// Returns true if the log group is missing, and not only the stream. AWS uses the same error code for both.
fn is_missing_group(failure: &Failure) -> bool {
    failure.message.contains("log group does not exist")
}

/// Returns `at` in milliseconds since 1970, rounded up, because event times are whole milliseconds.
pub(super) fn ceil_millisecond(at: Timestamp) -> i64 {
    let whole = at.as_millisecond();
    if at.as_nanosecond() > i128::from(whole) * 1_000_000 { whole + 1 } else { whole }
}

#[cfg(test)]
mod tests {
    use super::{ceil_millisecond, is_missing_group};
    use crate::model::{Failure, FailureKind, Timestamp};

    #[test]
    fn a_missing_group_is_told_from_a_missing_stream() {
        let said = |what| {
            Failure::new(
                FailureKind::Missing,
                format!("logs:GetLogEvents: ResourceNotFoundException: {what}"),
                "",
            )
        };
        assert!(is_missing_group(&said("The specified log group does not exist.")));
        assert!(!is_missing_group(&said("The specified log stream does not exist.")));
    }

    #[test]
    fn an_end_within_a_millisecond_lets_it_through() {
        let at = |nanosecond| ceil_millisecond(Timestamp::from_nanosecond(nanosecond).unwrap());
        assert_eq!([at(5_000_000), at(5_000_001), at(5_999_999)], [5, 6, 6]);
    }
}
