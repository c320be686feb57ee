//! Cleaning of the saved screens in a share, which can come from a stranger: removes control characters from
//! every text and limits its length.

use crate::model::text::clean_with_max_chars;
use serde_json::{Map, Value};

/// Maximum length of a text in a share's saved screens, in characters. The longest texts are ids.
const MAX_VIEW_TEXT_CHARS: usize = 8_000;

/// Cleans all texts and field names in `value`, at any depth.
pub(super) fn clean_view(value: &mut Value) {
    match value {
        Value::String(text) => *text = clean_with_max_chars(text, MAX_VIEW_TEXT_CHARS),
        Value::Array(items) => items.iter_mut().for_each(clean_view),
        Value::Object(fields) => {
            let cleaned = std::mem::take(fields).into_iter().map(|(name, mut field)| {
                clean_view(&mut field);
                (clean_with_max_chars(&name, MAX_VIEW_TEXT_CHARS), field)
            });
            *fields = cleaned.collect::<Map<_, _>>();
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}
