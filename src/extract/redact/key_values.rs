//! Redaction of the values of secret keys: `PASSWORD=…`, `"password": "…"`, `Authorization: …`,
//! `<password>…`, and `"name": "PASSWORD", "value": "…"`.

use super::{Cut, is_key_char, quotes, word_start};
use crate::extract::env_key::{self, ValueKind};

/// Keys in messages of AWS after which no secret follows, as in
/// `unable to pull secrets or registry auth: AccessDenied`.
const KEYS_OF_PROSE: &[&str] = &["registry auth"];
/// Characters that may stand between a key and its separator: quotes, and brackets as in `config['key']`.
const KEY_CLOSING_CHARS: [char; 5] = ['"', '\'', '`', ']', '\\'];

/// Marks for removal each value that follows the name of a secret, such as `PASSWORD`.
pub(super) fn search(line: &str, add: &mut dyn FnMut(Cut)) {
    for (place, separator) in line.match_indices(['=', ':', '>']) {
        let (name, key) = key_before(line, place);
        let is_element = separator == ">";
        let is_secret = if key.eq_ignore_ascii_case("value") {
            is_secret_key(name_before_value(&name[..name.len() - key.len()]))
        } else {
            is_secret_key(key)
        };
        if is_element {
            if is_secret && name[..name.len() - key.len()].ends_with('<') {
                let end = line[place..].find("</").map_or(line.len(), |length| place + length);
                add(Cut::marked(place + 1..end));
            }
        } else if is_secret && !is_no_secret(line, name, key, place) {
            mark_value(line, name, place, add);
        }
    }
}

/// Returns two texts before the separator at `place`: the line up to the end of the key, and the key itself.
/// The key is empty if there is none.
fn key_before(line: &str, place: usize) -> (&str, &str) {
    let name = line[..place].trim_end().trim_end_matches(KEY_CLOSING_CHARS);
    (name, key_at_end(name))
}

fn key_at_end(text: &str) -> &str {
    &text[text.trim_end_matches(is_key_char).len()..]
}

fn is_secret_key(key: &str) -> bool {
    env_key::value_kind(key) == ValueKind::Secret
}

/// Returns the name at the end of `text`, which is the part of a line before the key `value`, as in
/// `"name": "PASSWORD", "value": …`.
fn name_before_value(text: &str) -> &str {
    key_at_end(text.trim_end_matches(|c: char| !is_key_char(c)))
}

/// Returns true if the colon at `place` belongs to prose or to an ARN, or separates host and port in a URL.
/// The name of a secret in an ARN is not secret, and `auth` may be a host.
fn is_no_secret(line: &str, name: &str, key: &str, place: usize) -> bool {
    if !line[place..].starts_with(':') {
        return false;
    }
    let word = line[word_start(line, place)..place].trim_start_matches(|c: char| !c.is_ascii_alphanumeric());
    let port = line[place + 1..].split(|c: char| !c.is_ascii_digit()).next().unwrap_or_default();
    let after_port = line[place + 1 + port.len()..].chars().next();
    let is_port = (1..=5).contains(&port.len()) && after_port.is_none_or(|c| !is_key_char(c) && c != '@');
    word.starts_with("arn:aws")
        || (is_port && name[..name.len() - key.len()].ends_with("//"))
        || KEYS_OF_PROSE.iter().any(|prose| name.ends_with(prose))
}

/// Marks the value after the separator at `place`. `name` is the text before the separator, up to the end of
/// the key.
fn mark_value(line: &str, name: &str, place: usize, add: &mut dyn FnMut(Cut)) {
    let start = line.len() - line[place..].trim_start_matches(['=', ':', '>']).len();
    let value_start = line.len() - line[start..].trim_start().len();
    let key_start = name.len() - key_at_end(name).len();
    let is_quoted_key = line[name.len()..place].contains(['"', '\'', '`']);
    let enclosing = if is_quoted_key { None } else { quotes::enclosing_quote(line, key_start) };
    let is_header = line[place..].starts_with(':') && !is_quoted_key && value_start > start;
    let is_structure = line[value_start..].starts_with(['{', '[']);
    let value = match enclosing {
        Some(quote) => value_start..quotes::enclosed_end(line, quote, value_start),
        None if is_header || is_structure => value_start..line.len(),
        None => {
            let list_end = list_value_end(line, key_start, value_start);
            let value = quotes::value(line, value_start);
            if list_end > value.end { value_start..list_end } else { value }
        }
    };
    add(Cut::marked(value));
}

/// Returns the byte offset at which a value ends in a list such as
/// `Server=db;Password=two words;Database=shop`, where values may contain blanks: the next `;`, or the end of
/// the line. Returns `start` if the value is not in such a list.
fn list_value_end(line: &str, key_start: usize, start: usize) -> usize {
    let next = line[start..].find(';').map(|length| start + length);
    let is_pair = |at: usize| {
        let key = line[at + 1..].split_once('=').map(|(key, _)| key.trim()).unwrap_or_default();
        !key.is_empty() && key.chars().all(|c| is_key_char(c) || c == ' ')
    };
    let is_list = line[..key_start].trim_end().ends_with(';') || next.is_some_and(is_pair);
    if is_list { next.unwrap_or(line.len()) } else { start }
}
