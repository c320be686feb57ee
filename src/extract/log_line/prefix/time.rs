//! Recognition of times in a prefix: dates, times of day, time zones, and seconds since 1970 or since the
//! start of the program.
//!
//! A date with the name of a month is recognised in any language by its parts: a word, the number of a day,
//! and a year or a time of day.

use crate::extract::log_line::name_lengths::NameLengths;

/// Time zones, and marks such as `AM`, that are separate words.
const ZONE_NAMES: &[&str] = &[
    "UTC", "GMT", "Z", "AM", "PM", "am", "pm", "Uhr", "CET", "CEST", "MEZ", "MESZ", "WET", "WEST", "EET",
    "EEST", "MSK", "BST", "EST", "EDT", "CST", "CDT", "MST", "MDT", "PST", "PDT", "IST", "JST", "KST", "HKT",
    "SGT", "AEST", "AEDT", "NZST", "NZDT",
];
const ZONE_LENGTHS: NameLengths = {
    let (mut lengths, mut index) = (NameLengths::new(), 0);
    while index < ZONE_NAMES.len() {
        lengths = lengths.with(ZONE_NAMES[index]);
        index += 1;
    }
    lengths
};
/// Letters that may be a part of a date or time: `T` and `Z` of ISO 8601, `AM` and `PM`, units, and the
/// exponent of seconds since 1970.
const TIME_LETTERS: &[&str] = &["t", "z", "am", "pm", "utc", "gmt", "s", "ms", "us", "e"];
/// Names of months within a date, as in the Common Log Format and in Tomcat.
const MONTH_NAMES: &[&str] =
    &["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
/// Characters in Chinese, Japanese and Korean dates and times of day.
const CJK_TIME_CHARS: &str = "年月日时時分秒년월일시분초午前后後上下오전";
/// The maximum length of the name of a month or weekday, in bytes.
const MAX_DATE_NAME_BYTES: usize = 20;
/// The minimum number of digits in seconds since 1970.
const MIN_EPOCH_DIGITS: usize = 10;

/// Returns true if a word is a time zone or a mark such as `AM`.
pub(super) fn is_zone(word: &str) -> bool {
    let first = word.bytes().next();
    first.is_some_and(|first| ZONE_LENGTHS.may_contain(first, word.len())) && ZONE_NAMES.contains(&word)
}

/// Returns true if a word is a time, or a part of one.
pub(super) fn is_time(word: &str) -> bool {
    let Some(counts) = count_signs(word) else { return false };
    let bytes = word.as_bytes();
    if matches!(bytes[0], b'+' | b'-') {
        return matches!(counts.digits, 2 | 4);
    }
    let plain = || bytes.iter().all(|c| c.is_ascii_digit() || *c == b'.') || word.contains("e+");
    let uptime = counts.dots == 1 && word.ends_with('s');
    uptime
        || (counts.digits >= MIN_EPOCH_DIGITS && counts.dots <= 1 && plain())
        || (counts.colons > 0 && is_clock(bytes))
        || (counts.may_be_date() && is_date(word))
        || (!word.is_ascii() && word.chars().filter(|c| CJK_TIME_CHARS.contains(*c)).count() >= 2)
}

/// Counts of the digits, dots, colons, dashes and slashes in a word. They decide whether the word may be a
/// time.
#[derive(Default)]
struct SignCounts {
    digits: usize,
    dots: usize,
    colons: usize,
    /// Number of dashes and slashes.
    strokes: usize,
}

impl SignCounts {
    /// Returns true if the word may be a date. A plain number and an IPv4 address without a port are not
    /// dates.
    const fn may_be_date(&self) -> bool {
        let is_address = self.dots >= 3 && self.strokes == 0 && self.colons == 0;
        !is_address && (self.dots + self.strokes > 0 || self.digits >= 8)
    }
}

/// Counts the characters in a word. Returns `None` if the word has no digit, or has letters that never occur
/// in a time.
fn count_signs(word: &str) -> Option<SignCounts> {
    let (bytes, is_cjk_sign) = (word.as_bytes(), |c: char| CJK_TIME_CHARS.contains(c));
    match bytes.first()? {
        b'0'..=b'9' | b'+' | b'-' => {}
        0x80.. if word.starts_with(is_cjk_sign) => {}
        _ => return None,
    }
    let (mut counts, mut at, mut is_ascii) = (SignCounts::default(), 0, true);
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'0'..=b'9' => counts.digits += 1,
            b'.' => counts.dots += 1,
            b':' => counts.colons += 1,
            b'-' | b'/' => counts.strokes += 1,
            b'a'..=b'z' | b'A'..=b'Z' => {
                let run = bytes[at..].iter().take_while(|c| c.is_ascii_alphabetic()).count();
                may_occur_in_time(&bytes[at..at + run]).then_some(())?;
                at += run - 1;
            }
            0x80.. if is_ascii => {
                word.chars().all(|c| c.is_ascii() || is_cjk_sign(c)).then_some(())?;
                is_ascii = false;
            }
            _ => {}
        }
        at += 1;
    }
    (counts.digits > 0).then_some(counts)
}

/// Returns true if `run` may be a part of a date or time. It is a run of letters inside a word, such as the
/// `T` of `2024-05-01T12:00`.
fn may_occur_in_time(run: &[u8]) -> bool {
    let is = |known: &&str| known.as_bytes().eq_ignore_ascii_case(run);
    TIME_LETTERS.iter().any(is) || (run.len() == 3 && MONTH_NAMES.iter().any(is))
}

