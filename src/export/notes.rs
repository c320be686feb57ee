//! Notes that people wrote, in the JSON form that several exported documents contain.

use crate::{model::Timestamp, note::Note, store::World};
use serde::Serialize;

/// Note that a person wrote, in the JSON form of exported documents.
#[derive(Serialize)]
pub(super) struct NoteOut<'a> {
    id: &'a str,
    by: &'a str,
    at: Timestamp,
    until: Option<Timestamp>,
    /// True if the note has not ended.
    holds: bool,
    node: String,
    callee: Option<&'a str>,
    finding: Option<&'a str>,
    /// True if the note acknowledges a current finding.
    acknowledges: bool,
    text: &'a str,
}

/// Returns the notes of all sources, for each source the oldest first.
pub(super) fn notes_out(world: &World) -> Vec<NoteOut<'_>> {
    let acknowledging: Vec<&Note> =
        world.findings.iter().filter_map(|finding| world.acknowledgement(finding)).collect();
    let notes = world.notes.iter().flat_map(|(source, book)| book.notes().iter().map(move |n| (source, n)));
    let out = notes.map(|(source, note)| NoteOut {
        id: &note.id,
        by: &note.by,
        at: note.at,
        until: note.until,
        holds: note.holds(world.now),
        node: note.target.node_of(source).to_string(),
        callee: note.target.callee.as_deref(),
        finding: note.target.finding.as_ref().map(|finding| &*finding.kind),
        acknowledges: acknowledging.iter().any(|known| known.id == note.id),
        text: &note.text,
    });
    out.collect()
}
