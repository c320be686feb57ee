//! Notes: a few lines that people leave on a service, a call or a finding, for the next shift or for the
//! whole team.
//!
//! - A [`NoteBook`] holds the notes of one source. It is a small object in the team's store, or a file in the
//!   state directory if there is no team.
//! - The ids in targets do not contain the source, because two configurations can give the same account
//!   different names.
//! - A book can come from a stranger. So Portolan reads only its newest notes, within limits, and cleans all
//!   text.

mod book;
mod target;
mod until;

pub use book::{BookError, MAX_BOOK_BYTES, NOTES_SCHEMA, Note, NoteBook, NoteDraft};
pub use target::{NoteTarget, NotedFinding};
pub use until::{split_until, until_time};

/// Maximum length of a note, in characters: a few lines.
pub const MAX_NOTE_CHARS: usize = 600;
