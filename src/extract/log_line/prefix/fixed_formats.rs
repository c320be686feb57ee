//! Parsers of line formats that have the level at a fixed place.

use super::{message_start, time};
use crate::{
    extract::log_line::{level_names, level_numbers},
    model::LogLevel::{self, Debug, Error, Info, Trace, Warn},
};

/// The level of a line, and the byte offset at which its message begins.
type LevelAndStart = (Option<LogLevel>, usize);

/// The highest priority in syslog (RFC 5424, section 6.2.1).
const MAX_SYSLOG_PRIORITY: u32 = 191;

/// The maximum length of the process, role and thread at the beginning of a Redis line, in bytes.
const MAX_PROCESS_BYTES: usize = 24;

/// Parses a line of a format with a fixed place for the level. Returns `None` for any other line.
pub(super) fn read_fixed_format(text: &str) -> Option<LevelAndStart> {
    match text.as_bytes() {
        [b'I' | b'W' | b'E' | b'F' | b'D', b'0'..=b'9', ..] => klog(text),
        [b'<', b'0'..=b'9', ..] => syslog(text),
        [_, b',', b' ', b'[', b'0'..=b'9', ..] => ruby(text),
        [b'=', ..] => erlang(text),
        [b'n', b'p', b'm', b' ', ..] => npm(text),
        [b'0'..=b'9' | b'[', ..] => redis(text),
        _ => None,
    }
}

/// Parses lines of klog (`E1128`), glog (`E20261128`) and CockroachDB's `crdb-v1` (`E261128`): a letter and
/// the date, then the time of day.
fn klog(text: &str) -> Option<LevelAndStart> {
    let (date, rest) = text[1..].split_once(' ')?;
    let is_date = matches!(date.len(), 4 | 6 | 8) && date.bytes().all(|c| c.is_ascii_digit());
    let clock = rest.split(' ').next().filter(|clock| is_date && clock.contains(':'))?;
    let behind = text.len() - rest.len() + clock.len();
    let start = text.find("] ").map_or_else(|| message_start(text, behind), |at| at + 2);
    Some((level_names::level_of_letter(text.as_bytes()[0]), start))
}

/// Parses a line that begins with a syslog priority: RFC 3164, RFC 5424, `sd-daemon(3)`, and .NET's formatter
/// for systemd.
fn syslog(text: &str) -> Option<LevelAndStart> {
    let (number, rest) = text[1..].split_once('>')?;
    let priority = number
        .parse::<u32>()
        .ok()
        .filter(|priority| *priority <= MAX_SYSLOG_PRIORITY && number.len() <= 3)?;
    let begin = text.len() - rest.len();
    let (_, behind) = super::read_prefix(rest);
    Some((level_numbers::syslog_severity(priority & 7), begin + behind))
}

/// Parses a line of Ruby's `Logger::Formatter`:
/// `E, [2026-11-28T10:00:00.123456 #1] ERROR -- progname: message`.
fn ruby(text: &str) -> Option<LevelAndStart> {
    let level = level_names::level_of_letter(text.as_bytes()[0])?;
    let close = text.find(']')? + 1;
    let start = text[close..].find("-- ").map_or(close, |at| close + at + 3);
    Some((Some(level), message_start(text, start)))
}

/// Parses a line of Erlang's `sasl` or `error_logger`: `=ERROR REPORT==== 28-Nov-2026::10:00:00 ===`.
fn erlang(text: &str) -> Option<LevelAndStart> {
    let (name, _) = text[1..].split_once(" REPORT====")?;
    let level = match name {
        "ERROR" | "CRASH" | "SUPERVISOR" => Error,
        "WARNING" => Warn,
        "INFO" | "NOTICE" | "PROGRESS" => Info,
        _ => return None,
    };
    Some((Some(level), 0))
}

/// Parses a line of npm's `loglevel`: `npm ERR! code`, or from version 10 on `npm error code`.
fn npm(text: &str) -> Option<LevelAndStart> {
    let word = text[4..].split(' ').next()?;
    let level = level_names::level_of_value(word)?;
    Some((Some(level), (4 + word.len() + 1).min(text.len())))
}

/// Parses a line of `serverLogRaw` in Redis and Valkey: `1:M 28 Nov 2026 10:00:00.000 * message`, or before
/// version 3.0 `[1] 28 Nov 10:00:00 *`. KeyDB writes the number of a thread after the number of the process.
fn redis(text: &str) -> Option<LevelAndStart> {
    let end = text.bytes().take(MAX_PROCESS_BYTES).position(|c| c == b' ')?;
    let (process, rest) = (&text[..end], &text[end + 1..]);
    let number = |part: &str| !part.is_empty() && part.bytes().all(|c| c.is_ascii_digit());
    let is_process = match process.strip_prefix('[').and_then(|p| p.strip_suffix(']')) {
        Some(inner) => number(inner),
        None => process.rsplit_once(':').is_some_and(|(numbers, role)| {
            matches!(role, "M" | "S" | "C" | "X") && numbers.split(':').all(number)
        }),
    };
    let date = is_process.then(|| time::worded_date_end(rest)).flatten()?;
    let clock = rest[date..].trim_start();
    let (_, sign) = clock.split_once(' ')?;
    let level = match sign.as_bytes() {
        [b'#', b' ', ..] => Warn,
        [b'*', b' ', ..] => Info,
        [b'-', b' ', ..] => Debug,
        [b'.', b' ', ..] => Trace,
        _ => return None,
    };
    Some((Some(level), text.len() - sign.len() + 2))
}
