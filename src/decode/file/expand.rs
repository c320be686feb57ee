//! Variables in a text, filled in from the container's environment: `$NAME`, `${NAME}`, `${NAME:-default}`,
//! `${env:NAME}`, `{{ env "NAME" }}`, `%{ENV:NAME}`.

use std::borrow::Cow;

/// The text with its variables filled in. One that has no value and no default stays as `$NAME`, which is no host.
pub(super) fn expand<'t, 'a>(text: &'t str, variable: &impl Fn(&str) -> Option<&'a str>) -> Cow<'t, str> {
    if !text.contains(['$', '{', '%']) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(['$', '{', '%']) {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let length = if let Some(Reference { name, default, length }) = reference(rest) {
            match variable(name).filter(|value| !value.is_empty()).or(default) {
                Some(value) => out.push_str(value),
                None => out.extend(["$", name]),
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

/// A variable at the beginning of a text.
struct Reference<'t> {
    name: &'t str,
    default: Option<&'t str>,
    length: usize,
}

fn reference(text: &str) -> Option<Reference<'_>> {
    for (open, close) in [("${", "}"), ("{{", "}}"), ("%{", "}")] {
        if let Some(inner) = text.strip_prefix(open) {
            let end = inner.find(close)?;
            let (name, default) = inside(inner[..end].trim())?;
            return Some(Reference { name, default, length: open.len() + end + close.len() });
        }
    }
    let name = text.strip_prefix('$')?;
    let end = name.find(|c: char| !is_of_name(c)).unwrap_or(name.len());
    (end > 0).then(|| Reference { name: &name[..end], default: None, length: end + 1 })
}

/// The name and the default within brackets.
fn inside(text: &str) -> Option<(&str, Option<&str>)> {
    let text = ["env:", "ENV:", "env.", "env ", "getenv ", ".Env.", "sys:"]
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
    use super::expand;

    fn filled(text: &str) -> String {
        expand(text, &|name| (name == "HOST").then_some("db")).into_owned()
    }

    #[test]
    fn every_way_to_write_a_variable() {
        for text in ["$HOST:1", "${HOST}:1", "${env:HOST}:1", "{{ env \"HOST\" }}:1", "${HOST:-other}:1"] {
            assert_eq!(filled(text), "db:1", "{text}");
        }
    }

    #[test]
    fn a_default_stands_in_and_the_unknown_stays() {
        assert_eq!(filled("${NONE:-cache}:6379"), "cache:6379");
        assert_eq!(filled("${NONE}:6379"), "$NONE:6379");
        assert_eq!(filled("100% {} $ ${"), "100% {} $ ${");
    }
}
