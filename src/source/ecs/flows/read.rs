//! The records of a log group since the last look, as many pages as a look may take.

use super::{find::Group, record::Line};
use crate::{
    model::{Failure, Timestamp},
    source::ecs::{api::Api, calls},
};
use tokio::time::Instant;

/// What was read of a log group.
#[derive(Clone, Debug, Default)]
pub(super) struct Batch {
    /// The lines that make sense.
    pub lines: Vec<Line>,
    /// When the newest began, in milliseconds.
    pub newest: Option<i64>,
    /// Whether there were more than may be read at one look.
    pub capped: bool,
}

/// What one look at all log groups may take.
#[derive(Clone, Copy, Debug)]
pub(super) struct Allowance {
    /// How many more pages may be read.
    pub pages: usize,
    /// Until when a page may be begun.
    pub until: Instant,
}

/// Reads what began since `from` (milliseconds), as far as is allowed; what is taken is taken off.
pub(super) async fn since(
    api: &Api,
    name: &str,
    group: &Group,
    from: i64,
    left: &mut Allowance,
) -> Result<Batch, Failure> {
    let mut batch = Batch::default();
    let mut token: Option<String> = None;
    loop {
        if left.pages == 0 || Instant::now() > left.until {
            batch.capped = true;
            return Ok(batch);
        }
        left.pages -= 1;
        let ask = api.clients.logs.filter_log_events().log_group_name(name).start_time(from);
        let ask = ask.limit(10_000).set_next_token(token.clone());
        let answer = api.pass(&calls::FILTER_LOG_EVENTS, ask.send()).await?;
        for event in answer.events() {
            let (Some(at), Some(message)) = (event.timestamp(), event.message()) else { continue };
            let Ok(time) = Timestamp::from_millisecond(at) else { continue };
            batch.newest = batch.newest.max(Some(at));
            batch.lines.extend(group.formats.iter().find_map(|format| format.read(message, time)));
        }
        if answer.next_token.is_none() || answer.next_token == token {
            return Ok(batch);
        }
        token = answer.next_token;
    }
}
