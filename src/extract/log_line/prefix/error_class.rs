//! Recognition of the class of an error, an exception or a warning that a runtime prints with its message.

use super::empty_value;
use crate::model::LogLevel::{self, Error, Warn};

/// Modules and namespaces whose capitalised members are classes of errors, by convention: Python packages
/// (`django.core.exceptions`, `psycopg2.errors`) and Ruby's `pg`.
const ERROR_NAMESPACES: &[&str] = &[".exceptions.", ".errors.", "PG::"];

/// Returns the level of an error that a runtime printed, by the class in the message:
///
/// - `ValueError: text`, `java.lang.Error`, `requests.exceptions.ConnectTimeout: text`
/// - with a code in brackets, as Node.js prints it: `TypeError [ERR_X]: text`
/// - with the message in parentheses, as Rails prints it: `ActionView::Template::Error (text):`
/// - at the end, after the place, as Ruby prints it: `main.rb:3:in 'x': text (NoMethodError)`.
pub(super) fn level_of_error_class(text: &str) -> Option<LogLevel> {
    let first = text.split(' ').next()?;
    let rest = &text[first.len()..];
    let name = first.strip_suffix(':').unwrap_or(first);
    let is_class = name.bytes().all(|c| c.is_ascii_alphanumeric() || b"._$\\:".contains(&c))
        && name.starts_with(|c: char| c.is_ascii_alphabetic());
    if !is_class {
        return is_ruby_error(first, rest).then_some(Error);
    }
    let level = level_of_class_name(name);
    if has_error_code(rest) {
        return level;
    }
    let is_rails = name.contains("::") && rest.starts_with(" (") && rest.ends_with("):");
    let is_in_namespace = || {
        let class = name.rsplit(['.', ':']).next().unwrap_or_default();
        class.starts_with(|c: char| c.is_ascii_uppercase())
            && ERROR_NAMESPACES.iter().any(|namespace| name.contains(namespace))
    };
    if is_rails || (first.ends_with(':') && is_in_namespace()) {
        return Some(Error);
    }
    let is_certain = first.ends_with(':') || name.contains('.');
    level
        .filter(|_| is_certain && !matches!(name, "Error" | "Warning"))
        .or_else(|| is_ruby_error(first, rest).then_some(Error))
}

/// Returns the level of `inner`, the text in brackets at the beginning of a line, if Node.js has printed an
/// error object: `[Error: no such file] {`.
pub(super) fn level_of_error_object(inner: &str) -> Option<LogLevel> {
    let (name, message) = inner.split_once(": ")?;
    let is_class = name.bytes().all(|c| c.is_ascii_alphanumeric());
    level_of_class_name(name).filter(|_| is_class && !empty_value::is_only_empty_value(message))
}

/// Returns the level of a class by the end of its name.
fn level_of_class_name(name: &str) -> Option<LogLevel> {
    let ends = |ending: &str| name.ends_with(ending);
    match () {
        () if ends("Warning") => Some(Warn),
        () if ends("Error") || ends("Exception") => Some(Error),
        () => None,
    }
}

/// Returns true if `rest` begins with a code in brackets and a colon: ` [ERR_INVALID_ARG_TYPE]: text`.
fn has_error_code(rest: &str) -> bool {
    let code = rest.strip_prefix(" [").and_then(|rest| rest.split_once("]:"));
    code.is_some_and(|(code, _)| {
        code.starts_with(|c: char| c.is_ascii_uppercase())
            && code.bytes().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == b'_')
    })
}

/// Returns true if the line is an uncaught error of Ruby: a place in a source file, which is `first`, and the
/// class of the error in parentheses at the end.
fn is_ruby_error(first: &str, rest: &str) -> bool {
    let is_place = first.ends_with(":in") && first.contains(".rb:");
    let class = rest.trim_end().strip_suffix(')').and_then(|rest| rest.rsplit_once('('));
    is_place
        && class.is_some_and(|(_, class)| {
            class.starts_with(|c: char| c.is_ascii_uppercase())
                && class.bytes().all(|c| c.is_ascii_alphanumeric() || b":_".contains(&c))
        })
}

#[cfg(test)]
mod tests {
    use super::{level_of_error_class, level_of_error_object};
    use crate::model::LogLevel::Error;

    #[test]
    fn errors_are_told_from_names_that_contain_the_word() {
        for text in [
            "TypeError [ERR_X]: no stock",
            "AggregateError [ECONNREFUSED]: ",
            "Error [ERR_MODULE_NOT_FOUND]: no stock",
            "ActionView::Template::Error (no stock):",
            "PG::ConnectionBad: no stock",
            "django.core.exceptions.ImproperlyConfigured: no stock",
            "/app/main.rb:3:in `x': no stock (NoMethodError)",
            "java.lang.IllegalStateException",
        ] {
            assert_eq!(level_of_error_class(text), Some(Error), "{text}");
        }
        for text in [
            "ErrorHandler: ready",
            "NotFoundError",
            "Error [3]: x",
            "Admin::Orders: ready",
            "std::vector (empty): ok",
            "Shop::Orders (3 items)",
            "from /app/error.rb:3:in `require'",
            "/app/error.rb:3:in `require'",
            "app.exceptions.handler: ready",
            "",
        ] {
            assert_eq!(level_of_error_class(text), None, "{text}");
        }
        assert_eq!(level_of_error_object("Error: no such file, open 'x'"), Some(Error));
        assert_eq!(level_of_error_object("Error Handler"), None);
        assert_eq!(level_of_error_object("ErrorHandler: ready"), None);
    }
}
