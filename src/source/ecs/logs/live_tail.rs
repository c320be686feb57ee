//! Live Tail session, which delivers new events of log groups as they arrive. AWS charges for a session by
//! the minute.

use super::{LogEvent, LogsClient, missing_group_failure};
use crate::{
    model::{Failure, FailureKind, Text},
    source::ecs::{client::failure, quota::calls},
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

/// Maximum number of streams that one session may name. For more streams, the session covers the whole log
/// group, and Portolan drops the events of other streams.
const MAX_SESSION_STREAMS: usize = 10;
/// Time limit for opening a session.
const OPEN_TIMEOUT: Duration = Duration::from_secs(10);

/// Log groups and streams whose events a Live Tail session delivers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct SessionScope {
    groups: BTreeSet<String>,
    /// Covered streams; `None` for all streams of the groups.
    streams: Option<BTreeSet<String>>,
}

/// Open Live Tail session. Dropping the value ends the session.
#[derive(Debug)]
pub(super) struct Session {
    output: StartLiveTailOutput,
    pub(super) scope: SessionScope,
}

/// Message of a Live Tail session: new events, or the end of the session.
#[derive(Debug)]
pub(super) enum SessionMessage {
    /// New events, each with its log group. The flag is true if the session left out other events (sampling).
    Events(Vec<(String, LogEvent)>, bool),
    /// End of the session, with the reason if it was unexpected. The caller may open another session.
    Ended(Option<String>),
}

impl SessionScope {
    /// Returns the scope that covers `streams`, which are pairs of a group and a stream name.
    pub(super) fn for_streams<'a>(streams: impl Iterator<Item = (&'a String, &'a String)>) -> Self {
        let (groups, names): (BTreeSet<_>, BTreeSet<_>) =
            streams.map(|(group, stream)| (group.clone(), stream.clone())).unzip();
        let named = groups.len() == 1 && names.len() <= MAX_SESSION_STREAMS;
        Self { groups, streams: named.then_some(names) }
    }

    /// Returns true if the scope covers the stream with this name in `group`.
    pub(super) fn covers(&self, group: &str, stream: &str) -> bool {
        self.groups.contains(group) && self.streams.as_ref().is_none_or(|names| names.contains(stream))
    }
}

impl Session {
    /// Opens a session, and waits until AWS has started it, so that no later event is missed.
    pub(super) async fn open(logs: &LogsClient, scope: SessionScope) -> Result<Self, Failure> {
        let opening = async {
            let mut arns = Vec::new();
            for group in &scope.groups {
                match group_arn(logs, group).await {
                    Ok(arn) => arns.push(arn),
                    // A session for the other groups is still useful.
                    Err(failure) if failure.kind == FailureKind::Missing && scope.groups.len() > 1 => {}
                    Err(failure) => return Err(failure),
                }
            }
            let names = scope.streams.as_ref().map(|names| names.iter().cloned().collect());
            let ask = logs.client.start_live_tail().set_log_group_identifiers(Some(arns));
            let ask = ask.set_log_stream_names(names).send();
            let mut output = logs.api.call(&calls::START_LIVE_TAIL, ask).await?;
            match output.response_stream.recv().await {
                Ok(Some(_)) => Ok(output),
                Ok(None) => Err(open_failure("it ended immediately")),
                Err(error) => {
                    Err(failure::from_sdk_error(&calls::START_LIVE_TAIL, &error, &logs.api.clients.target))
                }
            }
        };
        let output = timeout(OPEN_TIMEOUT, opening).await.unwrap_or_else(|_| Err(open_failure("timeout")))?;
        Ok(Self { output, scope })
    }

    /// Waits for the next message.
    pub(super) async fn next(mut self) -> (Self, SessionMessage) {
        let message = match self.output.response_stream.recv().await {
            Ok(Some(Update::SessionUpdate(update))) => {
                let events = update.session_results().iter().filter_map(|event| self.event(event)).collect();
                let sampled = update.session_metadata().is_some_and(LiveTailSessionMetadata::sampled);
                SessionMessage::Events(events, sampled)
            }
            Ok(Some(_)) => SessionMessage::Events(Vec::new(), false),
            Ok(None) => SessionMessage::Ended(Some("CloudWatch Logs ended the Live Tail session".to_owned())),
            Err(error) => SessionMessage::Ended(end_reason(&error)),
        };
        (self, message)
    }

    /// Converts an event of a session. Returns the log group and the converted event. Returns `None` if the
    /// event lacks a field, or if its group is not in the scope.
    fn event(&self, event: &LiveTailSessionLogEvent) -> Option<(String, LogEvent)> {
        let of = event.log_group_identifier().unwrap_or_default().trim_end_matches(":*");
        let only = self.scope.groups.first().filter(|_| self.scope.groups.len() == 1);
        // The identifier may be the name, the ARN, or the account and the name.
        let is = |group: &&String| {
            of == *group || of.strip_suffix(group.as_str()).is_some_and(|b| b.ends_with(':'))
        };
        let group = only.or_else(|| self.scope.groups.iter().find(is))?.clone();
        let (stream, message) = (event.log_stream_name()?.to_owned(), event.message()?.to_owned());
        Some((group, LogEvent { stream, at_ms: event.timestamp()?, message }))
    }
}

fn open_failure(why: &str) -> Failure {
    Failure::new(
        FailureKind::Unreachable,
        format!("Live Tail could not be started: {why}"),
        "Portolan retries",
    )
}

/// Returns the reason why a session ended unexpectedly. Returns `None` if the session ended because it had
/// reached its maximum age.
fn end_reason<R>(error: &SdkError<StartLiveTailResponseStreamError, R>) -> Option<String> {
    match error.as_service_error() {
        Some(StartLiveTailResponseStreamError::SessionTimeoutException(_)) => None,
        Some(refused) => {
            let why = refused.meta().message().map(|why| format!(": {}", Text::new(why))).unwrap_or_default();
            Some(format!("CloudWatch Logs ended the Live Tail session{why}"))
        }
        None => Some("the Live Tail session was interrupted".to_owned()),
    }
}

/// Returns the ARN of a log group. A Live Tail session takes only ARNs, not names.
async fn group_arn(logs: &LogsClient, group: &str) -> Result<String, Failure> {
    let ask = logs.client.describe_log_groups().log_group_name_prefix(group).limit(50).send();
    let answer = logs.api.call(&calls::DESCRIBE_LOG_GROUPS, ask).await?;
    let found = answer.log_groups().iter().find(|g| g.log_group_name() == Some(group));
    let arn = found.and_then(|g| g.log_group_arn().or(g.arn()));
    arn.map(|arn| arn.trim_end_matches(":*").to_owned()).ok_or_else(|| missing_group_failure(group))
}

#[cfg(test)]
mod tests {
    use super::SessionScope;

    #[test]
    fn few_streams_of_one_group_are_named_and_many_are_not() {
        let streams: Vec<_> = (0..11).map(|n| ("g".to_owned(), format!("s{n}"))).collect();
        let scope = |many: usize| SessionScope::for_streams(streams[..many].iter().map(|(g, s)| (g, s)));
        assert!(scope(10).covers("g", "s9") && !scope(10).covers("g", "s10"));
        assert!(scope(11).covers("g", "any") && !scope(11).covers("h", "s1"));
        let (h, s) = ("h".to_owned(), "s".to_owned());
        let two = SessionScope::for_streams(streams[..1].iter().map(|(g, s)| (g, s)).chain([(&h, &s)]));
        assert!(two.covers("h", "any"));
    }
}
