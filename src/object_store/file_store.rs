//! Object store in a folder, with one file for each object. It serves teams that share a machine or a disk;
//! tests use it too.

use super::{
    Fetched, MAX_LISTED_OBJECTS, ObjectStore, ObjectVersion, StoredObject, WriteCondition, WriteOutcome,
};
use crate::{
    background::run_blocking,
    cache::hashed_bytes,
    model::{Failure, FailureKind},
    private_fs::{SharedDir, SharedFile},
};
use futures::{FutureExt, future::BoxFuture};
use std::{
    io::{self, ErrorKind},
    path::PathBuf,
    sync::Arc,
    time::Duration,
};

/// Character that replaces the slashes of a key in its file name.
const SLASH_REPLACEMENT: &str = "+";

/// Maximum size in bytes of a file that a conditional write replaces. The write reads the old file first, to
/// compare its version.
const MAX_REPLACED_BYTES: u64 = 1 << 20;

/// Minimum age of the unfinished files that a listing removes. A writer that still runs finishes sooner, so
/// older ones come from killed processes.
const MIN_ABANDONED_AGE: Duration = Duration::from_hours(1);

/// Object store in a folder, with one file for each object.
#[derive(Clone, Debug)]
pub struct FileStore {
    folder: Arc<PathBuf>,
}

impl FileStore {
    /// Returns a store in `folder`. Each call opens the folder again, because its disk may be remounted; the
    /// call fails if the folder is missing.
    #[must_use]
    pub fn new(folder: PathBuf) -> Self {
        Self { folder: Arc::new(folder) }
    }

    /// Opens the folder and runs `work` on it, on a thread that may block.
    fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(&SharedDir) -> io::Result<T> + Send + 'static,
    ) -> BoxFuture<'_, Result<T, Failure>> {
        let folder = Arc::clone(&self.folder);
        async move {
            let done = run_blocking(move || work(&SharedDir::open(&folder)?)).await;
            match done {
                Ok(outcome) => outcome.map_err(|error| self.failure(&error)),
                Err(panicked) => Err(panicked.failure("internal error while using a shared folder")),
            }
        }
        .boxed()
    }

    fn failure(&self, error: &io::Error) -> Failure {
        let (kind, remedy) = match error.kind() {
            ErrorKind::NotFound => (FailureKind::Missing, "create the folder, or mount its disk"),
            ErrorKind::PermissionDenied => {
                (FailureKind::Denied, "let everybody who uses the folder read and write it")
            }
            ErrorKind::FileTooLarge => (FailureKind::Invalid, "check who may write to the folder"),
            _ => (FailureKind::Unreachable, "check the folder and its disk"),
        };
        Failure::new(kind, format!("the folder {}: {error}", self.folder.display()), remedy)
    }
}

fn file_name(key: &str) -> String {
    key.replace('/', SLASH_REPLACEMENT)
}

fn version_of(bytes: &[u8]) -> ObjectVersion {
    ObjectVersion(hashed_bytes(bytes))
}

impl ObjectStore for FileStore {
    fn location(&self) -> String {
        format!("file://{}", self.folder.display())
    }

    fn read<'a>(
        &'a self,
        key: &'a str,
        known: Option<&'a ObjectVersion>,
        max_bytes: usize,
    ) -> BoxFuture<'a, Result<Fetched, Failure>> {
        let (name, known) = (file_name(key), known.cloned());
        self.run(move |dir| {
            let Some(SharedFile { bytes, age }) = dir.read(&name, max_bytes as u64)? else {
                return Ok(Fetched::Missing);
            };
            let version = version_of(&bytes);
            Ok(if known.as_ref() == Some(&version) {
                Fetched::Unchanged
            } else {
                Fetched::Found(StoredObject { bytes, version, age: Some(age) })
            })
        })
    }

    fn write<'a>(
        &'a self,
        key: &'a str,
        bytes: Vec<u8>,
        condition: WriteCondition,
    ) -> BoxFuture<'a, Result<WriteOutcome, Failure>> {
        let name = file_name(key);
        self.run(move |dir| {
            let is_written = match condition {
                WriteCondition::Always => dir.replace(&name, &bytes).map(|()| true)?,
                WriteCondition::IfMissing => dir.create(&name, &bytes)?,
                WriteCondition::IfVersion(known) => {
                    let is_known = |old: Option<&[u8]>| old.is_some_and(|old| version_of(old) == known);
                    dir.replace_if(&name, MAX_REPLACED_BYTES, is_known, &bytes)?
                }
            };
            Ok(if is_written { WriteOutcome::Written(version_of(&bytes)) } else { WriteOutcome::Refused })
        })
    }

    fn list<'a>(&'a self, prefix: &'a str) -> BoxFuture<'a, Result<Vec<(String, ObjectVersion)>, Failure>> {
        let start = file_name(prefix);
        self.run(move |dir| {
            // Nothing else removes unfinished files, and only a listing reads the names of all files anyway.
            dir.remove_unfinished(MIN_ABANDONED_AGE)?;
            let mut names = dir.file_names()?;
            names.retain(|name| name.starts_with(&start));
            names.sort();
            names.truncate(MAX_LISTED_OBJECTS);
            let mut listed = Vec::new();
            for name in names {
                // A file may be deleted meanwhile, or may be no object at all. The listing reads no content:
                // anyone who may write to the folder could make that take arbitrarily long.
                if let Ok(Some(mark)) = dir.change_mark(&name) {
                    listed.push((name.replace(SLASH_REPLACEMENT, "/"), ObjectVersion(mark)));
                }
            }
            Ok(listed)
        })
    }

    fn delete<'a>(&'a self, key: &'a str) -> BoxFuture<'a, Result<(), Failure>> {
        let name = file_name(key);
        self.run(move |dir| dir.remove(&name))
    }
}

#[cfg(test)]
mod tests {
    use super::FileStore;
    use crate::{
        model::FailureKind,
        object_store::{Fetched, ObjectStore, WriteCondition, WriteOutcome, probe_conditions},
    };

    #[tokio::test]
    async fn a_folder_honours_conditions() {
        let folder = std::env::temp_dir().join(format!("portolan-file-store-{}", std::process::id()));
        let store = FileStore::new(folder.clone());
        assert_eq!(store.read("a/head", None, 9).await.unwrap_err().kind, FailureKind::Missing);
        std::fs::create_dir_all(&folder).unwrap();
        assert_eq!(store.read("a/head", None, 9).await, Ok(Fetched::Missing));
        probe_conditions(&store, "a/1").await.unwrap();
        assert_eq!(store.list("a/").await, Ok(Vec::new()), "the probe leaves nothing");
        let written = store.write("a/head", b"1".to_vec(), WriteCondition::Always).await.unwrap();
        let WriteOutcome::Written(version) = written else { panic!() };
        assert_eq!(store.read("a/head", Some(&version), 9).await, Ok(Fetched::Unchanged));
        let listed = store.list("a/").await.unwrap();
        assert_eq!(listed.iter().map(|(key, _)| key.as_str()).collect::<Vec<_>>(), ["a/head"]);
        std::fs::File::create(folder.join("a+huge")).unwrap().set_len(1 << 40).unwrap();
        assert_eq!(store.list("a/").await.unwrap().len(), 2, "no file is read");
        store.write("a/head", b"2".to_vec(), WriteCondition::Always).await.unwrap();
        assert_ne!(store.list("a/").await.unwrap()[0], listed[0]);
        assert_eq!(store.list("b/").await, Ok(Vec::new()));
        store.delete("a/head").await.unwrap();
        std::fs::remove_dir_all(&folder).unwrap();
    }
}
