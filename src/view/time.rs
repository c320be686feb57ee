//! Times as people read them.

use crate::model::{Onset, Timestamp};
use jiff::{SignedDuration, tz::TimeZone};

/// An age in its largest unit: `8s`, `12m`, `3h`, `5d`.
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

/// The age of an outage: `12m`, or `at least 12m` where it may have begun before.
#[must_use]
pub fn outage_age(since: Onset, now: Timestamp) -> String {
    let age = age(since.at, now);
    if since.at_least { format!("at least {age}") } else { age }
}

/// How the logs show times.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Clock {
    /// In the time zone of this machine.
    #[default]
    Local,
    /// In UTC.
    Utc,
    /// As ages.
    Relative,
    /// Not at all.
    Off,
}

impl Clock {
    /// The one after it.
    #[must_use]
    pub fn next(self) -> Self {
        match self {
            Self::Local => Self::Utc,
            Self::Utc => Self::Relative,
            Self::Relative => Self::Off,
            Self::Off => Self::Local,
        }
    }

    /// How many cells a time takes in this way.
    #[must_use]
    pub fn cells(self) -> usize {
        match self {
            Self::Local => 8,
            Self::Utc => 9,
            Self::Relative => 4,
            Self::Off => 0,
        }
    }

    /// The time of `at` in this way, always of the same width.
    #[must_use]
    pub fn show(self, at: Timestamp, now: Timestamp, zone: &TimeZone) -> String {
        match self {
            Self::Local => at.to_zoned_datetime(zone.clone()).strftime("%H:%M:%S").to_string(),
            Self::Utc => at.strftime("%H:%M:%SZ").to_string(),
            Self::Relative => format!("{:>4}", age(at, now)),
            Self::Off => String::new(),
        }
    }
}
