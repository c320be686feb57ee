//! What a stream holds already: its newest events read from their end, or all of them page by page from their beginning.

use super::{Event, Logs, Place, no_group};
use crate::{
    model::{Failure, FailureKind, LogStart, Timestamp},
    source::ecs::{
        api::Read,
        calls,
        paging::{MAX_LOG_PAGES, Paging, Token},
    },
};

/// Events that one call may give.
const PAGE: usize = 10_000;
/// Empty pages in a row after which a stream counts as read.
const EMPTY: usize = 20;

/// Reads at least `many` of the newest events that `start` lets through, where there are so many, in their order.
pub(super) async fn newest(
    logs: &Logs,
    place: &Place,
    start: LogStart,
    many: usize,
) -> Result<Read<Event>, Failure> {
    let mut pages: Vec<Vec<Event>> = Vec::new();
    let (mut token, mut paging, mut failure) = (None, Paging::new(MAX_LOG_PAGES), None);
    let (mut read, mut empty) = (0, 0);
    while read < many && empty < EMPTY {
        let (page, backward, _) = ask(logs, place, start, (many - read).min(PAGE), false, token).await?;
        // The end of a stream is where the token stays the same: an empty page is not yet it.
        token = paging.next(backward).unwrap_or_else(|endless| {
            failure = Some(endless.of(&calls::GET_LOG_EVENTS));
            None
        });
        if token.is_none() {
            break;
        }
        read += page.len();
        empty = if page.is_empty() { empty + 1 } else { 0 };
        pages.push(page);
    }
    // Pages come newest first, the events within each oldest first.
    Ok(Read { items: pages.into_iter().rev().flatten().collect(), failure })
}

/// Reads the page after `token` from the beginning on; the last one's token comes back unchanged.
pub(super) async fn onward(
    logs: &Logs,
    place: &Place,
    start: LogStart,
    token: Option<Token>,
) -> Result<(Vec<Event>, Option<String>), Failure> {
    let (page, _, forward) = ask(logs, place, start, PAGE, true, token).await?;
    Ok((page, forward))
}

type Page = (Vec<Event>, Option<String>, Option<String>);

async fn ask(
    logs: &Logs,
    place: &Place,
    start: LogStart,
    limit: usize,
    from_head: bool,
    token: Option<Token>,
) -> Result<Page, Failure> {
    let ask = logs
        .client
        .get_log_events()
        .log_group_name(&place.group)
        .log_stream_name(&place.stream)
        .start_from_head(from_head)
        .limit(i32::try_from(limit).unwrap_or(i32::MAX))
        .set_start_time(start.since.map(Timestamp::as_millisecond))
        .set_end_time(start.until.map(above))
        .set_next_token(token.map(Into::into));
    let answer = match logs.api.pass(&calls::GET_LOG_EVENTS, ask.send()).await {
        Ok(answer) => answer,
        // The group is made with the first line too. Who follows hears of it from the live session.
        Err(failure) if failure.kind == FailureKind::Missing && !start.follow && is_group(&failure) => {
            return Err(no_group(&place.group));
        }
        // The stream is made with the first line: until then there is nothing to read.
        Err(failure) if failure.kind == FailureKind::Missing => return Ok((Vec::new(), None, None)),
        Err(failure) => return Err(failure),
    };
    let events =
        answer.events.unwrap_or_default().into_iter().filter_map(|e| {
            Some(Event { stream: place.stream.clone(), at: e.timestamp?, message: e.message? })
        });
    Ok((events.collect(), answer.next_backward_token, answer.next_forward_token))
}

/// Whether the group is what is missing: a stream that is missing has the same code.
fn is_group(failure: &Failure) -> bool {
    failure.what.contains("log group does not exist")
}

/// The first millisecond that is not before `at`: an event's time has no parts of it.
pub(super) fn above(at: Timestamp) -> i64 {
    let whole = at.as_millisecond();
    if at.as_nanosecond() > i128::from(whole) * 1_000_000 { whole + 1 } else { whole }
}

#[cfg(test)]
mod tests {
    use super::{above, is_group};
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
        assert!(is_group(&said("The specified log group does not exist.")));
        assert!(!is_group(&said("The specified log stream does not exist.")));
    }

    #[test]
    fn an_end_within_a_millisecond_lets_it_through() {
        let at = |nanosecond| above(Timestamp::from_nanosecond(nanosecond).unwrap());
        assert_eq!([at(5_000_000), at(5_000_001), at(5_999_999)], [5, 6, 6]);
    }
}
