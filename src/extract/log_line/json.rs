//! Parser of log lines that are a JSON object.

use super::{
    LineFormat, LogField, MAX_FIELDS,
    field_roles::{self, FieldRole, NESTING_KEYS},
    json_pairs::JsonPairs,
    keyed_level::{KeyedLevel, RecordFormat, format_of_key, level_of_pair},
    level_names,
};
use crate::model::{LogLevel, text::clean_with_max_chars};
use std::{borrow::Cow, ops::Range};

/// The maximum nesting depth of objects to read.
const MAX_NESTING_DEPTH: u8 = 4;
/// The maximum length of an unescaped value, in characters.
const MAX_VALUE_CHARS: usize = 4_096;

/// Returns the level and message of a line that is a JSON object, and `None` for any other line. If the line
/// was cut, everything before the cut counts.
pub(super) fn parse(text: &str) -> Option<(Option<LogLevel>, Range<usize>, LineFormat)> {
    let start = text.len() - text.trim_start().len();
    let mut pairs = JsonPairs::starting_at(text, start)?;
    let mut record = JsonRecord { text, ..JsonRecord::default() };
    let read = record.read_pairs(&mut pairs, 0);
    let whole = pairs.end().is_some_and(|end| text[end..].trim().is_empty());
    let known = whole || (pairs.is_cut() && read > 0);
    known
        .then(|| (record.level(), record.message.map_or(0..text.len(), |(_, range)| range), LineFormat::Json))
}

/// The level, message and status found so far in a JSON object. The first element of `message` is a rank: the
/// candidate with the lowest rank counts.
#[derive(Default)]
struct JsonRecord<'t> {
    /// The whole line.
    text: &'t str,
    level: Option<KeyedLevel>,
    message: Option<(u8, Range<usize>)>,
    /// The level in Datadog's `status`.
    status: Option<LogLevel>,
    /// The level in Kibana's `tags`.
    tag: Option<LogLevel>,
    /// The formats that keys of the top-level object show.
    formats: Vec<RecordFormat>,
    /// True if the top-level object has a time.
    has_time: bool,
    /// True if the top-level object has keys of Serilog's Compact Log Event Format.
    is_clef: bool,
    /// True if the top-level object is a line of Kibana before 7.11, with `"type":"log"`.
    is_kibana: bool,
}

impl JsonRecord<'_> {
    /// Reads the pairs of an object at the nesting depth `depth`. Returns their number.
    fn read_pairs(&mut self, pairs: &mut JsonPairs<'_>, depth: u8) -> usize {
        pairs.by_ref().map(|(key, value)| self.record_pair(&self.text[key], &value, depth)).count()
    }

    fn record_pair(&mut self, key: &str, value: &Range<usize>, depth: u8) {
        let (raw, inner) = (&self.text[value.clone()], strip_quotes(self.text, value));
        let is_string = inner.len() < value.len();
        if depth == 0 {
            self.is_clef |= matches!(key, "@m" | "@mt" | "@i" | "@r");
            self.is_kibana |= key == "type" && raw == "\"log\"";
            self.formats.extend(format_of_key(key));
        }
        match field_roles::field_role(key) {
            _ if raw.starts_with('{') => self.read_nested(key, value.start, depth),
            Some(FieldRole::Level(scale)) => {
                self.offer_level(level_of_pair(key, scale, unescaped_value(self.text, value).trim(), depth));
            }
            Some(FieldRole::Message(rank)) if is_string => {
                let rank = rank + 4 * depth;
                if self.message.as_ref().is_none_or(|(known, _)| rank < *known) {
                    self.message = Some((rank, inner));
                }
            }
            Some(FieldRole::Status) if is_string && depth == 0 => {
                self.status = level_names::find_level_name(&self.text[inner]).map(|(level, _)| level);
            }
            Some(FieldRole::Time) => self.has_time |= depth == 0,
            // Kibana, legacy logging: the level is the first tag.
            None if key == "tags" && depth == 0 => self.tag = first_tag_level(raw),
            _ => {}
        }
    }

    /// Reads a nested object that contains a part of the line: a level such as `{"name":"ERROR"}` (Loguru),
    /// or an object under one of the [`NESTING_KEYS`].
    fn read_nested(&mut self, key: &str, start: usize, depth: u8) {
        let Some(mut pairs) = JsonPairs::starting_at(self.text, start).filter(|_| depth < MAX_NESTING_DEPTH)
        else {
            return;
        };
        if NESTING_KEYS.contains(&key) {
            self.read_pairs(&mut pairs, depth + 1);
        } else if field_roles::is_level_key(key) {
            for (key, value) in pairs {
                let is_name = &self.text[key.clone()] == "name" || field_roles::is_level_key(&self.text[key]);
                let name = is_name.then(|| unescaped_value(self.text, &value));
                let level = name.and_then(|name| level_names::level_of_value(name.trim()));
                self.offer_level(level.map(|level| KeyedLevel { rank: 2 * depth, level, format: None }));
            }
        }
    }

    fn offer_level(&mut self, found: Option<KeyedLevel>) {
        let rank = |level: Option<KeyedLevel>| level.map_or(u8::MAX, |level| level.rank);
        if rank(found) < rank(self.level) {
            self.level = found;
        }
    }

    /// Returns the level of the line: the one under a level key, or else Datadog's status or Kibana's tag, or
    /// else the default of the Compact Log Event Format, or else the level that the message states.
    fn level(&self) -> Option<LogLevel> {
        let of_message = || super::parse(&unescape(self.text, &self.message.as_ref()?.1)).level;
        let is_log_record = self.has_time || self.message.is_some();
        let fits = |found: &KeyedLevel| match found.format {
            Some(RecordFormat::LogRecord) => is_log_record,
            Some(format) => self.formats.contains(&format),
            None => true,
        };
        let keyed = self.level.filter(fits).map(|found| found.level);
        let beside_message = self.has_time && self.message.is_some();
        let datadog = self.status.or(self.tag.filter(|_| self.is_kibana)).filter(|_| beside_message);
        // Compact Log Event Format: "absence implies Information".
        let clef = (self.is_clef && self.has_time).then_some(LogLevel::Info);
        keyed.or(datadog).or(clef).or_else(of_message)
    }
}

