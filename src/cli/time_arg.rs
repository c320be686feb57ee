//! Times on the command line: an age before now, or a timestamp.

use crate::model::Timestamp;
use jiff::SignedDuration;

/// Time argument of the command line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TimeArg {
    /// Age before now.
    Ago(SignedDuration),
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

/// Parses a time: an age such as `10m`, or a timestamp such as `2026-11-23T03:07:12Z`.
pub(super) fn parse_time(text: &str) -> Result<TimeArg, String> {
    if let Ok(at) = text.parse() {
        return Ok(TimeArg::At(at));
    }
    parse_duration(text)
        .map(TimeArg::Ago)
        .map_err(|why| format!("{why}, or a timestamp such as 2026-11-23T03:07:12Z"))
}

/// Parses a duration such as `90s`, `10m` or `1h 30m`.
pub(super) fn parse_duration(text: &str) -> Result<SignedDuration, String> {
    let duration: SignedDuration =
        text.parse().map_err(|_| "expected a duration such as 90s, 10m or 1h".to_owned())?;
    if duration.is_negative() { Err("the duration can't be negative".to_owned()) } else { Ok(duration) }
}
