//! A YAML text as a tree that knows its lines. Anchors, aliases and merge keys are gone in it, and what would grow
//! without end by them is refused.

use serde::{
    Deserialize, Deserializer,
    de::{MapAccess, SeqAccess, Visitor},
};
use serde_saphyr::{Spanned, alias_limits, budget, options};
use std::{collections::BTreeMap, fmt};

/// The longest file that is read, in bytes.
pub(super) const LONGEST: usize = 1024 * 1024;
/// The most values of one file, with what aliases repeat.
const MOST_VALUES: usize = 200_000;
/// The most text of one file, with what aliases repeat, in bytes.
const MOST_TEXT: usize = 8 * LONGEST;

/// A value and its line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Node {
    /// The line it begins on; in a mapping, that of its key.
    pub(super) line: u64,
    /// What it is.
    pub(super) value: Value,
}

/// What a node is. Numbers and truth values are text again: a compose file makes variables of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Value {
    /// Nothing, as in `networks: {front: }`.
    Null,
    /// Any scalar.
    Text(String),
    /// A sequence.
    List(Vec<Node>),
    /// A mapping.
    Map(BTreeMap<String, Node>),
}

/// What is wrong with a file, and on which line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Wrong {
    pub(super) line: u64,
    pub(super) what: String,
}

/// Reads the one document of a text. What is wrong is told without quoting the text, which may hold secrets.
pub(super) fn parse(text: &str) -> Result<Node, Wrong> {
    if text.len() > LONGEST {
        return Err(Wrong { line: 1, what: "it is longer than a compose file can be".to_owned() });
    }
    let options = options! {
        budget: budget! { max_nodes: MOST_VALUES, max_total_scalar_bytes: MOST_TEXT, max_depth: 64 },
        alias_limits: alias_limits! { max_total_replayed_events: MOST_VALUES },
        strict_booleans: true,
        leading_zero_numbers_as_strings: true,
        underscored_numbers_as_strings: true,
        with_snippet: false,
    };
    serde_saphyr::from_str_with_options(text, options).map_err(|error| Wrong {
        line: error.location().map_or(1, |at| at.line()),
        what: error.to_string().lines().next().unwrap_or_default().to_owned(),
    })
}

impl<'de> Deserialize<'de> for Node {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let spanned = Spanned::<Value>::deserialize(deserializer)?;
        Ok(Self { line: spanned.referenced.line(), value: spanned.value })
    }
}

impl<'de> Deserialize<'de> for Value {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Anything)
    }
}

/// Takes whatever comes.
struct Anything;

impl<'de> Visitor<'de> for Anything {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_none<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Text(value.to_string()))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(Value::Text(value.to_string()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(Value::Text(value.to_string()))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(Value::Text(value.to_string()))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(Value::Text(value.to_owned()))
    }

    fn visit_string<E>(self, value: String) -> Result<Value, E> {
        Ok(Value::Text(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element()? {
            list.push(item);
        }
        Ok(Value::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Value, A::Error> {
        let mut map = BTreeMap::new();
        while let Some((key, node)) = entries.next_entry::<Spanned<String>, Node>()? {
            map.insert(key.value, Node { line: key.referenced.line(), ..node });
        }
        Ok(Value::Map(map))
    }
}

#[cfg(test)]
mod tests {
    use super::{Value, parse};

    #[test]
    fn anchors_and_merge_keys_are_filled_in_and_lines_are_kept() {
        let text =
            "x-all: &all\n  image: shop\n  restart: no\nservices:\n  web:\n    <<: *all\n    image: web\n";
        let node = parse(text).unwrap();
        let web = node.get("services").and_then(|s| s.get("web")).unwrap();
        assert_eq!(web.get("image").and_then(|n| n.text()), Some("web"));
        assert_eq!(web.get("restart").and_then(|n| n.text()), Some("no"));
        assert_eq!(web.get("image").map(|n| n.line), Some(7));
    }

    #[test]
    fn scalars_are_text_again() {
        let node = parse("a: 8080\nb: true\nc: 007\nd: ~\ne: 22_1\nf: '1'\n").unwrap();
        let text = |key: &str| node.get(key).and_then(|n| n.text()).map(str::to_owned);
        assert_eq!(text("a").as_deref(), Some("8080"));
        assert_eq!(text("b").as_deref(), Some("true"));
        assert_eq!(text("c").as_deref(), Some("007"));
        assert_eq!(node.get("d").map(|n| &n.value), Some(&Value::Null));
        assert_eq!(text("e").as_deref(), Some("22_1"));
        assert_eq!(text("f").as_deref(), Some("1"));
    }

    #[test]
    fn what_is_wrong_has_its_line_and_quotes_nothing() {
        let wrong = parse("services:\n  web:\n    environment:\n      KEY: 'hunter2\n").unwrap_err();
        assert!(wrong.line >= 4, "{wrong:?}");
        assert!(!wrong.what.contains("hunter2"), "{wrong:?}");
        assert_eq!(parse("a: 1\nb: 1\na: 2\n").unwrap_err().line, 3);
    }

    #[test]
    fn what_grows_without_end_is_refused() {
        let level = |n: usize| format!("a{n}: &a{n} [{}]\n", vec![format!("*a{}", n - 1); 9].join(", "));
        let bomb =
            "a0: &a0 [x, x, x, x, x, x, x, x, x]\n".to_owned() + &(1..9).map(level).collect::<String>();
        assert!(parse(&bomb).is_err());
        assert!(parse(&"a".repeat(super::LONGEST + 1)).is_err());
    }
}
