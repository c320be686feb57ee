//! Splits a line of a configuration file into words, and marks those that are keys.

use super::file_format::FileFormat;
use crate::extract::env_key::{self, ValueKind};

/// XML elements that contain the value for a key in another element or attribute.
const VALUE_ELEMENTS: &[&str] =
    &["value", "entry", "string", "item", "param-value", "constructor-arg", "arg"];

/// Word of a line in a configuration file, which is a key or a value.
#[derive(Clone, Copy)]
pub(super) struct FileWord<'t> {
    /// The text of the word, without quotes.
    pub(super) text: &'t str,
    /// True if the word is a key, because `:`, `=` or `=>` follows. False if it is a value.
    pub(super) is_key: bool,
}

/// Splits a line into words. A quoted text is one word. An unquoted word ends at a blank, bracket, comma or
/// semicolon. In formats of keys and values, the value extends to the end of the line.
pub(super) fn split_words(format: FileFormat, line: &str) -> Vec<FileWord<'_>> {
    if format == FileFormat::Postfix {
        let pair = line.split_once('=').filter(|_| !line.starts_with(char::is_whitespace));
        let value = FileWord { text: pair.map_or(line, |(_, value)| value).trim(), is_key: false };
        return pair
            .map(|(key, _)| FileWord { text: key.trim(), is_key: true })
            .into_iter()
            .chain([value])
            .collect();
    }
    let mut words = Vec::new();
    let mut rest = line;
    let mut signs = NextSigns::default();
    while let Some(after) = read_word((format, line), rest, &mut signs, &mut words) {
        rest = after;
    }
    words
}

/// Byte offsets of the next signs in a line, each found once for all words before it. Lines may be very long.
#[derive(Default)]
struct NextSigns {
    /// The end of the words that no blank separates.
    blank: usize,
    /// The next `@` before that end, or else that end.
    at_sign: usize,
    /// The next quote before that end, or else that end.
    quote: usize,
}

impl NextSigns {
    /// Moves on to the byte offset `at` in `line`.
    fn move_to(&mut self, format: FileFormat, line: &str, at: usize) {
        let find = |end: usize, is_sign: &dyn Fn(char) -> bool| {
            line[at..end].find(is_sign).map_or(end, |length| at + length)
        };
        if self.blank <= at {
            self.blank = find(line.len(), &|c| c.is_whitespace() || (format == FileFormat::Xml && c == '<'));
        }
        if self.at_sign <= at {
            self.at_sign = find(self.blank, &|c| c == '@');
        }
        if self.quote <= at {
            self.quote = find(self.blank, &|c| matches!(c, '"' | '\'' | '`'));
        }
    }
}

