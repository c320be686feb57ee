//! VPC flow logs: which connections between tasks were seen, and which were turned away.

mod find;
mod format;
mod join;
mod read;
mod record;
mod tenants;
#[cfg(test)]
mod tests;

pub(crate) use join::Told;
pub(crate) use tenants::Tenants;

use super::{api::Api, calls};
use crate::model::{Failure, FailureKind, Gap, Text, Timestamp};
use find::Group;
use read::Allowance;
use record::Line;
use std::{
    collections::BTreeMap,
    sync::{Mutex, PoisonError},
    time::Duration,
};
use tokio::time::Instant;

/// How long what EC2 says of flow logs is good.
const GOOD: Duration = Duration::from_mins(10);

/// How long to leave flow logs alone after they were refused.
const REST: Duration = Duration::from_secs(10);

/// How long to leave flow logs alone after they were read: AWS delivers every minute at best.
const PACE: Duration = Duration::from_secs(50);

/// How far back the first look goes, in seconds.
const FIRST: i64 = 15 * 60;

/// How many pages, of up to 10,000 records or 1 MB each, one look reads: the flow logs of a big VPC are endless.
const PAGES: usize = 8;

/// How long a look may go on beginning pages: those of big log groups take seconds, and the map waits.
const PATIENCE: Duration = Duration::from_secs(8);

/// What is remembered between looks.
#[derive(Debug, Default)]
pub(crate) struct FlowLogs {
    known: Mutex<Known>,
}

#[derive(Clone, Debug, Default)]
struct Known {
    found: Option<(Instant, BTreeMap<String, Group>)>,
    /// When the records that are read next begin, by log group, in milliseconds.
    cursors: BTreeMap<String, i64>,
    rest: Option<(Instant, Option<Gap>)>,
}

/// The lines that came since the last look, by log group.
#[derive(Clone, Debug, Default)]
pub(crate) struct Lines {
    groups: BTreeMap<String, Vec<Line>>,
}

impl Lines {
    /// What they tell, given who had which address.
    #[must_use]
    pub(crate) fn join(&self, tenants: &Tenants) -> Told {
        let mut told = Told::default();
        for (name, lines) in &self.groups {
            let more = join::join(lines, tenants.clone(), name);
            told.flows.extend(more.flows);
            told.watched.extend(more.watched);
        }
        told
    }

    /// Adds those that came later.
    pub(crate) fn extend(&mut self, later: Self) {
        for (name, lines) in later.groups {
            self.groups.entry(name).or_default().extend(lines);
        }
    }

    /// Whether there are none.
    #[must_use]
    pub(crate) fn is_empty(&self) -> bool {
        self.groups.values().all(Vec::is_empty)
    }
}

impl FlowLogs {
    /// Reads what came since the last look, if it is time to.
    pub(crate) async fn read(&self, api: &Api) -> (Lines, Option<Gap>) {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some((until, gap)) = &known.rest
            && Instant::now() < *until
        {
            return (Lines::default(), gap.clone());
        }
        let (lines, gap) = match look(api, &mut known).await {
            Ok((lines, many)) => (lines, many),
            Err(failure) => (Lines::default(), Some(failure)),
        };
        let gap = gap.map(|failure| Gap { what: "VPC flow logs".into(), failure });
        let pause = if gap.is_some() { REST } else { PACE };
        known.rest = Some((Instant::now() + pause, gap.clone()));
        *self.known.lock().unwrap_or_else(PoisonError::into_inner) = known;
        (lines, gap)
    }
}

/// How many log groups flow logs are written to.
pub(crate) async fn count(api: &Api) -> Result<usize, Failure> {
    Ok(find::find(api).await?.len())
}

/// One look at all log groups; what was not read, and why, beside what was.
async fn look(api: &Api, known: &mut Known) -> Result<(Lines, Option<Failure>), Failure> {
    let fresh = known.found.take().filter(|(at, _)| at.elapsed() < GOOD);
    let (at, groups) = match fresh {
        Some(found) => found,
        None => (Instant::now(), find::find(api).await?),
    };
    known.cursors.retain(|name, _| groups.contains_key(name));
    let now = Timestamp::now().as_millisecond();
    let mut lines = Lines::default();
    let mut failure = None;
    let mut left = Allowance { pages: PAGES, until: Instant::now() + PATIENCE };
    for (name, group) in &groups {
        let from = known.cursors.get(name).copied().unwrap_or(now - FIRST * 1000);
        match read::since(api, name, group, from, &mut left).await {
            Ok(batch) => {
                // A record's time is when it began, and it comes when its window is over: those of other interfaces that
                // began a window earlier may still be under way. Where there is too much, the next look takes what is new
                // then, as what was left out would only put off the rest for ever.
                let newest = if batch.capped { Some(now) } else { batch.newest };
                if let Some(newest) = newest {
                    let overlap = (group.window + LATE) * 1000;
                    known.cursors.insert(name.clone(), from.max(newest - overlap));
                }
                if batch.capped {
                    failure.get_or_insert_with(|| too_many(name));
                }
                lines.groups.insert(name.clone(), batch.lines);
            }
            // A flow log may be there before its group, which its first record makes.
            Err(e) if e.kind == FailureKind::Missing => {}
            Err(e) => {
                failure.get_or_insert(e);
            }
        }
    }
    known.found = Some((at, groups));
    Ok((lines, failure))
}

/// How much later than others of the same window a record may come, in seconds.
const LATE: i64 = 60;

fn too_many(name: &str) -> Failure {
    Failure::new(
        FailureKind::Throttled,
        format!(
            "{}: {} holds more than one look reads, {PAGES} pages or {} seconds; the rest is left out",
            calls::FILTER_LOG_EVENTS.action,
            Text::new(name),
            PATIENCE.as_secs()
        ),
        "nothing to do: calls that go on are seen at a later look",
    )
}
