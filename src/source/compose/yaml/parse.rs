//! Construction of trees from YAML events, one tree per document. Anchors, aliases and merge keys are
//! resolved.

use super::{ComposeError, FileLine, MergeTag, Node, Scalar, ScalarKind, Value, scalar};
use crate::source::compose::limits::{LimitCounters, MAX_NESTING_DEPTH};
use granit_parser::{Event, Parser, ScalarStyle, ScanError, Tag, options};
use std::{borrow::Cow, collections::BTreeMap, path::Path, sync::Arc};

/// Key by which a mapping includes the entries of others (YAML 1.1, "Merge Key Language-Independent Type").
const MERGE_KEY: &str = "<<";

/// Parses all documents of `text`.
pub(in crate::source::compose) fn parse_documents(
    text: &str,
    file: &Arc<Path>,
    limits: &mut LimitCounters,
) -> Result<Vec<Node>, ComposeError> {
    let options = options! {
        emit_comments: false,
        block_nesting_limit: MAX_NESTING_DEPTH,
        flow_nesting_limit: MAX_NESTING_DEPTH,
    };
    let mut tree = TreeBuilder {
        file,
        limits,
        anchors: BTreeMap::new(),
        open_collections: Vec::new(),
        documents: Vec::new(),
    };
    for event in Parser::new_from_str_with_options(text, options) {
        let (event, span) = event.map_err(|error| tree.syntax_error(&error))?;
        let at = tree.location(span.start.line());
        tree.handle_event(event, at)?;
    }
    Ok(tree.documents)
}

/// Builder of trees from YAML events.
struct TreeBuilder<'a> {
    file: &'a Arc<Path>,
    limits: &'a mut LimitCounters,
    /// Finished nodes, by the number of their anchor.
    anchors: BTreeMap<usize, Node>,
    /// Sequences and mappings that the parser has not read to their end, the innermost last.
    open_collections: Vec<OpenCollection>,
    documents: Vec<Node>,
}

/// Sequence or mapping of which the parser has read the start, but not yet the end.
struct OpenCollection {
    at: FileLine,
    merge_tag: Option<MergeTag>,
    /// Number of the collection's anchor; 0 if it has none.
    anchor: usize,
    content: CollectionContent,
}

/// Items or entries that the parser has read so far of a sequence or mapping that has not ended.
enum CollectionContent {
    /// Items of a sequence.
    List(Vec<Node>),
    /// Entries of a mapping so far, the value of its merge key if it has one, and the key that is waiting for
    /// its value.
    Map { entries: BTreeMap<String, Node>, merged: Option<Node>, key: Option<MappingKey> },
}

/// Key of a mapping before its value is read.
struct MappingKey {
    name: String,
    at: FileLine,
    /// True for the merge key `<<`.
    is_merge: bool,
}

