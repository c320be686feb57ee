//! Where a line stands: its time, its stream, and the order of arrival. It stays the same while the line is held.

use crate::model::Timestamp;

/// Where a line or a note stands among all. Unique.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Key {
    /// Its time.
    pub at: Timestamp,
    /// Its stream, by its number in the store.
    pub stream: u32,
    /// The order of arrival.
    pub seq: u64,
}

/// Where a line stands in its stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Place {
    /// Its time, in nanoseconds since 1970.
    pub(super) at: i64,
    /// The order of arrival.
    pub(super) seq: u64,
}

impl Place {
    pub(super) fn key(self, stream: u32) -> Key {
        Key { at: timestamp(self.at), stream, seq: self.seq }
    }
}

impl Key {
    /// The least place of `stream` that stands after this key; `after` turned round gives the least not before it.
    pub(super) fn bound(self, stream: u32, after: bool) -> Place {
        let at = nanos(self.at);
        match self.stream.cmp(&stream) {
            std::cmp::Ordering::Less => Place { at, seq: 0 },
            std::cmp::Ordering::Equal => Place { at, seq: self.seq + u64::from(after) },
            std::cmp::Ordering::Greater => Place { at: at.saturating_add(1), seq: 0 },
        }
    }
}

/// A time in nanoseconds since 1970, as 64 bits hold it: from 1677 to 2262, what lies outside at the ends.
pub(super) fn nanos(at: Timestamp) -> i64 {
    at.as_nanosecond().clamp(i64::MIN.into(), i64::MAX.into()) as i64
}

/// The time that stands so many nanoseconds after 1970.
pub(super) fn timestamp(nanos: i64) -> Timestamp {
    Timestamp::from_nanosecond(nanos.into()).unwrap_or(Timestamp::UNIX_EPOCH)
}
