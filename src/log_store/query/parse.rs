//! Syntax of log filters, in the prompt of the log screen and on the command line alike. Matching is
//! case-sensitive only if the text or regular expression contains a capital.

use super::{
    field_condition::{FieldComparison, FieldCondition},
    filter::Predicate,
    text_matcher::TextMatcher,
};
use crate::model::{LogLevel, Service};

/// Parses a condition: `text`, `/regex/`, `level=warn`, `service=NAME`, `instance=NAME`, or a condition on a
/// field (see [`parse_field_condition`]). After `service=`, only the names of `services` are valid.
///
/// # Errors
/// Returns a message if a service or level is unknown, an expression is invalid, or a value can't be
/// compared.
pub fn parse_predicate(typed: &str, services: &[&Service]) -> Result<Predicate, String> {
    if typed.starts_with('/') {
        return TextMatcher::parse(typed).map(Predicate::Text);
    }
    let Some((name, comparison, value)) = split_condition(typed) else {
        return TextMatcher::literal(typed).map(Predicate::Text);
    };
    match (name, comparison) {
        ("level", FieldComparison::Equal | FieldComparison::GreaterOrEqual) => {
            let unknown = || format!("unknown level `{value}`; use one of {}", LogLevel::all_names());
            LogLevel::named(value).map(Predicate::Level).ok_or_else(unknown)
        }
        ("level", _) => Err(format!("write level={value} for lines of this level and above")),
        ("service", FieldComparison::Equal) => {
            let named = services.iter().find(|service| service.name == value);
            named.map(|service| Predicate::Service(service.id.clone())).ok_or_else(|| {
                let mut names: Vec<_> = services.iter().map(|service| service.name.as_str()).collect();
                names.truncate(8);
                format!("unknown service `{value}`; services shown: {}", names.join(", "))
            })
        }
        ("instance", FieldComparison::Equal) => Ok(Predicate::Label(value.into())),
        ("service" | "instance", _) => Err(format!("write {name}={value}, to show or to hide its lines")),
        _ => field_condition(typed, name, comparison, value),
    }
}

/// Parses a condition on a field of JSON or logfmt lines: `status=500`, `status!=200`, or with a number
/// `status>=500`. Returns `None` if `typed` is not such a condition, for example `a == b` or `map->size`.
///
/// # Errors
/// The inner result is a message if the comparison needs a number and the value is not one.
#[must_use]
pub fn parse_field_condition(typed: &str) -> Option<Result<Predicate, String>> {
    let (name, comparison, value) = split_condition(typed)?;
    Some(field_condition(typed, name, comparison, value))
}

fn field_condition(
    typed: &str,
    name: &str,
    comparison: FieldComparison,
    value: &str,
) -> Result<Predicate, String> {
    FieldCondition::new(name, comparison, value).map(Predicate::Field).ok_or_else(|| {
        format!(
            "`{value}` is no number to compare with; /{}/ searches for the text",
            typed.replace('/', r"\/")
        )
    })
}

/// Splits a condition into a field name, a comparison and a value. Returns `None` if `typed` is plain text.
/// Text such as `a == b` is plain because a field name contains no space, and `map->size` because only a
/// number may follow a single `>`.
fn split_condition(typed: &str) -> Option<(&str, FieldComparison, &str)> {
    let at = typed.find(['=', '!', '<', '>']).filter(|at| is_field_name(&typed[..*at]))?;
    let (name, rest) = typed.split_at(at);
    let (sign, comparison) =
        FieldComparison::COMPARISON_SIGNS.into_iter().find(|(sign, _)| rest.starts_with(sign))?;
    let value = &rest[sign.len()..];
    let is_one_sign = matches!(comparison, FieldComparison::Less | FieldComparison::Greater);
    let is_plain_text = value.is_empty() || (is_one_sign && value.parse::<f64>().is_err());
    (!is_plain_text).then_some((name, comparison, value))
}

/// Returns true if `text` has only characters that field names may contain.
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
    fn fields_are_compared_as_numbers_or_as_text() {
        let line = r#"{"status":502,"path":"/a","msg":"x"}"#;
        for (typed, matches) in [
            ("status=502", true),
            ("status!=200", true),
            ("status!=502", false),
            ("status>=500", true),
            ("status>502", false),
            ("status<1e3", true),
            ("status<=501.5", false),
            ("path!=/b", true),
            ("absent!=1", false),
            ("path>=1", false),
        ] {
            assert_eq!(passes(typed, line), matches, "{typed}");
        }
        assert!(passes("level>=warn", "ERROR no") && !passes("level>=warn", "INFO yes"));
    }

    #[test]
    fn names_select_levels_streams_and_fields() {
        assert!(passes("level=warn", "ERROR no") && !passes("level=warn", "INFO yes"));
        assert!(passes("instance=web-1", "x") && !passes("instance=web-2", "x"));
        assert!(passes("user=7", "level=info user=7 msg=hello") && !passes("user=7", "level=info user=77"));
        assert!(passes("a == b", "if a == b"), "not a field");
        assert!(passes("map->size", "map->size is 3") && passes("vec<u8>", "a vec<u8>"), "not a field");
        for (typed, message) in [
            ("level=loud", "trace, debug"),
            ("service=db", "web"),
            ("/(/", "unclosed"),
            ("status>=high", "`high` is no number"),
            ("level<=warn", "level=warn"),
            ("service!=web", "service=web"),
        ] {
            assert!(parse_predicate(typed, &[&fixtures::service("web")]).unwrap_err().contains(message));
        }
    }
}
