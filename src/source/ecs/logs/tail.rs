//! New events of groups as they arrive: a Live Tail session, which costs money by the minute and ends with its feed.

use super::{Event, Logs, no_group};
use crate::{
    model::{Failure, FailureKind, Text},
    source::ecs::{calls, failure},
};
use aws_sdk_cloudwatchlogs::{
    error::SdkError,
    operation::start_live_tail::StartLiveTailOutput,
    types::{
        LiveTailSessionLogEvent, LiveTailSessionMetadata, StartLiveTailResponseStream as Update,
        error::StartLiveTailResponseStreamError,
    },
};
use std::{collections::BTreeSet, time::Duration};
use tokio::time::timeout;

/// Streams that one session may name; with more, the whole group is tailed and the others are left out here.
const NAMES: usize = 10;
/// How long a session may take to begin.
const LIMIT: Duration = Duration::from_secs(10);

/// What a session is to cover.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Scope {
    groups: BTreeSet<String>,
    /// The streams, where it covers only some.
    names: Option<BTreeSet<String>>,
}

/// An open session.
#[derive(Debug)]
pub(super) struct Session {
    output: StartLiveTailOutput,
    pub(super) scope: Scope,
}

/// What a session says.
#[derive(Debug)]
pub(super) enum Heard {
    /// Events with their groups, and whether more than these have come.
    Events(Vec<(String, Event)>, bool),
    /// It has ended, in words, where that was not to be expected; another may be opened.
    Ended(Option<String>),
}

impl Scope {
    /// What is to be covered for those groups and streams.
    pub(super) fn of<'a>(streams: impl Iterator<Item = (&'a String, &'a String)>) -> Self {
        let (groups, names): (BTreeSet<_>, BTreeSet<_>) =
            streams.map(|(group, stream)| (group.clone(), stream.clone())).unzip();
        let named = groups.len() == 1 && names.len() <= NAMES;
        Self { groups, names: named.then_some(names) }
    }

    /// Whether it covers that stream.
    pub(super) fn covers(&self, group: &str, stream: &str) -> bool {
        self.groups.contains(group) && self.names.as_ref().is_none_or(|names| names.contains(stream))
    }
}

impl Session {
    /// Opens a session and waits until it has begun: from then on nothing is missed.
    pub(super) async fn open(logs: &Logs, scope: Scope) -> Result<Self, Failure> {
        let opening = async {
            let mut arns = Vec::new();
            for group in &scope.groups {
                match arn(logs, group).await {
                    Ok(arn) => arns.push(arn),
                    // The other groups are there.
                    Err(failure) if failure.kind == FailureKind::Missing && scope.groups.len() > 1 => {}
                    Err(failure) => return Err(failure),
                }
            }
            let names = scope.names.as_ref().map(|names| names.iter().cloned().collect());
            let ask = logs.client.start_live_tail().set_log_group_identifiers(Some(arns));
            let ask = ask.set_log_stream_names(names).send();
            let mut output = logs.api.pass(&calls::START_LIVE_TAIL, ask).await?;
            match output.response_stream.recv().await {
                Ok(Some(_)) => Ok(output),
                Ok(None) => Err(unready("it ended at once")),
                Err(error) => Err(failure::of(&calls::START_LIVE_TAIL, &error, &logs.api.clients.setting)),
            }
        };
        let output =
            timeout(LIMIT, opening).await.unwrap_or_else(|_| Err(unready("it did not begin in time")))?;
        Ok(Self { output, scope })
    }

    /// Waits for what comes next.
    pub(super) async fn next(mut self) -> (Self, Heard) {
        let heard = match self.output.response_stream.recv().await {
            Ok(Some(Update::SessionUpdate(update))) => {
                let events = update.session_results().iter().filter_map(|event| self.event(event)).collect();
                let sampled = update.session_metadata().is_some_and(LiveTailSessionMetadata::sampled);
                Heard::Events(events, sampled)
            }
            Ok(Some(_)) => Heard::Events(Vec::new(), false),
            Ok(None) => Heard::Ended(Some("CloudWatch Logs ended the live session".to_owned())),
            Err(error) => Heard::Ended(ended(&error)),
        };
        (self, heard)
    }

    fn event(&self, event: &LiveTailSessionLogEvent) -> Option<(String, Event)> {
        let of = event.log_group_identifier().unwrap_or_default().trim_end_matches(":*");
        let only = self.scope.groups.first().filter(|_| self.scope.groups.len() == 1);
        // Some give its name, some its ARN, some the account and its name.
        let is = |group: &&String| {
            of == *group || of.strip_suffix(group.as_str()).is_some_and(|b| b.ends_with(':'))
        };
        let group = only.or_else(|| self.scope.groups.iter().find(is))?.clone();
        let (stream, message) = (event.log_stream_name()?.to_owned(), event.message()?.to_owned());
        Some((group, Event { stream, at: event.timestamp()?, message }))
    }
}

fn unready(why: &str) -> Failure {
    Failure::new(
        FailureKind::Unreachable,
        format!("the live session could not be opened: {why}"),
        "it is tried again",
    )
}

/// Why a session has ended; nothing where it has had its time.
fn ended<R>(error: &SdkError<StartLiveTailResponseStreamError, R>) -> Option<String> {
    match error.as_service_error() {
        Some(StartLiveTailResponseStreamError::SessionTimeoutException(_)) => None,
        Some(refused) => {
            let why = refused.meta().message().map(|why| format!(": {}", Text::new(why))).unwrap_or_default();
            Some(format!("CloudWatch Logs ended the live session{why}"))
        }
        None => Some("the live session broke off".to_owned()),
    }
}

/// The ARN of the group, which a session takes in place of its name.
async fn arn(logs: &Logs, group: &str) -> Result<String, Failure> {
    let ask = logs.client.describe_log_groups().log_group_name_prefix(group).limit(50).send();
    let answer = logs.api.pass(&calls::DESCRIBE_LOG_GROUPS, ask).await?;
    let found = answer.log_groups().iter().find(|g| g.log_group_name() == Some(group));
    let arn = found.and_then(|g| g.log_group_arn().or(g.arn()));
    arn.map(|arn| arn.trim_end_matches(":*").to_owned()).ok_or_else(|| no_group(group))
}

#[cfg(test)]
mod tests {
    use super::Scope;

    #[test]
    fn few_streams_of_one_group_are_named_and_many_are_not() {
        let streams: Vec<_> = (0..11).map(|n| ("g".to_owned(), format!("s{n}"))).collect();
        let scope = |many: usize| Scope::of(streams[..many].iter().map(|(g, s)| (g, s)));
        assert!(scope(10).covers("g", "s9") && !scope(10).covers("g", "s10"));
        assert!(scope(11).covers("g", "any") && !scope(11).covers("h", "s1"));
        let (h, s) = ("h".to_owned(), "s".to_owned());
        let two = Scope::of(streams[..1].iter().map(|(g, s)| (g, s)).chain([(&h, &s)]));
        assert!(two.covers("h", "any"));
    }
}
