//! Times in a prefix: dates, clocks, zones, seconds since 1970 or since the start of the program.
//!
//! Dates with the name of a month are recognised in any language by their parts. These are a word next to the
//! number of a day, and a year or a clock.

/// Time zones and halves of the day that are separate words.
const ZONE_NAMES: &[&str] = &[
    "UTC", "GMT", "Z", "AM", "PM", "am", "pm", "Uhr", "CET", "CEST", "MEZ", "MESZ", "WET", "WEST", "EET",
    "EEST", "MSK", "BST", "EST", "EDT", "CST", "CDT", "MST", "MDT", "PST", "PDT", "IST", "JST", "KST", "HKT",
    "SGT", "AEST", "AEDT", "NZST", "NZDT",
];
/// The maximum length of a zone, in bytes.
const MAX_ZONE_BYTES: usize = 4;
/// Letters within a time: ISO 8601's `T` and `Z`, halves of the day, units, the exponent of seconds since
/// 1970.
const TIME_LETTERS: &[&str] = &["t", "z", "am", "pm", "utc", "gmt", "s", "ms", "us", "e"];
/// Months as the Common Log Format and Tomcat write them within a date.
const MONTH_NAMES: &[&str] =
    &["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
/// Characters of dates and clocks in Chinese, Japanese and Korean.
const CJK_TIME_CHARS: &str = "年月日时時分秒년월일시분초午前后後上下오전";
/// The maximum distance of the first digit from the start of a line that begins with a date, in bytes.
const MAX_DATE_START_BYTES: usize = 32;
/// The minimum number of digits of seconds since 1970.
const MIN_EPOCH_DIGITS: usize = 10;

/// Returns true if a word is a zone or a half of the day.
pub(super) fn is_zone(word: &str) -> bool {
    word.len() <= MAX_ZONE_BYTES && ZONE_NAMES.contains(&word)
}

/// Returns true if a word is a time or a part of one.
#[expect(clippy::naive_bytecount, reason = "a word of some bytes is not worth another library")]
pub(super) fn is_time(word: &str) -> bool {
    let Some(digits) = digit_count(word) else { return false };
    let bytes = word.as_bytes();
    if matches!(bytes[0], b'+' | b'-') {
        return matches!(digits, 2 | 4);
    }
    let dots = bytes.iter().filter(|c| **c == b'.').count();
    let plain = || bytes.iter().all(|c| c.is_ascii_digit() || *c == b'.') || word.contains("e+");
    let uptime = word.ends_with('s') && dots == 1;
    uptime
        || (digits >= MIN_EPOCH_DIGITS && dots <= 1 && plain())
        || is_clock(bytes)
        || is_date(word)
        || (!word.is_ascii() && word.chars().filter(|c| CJK_TIME_CHARS.contains(*c)).count() >= 2)
}

/// Returns the number of digits in a word, or `None` if it has letters that no time has.
fn digit_count(word: &str) -> Option<usize> {
    let (bytes, is_sign) = (word.as_bytes(), |c: char| CJK_TIME_CHARS.contains(c));
    match bytes.first()? {
        b'0'..=b'9' | b'+' | b'-' => {}
        0x80.. if word.starts_with(is_sign) => {}
        _ => return None,
    }
    let (mut count, mut at) = (0, 0);
    while let Some(byte) = bytes.get(at) {
        let run = bytes[at..].iter().take_while(|c| c.is_ascii_alphabetic()).count();
        match byte {
            b'0'..=b'9' => count += 1,
            _ if run > 0 && !may_occur_in_time(&bytes[at..at + run]) => return None,
            0x80.. if !word.chars().all(|c| c.is_ascii() || is_sign(c)) => return None,
            _ => {}
        }
        at += run.max(1);
    }
    (count > 0).then_some(count)
}

/// Returns true if the letters may occur within a time.
fn may_occur_in_time(run: &[u8]) -> bool {
    let is = |known: &&str| known.as_bytes().eq_ignore_ascii_case(run);
    TIME_LETTERS.iter().any(is) || (run.len() == 3 && MONTH_NAMES.iter().any(is))
}

/// Returns true if a word contains hours and minutes: one or two digits, a colon, and two digits below 60.
#[expect(clippy::naive_bytecount, reason = "a word of some bytes is not worth another library")]
fn is_clock(bytes: &[u8]) -> bool {
    let digit = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_digit);
    let dots = bytes.iter().filter(|c| **c == b'.').count();
    dots < 3
        && bytes.iter().enumerate().any(|(at, c)| {
            let hours = at >= 1 && digit(at - 1) && !(at >= 3 && digit(at - 2) && digit(at - 3));
            *c == b':' && hours && digit(at + 1) && digit(at + 2) && !digit(at + 3) && bytes[at + 1] < b'6'
        })
}

