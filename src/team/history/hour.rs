//! Hours of a team's history in UTC: each has one segment, whose key names the hour.

use crate::model::Timestamp;
use jiff::{SignedDuration, civil::DateTime, tz::TimeZone};
use std::fmt;

/// Prefix of the keys of segments.
pub const HISTORY_PREFIX: &str = "history/";

/// Format of the hour in a key, such as `20261130T03`.
const HOUR_FORMAT: &str = "%Y%m%dT%H";

/// Seconds in an hour.
const HOUR_SECONDS: i64 = 3_600;

/// Number of an hour in UTC, counted from 1970. `Display` writes the key of its segment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct HistoryHour(i64);

impl HistoryHour {
    /// Returns the hour in which `at` lies.
    #[must_use]
    pub fn of(at: Timestamp) -> Self {
        Self(at.as_second().div_euclid(HOUR_SECONDS))
    }

    /// Returns the oldest hour whose entries the team keeps at `now`, if it keeps entries for the time
    /// `keep`.
    #[must_use]
    pub fn first_kept(now: Timestamp, keep: SignedDuration) -> Self {
        Self::of(now.checked_sub(keep).unwrap_or(Timestamp::MIN))
    }

    /// Parses the key of a segment. Returns `None` for any other key.
    #[must_use]
    pub fn parse(key: &str) -> Option<Self> {
        let hour = DateTime::strptime(HOUR_FORMAT, key.strip_prefix(HISTORY_PREFIX)?).ok()?;
        let hour = Self::of(TimeZone::UTC.to_timestamp(hour).ok()?);
        // Rejects other spellings of the hour, which the parser accepts.
        (hour.to_string() == key).then_some(hour)
    }

    /// Returns the start of the hour.
    #[must_use]
    pub fn start(self) -> Timestamp {
        Timestamp::from_second(self.0 * HOUR_SECONDS).unwrap_or(Timestamp::MIN)
    }

    /// Returns the hour after this one.
    #[must_use]
    pub fn next(self) -> Self {
        Self(self.0 + 1)
    }
}

impl fmt::Display for HistoryHour {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{HISTORY_PREFIX}{}", self.start().strftime(HOUR_FORMAT))
    }
}

#[cfg(test)]
mod tests {
    use super::HistoryHour;
    use crate::model::Timestamp;
    use jiff::SignedDuration;

    #[test]
    fn an_hour_is_read_back_from_its_key() {
        let now: Timestamp = "2026-11-30T03:59:59Z".parse().unwrap();
        let hour = HistoryHour::of(now);
        assert_eq!(hour.to_string(), "history/20261130T03");
        assert_eq!(HistoryHour::parse("history/20261130T03"), Some(hour));
        assert_eq!(hour.next().to_string(), "history/20261130T04");
        assert_eq!(
            HistoryHour::first_kept(now, SignedDuration::from_hours(4)).to_string(),
            "history/20261129T23"
        );
        for other in [
            "20261130T03",
            "history/20261130T3",
            "history/20261130T030",
            "history/20261330T03",
            "history/../x",
        ] {
            assert_eq!(HistoryHour::parse(other), None, "{other}");
        }
    }
}
