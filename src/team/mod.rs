//! Team: several running Portolans that read one AWS account and region together. One polls and writes its
//! readings to a store, and the others show them. This module makes the decisions; `source::team` reads and
//! writes the store.
//!
//! - **Head**: one small object that names the leader and the objects of the newest reading ([`Head`]).
//! - **Lease**: a member leads after it created the key of the next epoch and wrote the head ([`Lease`]). A
//!   member overwrites only the version of the head that it has read, so a former leader notices that another
//!   one leads. Each member measures the time since the last head on its own monotonic clock, so that wrong
//!   clocks do no harm.
//! - **Reading**: a whole snapshot from time to time, and the changes since then ([`ReadingWriter`],
//!   [`Reading`]). Keys contain the epoch, so two leaders never write the same object.
//! - **History**: events that the leaders observed, by hour ([`HistorySegment`]), and actions of the
//!   members ([`ActionBook`]).
//!
//! Everything in a store may come from an attacker. Portolan limits the size of objects before and after
//! decompression ([`pack`], [`unpack`]), and counts the values in them before it builds any
//! ([`DecodeBudget`]). The model cleans every text, and every id moves to the reader's own source.

mod decode_budget;
mod head;
mod history;
mod keys;
mod lease;
mod members;
mod object_error;
mod object_format;
mod reading_writer;
mod reading;

pub use decode_budget::DecodeBudget;
pub use head::{Head, HeadContent, Leader, MAX_HEAD_BYTES, Rank, ReadingRef, TEAM_SCHEMA};
pub use history::{
    ACTIONS_KEY, ActionBook, ActionResult, HISTORY_PREFIX, HistoryHour, HistorySegment, MAX_ACTIONS_BYTES,
    MAX_SEGMENT_BYTES, SharedAction, TeamHistoryPart, is_team_entry,
};
pub use keys::{
    HEAD_KEY, MAX_EPOCH, MEMBER_PREFIX, ReadingObjectKey, TEAM_FOLDER, epoch_key, highest_epoch, member_key,
    probe_key, share_key,
};
pub use lease::{AloneReason, HeadRead, Lease, LeaseStep};
pub use members::{MAX_MEMBERS, MemberCount};
pub use object_error::ObjectError;
pub use object_format::{MAX_OBJECT_BYTES, pack, unpack};
pub use reading::{Reading, missing_objects};
pub use reading_writer::{ReadingDraft, ReadingWriter};

#[cfg(test)]
mod tests;
