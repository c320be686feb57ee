//! YAML texts as trees that know their lines. Anchors, aliases and merge keys are resolved in them.

mod parse;
mod scalar;
#[cfg(test)]
mod tests;

use super::limits::{Exceeded, Limits};
pub(super) use parse::documents;
pub(super) use scalar::{Scalar, ScalarKind};
use std::{collections::BTreeMap, fmt, path::Path, sync::Arc};

/// A line of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Location {
    /// The file's path.
    pub(super) file: Arc<Path>,
    /// The line, from 1.
    pub(super) line: u64,
}

impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.file.display(), self.line)
    }
}

impl Location {
    /// An error at this line.
    pub(super) fn wrong(&self, what: impl Into<String>) -> Wrong {
        Wrong { at: self.clone(), what: what.into() }
    }

    /// A limit that is gone over at this line.
    pub(super) fn exceeded(&self, limit: &Exceeded) -> Wrong {
        self.wrong(limit.to_string())
    }
}

/// An error in a file. It quotes no value, because a value may be a secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Wrong {
    /// The line that is wrong.
    pub(super) at: Location,
    /// The rule that it breaks.
    pub(super) what: String,
}

/// A tag of the Compose Specification, chapter "Merge and override", that says how a value is merged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Edit {
    /// `!reset`: the value below is taken away.
    Reset,
    /// `!override`: this value replaces the one below as a whole.
    Override,
}

/// A value and where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Node {
    /// Its line; in a mapping, that of its key.
    pub(super) at: Location,
    /// Its merge tag.
    pub(super) edit: Option<Edit>,
    /// The value itself.
    pub(super) value: Value,
}

/// The value of a node.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Value {
    /// Nothing, as in `networks: {front: }`.
    Null,
    /// A text, number or truth value.
    Scalar(Scalar),
    /// A sequence.
    List(Vec<Node>),
    /// A mapping.
    Map(BTreeMap<String, Node>),
}

impl Node {
    /// A node without a merge tag.
    pub(super) fn new(at: Location, value: Value) -> Self {
        Self { at, edit: None, value }
    }

    /// A text at `at`.
    pub(super) fn text_at(at: Location, text: impl Into<String>) -> Self {
        Self::new(at, Value::Scalar(Scalar { text: text.into(), kind: ScalarKind::Text }))
    }

    /// Counts this node and all below it, and the bytes of their texts.
    pub(super) fn size(&self) -> (usize, usize) {
        let add = |(nodes, bytes): (usize, usize), (n, b): (usize, usize)| (nodes + n, bytes + b);
        match &self.value {
            Value::Null => (1, 0),
            Value::Scalar(scalar) => (1, scalar.text.len()),
            Value::List(items) => items.iter().map(Self::size).fold((1, 0), add),
            Value::Map(entries) => {
                entries.iter().map(|(key, node)| add((0, key.len()), node.size())).fold((1, 0), add)
            }
        }
    }

    /// A copy that counts against `limits`.
    pub(super) fn copied(&self, limits: &mut Limits) -> Result<Self, Exceeded> {
        let (nodes, bytes) = self.size();
        limits.add_nodes(nodes)?;
        limits.expand(bytes)?;
        Ok(self.clone())
    }

    /// The value under `key`, where this is a mapping.
    pub(super) fn get(&self, key: &str) -> Option<&Self> {
        match &self.value {
            Value::Map(map) => map.get(key),
            _ => None,
        }
    }

    /// The text of a scalar.
    pub(super) fn text(&self) -> Option<&str> {
        match &self.value {
            Value::Scalar(scalar) => Some(&scalar.text),
            _ => None,
        }
    }

    /// The scalar under `key` as text; `None` if it is empty.
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

    /// The items under `key`, where that is a sequence.
    pub(super) fn items(&self, key: &str) -> &[Self] {
        match self.get(key).map(|node| &node.value) {
            Some(Value::List(list)) => list,
            _ => &[],
        }
    }

    /// The texts of the sequence under `key`.
    pub(super) fn texts(&self, key: &str) -> impl Iterator<Item = &str> {
        self.items(key).iter().filter_map(Self::text)
    }

    /// True if the truth value under `key` is true, as YAML 1.1 or 1.2 spells it.
    pub(super) fn is_true(&self, key: &str) -> bool {
        let text = self.get(key).and_then(Self::text).unwrap_or_default();
        ["true", "yes", "on", "y", "1", "t"].contains(&text.to_ascii_lowercase().as_str())
    }
}
