//! Entries of the history: each is an event with its time, kind, text and subject.

use super::EventKindSpec;
use crate::model::{Event, EventKind, Health, NodeId, NodeIdParts, ServiceId, SourceId, Text, Timestamp};
use serde::{Deserialize, Serialize};
use std::hash::{DefaultHasher, Hash, Hasher};

/// Subject of an entry: a node of the map or a source.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Subject {
    /// A service, or another node of the map, such as a dependency.
    Node(NodeId),
    /// A source as a whole.
    Source(SourceId),
}

/// One event in the history, as the timeline shows it. Entries sort by time first.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(from = "WrittenEntry", into = "WrittenEntry")]
pub struct Entry {
    /// Time of the event, UTC.
    pub at: Timestamp,
    /// Node or source that the event is about.
    pub subject: Subject,
    /// Kind of the event.
    pub kind: EventKind,
    /// Text of the event, in the words of the source or of Portolan.
    pub text: String,
    /// Health in whose colour the screen shows the event; `None` if the event is neither good nor bad.
    pub health: Option<Health>,
    /// Id of the finding's kind, such as `crash-loop`, if the entry records the start or the resolution of a
    /// finding.
    pub finding: Option<Text>,
    /// Hash of the text without ids. Repetitions of an event have the same hash.
    pub(super) text_hash: u64,
}

/// Serialized form of a history [`Entry`], in a share (a file with the user's screen and its data) or in a
/// team's store. It has no hash. Deserialization sanitizes the text.
#[derive(Clone, Serialize, Deserialize)]
struct WrittenEntry {
    at: Timestamp,
    subject: Subject,
    kind: EventKind,
    text: Text,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    health: Option<Health>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    finding: Option<Text>,
}

impl From<WrittenEntry> for Entry {
    fn from(written: WrittenEntry) -> Self {
        let WrittenEntry { at, subject, kind, text, health, finding } = written;
        Self { finding, ..Self::new(at, subject, kind, text.to_string(), health) }
    }
}

impl From<Entry> for WrittenEntry {
    fn from(entry: Entry) -> Self {
        let Entry { at, subject, kind, text, health, finding, .. } = entry;
        Self { at, subject, kind, text: Text::new(&text), health, finding }
    }
}

impl Subject {
    /// Returns the node, or `None` if the subject is a source.
    #[must_use]
    pub fn node(&self) -> Option<&NodeId> {
        match self {
            Self::Node(node) => Some(node),
            Self::Source(_) => None,
        }
    }

    /// Returns a short name: the id without its source and kind. Because it comes from the id alone, it also
    /// works for a subject that no longer exists.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Self::Source(source) => source.as_str(),
            Self::Node(node) => match node.parts() {
                NodeIdParts::Dependency(name) | NodeIdParts::LoadBalancer(name) => name,
                NodeIdParts::Internet => node.as_str(),
                NodeIdParts::Service(parts) => parts.group_and_name,
            },
        }
    }
}

impl From<&ServiceId> for Subject {
    fn from(id: &ServiceId) -> Self {
        Self::Node(NodeId::from(id))
    }
}

impl From<&Event> for Entry {
    /// Converts an event of a source to an entry.
    fn from(event: &Event) -> Self {
        let tone = (event.kind == EventKind::OutOfMemory).then_some(Health::Failing);
        Self::new(event.at, Subject::from(&event.service), event.kind, event.text.to_string(), tone)
    }
}

impl Entry {
    /// Creates an entry and computes the hash of its text.
    #[must_use]
    pub fn new(
        at: Timestamp,
        subject: Subject,
        kind: EventKind,
        text: String,
        health: Option<Health>,
    ) -> Self {
        let text_hash = hash_without_ids(&text);
        Self { at, subject, kind, text, health, finding: None, text_hash }
    }

    /// Returns the text without the prefix `(service …)` that ECS adds. The screen already shows the subject.
    #[must_use]
    pub fn display_text(&self) -> &str {
        let behind = self.text.strip_prefix("(service ").and_then(|rest| rest.split_once(") "));
        behind.map_or(&*self.text, |(_, words)| words)
    }

    /// Returns the row of [`EVENT_KIND_TABLE`](super::EVENT_KIND_TABLE) for the entry's kind.
    #[must_use]
    pub fn kind_spec(&self) -> &'static EventKindSpec {
        EventKindSpec::of(self.kind)
    }
}

/// Minimum length of an id, in characters. A shorter hexadecimal word counts as an ordinary word.
const MIN_ID_LENGTH: usize = 6;

/// Returns a hash of `text` without the ids in it. An id is a word of at least [`MIN_ID_LENGTH`] hexadecimal
/// digits and dashes that contains a decimal digit.
fn hash_without_ids(text: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    for part in text.split_inclusive(|c: char| !c.is_ascii_alphanumeric() && c != '-') {
        let word = part.trim_end_matches(|c: char| !c.is_ascii_alphanumeric() && c != '-');
        let hex = word.bytes().all(|b| b.is_ascii_hexdigit() || b == b'-');
        let id = word.len() >= MIN_ID_LENGTH && hex && word.bytes().any(|b| b.is_ascii_digit());
        if id { part[word.len()..].hash(&mut hasher) } else { part.hash(&mut hasher) }
    }
    hasher.finish()
}