impl TreeBuilder<'_> {
    fn location(&self, line: usize) -> FileLine {
        FileLine { file: Arc::clone(self.file), line: line as u64 }
    }

    fn syntax_error(&self, error: &ScanError) -> ComposeError {
        // Messages of the parser quote nothing of the text.
        self.location(error.marker().line()).error(format!("invalid YAML: {}", error.kind()))
    }

    fn handle_event(&mut self, event: Event<'_>, at: FileLine) -> Result<(), ComposeError> {
        match event {
            Event::Scalar(text, style, anchor, tag) => {
                if tag.as_deref().is_some_and(|tag| tag.parts().1 == "binary") {
                    return Err(at.error("`!!binary` is not allowed in a compose file"));
                }
                let (value, plain) = scalar_value(text, style, tag.as_deref());
                let merge = plain && matches!(&value, Value::Scalar(s) if s.text == MERGE_KEY);
                self.add_node(Node { at, merge_tag: merge_tag(tag.as_deref()), value }, anchor, merge)
            }
            Event::SequenceStart(_, anchor, tag) => {
                let edit = merge_tag(tag.as_deref());
                self.open_collections.push(OpenCollection {
                    at,
                    merge_tag: edit,
                    anchor,
                    content: CollectionContent::List(Vec::new()),
                });
                Ok(())
            }
            Event::MappingStart(_, anchor, tag) => {
                let edit = merge_tag(tag.as_deref());
                let content = CollectionContent::Map { entries: BTreeMap::new(), merged: None, key: None };
                self.open_collections.push(OpenCollection { at, merge_tag: edit, anchor, content });
                Ok(())
            }
            Event::SequenceEnd | Event::MappingEnd => self.close_collection(),
            Event::Alias(anchor) => {
                let target = self.anchors.get(&anchor);
                let target = target.ok_or_else(|| {
                    at.error("circular alias: this alias refers to a value that contains it")
                })?;
                let copy = target.counted_clone(self.limits).map_err(|limit| at.limit_error(&limit))?;
                self.add_node(copy, 0, false)
            }
            Event::DocumentEnd => {
                self.anchors.clear();
                Ok(())
            }
            _ => Ok(()),
        }
    }

    /// Ends the innermost open collection.
    fn close_collection(&mut self) -> Result<(), ComposeError> {
        let Some(OpenCollection { at, merge_tag: edit, anchor, content }) = self.open_collections.pop()
        else {
            return Ok(());
        };
        let value = match content {
            CollectionContent::List(items) => Value::List(items),
            CollectionContent::Map { entries, merged, .. } => Value::Map(match merged {
                Some(merged) => apply_merge_key(entries, merged)?,
                None => entries,
            }),
        };
        self.add_node(Node { at, merge_tag: edit, value }, anchor, false)
    }

    /// Adds a finished node to the innermost open collection, or to the documents.
    fn add_node(&mut self, node: Node, anchor: usize, is_merge: bool) -> Result<(), ComposeError> {
        let exceeded = |limit| node.at.limit_error(&limit);
        self.limits.add_nodes(1).map_err(exceeded)?;
        if anchor != 0 {
            self.anchors.insert(anchor, node.counted_clone(self.limits).map_err(exceeded)?);
        }
        match self.open_collections.last_mut().map(|open| &mut open.content) {
            None => self.documents.push(node),
            Some(CollectionContent::List(items)) => items.push(node),
            Some(CollectionContent::Map { entries, merged, key }) => match key.take() {
                None => *key = Some(mapping_key(node, is_merge, entries, merged.as_ref())?),
                Some(key) if key.is_merge => *merged = Some(node),
                Some(key) => {
                    entries.insert(key.name, Node { at: key.at, ..node });
                }
            },
        }
        Ok(())
    }
}

/// Converts a node to a key of a mapping with `entries`. Returns an error if the node is not text, or if the
/// mapping already has that key.
fn mapping_key(
    node: Node,
    is_merge: bool,
    entries: &BTreeMap<String, Node>,
    merged: Option<&Node>,
) -> Result<MappingKey, ComposeError> {
    let Node { at, value, .. } = node;
    let Value::Scalar(Scalar { text: name, kind: ScalarKind::Text }) = value else {
        return Err(at.error("a key must be a string: quote it"));
    };
    let earlier = if is_merge { merged } else { entries.get(&name) };
    if let Some(earlier) = earlier {
        return Err(at.error(format!("duplicate key: first used on line {}", earlier.at.line)));
    }
    Ok(MappingKey { name, at, is_merge })
}

/// Adds the entries of the mapping or mappings under the merge key to `entries`. Existing entries win over
/// added ones, and entries of earlier mappings win over those of later ones.
fn apply_merge_key(
    mut entries: BTreeMap<String, Node>,
    merged: Node,
) -> Result<BTreeMap<String, Node>, ComposeError> {
    let Node { at, value, .. } = merged;
    let sources = match value {
        Value::List(items) => items,
        value => vec![Node::new(at, value)],
    };
    for source in sources {
        let Value::Map(map) = source.value else {
            return Err(source.at.error("`<<` must be a mapping or a list of mappings"));
        };
        for (key, node) in map {
            entries.entry(key).or_insert(node);
        }
    }
    Ok(entries)
}

/// Returns the value of a scalar, and true if the scalar is plain: without quotes and without a type tag.
fn scalar_value(text: Cow<'_, str>, style: ScalarStyle, tag: Option<&Tag>) -> (Value, bool) {
    let plain = style == ScalarStyle::Plain && tag.is_none_or(|tag| merge_tag(Some(tag)).is_some());
    let resolved = match tag.and_then(Tag::core_suffix) {
        Some("null") => None,
        Some("int" | "float" | "bool") => scalar::resolve_scalar(&text),
        _ if plain => scalar::resolve_scalar(&text),
        _ => Some(Scalar { text: text.into_owned(), kind: ScalarKind::Text }),
    };
    (resolved.map_or(Value::Null, Value::Scalar), plain)
}

fn merge_tag(tag: Option<&Tag>) -> Option<MergeTag> {
    match tag?.parts() {
        ("!", "reset") => Some(MergeTag::Reset),
        ("!", "override") => Some(MergeTag::Override),
        _ => None,
    }
}