/// Returns the level that the first string of the array `tags` names. Returns `None` if it names none.
fn first_tag_level(tags: &str) -> Option<LogLevel> {
    let first = tags.strip_prefix('[')?.trim_start().strip_prefix('"')?;
    level_names::find_level_name(first.split('"').next()?).map(|(level, _)| level)
}

/// Returns the fields of a line that is a JSON object. The name of a value in a nested object is the path of
/// keys to it, joined with dots.
pub(super) fn fields(text: &str) -> Vec<LogField<'_>> {
    let mut fields = Vec::new();
    let mut open = vec![(String::new(), text.len() - text.trim_start().len(), 0)];
    // Nested values come last, so that the most informative fields are first.
    while let Some((prefix, start, depth)) = (!open.is_empty()).then(|| open.remove(0)) {
        for (name, value) in JsonPairs::starting_at(text, start).into_iter().flatten() {
            let name = if prefix.is_empty() {
                Cow::Borrowed(&text[name])
            } else {
                Cow::Owned(format!("{prefix}.{}", &text[name]))
            };
            if text[value.clone()].starts_with('{') && depth < MAX_NESTING_DEPTH {
                open.push((name.into_owned(), value.start, depth + 1));
            } else if fields.len() < MAX_FIELDS {
                fields.push(LogField { name, value: unescaped_value(text, &value) });
            }
        }
    }
    fields
}

/// Returns a value without its quotes and with its escapes resolved.
fn unescaped_value<'t>(text: &'t str, value: &Range<usize>) -> Cow<'t, str> {
    let inner = strip_quotes(text, value);
    if inner.len() == value.len() { Cow::Borrowed(&text[inner]) } else { unescape(text, &inner) }
}

/// Resolves the escapes in the text between quotes, which is at `inner`. Removes control characters that were
/// escaped, because they could control the terminal.
pub(super) fn unescape<'t>(text: &'t str, inner: &Range<usize>) -> Cow<'t, str> {
    let raw = &text[inner.clone()];
    let quoted = inner.start.checked_sub(1).and_then(|start| text.get(start..=inner.end));
    match quoted.filter(|quoted| raw.contains('\\') && quoted.starts_with('"') && quoted.ends_with('"')) {
        Some(quoted) => {
            let read = serde_json::from_str::<String>(quoted);
            Cow::Owned(clean_with_max_chars(read.as_deref().unwrap_or(raw), MAX_VALUE_CHARS))
        }
        None => Cow::Borrowed(raw),
    }
}

/// Returns the range of a value without the quotes around it, if there are any.
fn strip_quotes(text: &str, value: &Range<usize>) -> Range<usize> {
    if text.as_bytes().get(value.start) == Some(&b'"') && value.len() >= 2 {
        value.start + 1..value.end - 1
    } else {
        value.clone()
    }
}
