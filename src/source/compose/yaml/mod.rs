//! YAML documents as trees with line numbers. Anchors, aliases and merge keys are resolved.

mod parse;
mod scalar;
#[cfg(test)]
mod tests;

use super::limits::{LimitCounters, LimitExceeded};
pub(super) use parse::parse_documents;
pub(super) use scalar::{Scalar, ScalarKind};
use std::{collections::BTreeMap, fmt, path::Path, sync::Arc};

/// Position in a file, for error messages: a path and a line number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct FileLine {
    /// Path of the file.
    pub(super) file: Arc<Path>,
    /// Line number, counted from 1.
    pub(super) line: u64,
}

impl fmt::Display for FileLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.file.display(), self.line)
    }
}

impl FileLine {
    /// Returns an error at this line.
    pub(super) fn error(&self, what: impl Into<String>) -> ComposeError {
        ComposeError { at: self.clone(), message: what.into() }
    }

    /// Returns the error for a limit that is exceeded at this line.
    pub(super) fn limit_error(&self, limit: &LimitExceeded) -> ComposeError {
        self.error(limit.to_string())
    }
}

/// Error at one line of a compose file or env file. Its message quotes no value, because a value may be a
/// secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct ComposeError {
    /// Line of the error.
    pub(super) at: FileLine,
    /// Message that names the broken rule.
    pub(super) message: String,
}

/// Tag that controls how a value is merged (Compose Specification, chapter "Merge and override").
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum MergeTag {
    /// `!reset`: removes the value that this node would override.
    Reset,
    /// `!override`: replaces the overridden value as a whole, instead of merging with it.
    Override,
}

/// Node of a YAML tree: a value with its line and merge tag.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Node {
    /// Line of the value; for an entry of a mapping, the line of its key.
    pub(super) at: FileLine,
    /// Merge tag, if any.
    pub(super) merge_tag: Option<MergeTag>,
    /// Value without line and tag.
    pub(super) value: Value,
}

/// Value of a node, with further nodes below it if it is a list or mapping.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Value {
    /// Null, as in `networks: {front: }`.
    Null,
    /// Text, number or boolean.
    Scalar(Scalar),
    /// YAML sequence.
    List(Vec<Node>),
    /// YAML mapping.
    Map(BTreeMap<String, Node>),
}

impl Node {
    /// Creates a node without a merge tag.
    pub(super) fn new(at: FileLine, value: Value) -> Self {
        Self { at, merge_tag: None, value }
    }

    /// Creates a text node at the line `at`.
    pub(super) fn new_text(at: FileLine, text: impl Into<String>) -> Self {
        Self::new(at, Value::Scalar(Scalar { text: text.into(), kind: ScalarKind::Text }))
    }

    /// Returns the number of nodes in this tree, and the total size of their texts in bytes.
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

    /// Returns a clone, after counting its size against `limits`.
    pub(super) fn counted_clone(&self, limits: &mut LimitCounters) -> Result<Self, LimitExceeded> {
        let (nodes, bytes) = self.size();
        limits.add_nodes(nodes)?;
        limits.add_expanded_bytes(bytes)?;
        Ok(self.clone())
    }

    /// Returns the value under `key` if this is a mapping.
    pub(super) fn get(&self, key: &str) -> Option<&Self> {
        match &self.value {
            Value::Map(map) => map.get(key),
            _ => None,
        }
    }

    /// Returns the text of a scalar, or `None` for other values.
    pub(super) fn text(&self) -> Option<&str> {
        match &self.value {
            Value::Scalar(scalar) => Some(&scalar.text),
            _ => None,
        }
    }

    /// Returns the scalar under `key` as text. Returns `None` if the scalar is missing or its text is empty.
    pub(super) fn text_of(&self, key: &str) -> Option<String> {
        self.get(key).and_then(Self::text).filter(|text| !text.is_empty()).map(str::to_owned)
    }

    /// Returns the entries of the mapping under `key`; empty if there is none.
    pub(super) fn entries(&self, key: &str) -> impl Iterator<Item = (&String, &Self)> {
        let map = match self.get(key).map(|node| &node.value) {
            Some(Value::Map(map)) => Some(map),
            _ => None,
        };
        map.into_iter().flatten()
    }

    /// Returns the items of the sequence under `key`; empty if there is none.
    pub(super) fn items(&self, key: &str) -> &[Self] {
        match self.get(key).map(|node| &node.value) {
            Some(Value::List(list)) => list,
            _ => &[],
        }
    }

    /// Returns the texts in the sequence under `key`.
    pub(super) fn texts(&self, key: &str) -> impl Iterator<Item = &str> {
        self.items(key).iter().filter_map(Self::text)
    }

    /// Returns true if the scalar under `key` means true in YAML 1.1 or 1.2, or in Go's `strconv.ParseBool`.
    pub(super) fn is_true(&self, key: &str) -> bool {
        let text = self.get(key).and_then(Self::text).unwrap_or_default();
        ["true", "yes", "on", "y", "1", "t"].contains(&text.to_ascii_lowercase().as_str())
    }
}
