//! Keys of log lines and notes: time, stream and arrival number. The key of a line never changes.

use crate::model::Timestamp;
use serde::{Deserialize, Serialize};

/// The unique key of a line or note among all streams. Keys sort in time order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct EntryKey {
    /// The time of the line or note, UTC.
    pub at: Timestamp,
    /// The number of the stream in the store; the highest number for a note about all streams.
    pub stream: u32,
    /// The arrival number: higher for entries that arrived later.
    pub seq: u64,
}

/// The position of a line within its stream: its time, then its arrival number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct LinePosition {
    /// The time of the line, in nanoseconds since 1970.
    pub(super) at: i64,
    /// The arrival number: higher for lines that arrived later.
    pub(super) seq: u64,
}

impl LinePosition {
    pub(super) fn entry_key(self, stream: u32) -> EntryKey {
        EntryKey { at: from_nanos(self.at), stream, seq: self.seq }
    }
}

impl EntryKey {
    /// Returns the lowest position in `stream` that is not before this key. If `after` is true, returns the
    /// lowest position after it.
    pub(super) fn lower_bound(self, stream: u32, after: bool) -> LinePosition {
        let at = to_nanos(self.at);
        match self.stream.cmp(&stream) {
            std::cmp::Ordering::Less => LinePosition { at, seq: 0 },
            std::cmp::Ordering::Equal => LinePosition { at, seq: self.seq.saturating_add(u64::from(after)) },
            std::cmp::Ordering::Greater => LinePosition { at: at.saturating_add(1), seq: 0 },
        }
    }
}

/// Converts a time to nanoseconds since 1970. Clamps times that 64 bits can't hold: those before 1677 and
/// after 2262.
pub(super) fn to_nanos(at: Timestamp) -> i64 {
    at.as_nanosecond().clamp(i64::MIN.into(), i64::MAX.into()) as i64
}

/// Converts nanoseconds since 1970 to a time.
pub(super) fn from_nanos(nanos: i64) -> Timestamp {
    Timestamp::from_nanosecond(nanos.into()).unwrap_or(Timestamp::UNIX_EPOCH)
}
