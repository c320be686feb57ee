//! The shapes in which a compose file may say the same thing: a list or a mapping, a string or a list.

use super::yaml::{Node, Value};
use std::collections::BTreeMap;

impl Node {
    /// What stands under `key`, where this is a mapping.
    pub(super) fn get(&self, key: &str) -> Option<&Self> {
        match &self.value {
            Value::Map(map) => map.get(key),
            _ => None,
        }
    }

    /// The text, where this is a scalar.
    pub(super) fn text(&self) -> Option<&str> {
        match &self.value {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The text under `key`, where it says anything.
    pub(super) fn text_of(&self, key: &str) -> Option<String> {
        self.get(key).and_then(Self::text).filter(|text| !text.is_empty()).map(str::to_owned)
    }

    /// The entries under `key`, where that is a mapping.
    pub(super) fn entries(&self, key: &str) -> impl Iterator<Item = (&String, &Self)> {
        let map = match self.get(key).map(|node| &node.value) {
            Some(Value::Map(map)) => Some(map),
            _ => None,
        };
        map.into_iter().flatten()
    }

    /// The items under `key`: of a list, or the one thing that stands there instead.
    pub(super) fn items(&self, key: &str) -> &[Self] {
        match self.get(key) {
            None | Some(Self { value: Value::Null, .. }) => &[],
            Some(Self { value: Value::List(list), .. }) => list,
            Some(one) => std::slice::from_ref(one),
        }
    }

    /// The names under `key`: a list's texts, a mapping's keys, or one text.
    pub(super) fn names(&self, key: &str) -> Vec<String> {
        match self.get(key).map(|node| &node.value) {
            Some(Value::Map(map)) => map.keys().cloned().collect(),
            _ => self.items(key).iter().filter_map(Self::text).map(str::to_owned).collect(),
        }
    }

    /// The services under `depends_on`, each with its condition; a list's have none.
    pub(super) fn start_order(&self) -> BTreeMap<String, String> {
        let condition = |at: &Self| at.text_of("condition").unwrap_or_default();
        let mapped: BTreeMap<_, _> =
            self.entries("depends_on").map(|(name, at)| (name.clone(), condition(at))).collect();
        if mapped.is_empty() {
            self.names("depends_on").into_iter().map(|name| (name, String::new())).collect()
        } else {
            mapped
        }
    }

    /// The pairs under `key`: a mapping, or a list of `name=value`; a name alone has no value.
    pub(super) fn pairs(&self, key: &str) -> BTreeMap<String, Option<String>> {
        let mapped = self.entries(key).map(|(name, node)| (name.clone(), node.text().map(str::to_owned)));
        let listed = self.items(key).iter().filter_map(Self::text).map(|text| match text.split_once('=') {
            Some((name, value)) => (name.trim().to_owned(), Some(value.to_owned())),
            None => (text.trim().to_owned(), None),
        });
        mapped.chain(listed).collect()
    }
}

#[cfg(test)]
mod tests {
    use crate::source::compose::yaml::parse;

    #[test]
    fn lists_and_mappings_say_the_same() {
        for text in ["a: {X: 1, Y: }", "a: [X=1, Y]"] {
            let pairs = parse(text).unwrap().pairs("a");
            assert_eq!(pairs["X"].as_deref(), Some("1"), "{text}");
            assert_eq!(pairs["Y"], None, "{text}");
        }
        for text in ["a: [db]", "a: {db: {condition: service_started}}", "a: db"] {
            assert_eq!(parse(text).unwrap().names("a"), ["db"], "{text}");
        }
        assert!(parse("a:").unwrap().names("a").is_empty());
    }
}
