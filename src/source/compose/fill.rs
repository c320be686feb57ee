//! Variables in a compose file: `$A`, `${A}`, `${A:-else}`, `${A-else}`, `${A:+then}`, `${A+then}`, `${A:?why}`, `$$`.

use super::yaml::{Node, Value};
use std::collections::{BTreeMap, BTreeSet};

/// How deep a default may hold another.
const DEEPEST: usize = 16;

/// The values that a compose file's variables have. They are looked up only to be decoded.
#[derive(Clone, Default)]
pub(super) struct Variables {
    values: BTreeMap<String, String>,
}

impl Variables {
    /// Those values.
    pub(super) fn new(values: BTreeMap<String, String>) -> Self {
        Self { values }
    }

    /// These, and where they have no value, those.
    pub(super) fn over(&self, below: BTreeMap<String, String>) -> Self {
        let mut values = below;
        values.extend(self.values.clone());
        Self { values }
    }

    /// The value of a variable.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.values.get(name).map(String::as_str)
    }

    /// Fills in every text below `node`. Gives the variables that must have a value and have none.
    pub(super) fn fill(&self, node: &mut Node) -> BTreeSet<String> {
        let mut missing = BTreeSet::new();
        self.walk(node, &mut missing);
        missing
    }

    fn walk(&self, node: &mut Node, missing: &mut BTreeSet<String>) {
        match &mut node.value {
            Value::Text(text) if text.contains('$') => *text = self.expand(text, DEEPEST, missing),
            Value::List(list) => list.iter_mut().for_each(|item| self.walk(item, missing)),
            Value::Map(map) => map.values_mut().for_each(|item| self.walk(item, missing)),
            _ => {}
        }
    }

    /// `text` with its variables filled in.
    pub(super) fn filled(&self, text: &str) -> String {
        self.expand(text, DEEPEST, &mut BTreeSet::new())
    }

    fn expand(&self, text: &str, depth: usize, missing: &mut BTreeSet<String>) -> String {
        let mut out = String::with_capacity(text.len());
        let mut rest = text;
        while let Some(at) = rest.find('$') {
            out.push_str(&rest[..at]);
            let after = &rest[at + 1..];
            rest = if let Some(after) = after.strip_prefix('$') {
                out.push('$');
                after
            } else if let Some((inside, after)) = after.strip_prefix('{').and_then(braced) {
                if depth > 0 {
                    out.push_str(&self.braces(inside, depth - 1, missing));
                }
                after
            } else {
                let name = name_in(after);
                out.push_str(if name.is_empty() { "$" } else { self.get(name).unwrap_or_default() });
                &after[name.len()..]
            };
        }
        out.push_str(rest);
        out
    }

    /// What `${inside}` stands for.
    fn braces(&self, inside: &str, depth: usize, missing: &mut BTreeSet<String>) -> String {
        let name = name_in(inside);
        let rule = &inside[name.len()..];
        let (empty_counts, rule) = match rule.strip_prefix(':') {
            Some(rule) => (false, rule),
            None => (true, rule),
        };
        let value = self.get(name).filter(|value| empty_counts || !value.is_empty());
        let word = rule.get(1..).unwrap_or_default();
        match (rule.chars().next(), value) {
            (Some('-'), None) | (Some('+'), Some(_)) => self.expand(word, depth, missing),
            (Some('+'), None) => String::new(),
            (Some('?'), None) => {
                missing.insert(name.to_owned());
                String::new()
            }
            _ => value.unwrap_or_default().to_owned(),
        }
    }
}

/// The name that `text` begins with.
fn name_in(text: &str) -> &str {
    let digit = text.starts_with(|c: char| c.is_ascii_digit());
    let end = text.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(text.len());
    if digit { "" } else { &text[..end] }
}

/// What stands before the brace that closes, and what stands after it.
fn braced(text: &str) -> Option<(&str, &str)> {
    let mut open = 0;
    for (at, c) in text.char_indices() {
        match c {
            '{' => open += 1,
            '}' if open == 0 => return Some((&text[..at], &text[at + 1..])),
            '}' => open -= 1,
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::Variables;
    use std::collections::{BTreeMap, BTreeSet};

    fn variables() -> Variables {
        let pairs = [("HOST", "db"), ("EMPTY", ""), ("PORT", "5432")];
        Variables::new(
            pairs.map(|(k, v)| (k.to_owned(), v.to_owned())).into_iter().collect::<BTreeMap<_, _>>(),
        )
    }

    #[test]
    fn every_form_is_filled_in() {
        for (text, expected) in [
            ("$HOST:$PORT", "db:5432"),
            ("tcp://${HOST}:${PORT}/x", "tcp://db:5432/x"),
            ("${NONE:-a}${EMPTY:-b}${EMPTY-c}${NONE-d}", "abd"),
            ("${HOST:+yes}${EMPTY:+no}${EMPTY+set}${NONE+no}", "yesset"),
            ("${NONE:-${ALSO:-http://$HOST}}", "http://db"),
            ("$$HOST $${HOST} 5$ ${open", "$HOST ${HOST} 5$ ${open"),
            ("${NONE}$NONE", ""),
            ("${HOST:?must be}", "db"),
            ("${NONE:-é}", "é"),
        ] {
            assert_eq!(variables().filled(text), expected, "{text}");
        }
    }

    #[test]
    fn what_must_have_a_value_is_told() {
        let mut missing = BTreeSet::new();
        variables().expand("${EMPTY:?why} ${NONE?} ${EMPTY?}", 4, &mut missing);
        assert_eq!(missing.into_iter().collect::<Vec<_>>(), ["EMPTY", "NONE"]);
        let deep = "${A:-".repeat(40) + &"}".repeat(40);
        assert_eq!(variables().filled(&deep), "");
    }
}
