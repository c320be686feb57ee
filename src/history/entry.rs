//! One thing that happened, and to what.

use super::Kind;
use crate::model::{Event, EventKind, Health, NodeId, ServiceId, SourceId, Timestamp};
use std::hash::{DefaultHasher, Hash, Hasher};

/// What something happened to.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Subject {
    /// A service, or another node of the map.
    Node(NodeId),
    /// A source as a whole.
    Source(SourceId),
}

/// One thing that happened. The order is that of time.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Entry {
    /// When.
    pub at: Timestamp,
    /// To what.
    pub subject: Subject,
    /// What kind of thing.
    pub kind: EventKind,
    /// In words.
    pub text: String,
    /// The health that stands for how good or bad it is; none where it is neither.
    pub tone: Option<Health>,
    /// A fingerprint of the words without ids: the same where the same happens again.
    pub(super) like: u64,
}

impl Subject {
    /// The node; none of a source.
    #[must_use]
    pub fn node(&self) -> Option<&NodeId> {
        match self {
            Self::Node(node) => Some(node),
            Self::Source(_) => None,
        }
    }

    /// What people say, also of what is no longer there: the id without the source or the sort before it.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Self::Source(source) => source.as_str(),
            Self::Node(node) => {
                let id = node.as_str();
                let sort = ["dependency:", "load-balancer:"].iter().find_map(|sort| id.strip_prefix(sort));
                sort.or_else(|| id.split_once('/').map(|(_, name)| name)).unwrap_or(id)
            }
        }
    }
}

impl From<&ServiceId> for Subject {
    fn from(id: &ServiceId) -> Self {
        Self::Node(NodeId::from(id))
    }
}

impl From<&Event> for Entry {
    /// What a source told.
    fn from(event: &Event) -> Self {
        let tone = (event.kind == EventKind::OutOfMemory).then_some(Health::Failing);
        Self::new(event.at, Subject::from(&event.service), event.kind, event.text.to_string(), tone)
    }
}

impl Entry {
    /// Something that happened.
    #[must_use]
    pub fn new(at: Timestamp, subject: Subject, kind: EventKind, text: String, tone: Option<Health>) -> Self {
        let like = template(&text);
        Self { at, subject, kind, text, tone, like }
    }

    /// Its words, without the name of the service that ECS puts before them: whose it is stands beside them anyway.
    #[must_use]
    pub fn words(&self) -> &str {
        let behind = self.text.strip_prefix("(service ").and_then(|rest| rest.split_once(") "));
        behind.map_or(&*self.text, |(_, words)| words)
    }

    /// Its kind's row in the table.
    #[must_use]
    pub fn sort(&self) -> &'static Kind {
        Kind::of(self.kind)
    }
}

/// The shortest run of hexadecimal digits that is taken for an id.
const ID: usize = 6;

/// A fingerprint of words in which ids count for nothing.
fn template(text: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    for part in text.split_inclusive(|c: char| !c.is_ascii_alphanumeric() && c != '-') {
        let word = part.trim_end_matches(|c: char| !c.is_ascii_alphanumeric() && c != '-');
        let hex = word.bytes().all(|b| b.is_ascii_hexdigit() || b == b'-');
        let id = word.len() >= ID && hex && word.bytes().any(|b| b.is_ascii_digit());
        if id { part[word.len()..].hash(&mut hasher) } else { part.hash(&mut hasher) }
    }
    hasher.finish()
}
