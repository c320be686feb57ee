//! Recognition of words that state a level: in capitals, with a colon, after a channel, as a single letter,
//! or as a pair.

use super::{
    ItemContext,
    bracket_group::is_uppercase,
    empty_value,
    item::{ByteClasses, PrefixItem, PrefixItems},
};
use crate::{
    extract::log_line::{
        field_roles,
        level_names::{self, LevelContext},
    },
    model::LogLevel,
};

/// The maximum index of the sign in a word such as `ERROR+2`. The longest level name before a sign has five
/// letters.
const MAX_OFFSET_SIGN_INDEX: usize = 5;
/// Extensions of source files.
const SOURCE_FILE_ENDINGS: &[&str] =
    &[".go", ".rs", ".py", ".js", ".ts", ".java", ".kt", ".rb", ".c", ".cc", ".cpp", ".cs", ".php"];

/// Returns the level that the word `item` states, and the byte offset at which the prefix ends. Returns
/// `None` if the word states no level in this context.
pub(super) fn level_of_word(
    item: &PrefixItem<'_>,
    context: ItemContext<'_>,
    text: &str,
) -> Option<(LogLevel, usize)> {
    let word = item.text;
    let whole = |level: LogLevel| (level, item.end);
    if item.classes.has(ByteClasses::EQUALS_SIGN)
        && let Some((key, value)) = word.split_once('=').filter(|(key, _)| field_roles::is_level_key(key))
    {
        let counts = key.len() > 1 && !field_roles::is_setting_key(key);
        return level_names::level_of_value(value).filter(|_| counts).map(whole);
    }
    // A level name begins with a letter of any script.
    if word.as_bytes().first().is_none_or(|first| !first.is_ascii_alphabetic() && first.is_ascii()) {
        return None;
    }
    if let Some((level, place)) = level_names::find_level_name(word) {
        let marked = item.has_colon || (context.after_time && is_uppercase(word));
        // After a time, the message of a level in capitals may be `null`.
        let is_value = |behind: &str| match context.after_time && is_uppercase(word) {
            true => empty_value::is_zero_count(behind),
            false => empty_value::is_empty_value(level, behind),
        };
        let is_first = context.previous.is_none() && !context.after_time;
        let stated = match (place, is_uppercase(word)) {
            (LevelContext::Keyed, _) => false,
            _ if item.has_colon => !is_value(&text[item.end..]),
            _ if context.after_count => false,
            (_, true) => {
                let is_heading = || is_first && empty_value::is_value_or_heading(&text[item.end..]);
                (place == LevelContext::Standalone || marked) && !context.after_label && !is_heading()
            }
            (_, false) if place != LevelContext::Standalone => false,
            (_, false) if context.after_label => is_before_error_code(item, text),
            (_, false) if context.previous.is_none() => text[item.end..].trim_start().starts_with("- "),
            (_, false) => context.after_times_only && context.after_time && is_level_column(item, text),
        };
        return stated.then(|| whole(level));
    }
    level_of_single_letter(item, context, text)
        .map(whole)
        .or_else(|| level_after_channel(item).map(whole))
        .or_else(|| level_before_logger(item, context))
}

/// Returns true if an error code with a colon follows the level, as compilers write it after a source
/// location: `shop.ts(1,2): error TS2304: text` (MSBuild, format of errors and warnings).
fn is_before_error_code(item: &PrefixItem<'_>, text: &str) -> bool {
    let next = PrefixItems { text, position: item.end }.next();
    next.is_some_and(|next| {
        let letters = next.text.bytes().take_while(u8::is_ascii_uppercase).count();
        let digits = next.text.len() - letters;
        next.has_colon
            && letters > 0
            && digits > 0
            && next.text.bytes().skip(letters).all(|c| c.is_ascii_digit())
    })
}