/// Reads the next word of `rest`, the unread end of `line`, and adds it to `words`. Returns the text after
/// the word, or `None` if the line has no more words.
fn read_word<'t>(
    (format, line): (FileFormat, &'t str),
    rest: &'t str,
    signs: &mut NextSigns,
    words: &mut Vec<FileWord<'t>>,
) -> Option<&'t str> {
    let is_tag = |c: char| format == FileFormat::Xml && matches!(c, '<' | '>' | '/');
    let rest = rest.trim_start_matches(|c: char| is_word_separator(c) || is_tag(c));
    let rest = without_anchor(format, &line[..line.len() - rest.len()], rest);
    let first = rest.chars().next()?;
    let before = &line[..line.len() - rest.len()];
    let in_flow = format != FileFormat::KeyValue || before.contains(['{', '[', '(']);
    if matches!(first, '"' | '\'' | '`') {
        return read_quoted((format, before), rest, in_flow, words);
    }
    if format == FileFormat::Xml && before.rfind('<') <= before.rfind('>') {
        // The text of an XML element is one word.
        let (text, after) = rest.split_at(rest.find('<').unwrap_or(rest.len()));
        words.push(FileWord { text: text.trim(), is_key: false });
        return Some(after);
    }
    signs.move_to(format, line, before.len());
    let (text, after) = rest.split_at(bare_word_end(rest, before.len(), signs));
    if format == FileFormat::Xml && before.ends_with(['<', '/']) {
        // The name of an XML element is a key or is ignored, but it is never a value.
        if before.ends_with('<') && !VALUE_ELEMENTS.contains(&text) {
            push_word(words, text, true);
        }
        return Some(after);
    }
    let (text, has_colon) = text.strip_suffix(':').map_or((text, false), |key| (key, true));
    let behind = after_assignment(after, has_colon).or_else(|| subscript_assignment(format, after));
    let behind = behind.or_else(|| after.strip_prefix('(').filter(|_| names_secret(format, text, after)));
    let begins_value = || words.iter().all(|word| word.is_key || word.text == "-");
    let has_key = || words.iter().any(|word| word.is_key);
    // A dash begins a list item. After a key, it is part of the value.
    let is_dash = || text == "-" && !has_key();
    if !in_flow && !is_dash() && begins_value() && (behind.is_none() || has_key()) {
        // In formats of keys and values, the value is the rest of the line, because a password in it may
        // contain any character.
        words.push(FileWord { text: rest.trim_end_matches([',', ';', ' ']), is_key: false });
        return None;
    }
    if format == FileFormat::Code && behind.is_none() && after.starts_with('(') {
        // The name of a call is no value.
        return Some(after);
    }
    push_word(words, text, behind.is_some());
    if format == FileFormat::Directives
        && words.len() == 1
        && behind.is_none()
        && is_connection_string(after.trim())
    {
        words.push(FileWord { text: after.trim().trim_end_matches(';'), is_key: false });
        return None;
    }
    Some(behind.unwrap_or(after))
}

/// Returns `rest` without the name of an anchor at its beginning, as in `host: &name db` (YAML). `before` is the
/// text of the line before `rest`, up to the `&`.
fn without_anchor<'t>(format: FileFormat, before: &str, rest: &'t str) -> &'t str {
    let key = before.strip_suffix('&').map(str::trim_end);
    if format != FileFormat::KeyValue || !key.is_some_and(|key| key.ends_with([':', '-'])) {
        return rest;
    }
    rest.find(char::is_whitespace).map_or("", |end| rest[end..].trim_start())
}

fn push_word<'t>(words: &mut Vec<FileWord<'t>>, text: &'t str, is_key: bool) {
    if !text.is_empty() {
        words.push(FileWord { text, is_key });
    }
}

/// Returns the text after a `:`, `=` or `=>`, which makes the word before it a key. Returns `None` if there
/// is no such sign. `has_colon` is true if the word itself ended in a colon.
fn after_assignment(after: &str, has_colon: bool) -> Option<&str> {
    let next = after.trim_start();
    let assigned = next.starts_with('=') && !next.starts_with("==") || next.starts_with(":=");
    let colon = next.starts_with(':') && !next.starts_with("::");
    (has_colon || assigned || colon).then(|| next.trim_start_matches([':', '=', '>']))
}

/// Reads the quoted word at the beginning of `rest` and adds it to `words`. `before` is the text of the line
/// before `rest`. Returns the text after the word, or `None` if the line has no more words.
fn read_quoted<'t>(
    (format, before): (FileFormat, &str),
    rest: &'t str,
    in_flow: bool,
    words: &mut Vec<FileWord<'t>>,
) -> Option<&'t str> {
    let (quote, inner) = (rest.chars().next()?, &rest[1..]);
    let end = quoted_end(inner, quote);
    let after = inner.get(end + 1..).unwrap_or_default();
    let text = &inner[..end];
    // In formats of keys and values, a quoted text after a key is its value, whatever follows.
    let is_last = words.last().is_some_and(|word| word.is_key) && !in_flow;
    let behind = after_assignment(after, false).or_else(|| subscript_assignment(format, after));
    let behind = behind.or_else(|| named_argument(format, before, text, after)).filter(|_| !is_last);
    // If text directly follows the closing quote, it is unclear where the value ends. In formats of keys and
    // values, a key has only one quoted value.
    let is_broken = after.starts_with(|c: char| c.is_alphanumeric() || "@/$%'\"`!~^*?_-".contains(c));
    if !(is_broken && text.contains('@')) {
        push_word(words, text.strip_suffix(':').unwrap_or(text), behind.is_some());
    }
    if is_broken || is_last { None } else { Some(behind.unwrap_or(after)) }
}

