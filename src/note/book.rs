//! Note book: the file with the notes on one source, as JSON lines. The first line states the format.

use super::{MAX_NOTE_CHARS, NoteTarget};
use crate::model::{Text, Timestamp};
use serde::{Deserialize, Serialize};

/// Name and version of the format of a note book.
pub const NOTES_SCHEMA: &str = "portolan.notes/1";

/// Name of the format, without its version.
const NOTES_FORMAT: &str = "portolan.notes/";

/// Version of the format that Portolan writes and reads.
const NOTES_VERSION: u32 = 1;

/// Maximum size of a note book, in bytes.
pub const MAX_BOOK_BYTES: usize = 512 << 10;

/// Maximum number of notes in a note book. If there are more, Portolan removes the notes that have ended,
/// then the oldest ones.
const MAX_BOOK_NOTES: usize = 300;

/// Note that a person left on a service, a call or a finding.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Note {
    /// Random id. The user removes the note by it.
    pub id: Text,
    /// Person who wrote the note.
    pub by: Text,
    /// Time of writing, UTC.
    pub at: Timestamp,
    /// Time at which the note ends, UTC; `None` if it has no end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Timestamp>,
    /// Service, call or finding on which the person left the note.
    pub target: NoteTarget,
    /// Text of the note, at most `MAX_NOTE_CHARS` characters.
    pub text: Text,
}

/// Note as the user has written it, before it gets an id and an author.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoteDraft {
    /// Time of writing, UTC.
    pub at: Timestamp,
    /// Time at which the note ends, UTC; `None` if it has no end.
    pub until: Option<Timestamp>,
    /// Service, call or finding on which the person leaves the note.
    pub target: NoteTarget,
    /// Text of the note.
    pub text: Text,
}

/// Notes on one source, the oldest first.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Vec<Note>", into = "Vec<Note>")]
pub struct NoteBook {
    notes: Vec<Note>,
}

/// Reason why a note book could not be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BookError {
    /// The note book has another format, or another version of the format.
    #[error("the notes have the format `{0}`, and this version of Portolan reads `{NOTES_SCHEMA}`")]
    OtherSchema(Text),
    /// The first line does not state a format.
    #[error("the notes are damaged")]
    Damaged,
}

/// First line of a note book, which states the format.
#[derive(Serialize, Deserialize)]
struct BookHeader {
    schema: Text,
}

impl NoteDraft {
    /// Returns the note with its id and its author `by`.
    #[must_use]
    pub fn signed(self, id: Text, by: Text) -> Note {
        let Self { at, until, target, text } = self;
        Note { id, by, at, until, target, text: Text::with_max_chars(&text, MAX_NOTE_CHARS) }
    }
}

impl Note {
    /// Returns true if the note has not ended at `now`.
    #[must_use]
    pub fn holds(&self, now: Timestamp) -> bool {
        self.until.is_none_or(|end| now < end)
    }
}

impl NoteBook {
    /// Reads a note book. Skips damaged lines. If there are too many notes, reads only the last ones.
    ///
    /// # Errors
    /// Returns the reason if the first line states another format, or none.
    pub fn parse(bytes: &[u8]) -> Result<Self, BookError> {
        let text = String::from_utf8_lossy(&bytes[..bytes.len().min(MAX_BOOK_BYTES)]);
        let (first, rest) = text.split_once('\n').unwrap_or((&text, ""));
        let header: BookHeader = serde_json::from_str(first).map_err(|_| BookError::Damaged)?;
        let version =
            header.schema.strip_prefix(NOTES_FORMAT).and_then(|version| version.parse::<u32>().ok());
        if version != Some(NOTES_VERSION) {
            return Err(BookError::OtherSchema(Text::with_max_chars(&header.schema, 60)));
        }
        let newest = rest.lines().rev().filter(|line| !line.trim().is_empty()).take(MAX_BOOK_NOTES);
        Ok(newest.filter_map(|line| serde_json::from_str::<Note>(line).ok()).collect::<Vec<_>>().into())
    }

