//! The status of a source, and failures with remedies.

use crate::model::{
    ActionPermission, LoadProgress, SourceId, TeamStatus, Text, Timestamp, text::without_local_paths,
};
use serde::{Deserialize, Serialize};

/// The state of reading a source: loading, cached, live, stale, denied or failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SourceState {
    /// The first complete read of the source has not ended yet.
    Loading,
    /// Services or tasks are still being read for the first time; until then, some of the shown data is from
    /// an earlier run.
    Cached,
    /// The last poll succeeded.
    Live,
    /// The last poll failed; the screen shows older data.
    Stale,
    /// All polls have failed so far, and the last one was denied access.
    Denied,
    /// All polls have failed so far, and the last one failed for another reason than denied access.
    Failed,
}

/// The state of reading one source, with its last failure, load progress and next poll.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourceStatus {
    /// Id of the source.
    pub id: SourceId,
    /// The type of the source: `docker`, `ecs`, `compose`, `replay`.
    pub kind: Text,
    /// The source's address or region, for display.
    pub location: Text,
    /// The current state.
    pub state: SourceState,
    /// Time of the last successful poll, UTC.
    pub last_read: Option<Timestamp>,
    /// The failure of the last poll; `None` if it succeeded.
    pub failure: Option<Failure>,
    /// True if the source notifies Portolan of changes, so its data stays current between polls.
    pub pushes_changes: bool,
    /// Progress of the initial load.
    pub progress: Vec<LoadProgress>,
    /// Time of the next poll, and the part of the API quota already used; `None` until the source reports
    /// them.
    pub poll_schedule: Option<PollSchedule>,
    /// True if some of the shown data may be from an earlier run.
    pub from_cache: bool,
    /// The user's permission to act on the source. It is not written to recordings or to documents that the
    /// user shares.
    #[serde(skip)]
    pub permission: ActionPermission,
    /// AWS account and region, which the screen shows beside a source that allows actions; `None` for a
    /// Docker or Podman engine, and until the source reports them.
    pub account_and_region: Option<Text>,
    /// Options, with their values, that `docker` or `aws` needs to reach the same source, such as
    /// `--profile`.
    pub tool_options: Vec<(Text, Text)>,
    /// Role of this Portolan in a team; `None` without a team, and until the source reports it.
    pub team: Option<TeamStatus>,
}

/// The next poll of a source, and its use of API quotas.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PollSchedule {
    /// Time of the next poll, unless a change notification comes first.
    pub next_poll: Timestamp,
    /// Part of the API quota used within the last minute, in thousandths; `None` if the source has no quota.
    pub quota_used_permille: Option<u16>,
}

impl SourceStatus {
    /// Returns the status of a source before its first poll has ended.
    #[must_use]
    pub fn new(id: SourceId, kind: &str, place: impl Into<Text>) -> Self {
        let (kind, location, state) = (kind.into(), place.into(), SourceState::Loading);
        let (last_read, failure, progress) = (None, None, Vec::new());
        Self {
            id,
            kind,
            location,
            state,
            last_read,
            failure,
            pushes_changes: false,
            progress,
            poll_schedule: None,
            from_cache: false,
            permission: ActionPermission::Off,
            account_and_region: None,
            tool_options: Vec::new(),
            team: None,
        }
    }

    /// Removes data that concerns only this machine: paths of files, and options of command line tools.
    pub fn forget_paths(&mut self) {
        self.location = without_local_paths(&self.location);
        self.failure = self.failure.take().map(Failure::without_local_paths);
        self.tool_options.clear();
    }

    /// Sets the user's permission to act on the source.
    #[must_use]
    pub fn with_permission(mut self, permission: ActionPermission) -> Self {
        self.permission = permission;
        self
    }

    /// Records a successful poll at `at`, with the progress of each incomplete part of the initial load.
    pub fn record_success(&mut self, at: Timestamp, progress: &[LoadProgress]) {
        let partial = progress.iter().any(LoadProgress::may_miss_services);
        self.failure = None;
        self.progress = progress.to_vec();
        // Data that is partly from an earlier run is as old as that run.
        self.from_cache &= partial;
        self.state = match (partial, self.from_cache) {
            (true, true) => SourceState::Cached,
            (true, false) => SourceState::Loading,
            (false, _) => SourceState::Live,
        };
        if !self.from_cache {
            self.last_read = Some(at);
        }
    }

    /// Records that the screen shows data of an earlier run, which was read at `at`.
    pub fn record_cached(&mut self, at: Timestamp) {
        (self.state, self.last_read, self.from_cache) = (SourceState::Cached, Some(at), true);
    }

    /// Returns true once loading has ended, because the source was read completely or a poll failed.
    #[must_use]
    pub fn has_finished_loading(&self) -> bool {
        !matches!(self.state, SourceState::Loading | SourceState::Cached)
    }

    /// Returns true if no more data is expected: all parts were read in this run, or access is denied.
    #[must_use]
    pub fn has_reported_fully(&self) -> bool {
        let is_read = matches!(self.state, SourceState::Live | SourceState::Stale);
        self.state == SourceState::Denied || (is_read && !self.from_cache && self.progress.is_empty())
    }

    /// Returns true if all services were read in this run.
    #[must_use]
    pub fn has_all_services(&self) -> bool {
        let is_read = matches!(self.state, SourceState::Live | SourceState::Stale);
        is_read && !self.from_cache && !self.progress.iter().any(LoadProgress::may_miss_services)
    }

    /// Records a failed poll. Data of an earlier poll stays and becomes stale.
    pub fn record_failure(&mut self, failure: Failure) {
        self.state = match (self.last_read, failure.kind) {
            (Some(_), _) => SourceState::Stale,
            (None, FailureKind::Denied) => SourceState::Denied,
            (None, _) => SourceState::Failed,
        };
        self.failure = Some(failure);
    }
}

impl SourceState {
    /// Returns the name of the state in JSON and on the screen.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Loading => "loading",
            Self::Cached => "cached",
            Self::Live => "live",
            Self::Stale => "stale",
            Self::Denied => "denied",
            Self::Failed => "failed",
        }
    }
}

/// A failed read or call, with a message and a remedy for the user.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("{message}")]
pub struct Failure {
    /// The kind of failure.
    pub kind: FailureKind,
    /// The problem, with the call that failed.
    #[serde(rename = "what")]
    pub message: Text,
    /// The action that may solve the problem.
    pub remedy: Text,
}

impl Failure {
    /// Returns the failure with each path of a local file shortened to its last part.
    #[must_use]
    pub fn without_local_paths(self) -> Self {
        let (message, remedy) = (without_local_paths(&self.message), without_local_paths(&self.remedy));
        Self { message, remedy, ..self }
    }
}

/// The kind of a failure, such as a missing permission or a timeout.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FailureKind {
    /// A permission is missing.
    Denied,
    /// Credentials are missing or expired.
    Credentials,
    /// The API throttled the call.
    Throttled,
    /// The host does not respond.
    Unreachable,
    /// The call took longer than its time limit.
    Timeout,
    /// The requested resource does not exist.
    Missing,
    /// A response, file or setting is invalid.
    Invalid,
}

impl Failure {
    /// Returns a failure from its kind, message and remedy.
    #[must_use]
    pub fn new(kind: FailureKind, what: impl Into<Text>, remedy: impl Into<Text>) -> Self {
        Self { kind, message: what.into(), remedy: remedy.into() }
    }
}
