//! The prefix of a line of words: a time, a process, a thread, a logger, and among them the level.
//!
//! Items are read from the left for as long as they are of the kinds that libraries put before a message. The first
//! other word ends the prefix, so that a level in a sentence is none.

mod formats;
mod group;
mod item;
mod lead;
mod time;
mod uncaught;
mod word;

use super::json;
use crate::model::Level;
use item::{Item, Items};

/// How many items a prefix may have.
const MAX_ITEMS: usize = 16;

/// Where in a prefix an item stands.
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own")]
#[derive(Clone, Copy, Debug, Default)]
struct Context<'t> {
    /// The item before it.
    before: Option<Item<'t>>,
    /// Whether a time stands before it.
    timed: bool,
    /// Whether nothing but times stands before it.
    only_times: bool,
    /// Whether the time has milliseconds behind a comma, as Python and Log4j write them.
    comma: bool,
    /// Whether a name with a colon stands right before it: a level must have one too then, or stand in brackets.
    labelled: bool,
}

/// Returns the level, and where the message begins.
pub(super) fn read(text: &str) -> (Option<Level>, usize) {
    if let Some(found) = formats::read(text) {
        return found;
    }
    let date = time::worded_date(text);
    let mut context = Context { timed: date.is_some(), only_times: true, ..Context::default() };
    // Where the message begins if there is no level: behind the time.
    let mut plain = date.unwrap_or(0);
    let mut items = Items { text, at: plain };
    for _ in 0..MAX_ITEMS {
        let Some(item) = items.next() else { break };
        let is_time = lead::is_time(&item, context, items);
        let is_sign = item.is_sign();
        if !is_time
            && !is_sign
            && let Some((level, end)) = level(&item, context, text)
        {
            return (Some(level), message(text, end));
        }
        if text.as_bytes()[item.start] == b'{'
            && let Some(found) = embedded(text, item.start)
        {
            return found;
        }
        if is_time && context.only_times {
            plain = item.end;
        }
        let labelled = !is_time && lead::is_label(&item);
        if labelled && let Some(level) = uncaught::level(&text[item.start..]) {
            return (Some(level), start(text, plain));
        }
        if !(is_time || is_sign || lead::may_lead(&item, context, items)) {
            return (uncaught::level(&text[item.start..]), start(text, plain));
        }
        context = Context {
            before: Some(item),
            timed: context.timed || is_time,
            comma: context.comma || (is_time && item.text.contains(',')),
            labelled,
            only_times: context.only_times && (is_time || is_sign),
        };
    }
    (None, start(text, plain))
}

fn start(text: &str, plain: usize) -> usize {
    if plain == 0 { 0 } else { message(text, plain) }
}

/// The level that an item states, and where the prefix ends with it.
fn level(item: &Item<'_>, context: Context<'_>, text: &str) -> Option<(Level, usize)> {
    match item.bracket {
        // What stands in braces is an object or the name of a file (Airflow).
        Some(b'{') => None,
        // Outside of a prefix angle brackets are markup.
        Some(b'<') if !context.timed => None,
        Some(_) => group::level(item.text, context.timed).map(|level| (level, item.end)),
        None => word::level(item, context, text),
    }
}

/// A JSON object behind a prefix that states no level.
fn embedded(text: &str, start: usize) -> Option<(Option<Level>, usize)> {
    let (level, message, _) = json::parse(&text[start..]).filter(|_| start > 0)?;
    Some((level, start + message.start))
}

/// Where the message begins, behind what separates it from the prefix.
fn message(text: &str, from: usize) -> usize {
    let rest = &text[from..];
    let start = text.len() - rest.trim_start_matches([' ', ':', ']', ')', '|', '>', ',']).len();
    let rest = &text[start..];
    let start = start + if rest.starts_with("- ") { 2 } else { 0 };
    // A prefix without a message is all there is to show.
    if start >= text.len() { 0 } else { start }
}
