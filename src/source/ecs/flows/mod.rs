//! Reader of VPC flow logs, which record the accepted and rejected connections of tasks.

mod log_groups;
mod format;
mod join;
mod fetch;
mod record;
mod address_owners;
#[cfg(test)]
mod tests;

pub(crate) use address_owners::AddressOwners;
pub(crate) use join::ObservedConnections;

use super::{client::api::Api, quota::calls};
use crate::model::{Failure, FailureKind, Text, Timestamp, UnreadPart};
use fetch::ReadBudget;
use log_groups::FlowLogGroup;
use record::FlowLogLine;
use std::{
    collections::BTreeMap,
    sync::{Mutex, PoisonError},
    time::Duration,
};
use tokio::time::Instant;

/// Time for which the list of flow logs is reused.
const LOG_GROUPS_TTL: Duration = Duration::from_mins(10);

/// Pause after a failed read.
const FAILURE_PAUSE: Duration = Duration::from_secs(10);

/// Pause after a successful read: AWS delivers records once a minute at best.
const READ_INTERVAL: Duration = Duration::from_secs(50);

/// Age of the oldest records that the first read covers, in seconds.
const FIRST_LOOKBACK_SECS: i64 = 15 * 60;

/// Maximum number of pages in one poll, for all log groups together. A page has up to 10,000 records or 1 MB;
/// the flow log of a large VPC has far more.
const MAX_PAGES_PER_POLL: usize = 8;

/// Time within which a poll may start to read another page. A page of a large log group takes seconds, and
/// the poll returns no connections before its last page.
const POLL_TIME_LIMIT: Duration = Duration::from_secs(8);

/// Reader of the flow logs of a region. It keeps its position in each log group from poll to poll.
#[derive(Debug, Default)]
pub(crate) struct FlowLogReader {
    state: Mutex<ReaderState>,
}

#[derive(Clone, Debug, Default)]
struct ReaderState {
    /// Log groups that receive flow logs, by name, with the time of their listing.
    log_groups: Option<(Instant, BTreeMap<String, FlowLogGroup>)>,
    /// Start of the next read of each log group, by name, in milliseconds since 1970.
    cursors: BTreeMap<String, i64>,
    /// Time of the next read, with the unread part to report until then.
    paused_until: Option<(Instant, Option<UnreadPart>)>,
    /// Name of the log group that the last poll read last.
    last_group: Option<String>,
}

/// Parsed lines of flow logs that no snapshot contains yet, by log group.
#[derive(Clone, Debug, Default)]
pub(crate) struct FlowLogLines {
    lines_by_group: BTreeMap<String, Vec<FlowLogLine>>,
}

impl FlowLogLines {
    /// Converts the lines to connections. `owners` finds the service of each address.
    #[must_use]
    pub(crate) fn join(&self, owners: &AddressOwners) -> ObservedConnections {
        let mut told = ObservedConnections::default();
        for (name, lines) in &self.lines_by_group {
            let more = join::join_lines(lines, owners.clone(), name);
            told.connections.extend(more.connections);
            told.monitored.extend(more.monitored);
        }
        told
    }

    /// Appends later lines.
    pub(crate) fn extend(&mut self, later: Self) {
        for (name, lines) in later.lines_by_group {
            self.lines_by_group.entry(name).or_default().extend(lines);
        }
    }

    /// Returns true if there are no lines.
    #[must_use]
    pub(crate) fn is_empty(&self) -> bool {
        self.lines_by_group.values().all(Vec::is_empty)
    }
}

impl FlowLogReader {
    /// Reads the lines since the last read, or none if the next read is not due yet. Also returns an unread
    /// part if some lines could not be read.
    pub(crate) async fn read_new(&self, api: &Api) -> (FlowLogLines, Option<UnreadPart>) {
        let mut known = self.state.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some((until, gap)) = &known.paused_until
            && Instant::now() < *until
        {
            return (FlowLogLines::default(), gap.clone());
        }
        let (lines, gap) = match poll(api, &mut known).await {
            Ok((lines, many)) => (lines, many),
            Err(failure) => (FlowLogLines::default(), Some(failure)),
        };
        let gap = gap.map(|failure| UnreadPart { name: "VPC flow logs".into(), failure });
        let pause = if gap.is_some() { FAILURE_PAUSE } else { READ_INTERVAL };
        known.paused_until = Some((Instant::now() + pause, gap.clone()));
        *self.state.lock().unwrap_or_else(PoisonError::into_inner) = known;
        (lines, gap)
    }
}

