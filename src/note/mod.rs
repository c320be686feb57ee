//! Notes: a line or a few that people leave on a service, a call or a finding, for the next shift or for the whole team.
//!
//! - A [`NoteBook`] holds the notes of one source. It is one small object: in the team's store, or in the state
//!   directory without a team.
//! - Targets have no source in their ids, because two configurations may call the same account differently.
//! - A book may come from a stranger: only its newest entries are read, within limits, and all text is cleaned.

mod book;
mod target;
mod until;

pub use book::{BookError, MAX_BOOK_BYTES, NOTES_SCHEMA, Note, NoteBook, NoteDraft};
pub use target::{NoteTarget, NotedFinding};
pub use until::{split_until, until_time};

/// Maximum length of a note, in characters: a few lines.
pub const MAX_NOTE_CHARS: usize = 600;
