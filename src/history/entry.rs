//! Entry of the history: an event with its time, its kind, its text and its subject.

use super::EventKindSpec;
use crate::model::{Event, EventKind, Health, NodeId, NodeIdParts, ServiceId, SourceId, Text, Timestamp};
use serde::{Deserialize, Serialize};
use std::hash::{DefaultHasher, Hash, Hasher};

/// Subject of an entry: a node of the map or a source.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Subject {
    /// A service, or another node of the map.
    Node(NodeId),
    /// A source as a whole.
    Source(SourceId),
}

/// One event in the history, as the timeline shows it. Entries sort by time.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(from = "WrittenEntry", into = "WrittenEntry")]
pub struct Entry {
    /// Time of the event, UTC.
    pub at: Timestamp,
    /// Node or source that the event is about.
    pub subject: Subject,
    /// Kind of the event.
    pub kind: EventKind,
    /// Text of the event, as the source or Portolan phrases it.
    pub text: String,
    /// Health whose colour the event has on the screen; `None` if the event is neither good nor bad.
    pub health: Option<Health>,
    /// Id of the finding's kind, such as `crash-loop`, if the entry records its start or end.
    pub finding: Option<Text>,
    /// Hash of the text without ids. Repetitions of an event have the same hash.
    pub(super) text_hash: u64,
}

/// Entry as it is written into a share or a team's store: without the hash, and with its text cleaned when it is read.
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
    /// Returns the node, or `None` for a source.
    #[must_use]
    pub fn node(&self) -> Option<&NodeId> {
        match self {
            Self::Node(node) => Some(node),
            Self::Source(_) => None,
        }
    }

    /// Returns a short name: the id without source and kind. So a subject that no longer exists has a name
    /// too.
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
    /// Turns an event of a source into an entry.
    fn from(event: &Event) -> Self {
        let tone = (event.kind == EventKind::OutOfMemory).then_some(Health::Failing);
        Self::new(event.at, Subject::from(&event.service), event.kind, event.text.to_string(), tone)
    }
}

impl Entry {
    /// Creates an entry, and computes the hash of its text.
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

    /// Returns the text without the service name that ECS puts in front. The screen already shows the
    /// subject.
    #[must_use]
    pub fn display_text(&self) -> &str {
        let behind = self.text.strip_prefix("(service ").and_then(|rest| rest.split_once(") "));
        behind.map_or(&*self.text, |(_, words)| words)
    }

    /// Returns the row of the entry's kind in the table.
    #[must_use]
    pub fn kind_spec(&self) -> &'static EventKindSpec {
        EventKindSpec::of(self.kind)
    }
}

/// Minimum length in characters of a hexadecimal word that counts as an id.
const MIN_ID_LENGTH: usize = 6;

/// Returns a hash of `text` that ignores ids.
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
