//! Log filters from the arguments of `portolan logs`.

use crate::{
    cli::args::LogsArgs,
    log_store::{LogFilter, Predicate, TextMatcher},
    model::{Failure, FailureKind},
};

/// Returns the filters from the arguments. A printed line has passed all of them.
pub(super) fn line_filters(args: &LogsArgs) -> Result<Vec<LogFilter>, Failure> {
    let level = args.level.map(Predicate::Level);
    let mut filters: Vec<_> =
        level.into_iter().chain(args.field.iter().cloned()).map(LogFilter::keep).collect();
    for text in &args.grep {
        filters.push(LogFilter::keep(parse_regex(text)?));
    }
    for text in &args.exclude {
        filters.push(LogFilter::hide(parse_regex(text)?));
    }
    Ok(filters)
}

/// Parses a regular expression. As on the log screen, it is case-sensitive only if it contains a capital
/// letter.
fn parse_regex(text: &str) -> Result<Predicate, Failure> {
    TextMatcher::regex(text).map(Predicate::Text).map_err(|error| {
        let what = format!("invalid regular expression `{text}`: {error}");
        Failure::new(FailureKind::Invalid, what, "escape literal characters with \\")
    })
}

#[cfg(test)]
mod tests {
    use super::line_filters;
    use crate::{
        cli::args::{Cli, Command},
        extract::log_line,
        log_store::FilterLine,
        model::{LogLine, OutputStream, ServiceId, Timestamp},
    };
    use clap::Parser;

    fn passes(options: &[&str], text: &str) -> bool {
        let line = LogLine {
            at: Timestamp::UNIX_EPOCH,
            service: ServiceId::new("s/a"),
            label: "a".into(),
            stream: OutputStream::Stdout,
            text: text.into(),
            styles: Vec::new(),
        };
        let cli = Cli::parse_from(["portolan", "logs", "a"].iter().chain(options));
        let Some(Command::Logs(args)) = cli.command else { panic!("{options:?}") };
        let (filters, parsed) = (line_filters(&args).unwrap(), log_line::parse(text));
        filters.iter().all(|filter| filter.passes(&FilterLine::of(&line, &parsed)))
    }

    #[test]
    fn a_line_has_to_pass_all_filters() {
        let both = ["--grep", "card", "--exclude", "test"];
        assert!(passes(&both, "card refused"));
        assert!(!passes(&both, "test card refused") && !passes(&both, "refused"));
        let warn = ["--level", "warn"];
        assert!(passes(&warn, "ERROR no") && !passes(&warn, "INFO yes") && !passes(&warn, "no level"));
        let field = ["--field", "user=7"];
        assert!(passes(&field, r#"{"user":"7","level":"info"}"#));
        assert!(passes(&field, "level=info user=7 msg=hello"));
        assert!(!passes(&field, "level=info user=77 msg=hello") && !passes(&field, "user 7"));
        let failed = ["--field", "status>=500"];
        assert!(passes(&failed, "level=info status=502") && !passes(&failed, "level=info status=404"));
    }

    #[test]
    fn case_matters_only_with_a_capital_as_on_the_screen() {
        assert!(passes(&["--grep", "refused|timeout"], "Card REFUSED"));
        assert!(!passes(&["--grep", "Refused"], "card refused"));
        assert!(passes(&["--grep", r"card\W"], "CARD!"), "an escaped letter is no capital");
        assert!(!passes(&["--grep", "(?-i)refused"], "Card REFUSED"));
        assert!(!passes(&["--exclude", "debug"], "DEBUG on") && passes(&["--exclude", "Debug"], "DEBUG on"));
    }
}
