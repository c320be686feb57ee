//! Segment of a team's history: the entries of one hour, stored as one object.

use super::{HistoryHour, MAX_SHARED_NAME_BYTES};
use crate::{
    diagnosis::FindingKind,
    history::{EVENT_KIND_TABLE, Entry, Subject},
    model::{EventKind, NodeId, NodeIdParts, SourceId},
    team::{ObjectError, pack, unpack},
};
use serde::{Deserialize, Serialize};
use std::{collections::BTreeSet, sync::Arc};

/// Maximum size of a segment in bytes, compressed.
pub const MAX_SEGMENT_BYTES: usize = 512 << 10;

/// Maximum number of entries in a segment.
const MAX_SEGMENT_ENTRIES: usize = 5_000;

/// Segment of a team's history: the timeline entries of one hour.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HistorySegment {
    entries: BTreeSet<Arc<Entry>>,
    /// True if Portolan dropped entries to stay within the limits.
    is_cut: bool,
}

/// Serialized form of a segment.
#[derive(Serialize, Deserialize)]
struct WrittenSegment {
    entries: Vec<Entry>,
    #[serde(default)]
    is_cut: bool,
}

/// Returns true if `entry` belongs in the history of the whole team: it is about a service of `source`, and
/// every member could observe it. Notes and actions are stored in other objects. Findings from this member's
/// logs and files stay out, because other members can't see those.
#[must_use]
pub fn is_team_entry(entry: &Entry, source: &SourceId) -> bool {
    let is_own = matches!(entry.kind, EventKind::Action | EventKind::Note | EventKind::Source);
    let is_incident = match &entry.finding {
        Some(kind) => FindingKind::with_id(kind).is_some_and(FindingKind::is_incident),
        None => entry.kind != EventKind::Finding,
    };
    let is_service = entry.subject.node().is_some_and(|node| node.group_and_name(source).is_some());
    is_service && is_incident && !is_own
}

impl HistorySegment {
    /// Decodes the segment of `hour`, and moves its entries to `source`. Leaves out entries of other hours,
    /// and those that do not belong in the history of the whole team.
    ///
    /// # Errors
    /// Fails if the object is damaged, or larger than the limits.
    pub fn unpack(object: &[u8], hour: HistoryHour, source: &SourceId) -> Result<Self, ObjectError> {
        if object.len() > MAX_SEGMENT_BYTES {
            return Err(ObjectError::TooLarge("512 KiB"));
        }
        let WrittenSegment { entries, is_cut } = unpack(object)?;
        if entries.len() > MAX_SEGMENT_ENTRIES {
            return Err(ObjectError::TooLarge("5,000 entries"));
        }
        let moved = entries.into_iter().filter_map(|entry| moved_entry(entry, source));
        let entries = moved.filter(|entry| HistoryHour::of(entry.at) == hour).map(Arc::new).collect();
        Ok(Self { entries, is_cut })
    }

    /// Adds entries of the hour, except those whose change the segment already records. Returns true if it
    /// added any.
    pub fn add(&mut self, entries: impl IntoIterator<Item = Arc<Entry>>) -> bool {
        let before = self.entries.len();
        for entry in entries {
            if !entry.is_recorded_in(&self.entries) {
                self.entries.insert(entry);
            }
        }
        self.entries.len() > before
    }

    /// Encodes the segment. If it exceeds the limits, first drops the least important entries.
    ///
    /// # Errors
    /// Fails if a single entry is larger than the limits.
    pub fn pack(&mut self) -> Result<Vec<u8>, ObjectError> {
        self.keep_most_important(MAX_SEGMENT_ENTRIES);
        loop {
            let entries = self.entries.iter().map(|entry| Entry::clone(entry)).collect();
            let object = pack(&WrittenSegment { entries, is_cut: self.is_cut })?;
            if object.len() <= MAX_SEGMENT_BYTES {
                return Ok(object);
            }
            if self.entries.len() <= 1 {
                return Err(ObjectError::TooLarge("512 KiB"));
            }
            self.keep_most_important(self.entries.len() * 3 / 4);
        }
    }

    /// Keeps at most `count` entries. Drops the least important kinds first, and the oldest entries within a
    /// kind.
    fn keep_most_important(&mut self, count: usize) {
        if self.entries.len() <= count {
            return;
        }
        let rank = |entry: &Entry| EVENT_KIND_TABLE.iter().position(|row| row.kind == entry.kind);
        let mut entries: Vec<_> = std::mem::take(&mut self.entries).into_iter().rev().collect();
        entries.sort_by_key(|entry| rank(entry));
        self.entries = entries.into_iter().take(count).collect();
        self.is_cut = true;
    }

    /// Returns the entries, the oldest first.
    pub fn entries(&self) -> impl Iterator<Item = &Arc<Entry>> {
        self.entries.iter()
    }

    /// Returns true if Portolan dropped entries to stay within the limits.
    #[must_use]
    pub fn is_cut(&self) -> bool {
        self.is_cut
    }
}

/// Moves the entry to `source`. Returns `None` if it does not belong in the history of the whole team, or if
/// the name of its service is too long.
fn moved_entry(mut entry: Entry, source: &SourceId) -> Option<Entry> {
    let NodeIdParts::Service(parts) = entry.subject.node()?.parts() else { return None };
    if parts.group_and_name.len() > MAX_SHARED_NAME_BYTES {
        return None;
    }
    entry.subject = Subject::Node(NodeId::service_of(source, parts.group_and_name));
    is_team_entry(&entry, source).then_some(entry)
}
