//! Parser of levels in brackets: `[error]`, `[10:00:00 WRN]`, `[core:error]`, `[Server thread/ERROR]`,
//! `[E 261128 10:00:00]`.

use super::{empty_value, source_location::is_source_location, time};
use crate::{
    extract::log_line::level_names::{self, LevelContext},
    model::LogLevel,
};

/// Returns the level that `inner`, the text in brackets, states. `timed` is true if a time precedes the
/// brackets. Returns `None` if the text states no level.
pub(super) fn level_in_brackets(inner: &str, timed: bool) -> Option<LogLevel> {
    let inner = inner.trim();
    if let Some(level) = only_level(inner) {
        return Some(level);
    }
    match inner.as_bytes() {
        [letter] if timed => return level_names::level_of_letter(*letter),
        // Tornado and Jupyter, LogFormatter: a letter before the time.
        [letter, b' ', rest @ ..] if rest.first().is_some_and(u8::is_ascii_digit) => {
            let word = inner[2..].split(' ').next().unwrap_or_default();
            let dated = time::is_time(word) || (word.len() == 6 && is_number(word));
            return level_names::level_of_letter(*letter).filter(|_| dated);
        }
        // PyTorch, glog in brackets: `W1128 10:00:00.123 socket.cpp:462`, before version 2.3 without a time.
        [letter @ b'A'..=b'Z', b' ' | b'0'..=b'9', ..] => {
            let mut words = inner[1..].split(' ').filter(|word| !word.is_empty());
            let (first, second) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
            let dated = first.len() == 4 && is_number(first) && time::is_time(second);
            return level_names::level_of_letter(*letter).filter(|_| dated || is_source_location(first));
        }
        _ => {}
    }
    level_after_time(inner)
        .or_else(|| level_after_module(inner))
        .or_else(|| level_of_chromium(inner))
        .or_else(|| level_before_name(inner))
}

/// Returns the level in capitals before the name of a program, a thread or a module, as in `WARN  tini (7)`,
/// `ERROR:main` or `ERROR - main`.
fn level_before_name(inner: &str) -> Option<LogLevel> {
    let end = inner.find(|c: char| !c.is_alphanumeric())?;
    let (name, rest) = inner.split_at(end);
    let is_separated = rest.starts_with([' ', ':', '/', '|']);
    let (level, place) = level_names::find_level_name(name).filter(|_| is_separated && is_uppercase(name))?;
    let rest = rest.trim_start_matches([' ', ':', '/', '|', '-']);
    let is_name = rest.starts_with(|c: char| c.is_ascii_alphabetic())
        && !empty_value::is_only_empty_value(rest)
        && !empty_value::is_value_or_heading(rest)
        && !rest.split(' ').next().is_some_and(is_uppercase);
    (is_name && place == LevelContext::Standalone).then_some(level)
}

fn is_number(word: &str) -> bool {
    word.bytes().all(|c| c.is_ascii_digit())
}

/// Returns the level if `text` is the name of a level and nothing else. Returns `None` for a name that means
/// a level only as the value of a key such as `level`.
fn only_level(text: &str) -> Option<LogLevel> {
    level_names::find_level_name(text)
        .filter(|(_, place)| *place != LevelContext::Keyed)
        .map(|(level, _)| level)
}

/// Returns the level that follows a time within the same brackets. A level in capitals may precede other
/// words (`env_logger`). Any other level must be the last word.
fn level_after_time(inner: &str) -> Option<LogLevel> {
    let mut words = inner.split([' ', '|']).filter(|word| !word.is_empty()).peekable();
    let mut timed = false;
    while let Some(word) = words.next() {
        let bare = word.trim_end_matches([':', ',']);
        if time::is_time(bare) || (timed && time::is_zone(bare)) {
            timed = true;
            continue;
        }
        // Ray: a letter, then the numbers of the process and the thread.
        if let [letter] = bare.as_bytes()
            && timed
            && words.peek().is_some_and(|next| is_number(next))
        {
            return level_names::level_of_letter(*letter);
        }
        // Celery: `ERROR/MainProcess`.
        let name = bare.split('/').next().unwrap_or(bare);
        let certain = is_uppercase(name) || (words.peek().is_none() && name == bare);
        return only_level(name).filter(|_| timed && certain);
    }
    None
}

/// Returns the level after the name of a module, as in `core:error` (Apache, `LogLevel`), or of a thread, as
/// in `Server thread/ERROR` (Minecraft).
fn level_after_module(inner: &str) -> Option<LogLevel> {
    if let Some((module, name)) = inner.rsplit_once(':') {
        let is_module = !module.is_empty() && module.bytes().all(|c| c.is_ascii_alphabetic() || c == b'_');
        return only_level(name).filter(|_| is_module);
    }
    let (thread, name) = inner.rsplit_once('/')?;
    only_level(name).filter(|_| is_uppercase(name) && !thread.is_empty())
}

/// Returns the level in the format of Chromium's `base/logging.cc`:
/// `1:7:1128/100000.123456:ERROR:file.cc(12)`.
fn level_of_chromium(inner: &str) -> Option<LogLevel> {
    let mut parts = inner.split(':');
    let numbers =
        |part: &&str| !part.is_empty() && part.bytes().all(|c| c.is_ascii_digit() || b"/.".contains(&c));
    let name = parts.by_ref().find(|part| !numbers(part))?;
    parts.next()?;
    only_level(name).filter(|_| is_uppercase(name) && inner.starts_with(|c: char| c.is_ascii_digit()))
}

/// Returns true if `word` consists of capital letters, digits and characters beyond ASCII.
pub(super) fn is_uppercase(word: &str) -> bool {
    word.bytes().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || !c.is_ascii())
}
