//! The part of a line that is shown: its message, the message with the fields, or all of it. Where something is searched
//! for, at least the part in which it stands.

use crate::{
    decode::{
        self,
        line::{Shape, fields, is_head},
    },
    logs::{Line, Needle},
    store::Search,
};
use std::borrow::Cow;

/// How much of a line with fields is shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Fold {
    /// Its message alone.
    #[default]
    Message,
    /// The message, and the fields behind it.
    Fields,
    /// All of it, as it came.
    Whole,
}

/// A part of a line.
pub(super) struct Part<'a> {
    /// Its text.
    pub text: Cow<'a, str>,
    /// Where it begins in the line; none where it was put together.
    pub from: Option<usize>,
    /// Where the fields begin in it.
    pub fields: usize,
}

impl Fold {
    /// The one after it.
    pub(super) fn next(self) -> Self {
        match self {
            Self::Message => Self::Fields,
            Self::Fields => Self::Whole,
            Self::Whole => Self::Message,
        }
    }

    /// The part of a line that is shown.
    pub(super) fn part<'a>(self, line: &Line<'a>, search: Option<&Search>) -> Part<'a> {
        let needle = search.filter(|search| !search.is_inverse()).and_then(Search::needle);
        let needle = needle.filter(|needle| needle.is_in(line.text));
        let has = |part: &Part<'_>| needle.is_none_or(|needle: &Needle| needle.is_in(&part.text));
        let message = (self == Self::Message || line.shape == Shape::Text).then(|| message(line)).filter(has);
        let folded = self != Self::Whole && line.note.is_none();
        let fields = || (line.shape != Shape::Text).then(|| with_fields(line)).filter(has);
        let part = message.or_else(fields).filter(|_| folded);
        part.unwrap_or(Part { text: line.text.into(), from: Some(0), fields: line.text.len() })
    }
}

fn message<'a>(line: &Line<'a>) -> Part<'a> {
    let text = decode::line::message(line.text, line.message.clone(), line.shape);
    let from = matches!(text, Cow::Borrowed(_)).then_some(line.message.start);
    Part { fields: text.len(), text, from }
}

/// The message, and behind it the fields that are neither the message nor what the columns tell.
fn with_fields<'a>(line: &Line<'a>) -> Part<'a> {
    let told = decode::line::message(line.text, line.message.clone(), line.shape);
    let own = line.message.len() < line.text.len();
    let mut text = if own { told.clone().into_owned() } else { String::new() };
    let begin = text.len();
    for field in fields(line.text, line.shape) {
        if !is_head(&field.name) && field.value != told {
            let blank = if text.is_empty() { "" } else { " " };
            text = format!("{text}{blank}{}={}", field.name, field.value);
        }
    }
    Part { text: text.into(), from: None, fields: begin }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        decode::line::parse,
        logs::Key,
        model::{LogStream, Timestamp},
    };

    fn part(fold: Fold, text: &str, search: &str) -> String {
        let parsed = parse(text);
        let line = Line {
            key: Key { at: Timestamp::UNIX_EPOCH, stream: 0, seq: 0 },
            service: None,
            label: "a",
            stream: LogStream::Out,
            level: parsed.level,
            text,
            message: parsed.message.start as usize..parsed.message.end as usize,
            shape: parsed.shape,
            paint: &[],
            note: None,
        };
        fold.part(&line, Some(&Search::new(search))).text.into_owned()
    }

    #[test]
    fn a_line_with_fields_has_three_looks() {
        let line = r#"{"ts":"2026-11-25T22:00:00Z","level":"info","msg":"request","path":"/a","ms":7}"#;
        let looks = [Fold::Message, Fold::Fields, Fold::Whole].map(|fold| part(fold, line, ""));
        assert_eq!(looks, ["request", "request path=/a ms=7", line]);
        assert_eq!(part(Fold::Fields, "level=warn msg=\"slow query\" took=7ms", ""), "slow query took=7ms");
        assert_eq!(part(Fold::Fields, r#"{"user":7,"ok":true}"#, ""), "user=7 ok=true");
        for fold in [Fold::Message, Fold::Fields] {
            assert_eq!(part(fold, "2026-11-25 22:00:00 ERROR no db=5", ""), "no db=5");
        }
    }

    #[test]
    fn what_is_searched_for_is_in_what_is_shown() {
        let line = r#"{"ts":"2026-11-25T22:00:00Z","level":"info","msg":"request","path":"/a","ms":7}"#;
        assert_eq!(part(Fold::Message, line, "quest"), "request");
        assert_eq!(part(Fold::Message, line, "path=/a"), "request", "the line itself has no such text");
        assert_eq!(part(Fold::Message, line, "/a"), "request path=/a ms=7");
        assert_eq!(part(Fold::Message, line, "22:00"), line);
        assert_eq!(part(Fold::Message, line, "!/a"), "request");
    }
}
