//! Storage of the notes on one source: an object in the team's store or, without a team, a file in the state
//! directory.

use super::TeamAccess;
use crate::{
    cache::hashed_key,
    model::{Failure, FailureKind},
    note::{BookError, MAX_BOOK_BYTES, NoteBook},
    object_store::{Fetched, FileStore, ObjectStore, ObjectVersion, WriteCondition, WriteOutcome},
    private_fs::PrivateDir,
    source::Source,
};
use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

/// Folder of the notes in the state directory.
const LOCAL_NOTES_FOLDER: &str = "notes";

/// Name of the notes' object in the folder of the account and region.
const NOTES_KEY: &str = "notes";

/// Maximum number of attempts to write while other members write too.
const MAX_WRITE_ATTEMPTS: usize = 8;

/// Place where the notes on one source are stored: an object in the team's store, or a file of this user.
#[derive(Clone)]
pub struct NoteStore {
    store: Arc<dyn ObjectStore>,
    key: String,
    /// Folder to create before the first note is written; `None` in a team's store.
    local_folder: Option<PathBuf>,
}

/// Notes as this member last read them, with the version of their object.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StoredNotes {
    /// The notes.
    pub book: NoteBook,
    version: Option<ObjectVersion>,
}

impl NoteStore {
    /// Returns the store of the notes on `source`. `state` is the state directory, for use without a team.
    ///
    /// # Errors
    /// Returns a failure if the source can't find out its account, or if there is neither a team nor a state
    /// directory.
    pub async fn of(source: &dyn Source, access: &TeamAccess, state: Option<&Path>) -> Result<Self, Failure> {
        if let (Some(store), Some(folder)) = (&access.store, source.team_folder().await) {
            let key = format!("{}/{NOTES_KEY}", folder?);
            return Ok(Self { store: Arc::clone(store), key, local_folder: None });
        }
        let state = state.ok_or_else(|| {
            let remedy = "set XDG_STATE_HOME or HOME";
            Failure::new(FailureKind::Missing, "there is no state directory for notes", remedy)
        })?;
        let folder = state.join(LOCAL_NOTES_FOLDER);
        // The key depends on the location, so the notes are kept when the source is renamed.
        let key = source.outage_key().await.unwrap_or_else(|| hashed_key(source.id().as_str()));
        let store = Arc::new(FileStore::new(folder.clone()));
        Ok(Self { store, key, local_folder: Some(folder) })
    }

    /// Returns true if the whole team sees the notes.
    #[must_use]
    pub fn is_shared(&self) -> bool {
        self.local_folder.is_none()
    }

    /// Reads the notes. Returns `None` if they have not changed since `known`.
    pub async fn read(&self, known: &StoredNotes) -> Result<Option<StoredNotes>, Failure> {
        let fetched = self.store.read(&self.key, known.version.as_ref(), MAX_BOOK_BYTES).await;
        match fetched {
            Ok(Fetched::Unchanged) => Ok(None),
            Ok(Fetched::Missing) => Ok(Some(StoredNotes::default())),
            Ok(Fetched::Found(object)) => {
                let book = NoteBook::parse(&object.bytes).map_err(|error| book_failure(&error))?;
                Ok(Some(StoredNotes { book, version: Some(object.version) }))
            }
            // Without a team, `change` creates the folder for the first note.
            Err(failure) if !self.is_shared() && failure.kind == FailureKind::Missing => {
                Ok(Some(StoredNotes::default()))
            }
            Err(failure) => Err(failure),
        }
    }

    /// Changes the notes and returns them. If another member has written meanwhile, applies `change` again to
    /// the new notes, so that no note is lost.
    pub async fn change(&self, change: impl Fn(&mut NoteBook)) -> Result<StoredNotes, Failure> {
        if let Some(folder) = &self.local_folder {
            PrivateDir::open_or_create(folder).map_err(|error| {
                let what = format!("{} can't be created: {error}", folder.display());
                Failure::new(FailureKind::Invalid, what, "check the state directory")
            })?;
        }
        for _ in 0..MAX_WRITE_ATTEMPTS {
            let mut notes = self.read(&StoredNotes::default()).await?.unwrap_or_default();
            change(&mut notes.book);
            let condition = notes.version.map_or(WriteCondition::IfMissing, WriteCondition::IfVersion);
            let written = self.store.write(&self.key, notes.book.to_bytes(), condition).await?;
            if let WriteOutcome::Written(version) = written {
                return Ok(StoredNotes { book: notes.book, version: Some(version) });
            }
        }
        Err(Failure::new(FailureKind::Throttled, "many others write notes at this moment", "try again"))
    }
}

fn book_failure(error: &BookError) -> Failure {
    Failure::new(
        FailureKind::Invalid,
        error.to_string(),
        "let all members of the team use one version of Portolan",
    )
}

#[cfg(test)]
mod tests {
    use super::{NoteStore, StoredNotes};
    use crate::{
        model::Timestamp,
        note::{Note, NoteDraft, NoteTarget},
        object_store::{ObjectStore, WriteCondition, memory_store::MemoryStore},
    };
    use std::sync::Arc;

    fn note(id: &str) -> Note {
        let target = NoteTarget { node: "shop/web".into(), callee: None, finding: None };
        NoteDraft { at: Timestamp::UNIX_EPOCH, until: None, target, text: "known".into() }
            .signed(id.into(), "ann".into())
    }

    #[tokio::test]
    async fn two_members_who_write_at_once_keep_both_notes() {
        let store = Arc::new(MemoryStore::default());
        let notes = NoteStore { store: store.clone(), key: "portolan/a/notes".into(), local_folder: None };
        let writers = (0..5).map(|writer| {
            let notes = notes.clone();
            async move {
                for number in 0..5 {
                    let one = note(&format!("{writer}-{number}"));
                    notes.change(|book| book.add(one.clone())).await.unwrap();
                }
            }
        });
        futures::future::join_all(writers).await;
        let read = notes.read(&StoredNotes::default()).await.unwrap().unwrap();
        assert_eq!(read.book.notes().len(), 25);
        assert_eq!(notes.read(&read).await, Ok(None), "unchanged");
        let newer = b"{\"schema\":\"portolan.notes/2\"}\n".to_vec();
        store.write("portolan/a/notes", newer, WriteCondition::Always).await.unwrap();
        let failure = notes.change(|book| book.add(note("x"))).await.unwrap_err();
        assert!(failure.message.contains("portolan.notes/2"), "{}", failure.message);
    }

    #[cfg(unix)]
    #[tokio::test]
    async fn local_notes_are_for_their_owner_alone_and_begin_with_the_first_note() {
        use std::os::unix::fs::PermissionsExt;
        let folder =
            std::env::temp_dir().join(format!("portolan-notes-{}", std::process::id())).join("notes");
        let store = Arc::new(crate::object_store::FileStore::new(folder.clone()));
        let notes = NoteStore { store, key: "docker".into(), local_folder: Some(folder.clone()) };
        assert_eq!(notes.read(&StoredNotes::default()).await, Ok(Some(StoredNotes::default())));
        assert!(!folder.exists(), "reading writes nothing");
        notes.change(|book| book.add(note("1"))).await.unwrap();
        let mode = std::fs::metadata(folder.join("docker")).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        std::fs::remove_dir_all(folder.parent().unwrap()).unwrap();
    }
}
