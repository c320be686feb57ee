//! Recognition of words that state a level: in capitals, with a colon, after a channel, as a single letter,
//! or as a pair.

use super::{
    ItemContext,
    bracket_group::is_uppercase,
    empty_value,
    item::{ByteClasses, PrefixItem, PrefixItems},
    letter_level,
    source_location::is_source_location,
    time,
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
/// Levels in lower case that Yarn 1 writes before a message with a capital (`ConsoleReporter`).
const YARN_LEVELS: &[&str] = &["error", "warning", "info"];

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
    if item.classes.has(ByteClasses::LETTER_CLASS)
        && word.starts_with(|c: char| c.is_ascii_digit())
        && let Some(found) = level_after_glued_time(item)
    {
        return Some(found);
    }
    // A level name begins with a letter of any script.
    if word.as_bytes().first().is_none_or(|first| !first.is_ascii_alphabetic() && first.is_ascii()) {
        return None;
    }
    if let Some((level, place)) = level_names::find_level_name(word) {
        let marked = item.has_colon || (context.after_time && is_uppercase(word));
        // After a time, the message of a level in capitals may be `null`.
        let may_be_null = context.after_time && is_uppercase(word);
        let is_value = |behind: &str| {
            if may_be_null {
                empty_value::is_zero_count(behind)
            } else {
                empty_value::is_empty_value(level, behind)
            }
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
            (_, false) if context.previous.is_none() => is_first_level(item, level, text),
            (_, false) => context.after_times_only && context.after_time && is_level_column(item, text),
        };
        return stated.then(|| whole(level));
    }
    letter_level::level_of_single_letter(item, context, text)
        .or_else(|| level_after_channel(item))
        .or_else(|| level_before_facility(item, context))
        .map(whole)
        .or_else(|| level_before_logger(item, context))
}

/// Returns true if `item`, the first word of a line and not in capitals, is where programs write the level: in
/// `error - text` (Next.js), `error : text`, `error [10:00:00] text` (Mattermost) or `error Text` (Yarn).
fn is_first_level(item: &PrefixItem<'_>, level: LogLevel, text: &str) -> bool {
    let behind = &text[item.end..];
    let rest = behind.trim_start();
    let is_yarn = || {
        let next = behind.strip_prefix(' ').map_or(&[][..], str::as_bytes);
        YARN_LEVELS.contains(&item.text)
            && matches!(next, [b'A'..=b'Z', second, ..] if second.is_ascii_lowercase())
    };
    rest.starts_with("- ")
        || (rest.starts_with(": ") && !empty_value::is_empty_value(level, rest))
        || letter_level::is_before_bracketed_time(item, text)
        || is_yarn()
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
    let mut words = behind.split_ascii_whitespace();
    let (first, second) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    is_source_location(first)
        || is_source_location(second)
        || first == ":"
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

/// Returns the level before the facility that wrote the line, as in `[10:00:00] warning/ApiListener:` (Icinga 2,
/// `FileLogger`).
fn level_before_facility(item: &PrefixItem<'_>, context: ItemContext<'_>) -> Option<LogLevel> {
    let is_place = item.has_colon && context.after_time && context.after_times_only;
    let (name, facility) = item.text.split_once('/').filter(|_| is_place)?;
    let (level, place) = level_names::find_level_name(name)?;
    let is_facility = !facility.is_empty() && facility.bytes().all(|c| c.is_ascii_alphabetic());
    (is_facility && place == LevelContext::Standalone).then_some(level)
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

/// Returns the level that a colon separates from the time before it, as in `10:00:00.123:WARN:main: text`
/// (Jetty, `StdErrLog`), and the byte offset at which the prefix ends.
fn level_after_glued_time(item: &PrefixItem<'_>) -> Option<(LogLevel, usize)> {
    let word = item.text;
    let starts = |at: &usize| word.as_bytes().get(at + 1).is_some_and(u8::is_ascii_uppercase);
    let at = word.match_indices(':').map(|(at, _)| at).find(starts)? + 1;
    let name = word[at..].split(':').next()?;
    let (level, place) = level_names::find_level_name(name).filter(|_| is_uppercase(name))?;
    let end = at + name.len();
    let is_followed = end < word.len() || item.has_colon;
    let is_level =
        place != LevelContext::Keyed && is_followed && time::is_time(word[..at].trim_end_matches(':'));
    is_level.then_some((level, item.start + end))
}
