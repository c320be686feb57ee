//! Points in time as users write them, in the same syntax on the command line and on the screen.

use super::Timestamp;
use jiff::{SignedDuration, Span, SpanRelativeTo, civil, tz::TimeZone};
use std::str::FromStr;

/// The forms of a time, with an example of each, for help and errors.
pub const TIME_FORMS: &str =
    "an age such as 10m, a time such as 14:05 or yesterday 14:05, or a date such as 2026-03-08 03:10";

/// A point in time as the user writes it. [`TimeExpression::resolve`] returns the time itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TimeExpression {
    /// The time that lies this duration before now.
    Ago(SignedDuration),
    /// The latest occurrence of a time of day: today's or yesterday's.
    TimeOfDay(civil::Time),
    /// A time of day on the day that is this number of days before today; 0 is today.
    DaysAgo(i8, civil::Time),
    /// A date and a time in the user's time zone.
    Local(civil::DateTime),
    /// A time with its own offset (RFC 3339).
    At(Timestamp),
}

impl TimeExpression {
    /// Returns the point in time, for the current time `now` and the user's time zone. A time beyond the
    /// range of timestamps becomes [`Timestamp::MIN`].
    #[must_use]
    pub fn resolve(self, now: Timestamp, zone: &TimeZone) -> Timestamp {
        let today = now.to_zoned_datetime(zone.clone()).date();
        let in_zone = |at: civil::DateTime| {
            at.to_zoned_datetime(zone.clone()).map_or(Timestamp::MIN, |at| at.timestamp())
        };
        let days_ago =
            |days: i8, time| in_zone(today.saturating_sub(Span::new().days(days)).to_datetime(time));
        match self {
            Self::Ago(age) => now.checked_sub(age).unwrap_or(Timestamp::MIN),
            Self::TimeOfDay(time) => {
                let at = days_ago(0, time);
                if at <= now { at } else { days_ago(1, time) }
            }
            Self::DaysAgo(days, time) => days_ago(days, time),
            Self::Local(at) => in_zone(at),
            Self::At(at) => at,
        }
    }
}

impl FromStr for TimeExpression {
    type Err = String;

    /// Parses `now`, an age (`10m`, `-10m`, `10m ago`), a time of day (`14:05`), a day (`today`, `yesterday`,
    /// with or without a time), a date (`2026-03-08`, with or without a time), or a timestamp with an offset.
    fn from_str(text: &str) -> Result<Self, String> {
        let text = text.trim();
        let (day, rest) = text.split_once(char::is_whitespace).unwrap_or((text, ""));
        let days = [("today", 0), ("yesterday", 1)].into_iter().find(|(name, _)| *name == day);
        if let Some((_, days)) = days {
            let time = if rest.is_empty() { Some(civil::Time::midnight()) } else { parse_time_of_day(rest) };
            return time.map(|time| Self::DaysAgo(days, time)).ok_or_else(|| invalid(text));
        }
        if text == "now" {
            return Ok(Self::Ago(SignedDuration::ZERO));
        }
        if let Some(time) = parse_time_of_day(text) {
            return Ok(Self::TimeOfDay(time));
        }
        if let Ok(at) = text.parse() {
            return Ok(Self::At(at));
        }
        if let Ok(at) = text.parse::<civil::DateTime>() {
            return Ok(Self::Local(at));
        }
        parse_age(text).filter(|_| !text.starts_with('+')).map(Self::Ago).ok_or_else(|| invalid(text))
    }
}

/// Parses an age such as `10m` or `2d`, in which a day has 24 hours. Ignores its sign.
fn parse_age(text: &str) -> Option<SignedDuration> {
    let in_days = || text.parse::<Span>().ok()?.to_duration(SpanRelativeTo::days_are_24_hours()).ok();
    text.parse().ok().or_else(in_days).map(SignedDuration::abs)
}

/// Parses `14:05`, `4:05` or `14:05:30`.
fn parse_time_of_day(text: &str) -> Option<civil::Time> {
    let text = text.trim();
    let is_time = text.contains(':') && text.chars().all(|c| c.is_ascii_digit() || c == ':');
    let padded = if text.find(':') == Some(1) { format!("0{text}") } else { text.to_owned() };
    padded.parse().ok().filter(|_| is_time)
}

fn invalid(text: &str) -> String {
    format!("invalid time `{text}`: write {TIME_FORMS}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_gives_its_time_in_the_zone_of_the_user() {
        let now: Timestamp = "2026-03-08T03:10:00Z".parse().unwrap();
        let zone = TimeZone::fixed(jiff::tz::offset(1));
        for (typed, meant) in [
            ("10m", "2026-03-08T03:00:00Z"),
            ("-10m", "2026-03-08T03:00:00Z"),
            ("10m ago", "2026-03-08T03:00:00Z"),
            ("-1h30m", "2026-03-08T01:40:00Z"),
            ("1h 30m", "2026-03-08T01:40:00Z"),
            ("2d", "2026-03-06T03:10:00Z"),
            ("1w", "2026-03-01T03:10:00Z"),
            ("now", "2026-03-08T03:10:00Z"),
            ("04:05", "2026-03-08T03:05:00Z"),
            ("4:05:30", "2026-03-08T03:05:30Z"),
            ("14:05", "2026-03-07T13:05:00Z"),
            ("today", "2026-03-07T23:00:00Z"),
            ("yesterday", "2026-03-06T23:00:00Z"),
            ("yesterday 14:05", "2026-03-07T13:05:00Z"),
            ("2026-03-01T00:00Z", "2026-03-01T00:00:00Z"),
            ("2026-03-01 00:00", "2026-02-28T23:00:00Z"),
            ("2026-03-01", "2026-02-28T23:00:00Z"),
        ] {
            let parsed: TimeExpression = typed.parse().unwrap();
            assert_eq!(parsed.resolve(now, &zone), meant.parse().unwrap(), "{typed}");
        }
    }

    #[test]
    fn anything_else_is_an_error_with_the_forms() {
        for typed in ["", "soon", "-", "25:00", "-10", "10", "+10m", "yesterday noon", "14:05:30:1"] {
            let error = typed.parse::<TimeExpression>().unwrap_err();
            assert!(error.contains("10m") && error.contains("yesterday"), "{typed}: {error}");
        }
    }

    #[test]
    fn an_age_beyond_all_time_is_the_earliest_time() {
        let parsed: TimeExpression = "9999999999h".parse().unwrap();
        assert_eq!(parsed.resolve(Timestamp::UNIX_EPOCH, &TimeZone::UTC), Timestamp::MIN);
    }
}