/// Returns true if a word begins with a date of three parts, or is a month and a day (`11-28`).
fn is_date(word: &str) -> bool {
    let is_separator = |c: char| matches!(c, '-' | '/' | '.');
    let Some(at) = word.find(is_separator) else { return is_compact_date(word) };
    let separator = &word[at..=at];
    let mut parts = word.splitn(3, separator);
    let (Some(first), Some(second)) = (parts.next(), parts.next()) else { return false };
    let number = |part: &str| part.bytes().all(|c| c.is_ascii_digit());
    let Some(third) = parts.next() else {
        return separator == "-" && first.len() == 2 && second.len() == 2 && number(first) && number(second);
    };
    let end = third.find(|c: char| !c.is_ascii_digit()).unwrap_or(third.len());
    // A fourth part makes it an address or a version.
    let ends = !third[end..].starts_with(['.', '/']) || third[end..].contains(':');
    let month = MONTH_NAMES.iter().any(|month| month.eq_ignore_ascii_case(second));
    let lengths = [first.len(), second.len(), end];
    let numbers = number(first)
        && number(second)
        && match separator {
            "." => lengths.iter().all(|length| matches!(length, 2 | 4)),
            _ => {
                lengths.iter().all(|length| matches!(length, 1 | 2 | 4)) && lengths.iter().sum::<usize>() >= 5
            }
        };
    ends && (numbers || (month && number(first) && matches!(end, 2 | 4)))
}

/// Returns true if a word is a date of eight digits in this century: `20261128`.
fn is_compact_date(word: &str) -> bool {
    let digits = word.bytes().take_while(u8::is_ascii_digit).count();
    word.starts_with("20") && digits == 8 && (word.len() == 8 || word[8..].starts_with(['T', ' ']))
}

/// Returns the end of a date at the beginning of `text` with the month as a word: `Nov 28, 2026`, `28.
/// November 2026`, `Sa Nov 28 10:00:00 2026`, `sam. 28 nov. 2026`. Returns `None` without such a date.
pub(super) fn worded_date_end(text: &str) -> Option<usize> {
    // Nearly all lines begin differently, or have no digit after their first words.
    let first = text.as_bytes().first().filter(|c| c.is_ascii_alphanumeric() || !c.is_ascii())?;
    if first.is_ascii_alphabetic() && !text.bytes().take(MAX_DATE_START_BYTES).any(|c| c.is_ascii_digit()) {
        return None;
    }
    let mut words = [("", 0); 5];
    let mut kinds = [DateWord::Other; 5];
    for (place, word) in words_with_ends(text).take(words.len()).enumerate() {
        (words[place], kinds[place]) = (word, date_word(word.0));
        if place < 2 && !matches!(kinds[place], DateWord::Name | DateWord::Day) {
            return None;
        }
    }
    let weekday =
        usize::from(kinds[0] == DateWord::Name && matches!(kinds[1], DateWord::Name | DateWord::Day))
            * usize::from(matches!(
                &kinds[1..4],
                [DateWord::Name, DateWord::Day, _] | [DateWord::Day, DateWord::Name, _]
            ));
    let taken = match &kinds[weekday..] {
        [DateWord::Name, DateWord::Day, DateWord::Clock, ..]
        | [DateWord::Day, DateWord::Name, DateWord::Clock, ..] => 2,
        [DateWord::Name, DateWord::Day, DateWord::Year, ..]
        | [DateWord::Day, DateWord::Name, DateWord::Year, ..] => 3,
        _ => return None,
    };
    Some(words[weekday + taken - 1].1)
}

