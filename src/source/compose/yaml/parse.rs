//! From YAML events to trees: each document of a text, with its anchors, aliases and merge keys resolved.

use super::{Edit, Location, Node, Scalar, ScalarKind, Value, Wrong, scalar};
use crate::source::compose::limits::{Limits, MAX_DEPTH};
use granit_parser::{Event, Parser, ScalarStyle, ScanError, Tag, options};
use std::{borrow::Cow, collections::BTreeMap, path::Path, sync::Arc};

/// The key under which a mapping takes over the entries of others (YAML 1.1, "Merge Key Language-Independent Type").
const MERGE_KEY: &str = "<<";

/// Parses the documents of a text.
pub(in crate::source::compose) fn documents(
    text: &str,
    file: &Arc<Path>,
    limits: &mut Limits,
) -> Result<Vec<Node>, Wrong> {
    let options = options! {
        emit_comments: false,
        block_nesting_limit: MAX_DEPTH,
        flow_nesting_limit: MAX_DEPTH,
    };
    let mut tree = Tree { file, limits, anchors: BTreeMap::new(), open: Vec::new(), documents: Vec::new() };
    for event in Parser::new_from_str_with_options(text, options) {
        let (event, span) = event.map_err(|error| tree.broken(&error))?;
        let at = tree.location(span.start.line());
        tree.event(event, at)?;
    }
    Ok(tree.documents)
}

/// The trees so far.
struct Tree<'a> {
    file: &'a Arc<Path>,
    limits: &'a mut Limits,
    /// Finished nodes by the number of their anchor.
    anchors: BTreeMap<usize, Node>,
    /// Collections that have begun and not ended.
    open: Vec<Open>,
    documents: Vec<Node>,
}

/// A collection that has begun.
struct Open {
    at: Location,
    edit: Option<Edit>,
    anchor: usize,
    content: Content,
}

/// The content of an open collection so far.
enum Content {
    List(Vec<Node>),
    Map { entries: BTreeMap<String, Node>, merged: Option<Node>, key: Option<Key> },
}

/// A key that waits for its value.
struct Key {
    name: String,
    at: Location,
    is_merge: bool,
}

impl Tree<'_> {
    fn location(&self, line: usize) -> Location {
        Location { file: Arc::clone(self.file), line: line as u64 }
    }

    fn broken(&self, error: &ScanError) -> Wrong {
        // The parser's messages quote nothing of the text.
        self.location(error.marker().line()).wrong(format!("this is not YAML: {}", error.kind()))
    }

    fn event(&mut self, event: Event<'_>, at: Location) -> Result<(), Wrong> {
        match event {
            Event::Scalar(text, style, anchor, tag) => {
                let (value, plain) = scalar_value(text, style, tag.as_deref());
                let merge = plain && matches!(&value, Value::Scalar(s) if s.text == MERGE_KEY);
                self.add(Node { at, edit: edit(tag.as_deref()), value }, anchor, merge)
            }
            Event::SequenceStart(_, anchor, tag) => {
                let edit = edit(tag.as_deref());
                self.open.push(Open { at, edit, anchor, content: Content::List(Vec::new()) });
                Ok(())
            }
            Event::MappingStart(_, anchor, tag) => {
                let edit = edit(tag.as_deref());
                let content = Content::Map { entries: BTreeMap::new(), merged: None, key: None };
                self.open.push(Open { at, edit, anchor, content });
                Ok(())
            }
            Event::SequenceEnd | Event::MappingEnd => self.close(),
            Event::Alias(anchor) => {
                let target = self.anchors.get(&anchor);
                let target = target.ok_or_else(|| at.wrong("this alias refers to what it stands in"))?;
                let copy = target.copied(self.limits).map_err(|limit| at.exceeded(&limit))?;
                self.add(copy, 0, false)
            }
            Event::DocumentEnd => {
                self.anchors.clear();
                Ok(())
            }
            _ => Ok(()),
        }
    }

    /// Ends the innermost open collection.
    fn close(&mut self) -> Result<(), Wrong> {
        let Some(Open { at, edit, anchor, content }) = self.open.pop() else { return Ok(()) };
        let value = match content {
            Content::List(items) => Value::List(items),
            Content::Map { entries, merged, .. } => Value::Map(match merged {
                Some(merged) => merge(entries, merged)?,
                None => entries,
            }),
        };
        self.add(Node { at, edit, value }, anchor, false)
    }

    /// Adds a finished node to the collection it stands in, or as a document.
    fn add(&mut self, node: Node, anchor: usize, is_merge: bool) -> Result<(), Wrong> {
        let exceeded = |limit| node.at.exceeded(&limit);
        self.limits.add_nodes(1).map_err(exceeded)?;
        if anchor != 0 {
            self.anchors.insert(anchor, node.copied(self.limits).map_err(exceeded)?);
        }
        match self.open.last_mut().map(|open| &mut open.content) {
            None => self.documents.push(node),
            Some(Content::List(items)) => items.push(node),
            Some(Content::Map { entries, merged, key }) => match key.take() {
                None => *key = Some(as_key(node, is_merge, entries, merged.as_ref())?),
                Some(key) if key.is_merge => *merged = Some(node),
                Some(key) => {
                    entries.insert(key.name, Node { at: key.at, ..node });
                }
            },
        }
        Ok(())
    }
}

/// The key that a node is.
fn as_key(
    node: Node,
    is_merge: bool,
    entries: &BTreeMap<String, Node>,
    merged: Option<&Node>,
) -> Result<Key, Wrong> {
    let Node { at, value, .. } = node;
    let Value::Scalar(Scalar { text: name, kind: ScalarKind::Text }) = value else {
        return Err(at.wrong("a key must be text: put it in quotes"));
    };
    let earlier = if is_merge { merged } else { entries.get(&name) };
    if let Some(earlier) = earlier {
        return Err(
            at.wrong(format!("this key stands in the same mapping on line {} already", earlier.at.line))
        );
    }
    Ok(Key { name, at, is_merge })
}

/// `entries` and, where they have no entry of their own, those of the mapping or mappings under the merge key; of
/// several the first wins.
fn merge(mut entries: BTreeMap<String, Node>, merged: Node) -> Result<BTreeMap<String, Node>, Wrong> {
    let Node { at, value, .. } = merged;
    let sources = match value {
        Value::List(items) => items,
        value => vec![Node::new(at, value)],
    };
    for source in sources {
        let Value::Map(map) = source.value else {
            return Err(source.at.wrong("`<<` takes a mapping, or a list of mappings"));
        };
        for (key, node) in map {
            entries.entry(key).or_insert(node);
        }
    }
    Ok(entries)
}

/// The value of a scalar, and whether it is plain.
fn scalar_value(text: Cow<'_, str>, style: ScalarStyle, tag: Option<&Tag>) -> (Value, bool) {
    let plain = style == ScalarStyle::Plain && tag.is_none_or(|tag| edit(Some(tag)).is_some());
    let resolved = match tag.and_then(Tag::core_suffix) {
        Some("null") => None,
        Some("int" | "float" | "bool") => scalar::resolve(&text),
        _ if plain => scalar::resolve(&text),
        _ => Some(Scalar { text: text.into_owned(), kind: ScalarKind::Text }),
    };
    (resolved.map_or(Value::Null, Value::Scalar), plain)
}

fn edit(tag: Option<&Tag>) -> Option<Edit> {
    match tag?.parts() {
        ("!", "reset") => Some(Edit::Reset),
        ("!", "override") => Some(Edit::Override),
        _ => None,
    }
}
