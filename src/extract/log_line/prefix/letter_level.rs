//! Recognition of levels that a single letter states, at the beginning of a line or after a time.

use super::{
    ItemContext,
    item::{ByteClasses, PrefixItem, PrefixItems},
    leading_items,
};
use crate::{extract::log_line::level_names, model::LogLevel};

/// Returns the level that a single letter states. At the beginning of a line, it is the letter in `E: text`
/// (apt, dpkg), `E/Tag: text` (Android before 7), `E[2026-11-28|10:00:00] text` (Tendermint) and
/// `E [28/Nov/2026:10:00:00] text` (CUPS).
///
/// After a time, it is the letter in MongoDB before 4.4 (`E NETWORK`), capnslog (`E |`), TensorFlow (`E
/// file.cc:12]`), Android (`E Tag:`), WebSphere (`E CWWKZ0002E:`), Semantic Logger (`E [31:main]`) and
/// `GlusterFS` (`E [MSGID: 1]`). There the next item must have one of these forms, because `I` is also an
/// English word.
pub(super) fn level_of_single_letter(
    item: &PrefixItem<'_>,
    context: ItemContext<'_>,
    text: &str,
) -> Option<LogLevel> {
    let is_first = context.previous.is_none() && !context.after_time;
    let level = match item.text.as_bytes() {
        // apt and dpkg, `E: text`.
        [letter @ (b'E' | b'W' | b'N')] if is_first && item.has_colon => {
            return level_names::level_of_letter(*letter);
        }
        // Android before 7, `E/Tag: text`.
        [letter, b'/', b'A'..=b'Z' | b'a'..=b'z', ..] if is_first && item.has_colon => {
            return level_names::level_of_letter(*letter);
        }
        [letter @ (b'T' | b'D' | b'I' | b'W' | b'E' | b'F')] if is_first => {
            return level_names::level_of_letter(*letter).filter(|_| is_before_bracketed_time(item, text));
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
    let stated = match next.bracket {
        // `A` and `I` are words as well.
        Some(b'[') => {
            let is_word = matches!(item.text, "A" | "I");
            context.after_times_only && (!is_word || next.classes.has(ByteClasses::DIGIT_CLASS))
        }
        Some(_) => false,
        None => {
            let component = next.text.len() >= 3
                && next
                    .text
                    .bytes()
                    .all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || b"_-".contains(&c));
            let file = next.text.contains('.') && text[next.end..].starts_with(']');
            component || next.has_colon || file
        }
    };
    stated.then_some(level)
}

/// Returns true if a time in square brackets follows the word `item`, directly or after spaces.
pub(super) fn is_before_bracketed_time(item: &PrefixItem<'_>, text: &str) -> bool {
    let mut behind = PrefixItems { text, position: item.start + item.text.len() };
    let next = behind.next().filter(|next| next.bracket == Some(b'['));
    next.is_some_and(|next| leading_items::is_time_item(&next, ItemContext::default(), behind))
}
