//! Interpolation of the container's variables in a value: `$NAME`, `${NAME}`, `${NAME:-default}`,
//! `${env:NAME}`, `$(NAME)`, `{{ env "NAME" }}`, `%{ENV:NAME}`, `%(NAME)s`, `{$NAME}`.
//!
//! [`UNKNOWN_CHAR`] replaces a variable whose name marks it as a secret, an unset variable without a default,
//! and an expression that Portolan can't evaluate. No host contains this character.

use super::env_key::{self, ValueKind};
use std::borrow::Cow;

/// The character in place of an unknown or secret text (U+FFFC, object replacement character).
pub(super) const UNKNOWN_CHAR: char = '\u{fffc}';

/// Opening and closing delimiters of placeholders. Sources: POSIX shell, Kubernetes ("Dependent Environment
/// Variables"), Jinja and Go templates, Logstash, Python's `%` formatting, Caddyfile placeholders.
const PLACEHOLDER_DELIMITERS: &[(&str, &str)] = &[
    ("${", "}"),
    ("$((", "))"),
    ("$(", ")"),
    ("{{", "}}"),
    ("{%", "%}"),
    ("%{", "}"),
    ("%(", ")s"),
    ("{$", "}"),
    ("{env.", "}"),
    ("#{", "}"),
];

/// The maximum length of a placeholder, in bytes.
const MAX_PLACEHOLDER_BYTES: usize = 400;

/// Replaces the variables in `text` by their values. `variable` returns the value of a variable by its name.
pub(super) fn interpolate<'t, 'a>(
    text: &'t str,
    variable: &impl Fn(&str) -> Option<&'a str>,
) -> Cow<'t, str> {
    if !text.contains(['$', '{', '%', '#']) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(['$', '{', '%', '#']) {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let length = if let Some(Placeholder { name, default, length }) = leading_placeholder(rest) {
            let is_secret = name.is_none_or(|name| env_key::value_kind(name) == ValueKind::Secret);
            let value = name.and_then(variable).filter(|value| !value.is_empty()).or(default);
            match value.filter(|_| !is_secret) {
                Some(value) => out.push_str(value),
                None => out.push(UNKNOWN_CHAR),
            }
            length
        } else {
            let length = rest.chars().next().map_or(0, char::len_utf8);
            out.push_str(&rest[..length]);
            length
        };
        rest = &rest[length..];
    }
    out.push_str(rest);
    Cow::Owned(out)
}

/// A placeholder at the beginning of a text, such as `${NAME:-default}`.
struct Placeholder<'t> {
    /// The name of the variable; `None` if the placeholder is an expression.
    name: Option<&'t str>,
    /// The value to use if the variable is unset or empty.
    default: Option<&'t str>,
    /// The length of the placeholder in the text, in bytes.
    length: usize,
}

fn leading_placeholder(text: &str) -> Option<Placeholder<'_>> {
    if let Some((open, close)) = PLACEHOLDER_DELIMITERS.iter().find(|(open, _)| text.starts_with(open)) {
        let inner = &text[open.len()..];
        let near = &inner.as_bytes()[..inner.len().min(MAX_PLACEHOLDER_BYTES)];
        let end = near.windows(close.len()).position(|bytes| bytes == close.as_bytes())?;
        let (name, default) = name_and_default(inner[..end].trim()).unzip();
        // Caddy has no expressions, so this is not a placeholder. It may be a password in braces that begins
        // with `$`.
        if *open == "{$" && name.is_none() {
            return None;
        }
        return Some(Placeholder {
            name,
            default: default.flatten(),
            length: open.len() + end + close.len(),
        });
    }
    let name = text.strip_prefix('$')?;
    let end = name.find(|c: char| !is_name_char(c)).unwrap_or(name.len());
    let is_name = end > 0 && !name.starts_with(|c: char| c.is_ascii_digit());
    is_name.then(|| Placeholder { name: Some(&name[..end]), default: None, length: end + 1 })
}

/// Parses the text between the delimiters. Returns the name and the default, or `None` if the text is an
/// expression.
fn name_and_default(text: &str) -> Option<(&str, Option<&str>)> {
    let text = ["env:", "ENV:", "env.", "env ", "getenv ", ".Env.", "sys:", "ENV_"]
        .iter()
        .find_map(|before| text.strip_prefix(before))
        .unwrap_or(text)
        .trim_matches(['"', '\'', '`', ' ']);
    let end = text.find(|c: char| !is_name_char(c)).unwrap_or(text.len());
    let (name, rest) = text.split_at(end);
    let default = [":-", "-", ":", "|"].iter().find_map(|before| rest.strip_prefix(before));
    let whole = rest.is_empty() || default.is_some();
    (!name.is_empty() && whole).then_some((name, default.filter(|d| !d.is_empty())))
}

fn is_name_char(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_'
}

#[cfg(test)]
mod tests {
    use super::{UNKNOWN_CHAR, interpolate};

    fn interpolated(text: &str) -> String {
        let variable = |name: &str| match name {
            "HOST" => Some("db"),
            "DB_PASSWORD" => Some("hunter2"),
            _ => None,
        };
        interpolate(text, &variable).replace(UNKNOWN_CHAR, "?")
    }

    #[test]
    fn every_way_to_write_a_variable() {
        for text in [
            "$HOST:1",
            "${HOST}:1",
            "${env:HOST}:1",
            "{{ env \"HOST\" }}:1",
            "${HOST:-other}:1",
            "$(HOST):1",
            "%(HOST)s:1",
            "%(ENV_HOST)s:1",
            "{$HOST}:1",
            "{env.HOST}:1",
        ] {
            assert_eq!(interpolated(text), "db:1", "{text}");
        }
    }

    #[test]
    fn a_default_stands_in_and_the_unknown_is_a_sign() {
        assert_eq!(interpolated("${NONE:-cache}:6379"), "cache:6379");
        assert_eq!(interpolated("${NONE}:6379 {{ a.b | c }} $(cat /x) #{x}"), "?:6379 ? ? ?");
        assert_eq!(interpolated("100% {} $ ${ $1 #"), "100% {} $ ${ $1 #");
    }

    #[test]
    fn a_secret_is_not_filled_in() {
        assert_eq!(interpolated("postgres://app:${DB_PASSWORD}@$HOST/x"), "postgres://app:?@db/x");
        assert_eq!(interpolated("$DB_PASSWORD ${API_TOKEN:-dflt}"), "? ?");
    }
}
