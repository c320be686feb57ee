//! Field display: the user's choice to see a JSON or logfmt line as its message, as its message with fields,
//! or raw. During a search, the text shown for a matching line always contains the match.

use crate::{
    extract::{
        self,
        log_line::{LineFormat, fields, is_standard_field},
    },
    log_store::{LogEntry, TextMatcher},
    store::Search,
};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;

/// Part of each JSON or logfmt line that the user wants to see.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(in crate::screen::logs) enum FieldDisplay {
    /// Message without its fields.
    #[default]
    Message,
    /// Message followed by the fields.
    WithFields,
    /// Raw line as the service wrote it.
    Raw,
}

/// Text that the screen shows for one line.
pub(in crate::screen::logs) struct LinePart<'a> {
    /// Text of the part.
    pub text: Cow<'a, str>,
    /// Byte offset of the text within the line; `None` if the line does not contain the text literally,
    /// because it was composed of fields or unescaped.
    pub offset: Option<usize>,
    /// Byte offset within `text` at which the fields start.
    pub fields_start: usize,
}

impl FieldDisplay {
    /// Returns the next display in the cycle.
    pub(in crate::screen::logs) fn next(self) -> Self {
        match self {
            Self::Message => Self::WithFields,
            Self::WithFields => Self::Raw,
            Self::Raw => Self::Message,
        }
    }

    /// Returns the text to show for `line`: the part that the user has chosen, or a longer part if only that
    /// part contains a match of `search`.
    pub(in crate::screen::logs) fn part_of<'a>(
        self,
        line: &LogEntry<'a>,
        search: Option<&Search>,
    ) -> LinePart<'a> {
        let needle = search.filter(|search| !search.is_inverse()).and_then(Search::matcher);
        let needle = needle.filter(|needle| needle.is_match(line.text));
        let has = |part: &LinePart<'_>| needle.is_none_or(|needle: &TextMatcher| needle.is_match(&part.text));
        let message = (self == Self::Message || line.format == LineFormat::Text)
            .then(|| message_part(line))
            .filter(has);
        let folded = self != Self::Raw && line.note.is_none();
        let fields = || (line.format != LineFormat::Text).then(|| fields_part(line)).filter(has);
        let part = message.or_else(fields).filter(|_| folded);
        part.unwrap_or(LinePart { text: line.text.into(), offset: Some(0), fields_start: line.text.len() })
    }
}

/// Returns the message of a line.
fn message_part<'a>(line: &LogEntry<'a>) -> LinePart<'a> {
    let text = extract::log_line::message_text(line.text, line.message.clone(), line.format);
    let from = matches!(text, Cow::Borrowed(_)).then_some(line.message.start);
    LinePart { fields_start: text.len(), text, offset: from }
}

/// Returns the message followed by the fields. Leaves out fields that repeat the message or a column.
fn fields_part<'a>(line: &LogEntry<'a>) -> LinePart<'a> {
    let told = extract::log_line::message_text(line.text, line.message.clone(), line.format);
    let own = line.message.len() < line.text.len();
    let mut text = if own { told.clone().into_owned() } else { String::new() };
    let begin = text.len();
    for field in fields(line.text, line.format) {
        if !is_standard_field(&field.name) && field.value != told {
            let blank = if text.is_empty() { "" } else { " " };
            text = format!("{text}{blank}{}={}", field.name, field.value);
        }
    }
    LinePart { text: text.into(), offset: None, fields_start: begin }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        extract::log_line::parse,
        log_store::EntryKey,
        model::{OutputStream, Timestamp},
    };

    fn part(fold: FieldDisplay, text: &str, search: &str) -> String {
        let parsed = parse(text);
        let line = LogEntry {
            key: EntryKey { at: Timestamp::UNIX_EPOCH, stream: 0, seq: 0 },
            service: None,
            label: "a",
            stream: OutputStream::Stdout,
            level: parsed.level,
            text,
            message: parsed.message.start as usize..parsed.message.end as usize,
            format: parsed.format,
            styles: &[],
            note: None,
        };
        fold.part_of(&line, Some(&Search::new(search))).text.into_owned()
    }

    #[test]
    fn a_line_with_fields_has_three_looks() {
        let line = r#"{"ts":"2026-11-25T22:00:00Z","level":"info","msg":"request","path":"/a","ms":7}"#;
        let looks = [FieldDisplay::Message, FieldDisplay::WithFields, FieldDisplay::Raw]
            .map(|fold| part(fold, line, ""));
        assert_eq!(looks, ["request", "request path=/a ms=7", line]);
        assert_eq!(
            part(FieldDisplay::WithFields, "level=warn msg=\"slow query\" took=7ms", ""),
            "slow query took=7ms"
        );
        assert_eq!(part(FieldDisplay::WithFields, r#"{"user":7,"ok":true}"#, ""), "user=7 ok=true");
        for fold in [FieldDisplay::Message, FieldDisplay::WithFields] {
            assert_eq!(part(fold, "2026-11-25 22:00:00 ERROR no db=5", ""), "no db=5");
        }
    }

    #[test]
    fn what_is_searched_for_is_in_what_is_shown() {
        let line = r#"{"ts":"2026-11-25T22:00:00Z","level":"info","msg":"request","path":"/a","ms":7}"#;
        assert_eq!(part(FieldDisplay::Message, line, "quest"), "request");
        assert_eq!(
            part(FieldDisplay::Message, line, "path=/a"),
            "request",
            "the line itself has no such text"
        );
        assert_eq!(part(FieldDisplay::Message, line, "/a"), "request path=/a ms=7");
        assert_eq!(part(FieldDisplay::Message, line, "22:00"), line);
        assert_eq!(part(FieldDisplay::Message, line, "!/a"), "request");
    }
}
