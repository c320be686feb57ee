//! Parser for the times that the user types: an age, a time of day, or a date with a time.

use crate::model::Timestamp;
use jiff::{SignedDuration, civil, tz::TimeZone};

/// Parses a time: `-10m` counts back from `now`, and `14:05` is the last such time of day in `zone`. A date
/// with a time is in `zone`, unless it has an offset (RFC 3339).
pub(in crate::screen::logs) fn parse_time(
    typed: &str,
    now: Timestamp,
    zone: &TimeZone,
) -> Result<Timestamp, String> {
    let wrong = || format!("invalid time `{typed}`; try 14:05, -10m or 2026-03-08T03:10Z");
    if let Some(age) = typed.strip_prefix('-') {
        let age: SignedDuration = age.parse().map_err(|_| wrong())?;
        return now.checked_sub(age.abs()).map_err(|_| wrong());
    }
    if let Ok(at) = typed.parse::<Timestamp>() {
        return Ok(at);
    }
    if let Ok(at) = typed.parse::<civil::DateTime>()
        && typed.len() > "14:05:30".len()
    {
        return at.to_zoned_datetime(zone.clone()).map(|at| at.timestamp()).map_err(|_| wrong());
    }
    let padded = if typed.find(':') == Some(1) { format!("0{typed}") } else { typed.to_owned() };
    let time: civil::Time = padded.parse().map_err(|_| wrong())?;
    let here = now.to_zoned_datetime(zone.clone());
    let at =
        |day: civil::Date| day.to_datetime(time).to_zoned_datetime(zone.clone()).map(|at| at.timestamp());
    let today = at(here.date()).map_err(|_| wrong())?;
    if today <= now {
        Ok(today)
    } else {
        at(here.date().saturating_sub(jiff::Span::new().days(1))).map_err(|_| wrong())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_of_day_ages_and_dates() {
        let now: Timestamp = "2026-03-08T03:10:00Z".parse().unwrap();
        let zone = TimeZone::fixed(jiff::tz::offset(1));
        for (typed, meant) in [
            ("-10m", "2026-03-08T03:00:00Z"),
            ("-1h30m", "2026-03-08T01:40:00Z"),
            ("04:05", "2026-03-08T03:05:00Z"),
            ("4:05:30", "2026-03-08T03:05:30Z"),
            ("14:05", "2026-03-07T13:05:00Z"),
            ("2026-03-01T00:00Z", "2026-03-01T00:00:00Z"),
            ("2026-03-01 00:00", "2026-02-28T23:00:00Z"),
        ] {
            assert_eq!(parse_time(typed, now, &zone), Ok(meant.parse().unwrap()), "{typed}");
        }
        for typed in ["", "soon", "-", "25:00", "-10"] {
            assert!(parse_time(typed, now, &zone).is_err(), "{typed}");
        }
    }
}