/// Returns the text after the sign that assigns a value to a subscript, as in `$config['host'] = 'db'`. Returns
/// `None` outside source code, or if there is no such sign.
fn subscript_assignment(format: FileFormat, after: &str) -> Option<&str> {
    let behind = after.strip_prefix(']').filter(|_| format == FileFormat::Code)?;
    after_assignment(behind, false)
}

/// Returns the text after the first argument of a call if that argument is a name, which the second argument
/// gives a value, as in `define('DB_HOST', 'db')` and `os.environ.get("DB_HOST", "db")`.
fn named_argument<'t>(format: FileFormat, before: &str, text: &str, after: &'t str) -> Option<&'t str> {
    let is_called = before
        .trim_end()
        .strip_suffix('(')
        .is_some_and(|name| name.ends_with(|c: char| c.is_ascii_alphanumeric() || c == '_'));
    let is_name = text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-'));
    let behind = after.trim_start().strip_prefix(',')?;
    (format == FileFormat::Code && is_called && is_name).then_some(behind)
}

/// Returns true if `text` is the name of a call that takes a secret, as in `setPassword("…")`.
fn names_secret(format: FileFormat, text: &str, after: &str) -> bool {
    let is_quoted = after.strip_prefix('(').is_some_and(|inner| inner.starts_with(['"', '\'', '`']));
    format == FileFormat::Code && is_quoted && env_key::value_kind(text) == ValueKind::Secret
}

/// Returns the byte offset of the closing quote: the first one that is neither doubled nor escaped. Returns
/// the length of the text if there is none.
fn quoted_end(text: &str, quote: char) -> usize {
    let mut chars = text.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        let doubled = c == quote && chars.peek().is_some_and(|(_, next)| *next == quote);
        if c == '\\' || doubled {
            chars.next();
        } else if c == quote {
            return at;
        }
    }
    text.len()
}

/// Returns true if the value of a directive is a connection string, which extends to the end of its line.
fn is_connection_string(value: &str) -> bool {
    let first = value.split(|c: char| c.is_whitespace() || matches!(c, ';' | ',')).next().unwrap_or_default();
    first.contains('=')
        && value.trim_end_matches(';').contains(';')
        && !value.starts_with(['"', '\'', '[', '{', '-'])
}

fn is_word_separator(c: char) -> bool {
    c.is_whitespace() || matches!(c, ',' | ';' | '(' | ')' | '[' | ']' | '{' | '}' | '>' | '|' | '&' | '\\')
}

/// Returns the byte offset at which an unquoted word ends. A variable in braces, a URL, and all characters
/// before an `@` belong to the word. A password may contain any character, and half of a password could look
/// like a host. `text` begins at the byte offset `start` of its line.
fn bare_word_end(text: &str, start: usize, signs: &NextSigns) -> usize {
    let run = &text[..signs.blank - start];
    let end = unquoted_word_end(run);
    let is_key_char = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-');
    if run[end..].starts_with('=') && end > 0 && run[..end].chars().all(is_key_char) {
        // The `@` is part of the value after the `=`.
        return end;
    }
    if run[..end].contains("://") || signs.at_sign < signs.quote {
        return run
            .trim_end_matches(|c: char| is_word_separator(c) || matches!(c, '"' | '\'' | '`'))
            .len()
            .max(1);
    }
    end.max(1)
}

/// Returns the byte offset at which an unquoted word ends if it is not a URL and contains no `@`.
fn unquoted_word_end(run: &str) -> usize {
    let mut depth = 0;
    let mut before = ' ';
    for (at, c) in run.char_indices() {
        let inside = depth > 0;
        match c {
            '{' if before == '$' || before == '%' => depth += 1,
            '}' if inside => depth -= 1,
            '=' | '"' | '\'' | '`' if !inside => return at,
            c if !inside && is_word_separator(c) => return at,
            _ => {}
        }
        before = c;
    }
    run.len()
}
