//! Notes in the interactive program: reads the notes on each source periodically, and writes new ones.

use crate::{
    app::Msg,
    background::{self, Panicked},
    model::{Failure, SourceId, Text, Timestamp},
    note::NoteDraft,
    source::{
        Source,
        team::{NoteStore, StoredNotes, TeamAccess},
    },
};
use jiff::tz::TimeZone;
use std::{
    collections::BTreeMap,
    future::ready,
    hash::{BuildHasher, RandomState},
    path::PathBuf,
    sync::Arc,
    time::Duration,
};
use tokio::{
    sync::{Notify, mpsc::Sender},
    time::{sleep, timeout},
};
use tokio_util::task::AbortOnDropHandle;

/// Time between two reads of the notes on a source, if a team shares them.
const NOTE_POLL_INTERVAL: Duration = Duration::from_secs(15);

/// Maximum time to read the notes on a source, or to write one.
const NOTE_TIMEOUT: Duration = Duration::from_secs(30);

/// Tasks that read the notes on each source periodically, and write new ones.
pub(super) struct NoteTasks {
    sources: BTreeMap<SourceId, Arc<dyn Source>>,
    access: TeamAccess,
    state: Option<PathBuf>,
    sender: Sender<Msg>,
    /// Wakes the tasks after a note was written, so that they read it at once.
    wake: Arc<Notify>,
    _readers: Vec<AbortOnDropHandle<()>>,
}

impl NoteTasks {
    /// Starts a task for each source. `state` is the directory of notes that stay on this machine.
    pub(super) fn start(
        sources: &[Arc<dyn Source>],
        access: TeamAccess,
        state: Option<PathBuf>,
        sender: Sender<Msg>,
    ) -> Self {
        let wake = Arc::new(Notify::new());
        let spawn_reader = |source: &Arc<dyn Source>| {
            let (source, access, state) = (Arc::clone(source), access.clone(), state.clone());
            let (sender, wake) = (sender.clone(), Arc::clone(&wake));
            let make = move || {
                read_notes(
                    Arc::clone(&source),
                    access.clone(),
                    state.clone(),
                    sender.clone(),
                    Arc::clone(&wake),
                )
            };
            background::spawn(background::restart_on_panic(NOTE_POLL_INTERVAL, make, |_| ready(())), |_| ())
        };
        let readers = sources.iter().map(spawn_reader).collect();
        let sources = sources.iter().map(|source| (source.id().clone(), Arc::clone(source))).collect();
        Self { sources, access, state, sender, wake, _readers: readers }
    }

    /// Writes a note on a source in the background, and notifies the user of the result.
    pub(super) fn write(&self, source: &SourceId, draft: NoteDraft) {
        let Some(source) = self.sources.get(source).cloned() else { return };
        let (access, state, sender) = (self.access.clone(), self.state.clone(), self.sender.clone());
        let (lost, wake) = (sender.clone(), Arc::clone(&self.wake));
        let end = draft
            .until
            .map_or_else(|| "without an end".to_owned(), |end| format!("until {}", local_time(end)));
        let work = async move {
            let notice = match timeout(NOTE_TIMEOUT, write_note(&*source, &access, state, draft)).await {
                Ok(Ok((id, is_shared))) => {
                    let readers = if is_shared { "for the whole team" } else { "on this machine" };
                    format!("noted {end}, {readers}; portolan note --remove {id} removes it")
                }
                Ok(Err(failure)) => {
                    format!("the note could not be written: {} ({})", failure.message, failure.remedy)
                }
                Err(_) => "the note could not be written: the store does not answer".to_owned(),
            };
            wake.notify_waiters();
            // If the program has ended meanwhile, the message has no receiver.
            let _ = sender.send(Msg::Notice(notice)).await;
        };
        let on_panic = move |panicked: Panicked| {
            // If the queue is full, the user misses the notice.
            let _ = lost.try_send(Msg::Notice(format!("the note could not be written: {panicked}")));
        };
        drop(background::spawn(work, on_panic).detach());
    }
}

/// Formats a time in the time zone of this machine.
fn local_time(at: Timestamp) -> String {
    at.to_zoned_datetime(TimeZone::system()).strftime("%a %m-%d %H:%M").to_string()
}

/// Returns a random id for a note, short enough to type.
pub fn random_note_id() -> Text {
    Text::new(&format!("{:08x}", RandomState::new().hash_one(()) as u32))
}

/// Adds a note to those on the source. Returns the note's id, and true if the whole team sees it.
async fn write_note(
    source: &dyn Source,
    access: &TeamAccess,
    state: Option<PathBuf>,
    draft: NoteDraft,
) -> Result<(Text, bool), Failure> {
    let store = NoteStore::of(source, access, state.as_deref()).await?;
    let note = draft.signed(random_note_id(), access.member_name());
    store.change(|book| book.add(note.clone())).await?;
    Ok((note.id, store.is_shared()))
}

/// Sends the notes on a source to the app at the start and after each change, until the receiver is dropped.
/// Without a team, only this user changes them.
async fn read_notes(
    source: Arc<dyn Source>,
    access: TeamAccess,
    state: Option<PathBuf>,
    sender: Sender<Msg>,
    wake: Arc<Notify>,
) {
    let (mut known, mut store) = (StoredNotes::default(), None);
    loop {
        if store.is_none() {
            store = NoteStore::of(&*source, &access, state.as_deref()).await.ok();
        }
        let read = match &store {
            Some(store) => timeout(NOTE_TIMEOUT, store.read(&known)).await,
            None => Ok(Ok(None)),
        };
        let failed = store.is_none() || !matches!(read, Ok(Ok(_)));
        if let Ok(Ok(Some(notes))) = read
            && notes != known
        {
            known = notes;
            let message = Msg::NotesRead(source.id().clone(), Box::new(known.book.clone()));
            if sender.send(message).await.is_err() {
                return;
            }
        }
        // Without a team, only this user writes notes, so there is no need to read them again.
        let others_write = access.store.is_some();
        tokio::select! {
            () = sleep(NOTE_POLL_INTERVAL), if others_write || failed => {}
            // The note may be in another file than before, because the account has become known since.
            () = wake.notified() => store = None,
        }
    }
}
