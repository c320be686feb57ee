//! One thing that happened, and to what.

use super::Kind;
use crate::model::{Event, EventKind, Health, NodeId, ServiceId, SourceId, Timestamp};

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
        let Event { at, service, kind, text } = event;
        Self { at: *at, subject: Subject::from(service), kind: *kind, text: text.clone(), tone }
    }
}

impl Entry {
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
