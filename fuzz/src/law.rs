//! Laws for everything that a parser of outside text returns: its text is clean, and a planted secret is not in
//! it.
//!
//! The laws look at the `Debug` form of a value, because it renders every field of every type.

use portolan::model::LineText;
use serde_json::Value;
use std::fmt::Debug;

/// Secret that the targets plant where no value may come out. It begins and ends like no word of any format.
pub const SECRET: &str = "zqplantedzq";

/// Returns true if the fuzzer has found the secret itself. Such an input may show it anywhere.
pub fn has_secret(input: &[u8]) -> bool {
    input.windows(SECRET.len()).any(|window| window.eq_ignore_ascii_case(SECRET.as_bytes()))
}

/// Panics if a text in `value` is not clean, or if the planted secret is in `value`.
pub fn assert_safe(value: &impl Debug) {
    let rendered = format!("{value:?}");
    assert_no_secret(&rendered);
    for text in quoted_texts(&rendered) {
        assert_clean(&text);
    }
}

/// Panics if the planted secret is in `rendered`.
pub fn assert_no_secret(rendered: &str) {
    let lower = rendered.to_ascii_lowercase();
    if let Some(start) = lower.find(SECRET) {
        let around: String = rendered.chars().skip(start.saturating_sub(200)).take(400).collect();
        panic!("a planted secret came out: {around}");
    }
}

/// Panics if `text` has a control character, or another character that cleaning removes.
pub fn assert_clean(text: &str) {
    let clean = LineText::new(text);
    assert_eq!(clean.as_str(), text, "a text is not clean");
}

/// Returns the texts in the `Debug` form of a value, without their quotes and escapes.
fn quoted_texts(rendered: &str) -> Vec<String> {
    let (mut texts, mut chars) = (Vec::new(), rendered.chars());
    while chars.by_ref().any(|c| c == '"') {
        let mut text = String::new();
        while let Some(c) = chars.next().filter(|c| *c != '"') {
            if c == '\\' { text.extend(unescaped(&mut chars)) } else { text.push(c) }
        }
        texts.push(text);
    }
    texts
}

/// Returns the character for which an escape of `char::escape_debug` stands. `chars` begins after the
/// backslash.
fn unescaped(chars: &mut std::str::Chars<'_>) -> Option<char> {
    Some(match chars.next()? {
        'n' => '\n',
        'r' => '\r',
        't' => '\t',
        '0' => '\0',
        'u' => {
            let digits: String = chars.by_ref().skip(1).take_while(|c| *c != '}').collect();
            u32::from_str_radix(&digits, 16).ok().and_then(char::from_u32)?
        }
        other => other,
    })
}

/// Calls `plant` for every object in `json`, the innermost ones first.
pub fn plant_in_objects(json: &mut Value, plant: &impl Fn(&mut serde_json::Map<String, Value>)) {
    match json {
        Value::Array(items) => items.iter_mut().for_each(|item| plant_in_objects(item, plant)),
        Value::Object(fields) => {
            fields.values_mut().for_each(|field| plant_in_objects(field, plant));
            plant(fields);
        }
        _ => {}
    }
}

/// Appends `items` to the list `name` of an object. Makes the list if there is none, and leaves other values
/// alone.
pub fn append_to_list(fields: &mut serde_json::Map<String, Value>, name: &str, items: &[Value]) {
    let list = fields.entry(name).or_insert_with(|| Value::Array(Vec::new()));
    if let Value::Array(list) = list {
        list.extend(items.iter().cloned());
    }
}