/// Returns the words of a text, each with the byte at which it ends.
fn words_with_ends(text: &str) -> impl Iterator<Item = (&str, usize)> {
    let mut at = 0;
    let words = text.split(' ').map(move |word| {
        at += word.len() + 1;
        (word, at - 1)
    });
    words.filter(|(word, _)| !word.is_empty())
}

/// The possible role of a word in a date.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum DateWord {
    /// A month or a weekday, in any language.
    Name,
    /// A number from 1 to 31.
    Day,
    /// Four digits.
    Year,
    /// Hours and minutes.
    Clock,
    /// A word of no date.
    Other,
}

fn date_word(word: &str) -> DateWord {
    let bare = word.trim_end_matches(['.', ',']);
    let number = !bare.is_empty() && bare.bytes().all(|c| c.is_ascii_digit());
    match bare.len() {
        1 | 2 if number && bare.parse::<u8>().is_ok_and(|day| (1..=31).contains(&day)) => DateWord::Day,
        4 if number => DateWord::Year,
        _ if is_clock(word.as_bytes()) => DateWord::Clock,
        2..=20 if bare.chars().all(char::is_alphabetic) => DateWord::Name,
        _ => DateWord::Other,
    }
}

#[cfg(test)]
mod tests {
    use super::{is_time, worded_date_end};

    #[test]
    fn times_are_told_from_addresses_versions_and_counts() {
        for word in [
            "2026-11-28",
            "10:00:00",
            "10:00:00,123",
            "2026-11-28T10:00:00.123456+00:00",
            "4:00PM",
            "28/Nov/2026:10:00:00",
            "28-Nov-2026",
            "28-Nov-2026::10:00:00",
            "28.11.26",
            "2026.11.28",
            "2026.11.28-10.00.00:123",
            "11/28/2026",
            "26/11/28",
            "11-28",
            "11-28|10:00:00",
            "+0000",
            "+01",
            "-0500",
            "1764324000",
            "1764324000.123",
            "1.7643204e+09",
            "0.001234s",
            "20261128",
            "20261128T10:00:00",
            "2026年11月28日",
            "午前10:00:00",
            "10:00:00:123",
        ] {
            assert!(is_time(word), "{word}");
        }
        for word in [
            "10.0.0.1",
            "10.0.0.1:5432",
            "10.0.0.1:80",
            "5432",
            "8080:80",
            "1.2.3",
            "12ms",
            "3/4",
            "v1.2",
            "orders",
            "1:M",
            "2026",
            "0.5",
            "12,5",
            "-",
            "--",
            "2001:db8::1",
            "ten",
            "",
        ] {
            assert!(!is_time(word), "{word}");
        }
    }

    #[test]
    fn dates_with_words_are_known_in_any_language() {
        for (text, date) in [
            ("Nov 28 10:00:00 x", "Nov 28"),
            ("Nov 28, 2026 10:00:00 AM x", "Nov 28, 2026"),
            ("nov. 28, 2026 10:00:00 AM x", "nov. 28, 2026"),
            ("28. November 2026 10:00:00 x", "28. November 2026"),
            ("Sa Nov 28 10:00:00 2026 x", "Sa Nov 28"),
            ("sam. 28 nov. 2026 10:00:00 x", "sam. 28 nov. 2026"),
            ("Sat, 28 Nov 2026 10:00:00 GMT x", "Sat, 28 Nov 2026"),
            ("28 ноября 2026 10:00:00 x", "28 ноября 2026"),
        ] {
            assert_eq!(worded_date_end(text).map(|end| &text[..end]), Some(date), "{text}");
        }
        for text in ["took 12 seconds", "in 2026 all is well", "retry 3 of 5", "", "Nov"] {
            assert_eq!(worded_date_end(text), None, "{text}");
        }
    }
}