/// Returns the number of log groups that receive flow logs.
pub(crate) async fn count_log_groups(api: &Api) -> Result<usize, Failure> {
    Ok(log_groups::find_log_groups(api).await?.len())
}

/// Reads all log groups once. Returns the lines, and a failure if some lines are missing.
async fn poll(api: &Api, known: &mut ReaderState) -> Result<(FlowLogLines, Option<Failure>), Failure> {
    let fresh = known.log_groups.take().filter(|(at, _)| at.elapsed() < LOG_GROUPS_TTL);
    let (at, groups) = match fresh {
        Some(found) => found,
        None => (Instant::now(), log_groups::find_log_groups(api).await?),
    };
    known.cursors.retain(|name, _| groups.contains_key(name));
    let now = Timestamp::now().as_millisecond();
    let mut lines = FlowLogLines::default();
    let mut failure = None;
    let (mut pages_left, deadline) = (MAX_PAGES_PER_POLL, Instant::now() + POLL_TIME_LIMIT);
    let names = names_to_read(groups.keys(), known.last_group.as_deref());
    known.last_group = names.last().map(|name| (*name).clone());
    for (index, name) in names.iter().copied().enumerate() {
        let group = &groups[name];
        // Each group gets its share, so that a large group can't use up the reads of the later ones.
        let groups_left = names.len() - index;
        let share = pages_left.div_ceil(groups_left);
        let time_left = deadline.saturating_duration_since(Instant::now());
        let mut left =
            ReadBudget { pages_left: share, deadline: Instant::now() + time_left / groups_left as u32 };
        let from = known.cursors.get(name).copied().unwrap_or(now - FIRST_LOOKBACK_SECS * 1000);
        match fetch::read_since(api, name, group, from, &mut left).await {
            Ok(batch) => {
                // A record's time is the start of its aggregation window, and AWS delivers the record at the
                // end of the window. Records of other interfaces for earlier windows may follow later, so
                // successive reads overlap. A truncated read leaves records out, and the next read starts
                // near the present. Otherwise Portolan would never catch up, and all later records would be
                // late.
                let newest = if batch.is_truncated { Some(now) } else { batch.newest_ms };
                if let Some(newest) = newest {
                    let overlap = (group.aggregation_secs + MAX_LATE_SECS) * 1000;
                    known.cursors.insert(name.clone(), from.max(newest - overlap));
                }
                if batch.is_truncated {
                    failure.get_or_insert_with(|| too_many_records(name));
                }
                lines.lines_by_group.insert(name.clone(), batch.lines);
            }
            // A flow log may exist before its log group, which the first record creates.
            Err(e) if e.kind == FailureKind::Missing => {}
            Err(e) => {
                failure.get_or_insert(e);
            }
        }
        pages_left -= share - left.pages_left;
    }
    known.log_groups = Some((at, groups));
    Ok((lines, failure))
}

/// Returns the log groups to read in one poll, at most [`MAX_PAGES_PER_POLL`]. Begins after `last`, the group
/// that the previous poll read last, so that every group has its turn.
fn names_to_read<'a>(names: impl Iterator<Item = &'a String>, last: Option<&str>) -> Vec<&'a String> {
    let (earlier, later): (Vec<_>, Vec<_>) =
        names.partition(|name| last.is_some_and(|last| name.as_str() <= last));
    later.into_iter().chain(earlier).take(MAX_PAGES_PER_POLL).collect()
}

/// Maximum time in seconds between the arrivals of the first and the last record of one aggregation interval.
const MAX_LATE_SECS: i64 = 60;

fn too_many_records(name: &str) -> Failure {
    Failure::new(
        FailureKind::Throttled,
        format!(
            "{}: {} has more records than one poll reads ({MAX_PAGES_PER_POLL} pages or {} s); the rest is \
             skipped",
            calls::FILTER_LOG_EVENTS.action,
            Text::new(name),
            POLL_TIME_LIMIT.as_secs()
        ),
        "no action needed: the next poll reads new records",
    )
}
