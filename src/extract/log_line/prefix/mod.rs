//! Parser of the prefix in a plain-text line: times, processes, threads, loggers, and among these the level.
//!
//! The parser reads items from the left as long as libraries are known to write such items before a message.
//! Any other word ends the prefix, so a level within a sentence does not count.

mod fixed_formats;
mod bracket_group;
mod empty_value;
mod error_class;
mod item;
mod leading_items;
mod time;
mod runtime_errors;
mod level_word;
mod letter_level;
mod source_location;

use super::json;
use crate::model::LogLevel;
use item::{PrefixItem, PrefixItems};

/// The maximum number of items in a prefix.
const MAX_PREFIX_ITEMS: usize = 16;

/// Facts about the items before an item in the prefix of a line. They decide whether the item may be the
/// level.
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own")]
#[derive(Clone, Copy, Debug, Default)]
struct ItemContext<'t> {
    /// The previous item.
    previous: Option<PrefixItem<'t>>,
    /// True if a time precedes the item.
    after_time: bool,
    /// True if all items before this one are times or punctuation.
    after_times_only: bool,
    /// True if a time before the item has milliseconds after a comma, as in Python and Log4j.
    has_comma_millis: bool,
    /// True if the previous item is a number that counts what follows: zero, or any number after a time
    /// without milliseconds. After a time with milliseconds, it may be a process (Odoo, `OpenStack`).
    after_count: bool,
    /// True if the previous item is a name with a colon. A level must then also have a colon, or be in
    /// brackets.
    after_label: bool,
}

/// Parses the prefix of a line. Returns the level, and the byte offset at which the message begins.
pub(super) fn read_prefix(text: &str) -> (Option<LogLevel>, usize) {
    if let Some(found) = fixed_formats::read_fixed_format(text) {
        return found;
    }
    let date = time::worded_date_end(text);
    let mut context =
        ItemContext { after_time: date.is_some(), after_times_only: true, ..ItemContext::default() };
    // The end of the time. If the line has no level, the message begins there.
    let mut plain = date.unwrap_or(0);
    let mut has_millis = false;
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
        // Some errors begin with punctuation: `** (RuntimeError)` (Elixir), `#<Thread:0x1 run>` (Ruby).
        let is_first_sign = is_sign && context.previous.is_none();
        if (labelled || is_first_sign)
            && let Some(level) = runtime_errors::level_of_runtime_error(&text[item.start..])
        {
            return (Some(level), message_start_after_time(text, plain));
        }
        if !(is_time || is_sign || leading_items::may_precede_level(&item, context, items)) {
            return (
                runtime_errors::level_of_runtime_error(&text[item.start..]),
                message_start_after_time(text, plain),
            );
        }
        has_millis |= is_time && item.text.contains([',', '.']) && item.text.contains(':');
        context = ItemContext {
            previous: Some(item),
            after_count: !is_time && item.is_count() && (item.text == "0" || !has_millis),
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

/// Returns the level that `item` states, and the byte offset at which the prefix ends. Returns `None` if the
/// item states no level.
fn item_level(item: &PrefixItem<'_>, context: ItemContext<'_>, text: &str) -> Option<(LogLevel, usize)> {
    match item.bracket {
        // In braces are an object or a file name (Airflow), never a level.
        Some(b'{') => None,
        // Angle brackets without a time before them are markup.
        Some(b'<') if !context.after_time => None,
        Some(_) => {
            let object = || error_class::level_of_error_object(item.text).map(|level| (level, item.start));
            let Some(level) = bracket_group::level_in_brackets(item.text, context.after_time) else {
                return object().filter(|_| context.previous.is_none());
            };
            // After a time, a value may be the message.
            let is_value = !context.after_time && empty_value::is_only_empty_value(&text[item.end..]);
            (!is_value).then_some((level, item.end))
        }
        None => level_word::level_of_word(item, context, text),
    }
}

/// Parses the JSON object that begins at `start`, after a prefix without a level. Returns `None` if there is
/// no object or no prefix.
fn embedded_json(text: &str, start: usize) -> Option<(Option<LogLevel>, usize)> {
    let (level, message, _) = json::parse(&text[start..]).filter(|_| start > 0)?;
    Some((level, start + message.start))
}

/// Returns the byte offset at which the message begins: after the prefix, which ends at `from`, and the
/// separators that follow the prefix. Returns 0 if nothing else follows, so that the whole line is the
/// message.
fn message_start(text: &str, from: usize) -> usize {
    let rest = &text[from..];
    let start = text.len() - rest.trim_start_matches([' ', ':', ']', ')', '|', '>', ',']).len();
    let rest = &text[start..];
    let start = start + if rest.starts_with("- ") { 2 } else { 0 };
    // If only separators follow the prefix, the whole line is the message.
    if start >= text.len() { 0 } else { start }
}
