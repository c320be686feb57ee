//! Cache of task definitions. Portolan reads each definition once and keeps it forever, because a revision
//! never changes.

use crate::{
    background,
    cache::{AppendLog, CacheDir},
    model::{Failure, FailureKind, LoadProgress, SourcePart, UnreadPart},
    source::ecs::{
        client::{api::Api, rate_limiter::MAX_CALLS_IN_FLIGHT},
        decode::definitions::task_definition::{self, TaskDefinitionSummary, TaskDefinitions},
        quota::calls,
    },
};
use futures::{StreamExt, stream};
use std::{
    collections::{BTreeMap, BTreeSet},
    io,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

/// Wait before the next attempt if a task definition could not be read.
const RETRY_WAIT: Duration = Duration::from_secs(5);

/// Task definitions read so far, in memory and on disk.
#[derive(Debug, Default)]
pub(crate) struct TaskDefinitionCache {
    state: Mutex<DefinitionState>,
    /// File with the task definitions of earlier runs; `None` if caching is off.
    disk: Option<Arc<AppendLog<TaskDefinitionSummary>>>,
}

/// Version of the file format; increase it with every change of the format.
const CACHE_FORMAT_VERSION: u32 = 4;

#[derive(Debug, Default)]
struct DefinitionState {
    definitions: TaskDefinitions,
    /// Definitions read from disk and not used yet, by ARN; `None` before the file is read.
    on_disk: Option<BTreeMap<String, TaskDefinitionSummary>>,
    /// ARNs of definitions that no longer exist.
    missing: BTreeSet<String>,
    /// ARNs of definitions still to fetch.
    wanted: BTreeSet<String>,
    /// ARNs of definitions that are being fetched now.
    in_flight: BTreeSet<String>,
    /// Last failure, with its time, counted from the creation of the rate limiter.
    last_failure: Option<(Duration, Failure)>,
}

impl TaskDefinitionCache {
    /// Returns the task definitions read so far.
    #[must_use]
    pub(crate) fn definitions(&self) -> TaskDefinitions {
        self.lock_state().definitions.clone()
    }

    /// Returns a cache that also keeps its definitions in a file of the directory `cache`, if given.
    pub(crate) fn new(cache: Option<CacheDir>) -> Self {
        let disk =
            cache.map(|folder| Arc::new(AppendLog::new(folder, "task-definitions", CACHE_FORMAT_VERSION)));
        Self { disk, state: Mutex::default() }
    }

    /// Reads the definitions on disk, unless an earlier call has read them.
    pub(crate) async fn load_from_disk(&self) {
        let Some(disk) = self.disk.clone().filter(|_| self.lock_state().on_disk.is_none()) else { return };
        let read = background::run_blocking(move || disk.read_all()).await;
        let read = read.unwrap_or_else(|panicked| Err(io::Error::other(panicked.to_string())));
        let (on_disk, damaged) = read.unwrap_or_else(|error| {
            tracing::warn!(%error, "the task definition cache can't be read");
            Default::default()
        });
        if damaged > 0 {
            tracing::warn!(damaged, "damaged lines in the task definition cache were skipped");
        }
        self.lock_state().on_disk = Some(on_disk);
    }

    /// Requests the definitions with the ARNs `wanted`. Takes those that an earlier run stored on disk.
    /// [`Self::fetch_requested`] reads the others from AWS.
    ///
    /// Definitions in `compared` need fingerprints of their values, which are not stored on disk, so they are
    /// always read from AWS. `all` is true if Portolan has read all tasks. In that case, once no definition
    /// is left to fetch, this function drops the unused definitions of the file from memory.
    pub(crate) fn request(&self, wanted: BTreeSet<String>, compared: &BTreeSet<String>, all: bool) {
        let mut state = self.lock_state();
        state.wanted = wanted;
        let DefinitionState { wanted, definitions, on_disk, missing, in_flight, last_failure } = &mut *state;
        for arn in wanted.iter() {
            if let Some(definition) = on_disk.as_mut().and_then(|on_disk| on_disk.remove(arn)) {
                definitions.entry(arn.clone()).or_insert_with(|| Arc::new(definition));
            }
        }
        wanted.retain(|arn| {
            let suffices = |known: &Arc<TaskDefinitionSummary>| {
                !compared.contains(arn) || known.attributes.has_fingerprints()
            };
            !definitions.get(arn).is_some_and(suffices) && !missing.contains(arn) && !in_flight.contains(arn)
        });
        if wanted.is_empty() && in_flight.is_empty() {
            *last_failure = None;
            if all {
                // Only definitions of other accounts and of former tasks are left from the file.
                *on_disk = on_disk.as_ref().map(|_| BTreeMap::new());
            }
        }
    }

    /// Fetches the requested definitions as fast as the quota allows, and stops at the first failure. Does
    /// nothing within [`RETRY_WAIT`] after a failure.
    pub(crate) async fn fetch_requested(&self, api: &Api) {
        {
            let mut state = self.lock_state();
            let is_waiting = |(at, _): &(Duration, Failure)| api.rate_limiter.now() < *at + RETRY_WAIT;
            if state.wanted.is_empty() || state.last_failure.as_ref().is_some_and(is_waiting) {
                return;
            }
            state.in_flight.clear();
            state.last_failure = None;
        }
        let next = || {
            let mut state = self.lock_state();
            let next = if state.last_failure.is_some() { None } else { state.wanted.pop_first() };
            state.in_flight.extend(next.clone());
            next
        };
        let reads = stream::iter(std::iter::from_fn(next));
        reads.for_each_concurrent(MAX_CALLS_IN_FLIGHT, |arn| self.fetch_one(api, arn)).await;
    }

    /// Returns the last failure as an unread part.
    pub(crate) fn unread_part(&self) -> Option<UnreadPart> {
        let failure = self.lock_state().last_failure.clone().map(|(_, failure)| failure)?;
        Some(UnreadPart { name: calls::DESCRIBE_TASK_DEFINITION.needed_for.into(), failure })
    }

    /// Returns the progress of reading the requested definitions. Returns `None` if all are read, or if a
    /// read failed.
    pub(crate) fn progress(&self) -> Option<LoadProgress> {
        let state = self.lock_state();
        let (read, left) = (state.definitions.len(), state.wanted.len() + state.in_flight.len());
        let progress = LoadProgress { part: SourcePart::TaskDefinitions, read, known: read + left };
        (left > 0 && state.last_failure.is_none()).then_some(progress)
    }

    async fn fetch_one(&self, api: &Api, arn: String) {
        let ask = api.clients.ecs.describe_task_definition().task_definition(&arn).send();
        let answer = api.call(&calls::DESCRIBE_TASK_DEFINITION, ask).await;
        let mut state = self.lock_state();
        state.in_flight.remove(&arn);
        match answer {
            Ok(answer) => {
                if let Some(raw) = answer.task_definition() {
                    let read = Arc::new(task_definition::summarize_definition(raw));
                    self.save(&arn, &read);
                    state.definitions.insert(arn, read);
                }
            }
            // A deleted definition stays deleted, so another request would only spend quota.
            Err(failure) if failure.kind == FailureKind::Missing => {
                state.missing.insert(arn);
            }
            Err(failure) => {
                state.wanted.insert(arn);
                state.last_failure = Some((api.rate_limiter.now(), failure));
            }
        }
    }

    /// Appends the definition `read` to the file in the background. Does nothing if caching is off.
    fn save(&self, arn: &str, read: &Arc<TaskDefinitionSummary>) {
        let Some(disk) = self.disk.clone() else { return };
        let (arn, read) = (arn.to_owned(), Arc::clone(read));
        let save = move || disk.append([(arn.as_str(), &*read)]);
        background::run_blocking_then(save, |saved| {
            if let Ok(Err(error)) = saved {
                tracing::warn!(%error, "a task definition could not be saved");
            }
        });
    }

    fn lock_state(&self) -> MutexGuard<'_, DefinitionState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::{CACHE_FORMAT_VERSION, TaskDefinitionCache, TaskDefinitionSummary};
    use crate::cache::{AppendLog, CacheDir};
    use std::{collections::BTreeSet, fs};

    #[tokio::test]
    async fn definitions_on_disk_are_kept_until_all_tasks_are_known() {
        let place = std::env::temp_dir().join(format!("portolan-definitions-{}", std::process::id()));
        let shelf = AppendLog::new(CacheDir::new(&place), "task-definitions", CACHE_FORMAT_VERSION);
        let one = TaskDefinitionSummary::default();
        shelf.append([("web:1", &one), ("db:2", &one)]).unwrap();
        let library = TaskDefinitionCache::new(Some(CacheDir::new(&place)));
        library.load_from_disk().await;
        let want = |arns: &[&str], all| {
            library.request(arns.iter().map(|arn| (*arn).to_owned()).collect(), &BTreeSet::new(), all);
            library.definitions().into_keys().collect::<Vec<_>>()
        };
        assert_eq!(want(&[], false), Vec::<String>::new());
        assert_eq!(want(&["web:1"], false), ["web:1"]);
        assert_eq!(want(&["web:1", "db:2"], true), ["db:2", "web:1"], "it was still there");
        assert_eq!(library.progress(), None);
        fs::remove_dir_all(&place).unwrap();
    }
}