/// Returns true if a word contains hours and minutes: one or two digits, a colon, and two digits below 60. An
/// IPv4 address with a port does not count.
fn is_clock(bytes: &[u8]) -> bool {
    let digit = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_digit);
    let has_clock = bytes.iter().enumerate().any(|(at, c)| {
        let hours = || at >= 1 && digit(at - 1) && !(at >= 3 && digit(at - 2) && digit(at - 3));
        *c == b':' && hours() && digit(at + 1) && digit(at + 2) && !digit(at + 3) && bytes[at + 1] < b'6'
    });
    // A word with three dots is an IPv4 address with a port.
    has_clock && bytes.iter().filter(|c| **c == b'.').nth(2).is_none()
}

/// Returns true if a word begins with a date of three parts or of eight digits, or is a month and a day such
/// as `11-28`.
fn is_date(word: &str) -> bool {
    let bytes = word.as_bytes();
    let Some(at) = bytes.iter().position(|c| matches!(c, b'-' | b'/' | b'.')) else {
        return is_compact_date(word);
    };
    let (separator, first) = (bytes[at], &bytes[..at]);
    let number = |part: &[u8]| part.iter().all(u8::is_ascii_digit);
    let rest = &bytes[at + 1..];
    let Some(at) = rest.iter().position(|c| *c == separator) else {
        return separator == b'-' && first.len() == 2 && rest.len() == 2 && number(first) && number(rest);
    };
    let (second, third) = (&rest[..at], &rest[at + 1..]);
    let end = third.iter().position(|c| !c.is_ascii_digit()).unwrap_or(third.len());
    // A word with a fourth part is an address or a version.
    let ends = !matches!(third.get(end), Some(b'.' | b'/')) || third[end..].contains(&b':');
    let lengths = [first.len(), second.len(), end];
    let numbers = || {
        let long = lengths.iter().all(|length| matches!(length, 2 | 4));
        let short =
            lengths.iter().all(|length| matches!(length, 1 | 2 | 4)) && lengths.iter().sum::<usize>() >= 5;
        number(first) && number(second) && if separator == b'.' { long } else { short }
    };
    let month = || MONTH_NAMES.iter().any(|month| month.as_bytes().eq_ignore_ascii_case(second));
    ends && (numbers() || (matches!(end, 2 | 4) && number(first) && month()))
}

/// Returns true if a word is or begins with a date of eight digits in this century, such as `20261128`.
fn is_compact_date(word: &str) -> bool {
    let digits = word.bytes().take_while(u8::is_ascii_digit).count();
    word.starts_with("20") && digits == 8 && (word.len() == 8 || word[8..].starts_with(['T', ' ']))
}

/// Returns the byte offset at which a date with the month as a word ends, if `text` begins with one:
/// `Nov 28, 2026`, `28. November 2026`, `Sa Nov 28 10:00:00 2026`, `sam. 28 nov. 2026`. Returns `None`
/// otherwise.
pub(super) fn worded_date_end(text: &str) -> Option<usize> {
    let mut words = words_with_ends(text);
    let mut next = || words.next().map(|(word, end)| (date_word(word), end));
    let mut first = next()?.0;
    if !matches!(first, DateWord::Name | DateWord::Day) {
        return None;
    }
    let mut second = next()?;
    let mut third = next()?;
    // A weekday precedes the date.
    let has_weekday = matches!(
        (first, second.0, third.0),
        (DateWord::Name, DateWord::Name, DateWord::Day) | (DateWord::Name, DateWord::Day, DateWord::Name)
    );
    if has_weekday {
        (first, second, third) = (second.0, third, next()?);
    }
    let is_date =
        matches!((first, second.0), (DateWord::Name, DateWord::Day) | (DateWord::Day, DateWord::Name));
    match third {
        (DateWord::Clock, _) if is_date => Some(second.1),
        (DateWord::Year, end) if is_date => Some(end),
        _ => None,
    }
}

/// Returns the words of a text, each with the byte offset at which it ends.
fn words_with_ends(text: &str) -> impl Iterator<Item = (&str, usize)> {
    let mut at = 0;
    std::iter::from_fn(move || {
        let bytes = text.as_bytes();
        let start = at + bytes[at..].iter().position(|c| *c != b' ')?;
        let length = bytes[start..].iter().position(|c| *c == b' ').unwrap_or(bytes.len() - start);
        at = start + length;
        Some((&text[start..at], at))
    })
}

/// The role that a word may have in a date.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum DateWord {
    /// A month or a weekday, in any language.
    Name,
    /// A number from 1 to 31.
    Day,
    /// Four digits.
    Year,
    /// Hours and minutes, possibly with seconds.
    Clock,
    /// A word that is not part of a date.
    Other,
}

fn date_word(word: &str) -> DateWord {
    let bare = word.trim_end_matches(['.', ',']);
    match bare.as_bytes() {
        [first, ..] if first.is_ascii_digit() => date_number(word, bare),
        // Names of months and weekdays are shorter than the limit, even in scripts with three bytes per
        // letter.
        [_, _, ..] if bare.len() <= MAX_DATE_NAME_BYTES && bare.chars().all(char::is_alphabetic) => {
            DateWord::Name
        }
        _ => DateWord::Other,
    }
}

/// Returns the role of `word`, which begins with a digit. `bare` is the same word without dots and commas at
/// the end.
fn date_number(word: &str, bare: &str) -> DateWord {
    let is_number = bare.len() <= 4 && bare.bytes().all(|c| c.is_ascii_digit());
    match bare.len() {
        1 | 2 if is_number && bare.parse::<u8>().is_ok_and(|day| (1..=31).contains(&day)) => DateWord::Day,
        4 if is_number => DateWord::Year,
        _ if is_clock(word.as_bytes()) => DateWord::Clock,
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
