//! Recognition of values and headings that look like a message after a level: `error: none`, `ERROR COUNT: 0`.

use crate::model::LogLevel::{self, Error, Fatal, Warn};

/// Values that mean "none" or a switch, in lower case. After the name of a level, they make a pair of a report
/// or of a configuration, not a message.
const EMPTY_VALUES: &[&str] = &[
    "none",
    "null",
    "nil",
    "undefined",
    "false",
    "true",
    "no",
    "yes",
    "on",
    "off",
    "[]",
    "{}",
    "()",
    "\"\"",
    "''",
    "-",
    "n/a",
];
/// The beginnings of messages that report the absence of errors, in lower case.
const ABSENCE_BEGINNINGS: &[&str] = &["no errors", "no warnings"];
/// The minimum number of words after a level that make a heading in capitals, such as `ERROR HANDLER READY`.
const MIN_HEADING_WORDS: usize = 2;

/// Returns true if `behind`, the text after a level and its colon or brackets, is zero or an empty value and
/// nothing else.
pub(super) fn is_only_empty_value(behind: &str) -> bool {
    let value = value_of(behind);
    matches!(value, "0" | "0%") || EMPTY_VALUES.iter().any(|known| known.eq_ignore_ascii_case(value))
}

/// Returns true if `behind`, the text after `level` and its colon, is an empty value, or reports that there are
/// no errors or warnings: `error: 0 (0.0%)`, `Error: No errors`.
pub(super) fn is_empty_value(level: LogLevel, behind: &str) -> bool {
    let value = value_of(behind);
    let begins =
        |known: &&str| value.get(..known.len()).is_some_and(|start| start.eq_ignore_ascii_case(known));
    let is_absence = || is_zero_count(behind) || ABSENCE_BEGINNINGS.iter().any(&begins);
    is_only_empty_value(behind) || (matches!(level, Warn | Error | Fatal) && is_absence())
}

/// Returns true if a count of zero follows the level and its colon, as in `error: 0`.
pub(super) fn is_zero_count(behind: &str) -> bool {
    let rest = behind.trim_start_matches([':', ' ']);
    rest.strip_prefix('0').is_some_and(|rest| !rest.starts_with(|c: char| c.is_alphanumeric() || c == '.'))
}

/// Returns true if `behind`, the text after a level in capitals at the beginning of a line, makes it a value or
/// a heading: `ERROR 0`, `ERROR COUNT: 0`, `ERROR HANDLER REGISTERED`. Messages are hardly ever in capitals
/// from end to end.
pub(super) fn is_value_or_heading(behind: &str) -> bool {
    let value = value_of(behind);
    let has_colon = behind.trim_start().starts_with(':');
    if matches!(value, "0" | "0%") || (has_colon && is_only_empty_value(behind)) {
        return true;
    }
    let is_capital = |word: &str| word.len() > 1 && word.bytes().all(|c| c.is_ascii_uppercase());
    let mut rest = value;
    let mut words = 0;
    while let Some(end) =
        Some(rest.find([' ', ':']).unwrap_or(rest.len())).filter(|end| is_capital(&rest[..*end]))
    {
        words += 1;
        rest = rest[end..].trim_start_matches(' ');
    }
    let is_value =
        words > 0 && (value_of(rest) == "0%" || (rest.starts_with(':') && is_only_empty_value(rest)));
    is_value || (rest.is_empty() && words >= MIN_HEADING_WORDS)
}

/// Returns `behind` without the colon and spaces before the value and the punctuation after it.
fn value_of(behind: &str) -> &str {
    behind.trim_start_matches([':', ' ']).trim_end_matches([' ', ',', ';', '.', '!'])
}

#[cfg(test)]
mod tests {
    use super::{is_empty_value, is_value_or_heading};
    use crate::model::LogLevel::{Error, Info};

    #[test]
    fn values_are_told_from_messages() {
        for value in [" none", ": null,", " 0 (0.0%)", " []", " No errors found.", " False", " -"] {
            assert!(is_empty_value(Error, value), "{value}");
        }
        for message in [" null pointer", " no such file", " none of 3 hosts", " 0x7f", " 0.5 s", ""] {
            assert!(!is_empty_value(Error, message), "{message}");
        }
        assert!(is_empty_value(Info, " none") && !is_empty_value(Info, " 0 errors"));
        for heading in [" 0", " : 0", " COUNT: 0", " RATE 0%", " HANDLER REGISTERED", " LOG: none"] {
            assert!(is_value_or_heading(heading), "{heading}");
        }
        for message in [" SIGTERM", " EACCES: denied", " HTTP 500", " NO ROUTE to db", " : x", " [] x", ""] {
            assert!(!is_value_or_heading(message), "{message}");
        }
    }
}