    /// Returns the note book as bytes: JSON lines, of which the first states the format.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let header = serde_json::to_string(&BookHeader { schema: NOTES_SCHEMA.into() }).unwrap_or_default();
        let lines = self.notes.iter().filter_map(|note| serde_json::to_string(note).ok());
        let mut text = std::iter::once(header).chain(lines).collect::<Vec<_>>().join("\n");
        text.push('\n');
        text.into_bytes()
    }

    /// Adds a note, or replaces the note with the same id, so that a repeated write adds nothing. If the book
    /// is full, first removes the notes that have ended at the time of this note, and then the oldest ones.
    pub fn add(&mut self, note: Note) {
        let now = note.at;
        self.remove(&note.id.clone());
        self.notes.push(note);
        if self.is_too_large() {
            self.notes.retain(|note| note.holds(now));
        }
        while self.is_too_large() && self.notes.len() > 1 {
            self.notes.remove(0);
        }
    }

    fn is_too_large(&self) -> bool {
        self.notes.len() > MAX_BOOK_NOTES || self.to_bytes().len() > MAX_BOOK_BYTES
    }

    /// Removes the note with this id. Returns false if there is no such note.
    pub fn remove(&mut self, id: &str) -> bool {
        let before = self.notes.len();
        self.notes.retain(|note| &*note.id != id);
        self.notes.len() < before
    }

    /// Returns the notes, the oldest first.
    #[must_use]
    pub fn notes(&self) -> &[Note] {
        &self.notes
    }
}

impl From<Vec<Note>> for NoteBook {
    /// Creates a note book from the newest of `notes`, at most 300. Cuts each text to `MAX_NOTE_CHARS`
    /// characters.
    fn from(mut notes: Vec<Note>) -> Self {
        notes.sort_by(|a, b| (a.at, &a.id).cmp(&(b.at, &b.id)));
        notes.drain(..notes.len().saturating_sub(MAX_BOOK_NOTES));
        for note in &mut notes {
            note.text = Text::with_max_chars(&note.text, MAX_NOTE_CHARS);
        }
        Self { notes }
    }
}

impl From<NoteBook> for Vec<Note> {
    fn from(book: NoteBook) -> Self {
        book.notes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn note(number: i64) -> Note {
        let target = NoteTarget { node: "shop/web".into(), callee: None, finding: None };
        let at = Timestamp::from_second(number).unwrap();
        NoteDraft { at, until: None, target, text: format!("note {number}").as_str().into() }
            .signed(format!("id{number}").as_str().into(), "ann".into())
    }

    #[test]
    fn a_book_is_read_back_and_one_note_is_removed() {
        let mut book = NoteBook::default();
        (0..3).for_each(|number| book.add(note(number)));
        assert_eq!(NoteBook::parse(&book.to_bytes()), Ok(book.clone()));
        assert!(book.remove("id1") && !book.remove("id1"));
        assert_eq!(book.notes().iter().map(|note| note.id.to_string()).collect::<Vec<_>>(), ["id0", "id2"]);
    }

    #[test]
    fn a_full_book_drops_notes_that_are_over_first() {
        let mut book = NoteBook::default();
        let over = Timestamp::from_second(50).ok();
        (0..MAX_BOOK_NOTES as i64)
            .for_each(|number| book.add(Note { until: over.filter(|_| number == 9), ..note(number) }));
        book.add(note(1_000));
        assert_eq!(book.notes().len(), MAX_BOOK_NOTES);
        assert!(book.notes().iter().all(|note| &*note.id != "id9"));
        book.add(note(1_001));
        assert_eq!(&*book.notes()[0].id, "id1");
    }

    #[test]
    fn a_million_notes_and_escapes_of_an_attacker_stay_within_the_limits() {
        let line = serde_json::to_string(&Note { text: "x".into(), ..note(1) }).unwrap();
        let hostile = line.replace("\"x\"", "\"\\u001b[2J\\u202e\"");
        let text = format!(
            "{{\"schema\":\"{NOTES_SCHEMA}\"}}\n{}",
            format!("{hostile}\n[1]\n{{}}\n").repeat(1_000_000 / 10)
        );
        let book = NoteBook::parse(text.as_bytes()).unwrap();
        assert!(!book.notes().is_empty() && book.notes().len() <= MAX_BOOK_NOTES);
        assert!(book.notes().iter().all(|note| note.text.is_empty()));
        let listed = format!(
            "[{}]",
            vec![line.replace("\"x\"", &format!("\"{}\"", "y".repeat(9_000))); 5_000].join(",")
        );
        let listed: NoteBook = serde_json::from_str(&listed).unwrap();
        assert_eq!(listed.notes().len(), MAX_BOOK_NOTES);
        assert!(listed.notes().iter().all(|note| note.text.chars().count() < 2 * MAX_NOTE_CHARS));
        assert_eq!(
            NoteBook::parse(b"{\"schema\":\"portolan.notes/2\"}"),
            Err(BookError::OtherSchema("portolan.notes/2".into()))
        );
        assert_eq!(NoteBook::parse(b"\x1b[2J"), Err(BookError::Damaged));
    }
}
