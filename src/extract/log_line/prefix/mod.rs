//! The prefix of a plain-text line: a time, a process, a thread, a logger, and among them the level.
//!
//! The parser reads items from the left while libraries are known to put such items before a message. Any
//! other word ends the prefix, so a level within a sentence does not count.

mod fixed_formats;
mod bracket_group;
mod item;
mod leading_items;
mod time;
mod runtime_errors;
mod level_word;

use super::json;
use crate::model::LogLevel;
use item::{PrefixItem, PrefixItems};

/// The maximum number of items in a prefix.
const MAX_PREFIX_ITEMS: usize = 16;

/// Facts about the items before the current item of the prefix.
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own")]
#[derive(Clone, Copy, Debug, Default)]
struct ItemContext<'t> {
    /// The previous item.
    previous: Option<PrefixItem<'t>>,
    /// True if a time precedes the item.
    after_time: bool,
    /// True if only times precede the item.
    after_times_only: bool,
    /// True if the time has milliseconds after a comma, as Python and Log4j write them.
    has_comma_millis: bool,
    /// True if the previous item is a name with a colon. A level must then have a colon too, or be in
    /// brackets.
    after_label: bool,
}

/// Returns the level, and the byte at which the message begins.
pub(super) fn read_prefix(text: &str) -> (Option<LogLevel>, usize) {
    if let Some(found) = fixed_formats::read_fixed_format(text) {
        return found;
    }
    let date = time::worded_date_end(text);
    let mut context =
        ItemContext { after_time: date.is_some(), after_times_only: true, ..ItemContext::default() };
    // The start of the message for a line without a level: after the time.
    let mut plain = date.unwrap_or(0);
    let mut items = PrefixItems { text, position: plain };
    for _ in 0..MAX_PREFIX_ITEMS {
        let Some(item) = items.next() else { break };
        let is_time = leading_items::is_time_item(&item, context, items);
        let is_sign = item.is_punctuation();
        if !is_time
            && !is_sign
            && let Some((level, end)) = item_level(&item, context, text)
        {
            return (Some(level), message_start(text, end));
        }
        if text.as_bytes()[item.start] == b'{'
            && let Some(found) = embedded_json(text, item.start)
        {
            return found;
        }
        if is_time && context.after_times_only {
            plain = item.end;
        }
        let labelled = !is_time && leading_items::is_label(&item);
        if labelled && let Some(level) = runtime_errors::level_of_runtime_error(&text[item.start..]) {
            return (Some(level), message_start_after_time(text, plain));
        }
        if !(is_time || is_sign || leading_items::may_precede_level(&item, context, items)) {
            return (
                runtime_errors::level_of_runtime_error(&text[item.start..]),
                message_start_after_time(text, plain),
            );
        }
        context = ItemContext {
            previous: Some(item),
            after_time: context.after_time || is_time,
            has_comma_millis: context.has_comma_millis || (is_time && item.text.contains(',')),
            after_label: labelled,
            after_times_only: context.after_times_only && (is_time || is_sign),
        };
    }
    (None, message_start_after_time(text, plain))
}

fn message_start_after_time(text: &str, plain: usize) -> usize {
    if plain == 0 { 0 } else { message_start(text, plain) }
}

/// Returns the level that an item states, and the end of the prefix.
fn item_level(item: &PrefixItem<'_>, context: ItemContext<'_>, text: &str) -> Option<(LogLevel, usize)> {
    match item.bracket {
        // Braces hold an object or the name of a file (Airflow).
        Some(b'{') => None,
        // Without a time before them, angle brackets are markup.
        Some(b'<') if !context.after_time => None,
        Some(_) => {
            bracket_group::level_in_brackets(item.text, context.after_time).map(|level| (level, item.end))
        }
        None => level_word::level_of_word(item, context, text),
    }
}

/// Reads a JSON object after a prefix without a level.
fn embedded_json(text: &str, start: usize) -> Option<(Option<LogLevel>, usize)> {
    let (level, message, _) = json::parse(&text[start..]).filter(|_| start > 0)?;
    Some((level, start + message.start))
}

/// Returns the start of the message, after the separators that follow the prefix.
fn message_start(text: &str, from: usize) -> usize {
    let rest = &text[from..];
    let start = text.len() - rest.trim_start_matches([' ', ':', ']', ')', '|', '>', ',']).len();
    let rest = &text[start..];
    let start = start + if rest.starts_with("- ") { 2 } else { 0 };
    // If nothing follows the prefix, the whole line is the message.
    if start >= text.len() { 0 } else { start }
}
