//! Levels within brackets: `[error]`, `[10:00:00 WRN]`, `[core:error]`, `[Server thread/ERROR]`, `[E 261128 10:00:00]`.

use super::time;
use crate::{
    decode::line::level_names::{self, Place},
    model::Level,
};

/// Returns the level that the text within brackets states; `timed` says whether a time stands before them.
pub(super) fn level(inner: &str, timed: bool) -> Option<Level> {
    let inner = inner.trim();
    if let Some(level) = sole(inner) {
        return Some(level);
    }
    match inner.as_bytes() {
        [letter] if timed => return level_names::letter(*letter),
        // Tornado and Jupyter, LogFormatter: a letter before the time.
        [letter, b' ', rest @ ..] if rest.first().is_some_and(u8::is_ascii_digit) => {
            let word = inner[2..].split(' ').next().unwrap_or_default();
            let dated = time::is_time(word) || (word.len() == 6 && word.bytes().all(|c| c.is_ascii_digit()));
            return level_names::letter(*letter).filter(|_| dated);
        }
        _ => {}
    }
    behind_time(inner).or_else(|| last_part(inner)).or_else(|| chromium(inner))
}

/// A level alone, as most loggers bracket it.
fn sole(text: &str) -> Option<Level> {
    level_names::find(text).filter(|(_, place)| *place != Place::Keyed).map(|(level, _)| level)
}

/// A level behind a time in the same brackets: in capitals before other words (`env_logger`), else as the last word.
fn behind_time(inner: &str) -> Option<Level> {
    let mut words = inner.split([' ', '|']).filter(|word| !word.is_empty()).peekable();
    let mut timed = false;
    while let Some(word) = words.next() {
        let bare = word.trim_end_matches([':', ',']);
        if time::is_time(bare) || (timed && time::is_zone(bare)) {
            timed = true;
            continue;
        }
        // Celery: `ERROR/MainProcess`.
        let name = bare.split('/').next().unwrap_or(bare);
        let certain = is_capital(name) || (words.peek().is_none() && name == bare);
        return sole(name).filter(|_| timed && certain);
    }
    None
}

/// A level behind a module (Apache, `LogLevel`: `core:error`) or a thread (Minecraft: `Server thread/ERROR`).
fn last_part(inner: &str) -> Option<Level> {
    if let Some((module, name)) = inner.rsplit_once(':') {
        let is_module = !module.is_empty() && module.bytes().all(|c| c.is_ascii_alphabetic() || c == b'_');
        return sole(name).filter(|_| is_module);
    }
    let (thread, name) = inner.rsplit_once('/')?;
    sole(name).filter(|_| is_capital(name) && !thread.is_empty())
}

/// Chromium, `base/logging.cc`: `1:7:1128/100000.123456:ERROR:file.cc(12)`.
fn chromium(inner: &str) -> Option<Level> {
    let mut parts = inner.split(':');
    let numbers =
        |part: &&str| !part.is_empty() && part.bytes().all(|c| c.is_ascii_digit() || b"/.".contains(&c));
    let name = parts.by_ref().find(|part| !numbers(part))?;
    parts.next()?;
    sole(name).filter(|_| is_capital(name) && inner.starts_with(|c: char| c.is_ascii_digit()))
}

/// Whether a word is written in capitals.
pub(super) fn is_capital(word: &str) -> bool {
    word.bytes().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || !c.is_ascii())
}
