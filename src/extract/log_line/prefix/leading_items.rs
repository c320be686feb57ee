//! Classification of items that may precede a level: times, numbers, processes, threads, hosts and loggers.

use super::{
    ItemContext,
    bracket_group::is_uppercase,
    item::{ByteClasses, PrefixItem, PrefixItems},
    time,
};
use crate::extract::log_line::level_names::{self, LevelContext};

/// Returns true if `item` is a time or a part of one. `behind` iterates over the items after it.
pub(super) fn is_time_item(item: &PrefixItem<'_>, context: ItemContext<'_>, behind: PrefixItems<'_>) -> bool {
    let text = item.text;
    if item.bracket.is_some() {
        let mut words = text.split([' ', '|']).filter(|word| !word.is_empty()).peekable();
        let is_time = |word: &str| time::is_time(word.trim_end_matches(',')) || time::is_zone(word);
        return words.peek().is_some() && (words.all(is_time) || time::worded_date_end(text).is_some());
    }
    // Six digits are a date in MySQL before 5.7. Four digits after the time of day are a year, as in
    // ctime(3).
    let is_number = matches!(text.len(), 4 | 6) && item.is_number();
    let beside_clock = || match text.len() {
        6 => { behind }.next().is_some_and(|next| time::is_time(next.text)),
        _ => context.after_time && context.after_times_only,
    };
    time::is_time(text) || (context.after_time && time::is_zone(text)) || (is_number && beside_clock())
}

/// Returns true if a level may follow `item`, which is not a time. `behind` iterates over the items after it.
pub(super) fn may_precede_level(
    item: &PrefixItem<'_>,
    context: ItemContext<'_>,
    behind: PrefixItems<'_>,
) -> bool {
    if item.bracket.is_some() || item.has_group {
        return true;
    }
    let may_be_name = item.may_be_name();
    let rest = &behind.text.as_bytes()[item.end..];
    if may_be_name && matches!(rest, [b'|', ..] | [b' ', b'-' | b'|', b' ', ..]) || is_label(item) {
        return true;
    }
    let next = || { behind }.next();
    if item.is_number() {
        return context.after_time
            || next().is_some_and(|next| next.bracket.is_some() || next.is_punctuation());
    }
    // PostgreSQL, `log_line_prefix` with `%u@%d`.
    let user = item.classes.has(ByteClasses::AT_SIGN) && next().is_some_and(|next| next.has_colon);
    let pair = item.classes.has(ByteClasses::EQUALS_SIGN) && !item.text.starts_with('=');
    user || pair || (context.after_time && is_log_source(item, context, behind))
}

/// Returns true if `item` is a name with a colon, as programs and modules write it before a message:
/// `dovecot:`, `main.c:12:`.
pub(super) fn is_label(item: &PrefixItem<'_>) -> bool {
    item.has_colon && item.may_be_name() && item.classes.has(ByteClasses::LETTER_CLASS)
}

/// Returns true if `item`, a word after a time, names the source of the line: a program, a logger, a thread
/// or a host.
fn is_log_source(item: &PrefixItem<'_>, context: ItemContext<'_>, behind: PrefixItems<'_>) -> bool {
    let PrefixItems { text, position: at } = behind;
    if !item.may_be_name() {
        return false;
    }
    let technical =
        item.classes.has(ByteClasses::DIGIT_CLASS | ByteClasses::COLON_CLASS | ByteClasses::NAME_SIGN);
    if technical && !item.text.starts_with('/') {
        return true;
    }
    let Some(next) = { behind }.next() else { return false };
    // RFC 3164: a host, then the program with its process in brackets.
    let host = next.has_group && next.has_colon;
    // SQL Server and Squid fill their columns with spaces.
    let column = text[item.end..].starts_with("  ");
    // WebSphere: the number of the thread, then a short name.
    let behind_thread = context
        .previous
        .is_some_and(|before| before.text.len() == 8 && before.text.bytes().all(|c| c.is_ascii_hexdigit()));
    // pgpool: `main pid 1:`.
    let process = next.text == "pid" || (item.text == "pid" && next.is_number());
    host || column || behind_thread || process || is_name_before_level(item, &next, context, &text[at..])
}

/// Returns true if `item` is a name between the time and a level in capitals. It is the logger, the thread or
/// the host in `%(asctime)s %(name)s %(levelname)s` (Python, Logging Cookbook), in Log4j's status logger and
/// in timbre. Because it may also be a word of a sentence, either the name or the text after the level must
/// belong to a known format.
fn is_name_before_level(
    item: &PrefixItem<'_>,
    next: &PrefixItem<'_>,
    context: ItemContext<'_>,
    rest: &str,
) -> bool {
    let is_level =
        level_names::find_level_name(next.text).is_some_and(|(_, place)| place == LevelContext::Standalone);
    let small = item.text.bytes().all(|c| c.is_ascii_lowercase() || c == b'_');
    // The default names of Python's root logger and Java's first thread.
    let own = context.has_comma_millis && matches!(item.text, "root" | "main");
    let behind = &rest.trim_start()[next.text.len().min(rest.trim_start().len())..];
    let marked = next.has_colon || [" [", " -", "  "].iter().any(|mark| behind.starts_with(mark));
    small && is_level && is_uppercase(next.text) && context.after_times_only && (own || marked)
}
