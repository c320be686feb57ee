//! How a source is, and what went wrong with it, in words that say what to do.

use super::{Progress, SourceId, Text, Timestamp};
use serde::{Deserialize, Serialize};

/// How a source is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SourceState {
    /// No answer yet, or not yet all of it.
    Loading,
    /// No answer yet; what is shown is from an earlier run.
    Cached,
    /// The last look went well.
    Live,
    /// The last look failed; what is shown is older.
    Stale,
    /// It may not be read.
    Denied,
    /// It could never be read.
    Failed,
}

/// How a source is, with what people need to know about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceStatus {
    /// Which source.
    pub id: SourceId,
    /// Its family: `docker`, `ecs`, `compose`, `replay`.
    pub kind: Text,
    /// Where it is, for people.
    pub place: Text,
    /// How it is.
    pub state: SourceState,
    /// When it was last read well.
    pub last_read: Option<Timestamp>,
    /// What went wrong the last time, where it did.
    pub failure: Option<Failure>,
    /// Whether it tells of changes by itself, so that its age says nothing.
    pub nudged: bool,
    /// What is still being read for the first time.
    pub progress: Vec<Progress>,
    /// When it is looked at next, and what that costs.
    pub pace: Option<Pace>,
    /// Whether some of what is shown may still be from an earlier run.
    pub recalled: bool,
}

/// When a source is looked at next, and what looking costs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pace {
    /// When the next look begins, unless something nudges.
    pub next: Timestamp,
    /// The part of a common quota that was spent within the last minute, in tenths of a per cent.
    pub spent: Option<u16>,
}

impl SourceStatus {
    /// A source that has not answered yet.
    #[must_use]
    pub fn new(id: SourceId, kind: &str, place: impl Into<Text>) -> Self {
        let (kind, place, state) = (kind.into(), place.into(), SourceState::Loading);
        let (last_read, failure, progress) = (None, None, Vec::new());
        Self {
            id,
            kind,
            place,
            state,
            last_read,
            failure,
            nudged: false,
            progress,
            pace: None,
            recalled: false,
        }
    }

    /// A look went well, and has so much left to read.
    pub fn read(&mut self, at: Timestamp, progress: &[Progress]) {
        let partial = progress.iter().any(Progress::leaves_out_services);
        self.failure = None;
        self.progress = progress.to_vec();
        // While what is shown is partly from an earlier run, it is as old as that.
        self.recalled &= partial;
        self.state = match (partial, self.recalled) {
            (true, true) => SourceState::Cached,
            (true, false) => SourceState::Loading,
            (false, _) => SourceState::Live,
        };
        if !self.recalled {
            self.last_read = Some(at);
        }
    }

    /// What an earlier run saw then is shown.
    pub fn recalled(&mut self, at: Timestamp) {
        (self.state, self.last_read, self.recalled) = (SourceState::Cached, Some(at), true);
    }

    /// Whether everything there is to know of it now is known: it was read whole, or can not be read.
    #[must_use]
    pub fn is_settled(&self) -> bool {
        !matches!(self.state, SourceState::Loading | SourceState::Cached)
    }

    /// Whether it has told in this run all that it can tell: every part was read, or it may not be read at all.
    #[must_use]
    pub fn has_answered(&self) -> bool {
        let is_read = matches!(self.state, SourceState::Live | SourceState::Stale);
        self.state == SourceState::Denied || (is_read && !self.recalled && self.progress.is_empty())
    }

    /// Whether all that is shown of it was read in this run, and nothing was left out.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        let is_read = matches!(self.state, SourceState::Live | SourceState::Stale);
        is_read && !self.recalled && !self.progress.iter().any(Progress::leaves_out_services)
    }

    /// A look failed. What was read before stays, as stale.
    pub fn failed(&mut self, failure: Failure) {
        self.state = match (self.last_read, failure.kind) {
            (Some(_), _) => SourceState::Stale,
            (None, FailureKind::Denied) => SourceState::Denied,
            (None, _) => SourceState::Failed,
        };
        self.failure = Some(failure);
    }
}

impl SourceState {
    /// The word, as JSON and the screen have it.
    #[must_use]
    pub fn word(self) -> &'static str {
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

/// Why a source could not be read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("{what}")]
pub struct Failure {
    /// Which kind of trouble.
    pub kind: FailureKind,
    /// What happened, with the call that failed.
    pub what: Text,
    /// What to do about it.
    pub remedy: Text,
}

/// Which kind of trouble a source has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FailureKind {
    /// A permission is missing.
    Denied,
    /// Credentials are missing or no longer valid.
    Credentials,
    /// The service asked for fewer calls.
    Throttled,
    /// Nobody answers there.
    Unreachable,
    /// It answers too slowly.
    Timeout,
    /// What was asked for does not exist.
    Missing,
    /// An answer, file or setting that makes no sense.
    Invalid,
}

impl Failure {
    /// A failure in words.
    #[must_use]
    pub fn new(kind: FailureKind, what: impl Into<Text>, remedy: impl Into<Text>) -> Self {
        Self { kind, what: what.into(), remedy: remedy.into() }
    }
}