/// Returns true if `item`, a lower-case word after the time, is where libraries write the level. It must be
/// one of these places:
///
/// - before a source location (zap),
/// - in a column between tabs, each of which has become two spaces (zap),
/// - before an object of fields at the end of the line,
/// - before a `|`, or before a word and a colon (swift-log).
fn is_level_column(item: &PrefixItem<'_>, text: &str) -> bool {
    let (before, behind) = (&text[..item.start], &text[item.end..]);
    let is_place = |word: &str| {
        word.rsplit_once(':').is_some_and(|(file, line)| {
            line.bytes().all(|c| c.is_ascii_digit())
                && SOURCE_FILE_ENDINGS.iter().any(|end| file.ends_with(end))
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

/// Returns the level in a word such as `app.ERROR:`, in which a channel precedes the level (Monolog,
/// `LineFormatter`). Also returns the level in `E!` (Telegraf, plain format) and in `ERROR+2` (Go,
/// `log/slog`).
fn level_after_channel(item: &PrefixItem<'_>) -> Option<LogLevel> {
    let bare = |name: &str| {
        let found = level_names::find_level_name(name).filter(|_| is_uppercase(name));
        found.filter(|(_, place)| *place == LevelContext::Standalone).map(|(level, _)| level)
    };
    if item.has_colon
        && let Some((_, name)) = item.text.rsplit_once('.')
    {
        return bare(name);
    }
    let sign = item.text.bytes().take(MAX_OFFSET_SIGN_INDEX + 1).position(|c| matches!(c, b'+' | b'-'));
    if let Some((name, offset)) = sign.map(|at| (&item.text[..at], &item.text[at + 1..])) {
        return bare(name).filter(|_| !offset.is_empty() && offset.bytes().all(|c| c.is_ascii_digit()));
    }
    match item.text.as_bytes() {
        [letter, b'!'] => level_names::level_of_letter(*letter),
        _ => None,
    }
}

/// Returns the level before the name of a logger, as in `ERROR:root:message` (Python,
/// `logging.BASIC_FORMAT`), and the byte offset at which the prefix ends.
fn level_before_logger(item: &PrefixItem<'_>, context: ItemContext<'_>) -> Option<(LogLevel, usize)> {
    let (name, logger) = item.classes.has(ByteClasses::COLON_CLASS).then(|| item.text.split_once(':'))??;
    let (level, place) = level_names::find_level_name(name)?;
    let first = context.previous.is_none() && logger.starts_with(|c: char| c.is_alphabetic());
    let capital = is_uppercase(name) && place != LevelContext::Keyed;
    let stated = if capital { !context.after_label } else { first && place == LevelContext::Standalone };
    stated.then_some((level, item.start + name.len() + 1))
}

/// Returns the level that a single letter states. At the beginning of a line, it is the letter in `E: text`
/// (apt, dpkg) or `E/Tag: text` (Android before 7).
///
/// After a time, it is the letter in MongoDB before 4.4 (`E NETWORK`), capnslog (`E |`), TensorFlow (`E
/// file.cc:12]`), Android (`E Tag:`) and WebSphere (`E CWWKZ0002E:`). There the next item must have one of
/// these forms, because `I` is also an English word.
fn level_of_single_letter(item: &PrefixItem<'_>, context: ItemContext<'_>, text: &str) -> Option<LogLevel> {
    let level = match item.text.as_bytes() {
        // apt and dpkg, `E: text`.
        [letter @ (b'E' | b'W' | b'N')] if context.previous.is_none() && item.has_colon => {
            return level_names::level_of_letter(*letter);
        }
        // Android before 7, `E/Tag: text`.
        [letter, b'/', b'A'..=b'Z' | b'a'..=b'z', ..] if context.previous.is_none() && item.has_colon => {
            return level_names::level_of_letter(*letter);
        }
        [letter] | [letter, b'1'..=b'5'] if context.after_time && !item.has_group => {
            level_names::level_of_letter(*letter)?
        }
        _ => return None,
    };
    if item.end < text.len() && text[item.end..].trim_start().starts_with('|') {
        return Some(level);
    }
    let next = PrefixItems { text, position: item.end }.next()?;
    let component = next.text.len() >= 3
        && next.text.bytes().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || b"_-".contains(&c));
    let file = next.text.contains('.') && text[next.end..].starts_with(']');
    (next.bracket.is_none() && (component || next.has_colon || file)).then_some(level)
}
