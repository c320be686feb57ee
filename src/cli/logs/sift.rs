//! Which lines are printed.

use crate::{
    cli::args::Logs,
    decode::line::{self, Parsed},
    model::{Failure, FailureKind, Level, LogLine},
};
use regex::Regex;

/// What a line must hold, and what it must not.
#[derive(Debug)]
pub(super) struct Sift {
    grep: Vec<Regex>,
    exclude: Vec<Regex>,
    level: Option<Level>,
    fields: Vec<(String, String)>,
}

impl Sift {
    /// What was asked for.
    pub(super) fn new(asked: &Logs) -> Result<Self, Failure> {
        Ok(Self {
            grep: expressions(&asked.grep)?,
            exclude: expressions(&asked.exclude)?,
            level: asked.level,
            fields: asked.field.clone(),
        })
    }

    /// Whether a line passes that says this of itself.
    pub(super) fn lets_through(&self, line: &LogLine, parsed: &Parsed) -> bool {
        self.level.is_none_or(|least| parsed.level.is_some_and(|level| level >= least))
            && self.says(&line.text, parsed)
            && self.grep.iter().all(|wanted| wanted.is_match(&line.text))
            && !self.exclude.iter().any(|unwanted| unwanted.is_match(&line.text))
    }
}

impl Sift {
    /// Whether a line has all the fields, with their values.
    fn says(&self, text: &str, parsed: &Parsed) -> bool {
        if self.fields.is_empty() {
            return true;
        }
        let fields = line::fields(text, parsed.shape);
        let has =
            |(name, value): &(String, String)| fields.iter().any(|f| f.name == *name && f.value == *value);
        self.fields.iter().all(has)
    }
}

fn expressions(texts: &[String]) -> Result<Vec<Regex>, Failure> {
    let expression = |text: &String| {
        Regex::new(text).map_err(|error| {
            let what = format!("`{text}` is no regular expression: {error}");
            Failure::new(FailureKind::Invalid, what, "put a \\ before a character that is meant as it is")
        })
    };
    texts.iter().map(expression).collect()
}

#[cfg(test)]
mod tests {
    use super::Sift;
    use crate::{
        decode::line,
        model::{Level, LogLine, LogStream, ServiceId, Timestamp},
    };

    fn passes(sift: &Sift, text: &str) -> bool {
        let line = LogLine {
            at: Timestamp::UNIX_EPOCH,
            service: ServiceId::new("s/a"),
            label: "a".into(),
            stream: LogStream::Out,
            text: text.into(),
            paint: Vec::new(),
        };
        sift.lets_through(&line, &line::parse(text))
    }

    fn sift() -> Sift {
        Sift { grep: Vec::new(), exclude: Vec::new(), level: None, fields: Vec::new() }
    }

    #[test]
    fn everything_asked_for_must_hold() {
        let one = |text| vec![regex::Regex::new(text).unwrap()];
        let both = Sift { grep: one("card"), exclude: one("test"), ..sift() };
        assert!(passes(&both, "card refused"));
        assert!(!passes(&both, "test card refused") && !passes(&both, "refused"));
        let grave = Sift { level: Some(Level::Warn), ..sift() };
        assert!(passes(&grave, "ERROR no") && !passes(&grave, "INFO yes") && !passes(&grave, "no level"));
        let field = Sift { fields: vec![("user".into(), "7".into())], ..sift() };
        assert!(passes(&field, r#"{"user":"7","level":"info"}"#));
        assert!(passes(&field, "level=info user=7 msg=hello"));
        assert!(!passes(&field, "level=info user=77 msg=hello") && !passes(&field, "user 7"));
    }
}
