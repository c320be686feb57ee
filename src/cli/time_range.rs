//! Times on the command line: the range of `--since` and `--until`, and durations.

use crate::model::{Failure, FailureKind, TimeExpression, Timestamp};
use jiff::{SignedDuration, tz::TimeZone};

/// Period of the lines or events that a command prints. It ends after its start.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct TimeRange {
    /// Start of the period; `None` for no limit.
    pub(super) since: Option<Timestamp>,
    /// End of the period; `None` for no limit.
    pub(super) until: Option<Timestamp>,
}

impl TimeRange {
    /// Resolves the options `--since` and `--until` in the time zone of this machine.
    ///
    /// Fails if the range is empty: it starts in the future, or does not end after its start.
    pub(super) fn resolve(
        since: Option<TimeExpression>,
        until: Option<TimeExpression>,
        now: Timestamp,
    ) -> Result<Self, Failure> {
        let zone = TimeZone::system();
        let [since, until] = [since, until].map(|time| time.map(|time| time.resolve(now, &zone)));
        let invalid = |what, remedy| Err(Failure::new(FailureKind::Invalid, what, remedy));
        let print =
            |at: Timestamp| at.to_zoned_datetime(zone.clone()).strftime("%Y-%m-%d %H:%M:%S").to_string();
        match (since, until) {
            (Some(start), _) if start > now => {
                let what = format!("--since {} is in the future", print(start));
                invalid(what, "give a time before now, such as 10m or yesterday")
            }
            (Some(start), Some(end)) if start >= end => {
                let what = format!("--since {} is not before --until {}", print(start), print(end));
                invalid(what, "swap the two times, or drop one of them")
            }
            _ => Ok(Self { since, until }),
        }
    }
}

/// Parses a duration such as `90s`, `10m` or `1h 30m`.
pub(super) fn parse_duration(text: &str) -> Result<SignedDuration, String> {
    let duration: SignedDuration =
        text.parse().map_err(|_| "expected a duration such as 90s, 10m or 1h".to_owned())?;
    if duration.is_negative() { Err("the duration can't be negative".to_owned()) } else { Ok(duration) }
}

#[cfg(test)]
mod tests {
    use super::TimeRange;
    use crate::model::Timestamp;

    #[test]
    fn an_empty_range_is_an_error_that_names_its_ends() {
        let now: Timestamp = "2026-03-08T03:10:00Z".parse().unwrap();
        let range = |since: &str, until: &str| {
            let parse = |text: &str| (!text.is_empty()).then(|| text.parse().unwrap());
            TimeRange::resolve(parse(since), parse(until), now)
        };
        assert_eq!(range("1h", "10m").unwrap().until, Some("2026-03-08T03:00:00Z".parse().unwrap()));
        assert!(range("10m", "").is_ok() && range("", "10m").is_ok() && range("", "").is_ok());
        assert!(range("10m", "1h").unwrap_err().message.contains("not before --until"));
        assert!(range("10m", "10m").is_err(), "nothing is in no time");
        assert!(range("2027-01-01T00:00Z", "").unwrap_err().message.contains("2027-01-01"));
        assert!(range("", "2027-01-01T00:00Z").is_ok(), "the end may come");
    }
}
