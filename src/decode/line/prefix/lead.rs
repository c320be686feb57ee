//! Items that may stand before a level: times, numbers, processes, threads, hosts and loggers.

use super::{
    Context,
    group::is_capital,
    item::{Item, Items},
    time,
};
use crate::decode::line::level_names::{self, Place};

/// Whether an item is a time or a part of one; `behind` are the items that follow.
pub(super) fn is_time(item: &Item<'_>, context: Context<'_>, behind: Items<'_>) -> bool {
    let text = item.text;
    if item.bracket.is_some() {
        let mut words = text.split([' ', '|']).filter(|word| !word.is_empty()).peekable();
        let is_time = |word: &str| time::is_time(word.trim_end_matches(',')) || time::is_zone(word);
        return words.peek().is_some() && (words.all(is_time) || time::worded_date(text).is_some());
    }
    // MySQL before 5.7 and the year behind a clock, as ctime(3) writes it.
    let is_number = matches!(text.len(), 4 | 6) && text.bytes().all(|c| c.is_ascii_digit());
    let beside_clock = || match text.len() {
        6 => { behind }.next().is_some_and(|next| time::is_time(next.text)),
        _ => context.timed && context.only_times,
    };
    time::is_time(text) || (context.timed && time::is_zone(text)) || (is_number && beside_clock())
}

/// Whether a level may stand behind an item that is no time.
pub(super) fn may_lead(item: &Item<'_>, context: Context<'_>, behind: Items<'_>) -> bool {
    if item.bracket.is_some() || item.attached {
        return true;
    }
    let rest = &behind.text[item.end..];
    let named = [" - ", " | ", "|"].iter().any(|sign| rest.starts_with(sign));
    if (named && item.is_name()) || is_label(item) {
        return true;
    }
    let next = || { behind }.next();
    if item.text.bytes().all(|c| c.is_ascii_digit()) {
        return context.timed || next().is_some_and(|next| next.bracket.is_some() || next.is_sign());
    }
    // PostgreSQL, `log_line_prefix` with `%u@%d`.
    let user = item.text.contains('@') && next().is_some_and(|next| next.colon);
    let pair = item.text.split_once('=').is_some_and(|(key, _)| !key.is_empty());
    user || pair || (context.timed && is_source(item, context, behind))
}

/// Whether an item is the name of a program or a module before its message: `dovecot:`, `main.c:12:`.
pub(super) fn is_label(item: &Item<'_>) -> bool {
    item.colon && item.is_name() && item.text.bytes().any(|c| c.is_ascii_alphabetic())
}

/// Whether a word behind a time names what logs.
fn is_source(item: &Item<'_>, context: Context<'_>, behind: Items<'_>) -> bool {
    let Items { text, at } = behind;
    let technical =
        item.is_name() && item.text.bytes().any(|c| c.is_ascii_digit() || b"._-/:$#*".contains(&c));
    if technical && !item.text.starts_with('/') {
        return true;
    }
    if !item.is_name() {
        return false;
    }
    let Some(next) = { behind }.next() else { return false };
    // RFC 3164: a host, then the program with its process in brackets.
    let host = next.attached && next.colon;
    // SQL Server and Squid pad their columns.
    let column = text[item.end..].starts_with("  ");
    // WebSphere: the number of the thread, then a short name.
    let behind_thread = context
        .before
        .is_some_and(|before| before.text.len() == 8 && before.text.bytes().all(|c| c.is_ascii_hexdigit()));
    // pgpool: `main pid 1:`.
    let process = next.text == "pid" || (item.text == "pid" && next.text.bytes().all(|c| c.is_ascii_digit()));
    host || column || behind_thread || process || is_before_level(item, &next, context, &text[at..])
}

/// Whether a small word stands between the time and a level in capitals: the logger, the thread or the host in
/// `%(asctime)s %(name)s %(levelname)s` (Python, Logging Cookbook), Log4j's status logger, timbre. A word of a sentence
/// may stand there as well, so that either the name or what follows the level must be that of a format.
fn is_before_level(item: &Item<'_>, next: &Item<'_>, context: Context<'_>, rest: &str) -> bool {
    let is_level = level_names::find(next.text).is_some_and(|(_, place)| place == Place::Bare);
    let small = item.text.bytes().all(|c| c.is_ascii_lowercase() || c == b'_');
    // The names that Python's root logger and Java's first thread have by themselves.
    let own = context.comma && matches!(item.text, "root" | "main");
    let behind = &rest.trim_start()[next.text.len().min(rest.trim_start().len())..];
    let marked = next.colon || [" [", " -", "  "].iter().any(|mark| behind.starts_with(mark));
    small && is_level && is_capital(next.text) && context.only_times && (own || marked)
}
