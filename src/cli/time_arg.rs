//! Times on the command line: an age or a point in time.

use crate::model::Timestamp;

/// Time argument of the command line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TimeArg {
    /// Age before now.
    Ago(jiff::SignedDuration),
    /// Point in time, UTC.
    At(Timestamp),
}

impl TimeArg {
    /// Returns the point in time; ages count back from `now`.
    pub(super) fn resolve(self, now: Timestamp) -> Timestamp {
        match self {
            Self::Ago(back) => now.checked_sub(back).unwrap_or(Timestamp::MIN),
            Self::At(at) => at,
        }
    }
}
