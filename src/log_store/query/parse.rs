//! Syntax of log filters, the same in the prompt of the log screen and on the command line. Case matters only
//! if a text or regular expression contains a capital.

use super::{filter::Predicate, text_matcher::TextMatcher};
use crate::model::{LogLevel, Service};

/// Parses a condition: `text`, `/regex/`, `level=warn`, `service=NAME`, `instance=NAME` or `field=value`.
/// `service=` accepts the names of `services`.
///
/// # Errors
/// Returns a message if a name is unknown or an expression is invalid.
pub fn parse_predicate(typed: &str, services: &[&Service]) -> Result<Predicate, String> {
    if typed.starts_with('/') {
        return TextMatcher::parse(typed).map(Predicate::Text);
    }
    let Some((name, value)) =
        typed.split_once('=').filter(|(name, value)| is_field_name(name) && !value.is_empty())
    else {
        return TextMatcher::literal(typed).map(Predicate::Text);
    };
    match name {
        "level" => {
            let unknown = || format!("unknown level `{value}`; use one of {}", LogLevel::all_names());
            LogLevel::named(value).map(Predicate::Level).ok_or_else(unknown)
        }
        "service" => {
            let named = services.iter().find(|service| service.name == value);
            named.map(|service| Predicate::Service(service.id.clone())).ok_or_else(|| {
                let mut names: Vec<_> = services.iter().map(|service| service.name.as_str()).collect();
                names.truncate(8);
                format!("unknown service `{value}`; services shown: {}", names.join(", "))
            })
        }
        "instance" => Ok(Predicate::Label(value.into())),
        _ => Ok(Predicate::Field { name: name.to_owned(), value: value.to_owned() }),
    }
}

/// Returns true if `text` can be the name of a field. That check keeps `a == b` a plain text.
fn is_field_name(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| c.is_alphanumeric() || "._-@".contains(c))
}

#[cfg(test)]
mod tests {
    use super::parse_predicate;
    use crate::{
        extract::log_line,
        log_store::{FilterLine, LogFilter},
        model::{LogLine, OutputStream, ServiceId, Timestamp, fixtures},
    };

    fn passes(typed: &str, text: &str) -> bool {
        let web = fixtures::service("web");
        let line = LogLine {
            at: Timestamp::UNIX_EPOCH,
            service: ServiceId::new("docker/shop/web"),
            label: "web-1".into(),
            stream: OutputStream::Stdout,
            text: text.into(),
            styles: Vec::new(),
        };
        let filter = LogFilter::keep(parse_predicate(typed, &[&web]).unwrap());
        filter.passes(&FilterLine::of(&line, &log_line::parse(text)))
    }

    #[test]
    fn case_matters_only_with_a_capital() {
        assert!(passes("refused", "Card REFUSED") && !passes("Refused", "card refused"));
        assert!(passes("/card.re/", "Card refused") && !passes("/Card.re/", "card refused"));
        assert!(!passes("card.re", "card refused"), "a text is no expression");
    }

    #[test]
    fn names_select_levels_streams_and_fields() {
        assert!(passes("level=warn", "ERROR no") && !passes("level=warn", "INFO yes"));
        assert!(passes("instance=web-1", "x") && !passes("instance=web-2", "x"));
        assert!(passes("user=7", "level=info user=7 msg=hello") && !passes("user=7", "level=info user=77"));
        assert!(passes("a == b", "if a == b"), "not a field");
        for (typed, message) in [("level=loud", "trace, debug"), ("service=db", "web"), ("/(/", "unclosed")] {
            assert!(parse_predicate(typed, &[&fixtures::service("web")]).unwrap_err().contains(message));
        }
    }
}
