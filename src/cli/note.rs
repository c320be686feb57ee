//! Command `note`: adds a note to a service, a call or a finding, removes a note, or prints all notes.

use super::{
    Error, Outcome, Polled,
    args::{CommonArgs, Format, NoteArgs},
    open_and_poll, print, read_outcome, state_dir,
    status::format_columns,
    why::find_node,
};
use crate::{
    export,
    model::{Failure, FailureKind, NodeId, SourceId, Text},
    note::{MAX_NOTE_CHARS, NoteDraft, NoteTarget, until_time},
    runtime::random_note_id,
    screen::describe::time,
    source::{Source, team::NoteStore},
    store::World,
};
use jiff::tz::TimeZone;
use std::sync::Arc;

/// Ways to write the end of a note, for an error message.
const UNTIL_FORMS: &str =
    "write a day such as friday or 2026-12-04, a time such as 18:00, or a duration such as 2h";

/// Adds a note, removes one, or prints all, depending on `asked`.
pub(super) async fn run(common: &CommonArgs, asked: &NoteArgs) -> Result<Outcome, Error> {
    let polled = open_and_poll(common).await?;
    if let Some(id) = &asked.remove {
        remove(&polled, id).await?;
        return Ok(Outcome::Success);
    }
    if asked.service.is_some() {
        let (source, draft) = requested_note(&polled.world, asked)?;
        leave(&polled, &source, draft).await?;
        return Ok(Outcome::Success);
    }
    print(match asked.format {
        Format::Json => export::notes_json(&polled.world),
        Format::Table => notes_table(&polled.world),
    })?;
    Ok(read_outcome(&polled.world))
}

/// Returns the note that the arguments describe, and its source.
fn requested_note(world: &World, asked: &NoteArgs) -> Result<(SourceId, NoteDraft), Error> {
    let invalid = |what: String, remedy: &str| Failure::new(FailureKind::Invalid, what, remedy);
    let node = find_node(world, asked.service.as_deref().unwrap_or_default())?;
    let first = || world.sources.first().map(|status| status.id.clone());
    let source = node.source.clone().or_else(first);
    let source = source.ok_or_else(|| invalid("no source was read".to_owned(), "run portolan doctor"))?;
    let text = Text::with_max_chars(asked.text.as_deref().unwrap_or_default().trim(), MAX_NOTE_CHARS);
    if text.is_empty() {
        return Err(
            invalid("a note needs a text".to_owned(), "portolan note orders \"known, ticket 812\"").into()
        );
    }
    let until = match asked.until.as_deref() {
        None => None,
        Some(typed) => Some(
            until_time(typed, world.now, &TimeZone::system())
                .ok_or_else(|| invalid(format!("`{typed}` is no time to come"), UNTIL_FORMS))?,
        ),
    };
    let target = match (&asked.finding, &asked.calls) {
        (Some(kind), _) => finding_target(world, &source, &node.id, kind)?,
        (None, Some(callee)) => NoteTarget::call(&source, &node.id, &find_node(world, callee)?.id),
        (None, None) => NoteTarget::node(&source, &node.id),
    };
    Ok((source, NoteDraft { at: world.now, until, target, text }))
}

/// Returns the target for a note on the finding of `kind` on `node`. Fails if the node has no such finding.
fn finding_target(
    world: &World,
    source: &SourceId,
    node: &NodeId,
    kind: &str,
) -> Result<NoteTarget, Failure> {
    let finding = world.findings_on(node).find(|finding| &*finding.kind == kind);
    finding.map(|finding| NoteTarget::finding(source, node, finding)).ok_or_else(|| {
        let kinds: Vec<_> = world.findings_on(node).map(|finding| finding.kind.to_string()).collect();
        let remedy = if kinds.is_empty() {
            "it has no findings".to_owned()
        } else {
            format!("it has {}", kinds.join(", "))
        };
        Failure::new(FailureKind::Missing, format!("no finding `{kind}` on this service"), remedy)
    })
}

/// Returns the store of the notes on `source`.
async fn note_store(polled: &Polled, source: &SourceId) -> Result<NoteStore, Failure> {
    let access = polled.opened.team_access(&polled.config);
    let found: Option<&Arc<dyn Source>> = polled.opened.sources.iter().find(|one| one.id() == source);
    let found = found.ok_or_else(|| {
        Failure::new(FailureKind::Missing, format!("no source `{source}`"), "run portolan doctor")
    })?;
    NoteStore::of(&**found, &access, state_dir().as_deref()).await
}

async fn leave(polled: &Polled, source: &SourceId, draft: NoteDraft) -> Result<(), Error> {
    let store = note_store(polled, source).await?;
    let by = polled.opened.team_access(&polled.config).member_name();
    let note = draft.signed(random_note_id(), by);
    store.change(|book| book.add(note.clone())).await?;
    let place = if store.is_shared() { "for the whole team" } else { "on this machine" };
    print(format!("noted {place}; portolan note --remove {} removes it\n", note.id))?;
    Ok(())
}

async fn remove(polled: &Polled, id: &str) -> Result<(), Error> {
    let holds = |source: &&SourceId| polled.world.notes[*source].notes().iter().any(|note| &*note.id == id);
    let Some(source) = polled.world.notes.keys().find(holds) else {
        let remedy = "portolan note lists all notes with their ids";
        return Err(Failure::new(FailureKind::Missing, format!("no note `{}`", Text::new(id)), remedy).into());
    };
    note_store(polled, source)
        .await?
        .change(|book| {
            book.remove(id);
        })
        .await?;
    print(format!("removed {id}\n"))?;
    Ok(())
}

fn notes_table(world: &World) -> String {
    let notes: Vec<_> =
        world.notes.iter().flat_map(|(source, book)| book.notes().iter().map(move |n| (source, n))).collect();
    if notes.is_empty() {
        return "no notes\n".to_owned();
    }
    let rows = notes.into_iter().map(|(source, note)| {
        let target = &note.target;
        let callee = target.callee.as_ref().map(|callee| format!(" to {callee}")).unwrap_or_default();
        let finding = target.finding.as_ref().map(|finding| format!(" {}", finding.kind)).unwrap_or_default();
        let until = match note.until {
            None => String::new(),
            Some(end) if end <= world.now => "over".to_owned(),
            Some(end) => end.to_zoned_datetime(TimeZone::system()).strftime("%Y-%m-%d %H:%M").to_string(),
        };
        vec![
            note.id.to_string(),
            time::age(note.at, world.now),
            note.by.to_string(),
            until,
            format!("{}{callee}{finding}", target.node_of(source)),
            note.text.to_string(),
        ]
    });
    format_columns(&["ID", "AGE", "BY", "UNTIL", "ON", "NOTE"], rows.collect())
}
