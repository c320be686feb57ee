//! The words for levels, as logging libraries write them.

use crate::model::Level;

/// The words, in lower case.
const WORDS: &[(Level, &[&str])] = &[
    (Level::Trace, &["trace", "trc", "trce", "verbose", "finest", "finer"]),
    (
        Level::Debug,
        &["debug", "dbg", "dbug", "debu", "fine", "debug1", "debug2", "debug3", "debug4", "debug5"],
    ),
    (
        Level::Info,
        &[
            "info",
            "inf",
            "information",
            "informational",
            "notice",
            "note",
            "log",
            "system",
            "config",
            "default",
        ],
    ),
    (Level::Warn, &["warn", "warning", "wrn"]),
    (Level::Error, &["error", "err", "erro", "eror", "severe", "fail"]),
    (
        Level::Fatal,
        &["fatal", "ftl", "fata", "critical", "crit", "panic", "dpanic", "emerg", "emergency", "alert"],
    ),
];

/// The level that a word names, whatever its case.
pub(super) fn level(word: &str) -> Option<Level> {
    if !(3..=13).contains(&word.len()) {
        return None;
    }
    let named = |words: &[&str]| words.iter().any(|known| known.eq_ignore_ascii_case(word));
    WORDS.iter().find(|(_, words)| named(words)).map(|(level, _)| *level)
}

/// The level that one letter names, as klog, Ruby and `MongoDB` write it.
pub(super) fn letter(letter: u8) -> Option<Level> {
    match letter {
        b'T' | b'V' => Some(Level::Trace),
        b'D' => Some(Level::Debug),
        b'I' => Some(Level::Info),
        b'W' => Some(Level::Warn),
        b'E' => Some(Level::Error),
        b'F' | b'C' => Some(Level::Fatal),
        _ => None,
    }
}

/// The level that a number names: from 10 to 60 as pino and bunyan count, below that the severities of syslog
/// (RFC 5424, table 2), which GELF uses too.
pub(super) fn number(number: u32) -> Option<Level> {
    match number {
        0..=2 | 60..70 => Some(Level::Fatal),
        3 | 50..60 => Some(Level::Error),
        4 | 40..50 => Some(Level::Warn),
        5 | 6 | 30..40 => Some(Level::Info),
        7 | 20..30 => Some(Level::Debug),
        10..20 => Some(Level::Trace),
        _ => None,
    }
}

/// The level under a name that says it is one: a word, a letter or a number.
pub(super) fn value(text: &str) -> Option<Level> {
    match text.as_bytes() {
        [one] if one.is_ascii_alphabetic() => letter(one.to_ascii_uppercase()),
        _ => level(text).or_else(|| number(text.parse().ok()?)),
    }
}
