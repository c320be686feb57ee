//! Segment of a history: the entries of one hour as one object.

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

/// Entries of one hour of a source's history.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HistorySegment {
    entries: BTreeSet<Arc<Entry>>,
    /// True if the limits left entries out.
    is_cut: bool,
}

/// Segment as it is written.
#[derive(Serialize, Deserialize)]
struct WrittenSegment {
    entries: Vec<Entry>,
    #[serde(default)]
    is_cut: bool,
}

/// Returns true if `entry` is for the whole team: about a service of `source`, from what the source reports. Notes and
/// actions have objects of their own, and other members do not see what is in this one's logs and files.
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
    /// Reads the segment of `hour`, as one of `source`. Leaves out entries that do not belong there.
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

    /// Adds entries of the hour, except records of changes that the segment has already. Returns false if it has them
    /// all.
    pub fn add(&mut self, entries: impl IntoIterator<Item = Arc<Entry>>) -> bool {
        let before = self.entries.len();
        for entry in entries {
            if !entry.is_recorded_in(&self.entries) {
                self.entries.insert(entry);
            }
        }
        self.entries.len() > before
    }

    /// Returns the segment as an object, without the least important entries if it is larger than the limits.
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

    /// Drops all but `count` entries: those of the least important kinds first, and of one kind the oldest.
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

    /// Returns true if the limits left entries out.
    #[must_use]
    pub fn is_cut(&self) -> bool {
        self.is_cut
    }
}

/// Returns the entry as one of `source`. Returns `None` if it is not for the whole team.
fn moved_entry(mut entry: Entry, source: &SourceId) -> Option<Entry> {
    let NodeIdParts::Service(parts) = entry.subject.node()?.parts() else { return None };
    if parts.group_and_name.len() > MAX_SHARED_NAME_BYTES {
        return None;
    }
    entry.subject = Subject::Node(NodeId::service_of(source, parts.group_and_name));
    is_team_entry(&entry, source).then_some(entry)
}
