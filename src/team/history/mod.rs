//! History of a team: events that its leaders observed, and actions of its members. It fills the timelines of
//! members that were not running at the time.
//!
//! - A [`HistorySegment`] has the entries of one hour. Any leader adds to it, so the history survives a
//!   change of the leader.
//! - An [`ActionBook`] has the actions of all members, without anything that was typed in a shell.
//! - Both may come from an attacker, like everything in a store. Portolan limits their size when it reads
//!   them, and moves their entries to the reader's own source.

mod action_book;
mod hour;
mod segment;

pub use action_book::{ActionBook, ActionResult, MAX_ACTIONS_BYTES, SharedAction};
pub use hour::{HISTORY_PREFIX, HistoryHour};
pub use segment::{HistorySegment, MAX_SEGMENT_BYTES, is_team_entry};

use crate::history::Entry;

/// Maximum length of a service's group and name together, in bytes.
const MAX_SHARED_NAME_BYTES: usize = 600;

/// Key of the action book.
pub const ACTIONS_KEY: &str = "actions";

/// Part of a team's history that was read from the store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TeamHistoryPart {
    /// Entries of the timeline.
    Entries(Vec<Entry>),
    /// Actions of other members, and of earlier runs of this one.
    Actions(Vec<SharedAction>),
}
