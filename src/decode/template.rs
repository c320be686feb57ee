//! Variables in a value, filled in from the container's environment before the value is read: `$NAME`, `${NAME}`,
//! `${NAME:-default}`, `${env:NAME}`, `$(NAME)`, `{{ env "NAME" }}`, `%{ENV:NAME}`, `%(NAME)s`, `{$NAME}`.
//!
//! The value of a variable that is a secret by its name is never filled in. It becomes [`UNKNOWN`], as does everything
//! that nobody can fill in: a sign that stands for any text and is part of no host.

use super::key::{self, Meaning};
use std::borrow::Cow;

/// The sign for a text that is not known (U+FFFC, object replacement character).
pub(super) const UNKNOWN: char = '\u{fffc}';

/// The signs that open and close templates. Sources: POSIX shell, Kubernetes ("Dependent Environment
/// Variables"), Jinja and Go templates, Logstash, Python's `%` formatting, Caddyfile placeholders.
const BRACKETS: &[(&str, &str)] = &[
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

/// The longest template, in bytes.
const MAX_TEMPLATE_BYTES: usize = 400;

/// The text with its variables filled in.
pub(super) fn expand<'t, 'a>(text: &'t str, variable: &impl Fn(&str) -> Option<&'a str>) -> Cow<'t, str> {
    if !text.contains(['$', '{', '%', '#']) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(['$', '{', '%', '#']) {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let length = if let Some(Template { name, default, length }) = template(rest) {
            let is_secret = name.is_none_or(|name| key::meaning(name) == Meaning::Secret);
            let value = name.and_then(variable).filter(|value| !value.is_empty()).or(default);
            match value.filter(|_| !is_secret) {
                Some(value) => out.push_str(value),
                None => out.push(UNKNOWN),
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

/// A template at the beginning of a text.
struct Template<'t> {
    /// The variable; `None` where it is an expression.
    name: Option<&'t str>,
    default: Option<&'t str>,
    /// The bytes that it takes.
    length: usize,
}

fn template(text: &str) -> Option<Template<'_>> {
    if let Some((open, close)) = BRACKETS.iter().find(|(open, _)| text.starts_with(open)) {
        let inner = &text[open.len()..];
        let near = &inner.as_bytes()[..inner.len().min(MAX_TEMPLATE_BYTES)];
        let end = near.windows(close.len()).position(|bytes| bytes == close.as_bytes())?;
        let (name, default) = variable_in(inner[..end].trim()).unzip();
        return Some(Template { name, default: default.flatten(), length: open.len() + end + close.len() });
    }
    let name = text.strip_prefix('$')?;
    let end = name.find(|c: char| !is_of_name(c)).unwrap_or(name.len());
    let is_name = end > 0 && !name.starts_with(|c: char| c.is_ascii_digit());
    is_name.then(|| Template { name: Some(&name[..end]), default: None, length: end + 1 })
}

/// The name and the default within brackets. Returns `None` for an expression.
fn variable_in(text: &str) -> Option<(&str, Option<&str>)> {
    let text = ["env:", "ENV:", "env.", "env ", "getenv ", ".Env.", "sys:", "ENV_"]
        .iter()
        .find_map(|before| text.strip_prefix(before))
        .unwrap_or(text)
        .trim_matches(['"', '\'', '`', ' ']);
    let end = text.find(|c: char| !is_of_name(c)).unwrap_or(text.len());
    let (name, rest) = text.split_at(end);
    let default = [":-", "-", ":", "|"].iter().find_map(|before| rest.strip_prefix(before));
    let whole = rest.is_empty() || default.is_some();
    (!name.is_empty() && whole).then_some((name, default.filter(|d| !d.is_empty())))
}

fn is_of_name(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_'
}

#[cfg(test)]
mod tests {
    use super::{UNKNOWN, expand};

    fn filled(text: &str) -> String {
        let variable = |name: &str| match name {
            "HOST" => Some("db"),
            "DB_PASSWORD" => Some("hunter2"),
            _ => None,
        };
        expand(text, &variable).replace(UNKNOWN, "?")
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
            assert_eq!(filled(text), "db:1", "{text}");
        }
    }

    #[test]
    fn a_default_stands_in_and_the_unknown_is_a_sign() {
        assert_eq!(filled("${NONE:-cache}:6379"), "cache:6379");
        assert_eq!(filled("${NONE}:6379 {{ a.b | c }} $(cat /x) #{x}"), "?:6379 ? ? ?");
        assert_eq!(filled("100% {} $ ${ $1 #"), "100% {} $ ${ $1 #");
    }

    #[test]
    fn a_secret_is_not_filled_in() {
        assert_eq!(filled("postgres://app:${DB_PASSWORD}@$HOST/x"), "postgres://app:?@db/x");
        assert_eq!(filled("$DB_PASSWORD ${API_TOKEN:-dflt}"), "? ?");
    }
}
