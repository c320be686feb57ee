//! Parser for the time at which a note ends, as the user types it: `until friday`, `until 18:00`, `until 2h`,
//! `until 2026-12-04`.

use crate::model::Timestamp;
use jiff::{
    SignedDuration, Span, SpanRelativeTo,
    civil::{Date, DateTime, Time, Weekday},
    tz::TimeZone,
};

/// Separator between the text of a note and its end.
const UNTIL_WORD: &str = " until ";

/// Names of the weekdays. The user may shorten them.
const WEEKDAY_NAMES: [(&str, Weekday); 7] = [
    ("monday", Weekday::Monday),
    ("tuesday", Weekday::Tuesday),
    ("wednesday", Weekday::Wednesday),
    ("thursday", Weekday::Thursday),
    ("friday", Weekday::Friday),
    ("saturday", Weekday::Saturday),
    ("sunday", Weekday::Sunday),
];

/// Minimum number of letters in a shortened weekday.
const MIN_WEEKDAY_LETTERS: usize = 3;

/// Number of characters in a date without a time, such as `2026-12-04`.
const DATE_CHARS: usize = 10;

/// Splits a typed note into its text and its end. The end is `None` unless the note ends in `until` and a
/// time.
#[must_use]
pub fn split_until<'a>(typed: &'a str, now: Timestamp, zone: &TimeZone) -> (&'a str, Option<Timestamp>) {
    let split = typed.rsplit_once(UNTIL_WORD);
    let end = split.and_then(|(text, time)| Some((text, until_time(time, now, zone)?)));
    end.map_or((typed.trim(), None), |(text, at)| (text.trim().trim_end_matches([',', ';']), Some(at)))
}

/// Parses the time that the user typed after `until`. A day stands for its end, the following midnight. A
/// weekday is the next day of that name, which can be today. Returns `None` for any other text, and for a
/// time in the past.
#[must_use]
pub fn until_time(typed: &str, now: Timestamp, zone: &TimeZone) -> Option<Timestamp> {
    let typed = typed.trim().trim_end_matches('.').to_ascii_lowercase();
    let today = now.to_zoned_datetime(zone.clone()).date();
    let end_of = |day: Date| day.tomorrow().ok().and_then(|next| at(next, Time::midnight(), zone));
    let end = match typed.as_str() {
        "today" | "tonight" => end_of(today),
        "tomorrow" => today.tomorrow().ok().and_then(end_of),
        other => weekday(other)
            .and_then(|day| end_of(next_weekday(today, day)?))
            .or_else(|| other.parse::<Date>().ok().filter(|_| other.len() == DATE_CHARS).and_then(end_of))
            .or_else(|| other.parse::<DateTime>().ok().and_then(|time| at(time.date(), time.time(), zone)))
            .or_else(|| next_time_of_day(other, now, today, zone))
            .or_else(|| now.checked_add(duration(other)?).ok()),
    };
    end.filter(|end| *end > now)
}

fn weekday(typed: &str) -> Option<Weekday> {
    let named = WEEKDAY_NAMES.iter().find(|(name, _)| name.starts_with(typed));
    named.map(|(_, day)| *day).filter(|_| typed.len() >= MIN_WEEKDAY_LETTERS)
}

/// Returns the next day with this weekday: `today` itself, or one of the six days after it.
fn next_weekday(today: Date, day: Weekday) -> Option<Date> {
    let days = day.since(today.weekday());
    today.checked_add(Span::new().days(days)).ok()
}

/// Returns the next time at which a clock shows `typed`, such as `18:00`.
fn next_time_of_day(typed: &str, now: Timestamp, today: Date, zone: &TimeZone) -> Option<Timestamp> {
    let padded = if typed.find(':') == Some(1) { format!("0{typed}") } else { typed.to_owned() };
    let time = padded.parse::<Time>().ok().filter(|_| typed.contains(':'))?;
    at(today, time, zone).filter(|end| *end > now).or_else(|| at(today.tomorrow().ok()?, time, zone))
}

/// Parses a duration such as `2h`, `30m` or `3d`.
fn duration(typed: &str) -> Option<SignedDuration> {
    let in_days = || typed.parse::<Span>().ok()?.to_duration(SpanRelativeTo::days_are_24_hours()).ok();
    typed.parse().ok().or_else(in_days)
}

fn at(day: Date, time: Time, zone: &TimeZone) -> Option<Timestamp> {
    day.to_datetime(time).to_zoned_datetime(zone.clone()).ok().map(|zoned| zoned.timestamp())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ends_are_written_as_people_say_them() {
        // A Sunday.
        let now: Timestamp = "2026-03-08T03:10:00Z".parse().unwrap();
        for (typed, end) in [
            ("friday", "2026-03-14T00:00:00Z"),
            ("Fri", "2026-03-14T00:00:00Z"),
            ("sunday", "2026-03-09T00:00:00Z"),
            ("today", "2026-03-09T00:00:00Z"),
            ("tomorrow", "2026-03-10T00:00:00Z"),
            ("18:00", "2026-03-08T18:00:00Z"),
            ("3:00", "2026-03-09T03:00:00Z"),
            ("2h", "2026-03-08T05:10:00Z"),
            ("3d", "2026-03-11T03:10:00Z"),
            ("2026-03-20", "2026-03-21T00:00:00Z"),
            ("2026-03-20 18:00", "2026-03-20T18:00:00Z"),
            ("2026-03-20T18:00", "2026-03-20T18:00:00Z"),
        ] {
            assert_eq!(until_time(typed, now, &TimeZone::UTC), Some(end.parse().unwrap()), "{typed}");
        }
        for wrong in ["", "the end", "2020-01-01", "-2h", "25:00", "monitor is fixed"] {
            assert_eq!(until_time(wrong, now, &TimeZone::UTC), None, "{wrong}");
        }
        let split = |typed| split_until(typed, now, &TimeZone::UTC);
        assert_eq!(split("known, ticket 812, until Friday").0, "known, ticket 812");
        assert_eq!(split("wait until it is green"), ("wait until it is green", None));
    }
}
