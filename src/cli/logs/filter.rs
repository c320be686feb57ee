//! Filter of printed log lines.

use crate::{
    cli::args::LogsArgs,
    extract::log_line::{self, ParsedLine},
    model::{Failure, FailureKind, LogLevel, LogLine},
};
use regex::Regex;

/// Conditions that a printed line must meet.
#[derive(Debug)]
pub(super) struct LineFilter {
    grep: Vec<Regex>,
    exclude: Vec<Regex>,
    level: Option<LogLevel>,
    fields: Vec<(String, String)>,
}

impl LineFilter {
    /// Returns the filter that the arguments describe.
    pub(super) fn new(args: &LogsArgs) -> Result<Self, Failure> {
        Ok(Self {
            grep: compile_patterns(&args.grep)?,
            exclude: compile_patterns(&args.exclude)?,
            level: args.level,
            fields: args.field.clone(),
        })
    }

    /// Returns true if the line meets all conditions.
    pub(super) fn matches(&self, line: &LogLine, parsed: &ParsedLine) -> bool {
        self.level.is_none_or(|least| parsed.level.is_some_and(|level| level >= least))
            && self.has_fields(&line.text, parsed)
            && self.grep.iter().all(|wanted| wanted.is_match(&line.text))
            && !self.exclude.iter().any(|unwanted| unwanted.is_match(&line.text))
    }
}

impl LineFilter {
    /// Returns true if a line has all the fields with their values.
    fn has_fields(&self, text: &str, parsed: &ParsedLine) -> bool {
        if self.fields.is_empty() {
            return true;
        }
        let fields = log_line::fields(text, parsed.format);
        let has =
            |(name, value): &(String, String)| fields.iter().any(|f| f.name == *name && f.value == *value);
        self.fields.iter().all(has)
    }
}

fn compile_patterns(texts: &[String]) -> Result<Vec<Regex>, Failure> {
    let expression = |text: &String| {
        Regex::new(text).map_err(|error| {
            let what = format!("invalid regular expression `{text}`: {error}");
            Failure::new(FailureKind::Invalid, what, "escape literal characters with \\")
        })
    };
    texts.iter().map(expression).collect()
}

#[cfg(test)]
mod tests {
    use super::LineFilter;
    use crate::{
        extract::log_line,
        model::{LogLevel, LogLine, OutputStream, ServiceId, Timestamp},
    };

    fn passes(filter: &LineFilter, text: &str) -> bool {
        let line = LogLine {
            at: Timestamp::UNIX_EPOCH,
            service: ServiceId::new("s/a"),
            label: "a".into(),
            stream: OutputStream::Stdout,
            text: text.into(),
            styles: Vec::new(),
        };
        filter.matches(&line, &log_line::parse(text))
    }

    fn empty_filter() -> LineFilter {
        LineFilter { grep: Vec::new(), exclude: Vec::new(), level: None, fields: Vec::new() }
    }

    #[test]
    fn everything_asked_for_must_hold() {
        let one = |text| vec![regex::Regex::new(text).unwrap()];
        let both = LineFilter { grep: one("card"), exclude: one("test"), ..empty_filter() };
        assert!(passes(&both, "card refused"));
        assert!(!passes(&both, "test card refused") && !passes(&both, "refused"));
        let grave = LineFilter { level: Some(LogLevel::Warn), ..empty_filter() };
        assert!(passes(&grave, "ERROR no") && !passes(&grave, "INFO yes") && !passes(&grave, "no level"));
        let field = LineFilter { fields: vec![("user".into(), "7".into())], ..empty_filter() };
        assert!(passes(&field, r#"{"user":"7","level":"info"}"#));
        assert!(passes(&field, "level=info user=7 msg=hello"));
        assert!(!passes(&field, "level=info user=77 msg=hello") && !passes(&field, "user 7"));
    }
}
