//! Times and ages as short text.

use crate::model::{Onset, Timestamp};
use jiff::{SignedDuration, tz::TimeZone};
use serde::{Deserialize, Serialize};

/// Returns the time from `then` to `now` in one unit: `8s`, `12m`, `3h`, `5d`. An age of less than two days
/// is in hours at most, so `47h` precedes `2d`.
#[must_use]
pub fn age(then: Timestamp, now: Timestamp) -> String {
    let age = now.duration_since(then).max(SignedDuration::ZERO);
    match age.as_secs() {
        seconds @ 0..60 => format!("{seconds}s"),
        seconds @ 60..3_600 => format!("{}m", seconds / 60),
        seconds @ 3_600..172_800 => format!("{}h", seconds / 3_600),
        seconds => format!("{}d", seconds / 86_400),
    }
}

/// Returns the age of an outage: `12m`, or `at least 12m` if it may have started earlier.
#[must_use]
pub fn outage_age(since: Onset, now: Timestamp) -> String {
    let age = age(since.at, now);
    if since.at_least { format!("at least {age}") } else { age }
}

/// Format of the times beside log lines.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TimeFormat {
    /// Local time, such as `14:05:09`.
    #[default]
    Local,
    /// UTC, such as `14:05:09Z`.
    Utc,
    /// Age, such as `12m`.
    Relative,
    /// No time: the column is hidden.
    Off,
}

impl TimeFormat {
    /// Returns the next format in the order of the variants, and the first one after the last.
    #[must_use]
    pub fn next(self) -> Self {
        match self {
            Self::Local => Self::Utc,
            Self::Utc => Self::Relative,
            Self::Relative => Self::Off,
            Self::Off => Self::Local,
        }
    }

    /// Returns the width of a time in this format, in cells.
    #[must_use]
    pub fn width(self) -> usize {
        match self {
            Self::Local => 8,
            Self::Utc => 9,
            Self::Relative => 4,
            Self::Off => 0,
        }
    }

    /// Formats `at`. All times in the same format have the same width.
    #[must_use]
    pub fn format(self, at: Timestamp, now: Timestamp, zone: &TimeZone) -> String {
        match self {
            Self::Local => at.to_zoned_datetime(zone.clone()).strftime("%H:%M:%S").to_string(),
            Self::Utc => at.strftime("%H:%M:%SZ").to_string(),
            Self::Relative => format!("{:>4}", age(at, now)),
            Self::Off => String::new(),
        }
    }
}
