//! Reader of the new flow log records in a log group, with a limit on pages and time.

use super::{log_groups::FlowLogGroup, record::FlowLogLine};
use crate::{
    model::{Failure, Timestamp},
    source::ecs::{client::api::Api, quota::calls},
};
use tokio::time::Instant;

/// Flow log lines that one read of a log group returned.
#[derive(Clone, Debug, Default)]
pub(super) struct LineBatch {
    /// Lines that have one of the formats of the flow logs that write to the log group.
    pub lines: Vec<FlowLogLine>,
    /// Start of the newest record, in milliseconds since 1970; `None` without records.
    pub newest_ms: Option<i64>,
    /// True if the [`ReadBudget`] was used up before all new records were read.
    pub is_truncated: bool,
}

/// Budget for reading one log group in one poll: the number of pages, and the deadline.
#[derive(Clone, Copy, Debug)]
pub(super) struct ReadBudget {
    /// Number of pages that may still be read.
    pub pages_left: usize,
    /// Time after which no further page is requested.
    pub deadline: Instant,
}

/// Reads the records of the log group `name` that started since `from` (milliseconds since 1970). Stops when
/// the budget `left` is used up.
pub(super) async fn read_since(
    api: &Api,
    name: &str,
    group: &FlowLogGroup,
    from: i64,
    left: &mut ReadBudget,
) -> Result<LineBatch, Failure> {
    let mut batch = LineBatch::default();
    let mut token: Option<String> = None;
    loop {
        if left.pages_left == 0 || Instant::now() > left.deadline {
            batch.is_truncated = true;
            return Ok(batch);
        }
        left.pages_left -= 1;
        let ask = api.clients.logs.filter_log_events().log_group_name(name).start_time(from);
        let ask = ask.limit(10_000).set_next_token(token.clone());
        let answer = api.call(&calls::FILTER_LOG_EVENTS, ask.send()).await?;
        for event in answer.events() {
            let (Some(at), Some(message)) = (event.timestamp(), event.message()) else { continue };
            let Ok(time) = Timestamp::from_millisecond(at) else { continue };
            batch.newest_ms = batch.newest_ms.max(Some(at));
            batch.lines.extend(group.formats.iter().find_map(|format| format.parse_line(message, time)));
        }
        if answer.next_token.is_none() || answer.next_token == token {
            return Ok(batch);
        }
        token = answer.next_token;
    }
}
