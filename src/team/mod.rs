//! A team that reads one estate once: one Portolan polls, writes what it read into a store, and the others
//! show it. This room decides; `source::team` reads and writes the store.
//!
//! - **Head**: one small object that names the leader and the objects of the newest reading ([`Head`]).
//! - **Lease**: a member leads after it created the key of the next epoch and wrote the head ([`Lease`]). The
//!   head is written only over the version that its writer knows, so an old leader notices that it is one. The
//!   time without a new head is measured on each member's own monotonic clock, so no clock of others counts.
//! - **Reading**: a whole snapshot from time to time, and the changes since ([`Publication`], [`Reading`]). Keys
//!   contain the epoch, so two leaders never write the same object.
//! - **History**: what the leaders saw happen, hour by hour ([`HistorySegment`]), and what people did ([`ActionBook`]).
//!
//! Everything in a store may come from an attacker. Objects are bounded before and after decompression
//! ([`pack`], [`unpack`]), and what they contain is counted before it is built ([`DecodeBudget`]). Text is cleaned
//! where it enters the model; ids are moved to the reader's own source.

mod decode_budget;
mod head;
mod history;
mod keys;
mod lease;
mod members;
mod object_error;
mod object_format;
mod publication;
mod reading;

pub use decode_budget::DecodeBudget;
pub use head::{Head, HeadContent, Leader, MAX_HEAD_BYTES, Rank, ReadingRef, TEAM_SCHEMA};
pub use history::{
    ACTIONS_KEY, ActionBook, ActionResult, HISTORY_PREFIX, HistoryHour, HistorySegment, MAX_ACTIONS_BYTES,
    MAX_SEGMENT_BYTES, SharedAction, TeamHistoryPart, is_team_entry,
};
pub use keys::{
    HEAD_KEY, MAX_EPOCH, MEMBER_PREFIX, ObjectKey, TEAM_FOLDER, epoch_key, highest_epoch, member_key,
    probe_key, share_key,
};
pub use lease::{AloneReason, HeadLook, Lease, Verdict};
pub use members::{MAX_MEMBERS, MemberCount};
pub use object_error::ObjectError;
pub use object_format::{MAX_OBJECT_BYTES, pack, unpack};
pub use publication::{Draft, Publication};
pub use reading::{Reading, missing_objects};

#[cfg(test)]
mod tests;
