//! New lines of a group as they arrive: a Live Tail session, which costs money by the minute and ends with its
//! reader.

use super::{Logs, Sources, recent::Recent};
use crate::{
    model::{Failure, FailureKind, LogBatch, NoteKind, text::clean},
    source::ecs::{calls, failure},
};
use aws_sdk_cloudwatchlogs::{
    error::SdkError,
    operation::start_live_tail::StartLiveTailOutput,
    types::{StartLiveTailResponseStream as Update, error::StartLiveTailResponseStreamError},
};

/// Streams that one session may name; with more, the whole group is tailed and the others are left out here.
const NAMES: usize = 10;

/// An open session.
#[derive(Debug)]
pub(super) struct Session(StartLiveTailOutput);

/// What a session says.
#[derive(Debug)]
pub(super) enum Heard {
    /// It is open: from now on nothing is missed.
    Open,
    /// Lines, perhaps none.
    Lines(LogBatch),
    /// It has ended, in words; another may be opened.
    Ended(String),
}

impl Session {
    /// Opens a session on the group.
    pub(super) async fn open(logs: &Logs, sources: &Sources) -> Result<Self, Failure> {
        let arn = arn(logs, &sources.group).await?;
        let names: Vec<String> = sources.streams.keys().cloned().collect();
        let names = (names.len() <= NAMES).then_some(names);
        let ask = logs.client.start_live_tail().log_group_identifiers(arn).set_log_stream_names(names).send();
        Ok(Self(logs.api.pass(&calls::START_LIVE_TAIL, ask).await?))
    }

    /// Waits for what comes next.
    pub(super) async fn next(&mut self, logs: &Logs, sources: &Sources, recent: &mut Recent) -> Heard {
        match self.0.response_stream.recv().await {
            Ok(Some(Update::SessionStart(_))) => Heard::Open,
            Ok(Some(Update::SessionUpdate(update))) => {
                let mut batch = LogBatch::default();
                for event in update.session_results() {
                    let (Some(stream), Some(at), Some(message)) =
                        (event.log_stream_name(), event.timestamp(), event.message())
                    else {
                        continue;
                    };
                    if sources.streams.contains_key(stream) && recent.is_new(stream, at, message) {
                        batch.lines.extend(sources.lines(stream, at, message));
                    }
                }
                if update
                    .session_metadata()
                    .is_some_and(aws_sdk_cloudwatchlogs::types::LiveTailSessionMetadata::sampled)
                {
                    let note = "more than 500 events in this second: CloudWatch sent only a sample of them";
                    batch.notes.extend(sources.note(NoteKind::Sampled, note).notes);
                }
                Heard::Lines(batch)
            }
            Ok(Some(_)) => Heard::Lines(LogBatch::default()),
            Ok(None) => Heard::Ended("the live session ended".to_owned()),
            Err(error) => Heard::Ended(ended(logs, &error)),
        }
    }
}

fn ended<R: std::fmt::Debug + 'static>(
    logs: &Logs,
    error: &SdkError<StartLiveTailResponseStreamError, R>,
) -> String {
    match error.as_service_error() {
        Some(StartLiveTailResponseStreamError::SessionTimeoutException(_)) => {
            "the live session reached its three hours".to_owned()
        }
        _ => failure::of(&calls::START_LIVE_TAIL, error, &logs.api.clients.setting).what,
    }
}

/// The ARN of the group, which a session takes in place of its name.
async fn arn(logs: &Logs, group: &str) -> Result<String, Failure> {
    let ask = logs.client.describe_log_groups().log_group_name_prefix(group).limit(50).send();
    let answer = logs.api.pass(&calls::DESCRIBE_LOG_GROUPS, ask).await?;
    let found = answer.log_groups().iter().find(|g| g.log_group_name() == Some(group));
    let arn = found.and_then(|g| g.log_group_arn().or(g.arn()));
    arn.map(|arn| arn.trim_end_matches(":*").to_owned()).ok_or_else(|| {
        Failure::new(
            FailureKind::Missing,
            format!("log group {} does not exist yet", clean(group)),
            "it is made with the first line, or by hand unless awslogs-create-group is true",
        )
    })
}
