//! Task definitions, each read once and kept for ever, because a revision never changes.

use super::{
    api::Api,
    calls,
    decode::{
        Book,
        definition::{self, Definition},
    },
    gate::IN_FLIGHT,
};
use crate::{
    background,
    cache::{Folder, Shelf},
    model::{Failure, FailureKind, Gap, Part, Progress},
};
use futures::{StreamExt, stream};
use std::{
    collections::{BTreeMap, BTreeSet},
    io,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

/// How long definitions are left alone after they could not be read.
const REST: Duration = Duration::from_secs(5);

/// The definitions read so far, and those that can not be.
#[derive(Debug, Default)]
pub(crate) struct Library {
    shelves: Mutex<Shelves>,
    /// Those of earlier runs.
    disk: Option<Arc<Shelf<Definition>>>,
}

/// The form in which definitions are kept on disk; another form needs another number.
const FORM: u32 = 2;

#[derive(Debug, Default)]
struct Shelves {
    book: Book,
    /// What lies on disk, where it was read.
    shelved: Option<BTreeMap<String, Definition>>,
    refused: BTreeSet<String>,
    wanted: BTreeSet<String>,
    /// Those that are being read just now.
    reading: BTreeSet<String>,
    failed: Option<(Duration, Failure)>,
}

impl Library {
    /// What has been read so far.
    #[must_use]
    pub(crate) fn book(&self) -> Book {
        self.shelves().book.clone()
    }

    /// A library with what earlier runs left in that folder.
    pub(crate) fn new(cache: Option<Folder>) -> Self {
        let disk = cache.map(|folder| Arc::new(Shelf::new(folder, "task-definitions", FORM)));
        Self { disk, shelves: Mutex::default() }
    }

    /// Reads what lies on disk, the first time.
    pub(crate) async fn open(&self) {
        let Some(disk) = self.disk.clone().filter(|_| self.shelves().shelved.is_none()) else { return };
        let read = background::blocking(move || disk.all()).await;
        let read = read.unwrap_or_else(|panicked| Err(io::Error::other(panicked.to_string())));
        let (shelved, damaged) = read.unwrap_or_else(|error| {
            tracing::warn!(%error, "the cache of task definitions can't be read");
            Default::default()
        });
        if damaged > 0 {
            tracing::warn!(damaged, "lines of the cache of task definitions were damaged and are let go");
        }
        self.shelves().shelved = Some(shelved);
    }

    /// Notes which are wanted now; `all` says that more will be only as things change. Those of `compared` are told from
    /// each other by all they are, which is not on disk.
    pub(crate) fn want(&self, wanted: BTreeSet<String>, compared: &BTreeSet<String>, all: bool) {
        let mut shelves = self.shelves();
        shelves.wanted = wanted;
        let Shelves { wanted, book, shelved, refused, reading, failed } = &mut *shelves;
        for arn in wanted.iter() {
            if let Some(definition) = shelved.as_mut().and_then(|shelved| shelved.remove(arn)) {
                book.entry(arn.clone()).or_insert_with(|| Arc::new(definition));
            }
        }
        wanted.retain(|arn| {
            let suffices = |known: &Arc<Definition>| !compared.contains(arn) || known.aspects.is_whole();
            !book.get(arn).is_some_and(suffices) && !refused.contains(arn) && !reading.contains(arn)
        });
        if wanted.is_empty() && reading.is_empty() {
            *failed = None;
            if all {
                // What else lies on disk is of other accounts.
                *shelved = shelved.as_ref().map(|_| BTreeMap::new());
            }
        }
    }

    /// Reads what is wanted, as fast as the budget allows, unless it could not be read just before.
    pub(crate) async fn fetch(&self, api: &Api) {
        {
            let mut shelves = self.shelves();
            let rests = |(at, _): &(Duration, Failure)| api.gate.now() < *at + REST;
            if shelves.wanted.is_empty() || shelves.failed.as_ref().is_some_and(rests) {
                return;
            }
            shelves.reading.clear();
            shelves.failed = None;
        }
        let next = || {
            let mut shelves = self.shelves();
            let next = if shelves.failed.is_some() { None } else { shelves.wanted.pop_first() };
            shelves.reading.extend(next.clone());
            next
        };
        let reads = stream::iter(std::iter::from_fn(next));
        reads.for_each_concurrent(IN_FLIGHT, |arn| self.read(api, arn)).await;
    }

    /// What could not be read.
    pub(crate) fn gap(&self) -> Option<Gap> {
        let failure = self.shelves().failed.clone().map(|(_, failure)| failure)?;
        Some(Gap { what: calls::DESCRIBE_TASK_DEFINITION.gives.into(), failure })
    }

    /// How far the reading is; nothing where all that is wanted was read.
    pub(crate) fn progress(&self) -> Option<Progress> {
        let shelves = self.shelves();
        let (read, left) = (shelves.book.len(), shelves.wanted.len() + shelves.reading.len());
        let progress = Progress { part: Part::Definitions, read, known: read + left };
        (left > 0 && shelves.failed.is_none()).then_some(progress)
    }

    async fn read(&self, api: &Api, arn: String) {
        let ask = api.clients.ecs.describe_task_definition().task_definition(&arn).send();
        let answer = api.pass(&calls::DESCRIBE_TASK_DEFINITION, ask).await;
        let mut shelves = self.shelves();
        shelves.reading.remove(&arn);
        match answer {
            Ok(answer) => {
                if let Some(raw) = answer.task_definition() {
                    let read = Arc::new(definition::definition(raw));
                    self.shelve(&arn, &read);
                    shelves.book.insert(arn, read);
                }
            }
            // A deleted definition stays deleted; asking again would only spend quota.
            Err(failure) if failure.kind == FailureKind::Missing => {
                shelves.refused.insert(arn);
            }
            Err(failure) => {
                shelves.wanted.insert(arn);
                shelves.failed = Some((api.gate.now(), failure));
            }
        }
    }

    /// Puts one on disk, beside the looks.
    fn shelve(&self, arn: &str, read: &Arc<Definition>) {
        let Some(disk) = self.disk.clone() else { return };
        let (arn, read) = (arn.to_owned(), Arc::clone(read));
        let keep = move || disk.add([(arn.as_str(), &*read)]);
        background::blocking_then(keep, |kept| {
            if let Ok(Err(error)) = kept {
                tracing::warn!(%error, "a task definition could not be kept");
            }
        });
    }

    fn shelves(&self) -> MutexGuard<'_, Shelves> {
        self.shelves.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::{Definition, FORM, Library};
    use crate::cache::{Folder, Shelf};
    use std::{collections::BTreeSet, fs};

    #[tokio::test]
    async fn what_lies_on_disk_is_kept_until_all_is_known_of() {
        let place = std::env::temp_dir().join(format!("portolan-definitions-{}", std::process::id()));
        let shelf = Shelf::new(Folder::new(&place), "task-definitions", FORM);
        let one = Definition::default();
        shelf.add([("web:1", &one), ("db:2", &one)]).unwrap();
        let library = Library::new(Some(Folder::new(&place)));
        library.open().await;
        let want = |arns: &[&str], all| {
            library.want(arns.iter().map(|arn| (*arn).to_owned()).collect(), &BTreeSet::new(), all);
            library.book().into_keys().collect::<Vec<_>>()
        };
        assert_eq!(want(&[], false), Vec::<String>::new());
        assert_eq!(want(&["web:1"], false), ["web:1"]);
        assert_eq!(want(&["web:1", "db:2"], true), ["db:2", "web:1"], "it was still there");
        assert_eq!(library.progress(), None);
        fs::remove_dir_all(&place).unwrap();
    }
}
