//! Words that state a level: in capitals, with a colon, behind a channel, as a letter or as a pair.

use super::{
    Context,
    group::is_capital,
    item::{Item, Items},
};
use crate::{
    decode::line::{
        keys,
        level_names::{self, Place},
    },
    model::Level,
};

/// Where the sign of an offset stands at most: behind `DEBUG`, the longest name that has one.
const MAX_OFFSET_PLACE: usize = 5;
/// Endings of the names of source files.
const SOURCES: &[&str] =
    &[".go", ".rs", ".py", ".js", ".ts", ".java", ".kt", ".rb", ".c", ".cc", ".cpp", ".cs", ".php"];

/// The level that a word states, and where the prefix ends with it.
pub(super) fn level(item: &Item<'_>, context: Context<'_>, text: &str) -> Option<(Level, usize)> {
    let word = item.text;
    let whole = |level: Level| (level, item.end);
    if let Some((key, value)) = word.split_once('=').filter(|(key, _)| keys::is_level(key)) {
        return level_names::named(value).filter(|_| key.len() > 1).map(whole);
    }
    // The bytes of a name in any script, and of a sign behind it.
    if word.as_bytes().first().is_none_or(|first| !first.is_ascii_alphabetic() && first.is_ascii()) {
        return None;
    }
    if let Some((level, place)) = level_names::find(word) {
        let marked = item.colon || (context.timed && is_capital(word));
        let stated = match (place, is_capital(word)) {
            (Place::Keyed, _) => false,
            _ if item.colon => !is_zero(&text[item.end..]),
            (_, true) => (place == Place::Bare || marked) && !context.labelled,
            (_, false) if place != Place::Bare => false,
            (_, false) if context.labelled => is_before_code(item, text),
            (_, false) if context.before.is_none() => text[item.end..].trim_start().starts_with("- "),
            (_, false) => context.only_times && context.timed && is_column(item, text),
        };
        return stated.then(|| whole(level));
    }
    letter(item, context, text)
        .map(whole)
        .or_else(|| behind_channel(item).map(whole))
        .or_else(|| before_logger(item, context))
}

/// Whether a code with a colon follows a small word behind the place in a file, as compilers write it (MSBuild, format
/// of errors and warnings): `shop.ts(1,2): error TS2304: text`.
fn is_before_code(item: &Item<'_>, text: &str) -> bool {
    let next = Items { text, at: item.end }.next();
    next.is_some_and(|next| {
        let letters = next.text.bytes().take_while(u8::is_ascii_uppercase).count();
        let digits = next.text.len() - letters;
        next.colon && letters > 0 && digits > 0 && next.text.bytes().skip(letters).all(|c| c.is_ascii_digit())
    })
}

/// Whether a count of nothing follows: `error: 0`.
fn is_zero(behind: &str) -> bool {
    let rest = behind.trim_start_matches([':', ' ']);
    rest.strip_prefix('0').is_some_and(|rest| !rest.starts_with(|c: char| c.is_alphanumeric() || c == '.'))
}

/// A small word behind the time is a level where it stands in a column: before the place in the program that logs
/// (zap), between tabs (zap again; each is two blanks here), before an object of fields, before a label (swift-log).
fn is_column(item: &Item<'_>, text: &str) -> bool {
    let (before, behind) = (&text[..item.start], &text[item.end..]);
    let is_place = |word: &str| {
        word.rsplit_once(':').is_some_and(|(file, line)| {
            line.bytes().all(|c| c.is_ascii_digit()) && SOURCES.iter().any(|end| file.ends_with(end))
        })
    };
    let mut words = behind.split_ascii_whitespace();
    let (first, second) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    is_place(first)
        || is_place(second)
        || (before.ends_with("  ") && behind.starts_with("  "))
        || (behind.ends_with('}') && behind.contains(" {\""))
        || second == ":"
        || first.starts_with('|')
}

/// A level behind a channel, as Monolog's `LineFormatter` writes it: `app.ERROR:`; behind the sign of Telegraf's
/// plain format: `E!`; before the offset of Go's `log/slog`: `ERROR+2`.
fn behind_channel(item: &Item<'_>) -> Option<Level> {
    let bare = |name: &str| {
        let found = level_names::find(name).filter(|_| is_capital(name));
        found.filter(|(_, place)| *place == Place::Bare).map(|(level, _)| level)
    };
    if item.colon
        && let Some((_, name)) = item.text.rsplit_once('.')
    {
        return bare(name);
    }
    let sign = item.text.bytes().position(|c| matches!(c, b'+' | b'-')).filter(|at| *at <= MAX_OFFSET_PLACE);
    if let Some((name, offset)) = sign.map(|at| (&item.text[..at], &item.text[at + 1..])) {
        return bare(name).filter(|_| !offset.is_empty() && offset.bytes().all(|c| c.is_ascii_digit()));
    }
    match item.text.as_bytes() {
        [letter, b'!'] => level_names::letter(*letter),
        _ => None,
    }
}

/// A level before the name of a logger: Python, `logging.BASIC_FORMAT` (`ERROR:root:message`).
fn before_logger(item: &Item<'_>, context: Context<'_>) -> Option<(Level, usize)> {
    let (name, logger) = item.text.split_once(':')?;
    let (level, place) = level_names::find(name)?;
    let first = context.before.is_none() && logger.starts_with(|c: char| c.is_alphabetic());
    let capital = is_capital(name) && place != Place::Keyed;
    let stated = if capital { !context.labelled } else { first && place == Place::Bare };
    stated.then_some((level, item.start + name.len() + 1))
}

/// A letter behind a time: MongoDB before 4.4 (`E NETWORK`), capnslog (`E |`), TensorFlow (`E file.cc:12]`), Android
/// (`E Tag:`), WebSphere (`E CWWKZ0002E:`). `I` is a word as well, so what follows must be of these kinds.
fn letter(item: &Item<'_>, context: Context<'_>, text: &str) -> Option<Level> {
    let level = match item.text.as_bytes() {
        // apt and dpkg, `E: text`.
        [letter @ (b'E' | b'W' | b'N')] if context.before.is_none() && item.colon => {
            return level_names::letter(*letter);
        }
        // Android before 7, `E/Tag: text`.
        [letter, b'/', b'A'..=b'Z' | b'a'..=b'z', ..] if context.before.is_none() && item.colon => {
            return level_names::letter(*letter);
        }
        [letter] | [letter, b'1'..=b'5'] if context.timed && !item.attached => level_names::letter(*letter)?,
        _ => return None,
    };
    if item.end < text.len() && text[item.end..].trim_start().starts_with('|') {
        return Some(level);
    }
    let next = Items { text, at: item.end }.next()?;
    let component = next.text.len() >= 3
        && next.text.bytes().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || b"_-".contains(&c));
    let file = next.text.contains('.') && text[next.end..].starts_with(']');
    (next.bracket.is_none() && (component || next.colon || file)).then_some(level)
}
