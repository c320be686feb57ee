//! Inspect calls, one per changed container, which run concurrently with the poll. A call that hangs or fails
//! affects only its container: the poll uses the container's entry in the list response, and a later poll
//! uses a late response.

use crate::{
    background::{self, Panicked},
    model::{Fact, FactKind, Failure, FailureKind, SourceId, Text, UnreadPart},
    source::docker::{
        DockerState,
        api_types::ContainerSummary,
        decode::{self, ContainerRecord},
        engine::client::Engine,
        files::{self, ContainerFiles, FileWatch},
    },
};
use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};
use tokio::{
    sync::{Mutex, Notify, Semaphore, mpsc},
    time::{Instant, timeout, timeout_at},
};
use tokio_util::task::AbortOnDropHandle;

/// Maximum number of running inspect calls that are younger than [`UNRESPONSIVE_AFTER`].
const MAX_RESPONSIVE_CALLS: usize = 16;
/// Maximum number of running inspect calls, including unresponsive ones.
const MAX_CALLS: usize = 64;
/// Time without a response after which an inspect call counts as unresponsive. From then on, the call no
/// longer counts against [`MAX_RESPONSIVE_CALLS`].
const UNRESPONSIVE_AFTER: Duration = Duration::from_secs(2);
/// Time after a timed-out inspect call until Portolan inspects the container again. An event about the
/// container ends the wait.
const TIMEOUT_RETRY_DELAY: Duration = Duration::from_mins(1);
/// Time limit for reading the configuration files of one container.
const FILES_TIMEOUT: Duration = Duration::from_secs(5);
/// Maximum number of containers named in one unread part.
const MAX_NAMED_CONTAINERS: usize = 3;

/// List entry of a container, with the data to recognise and show the container.
#[derive(Debug)]
pub(in crate::source::docker) struct ListEntry {
    /// Full id of the container.
    pub(in crate::source::docker) id: String,
    /// Name for display.
    pub(in crate::source::docker) name: Text,
    /// Fingerprint of the list entry, for detecting changes.
    pub(in crate::source::docker) fingerprint: String,
    /// The list entry itself.
    pub(in crate::source::docker) summary: ContainerSummary,
}

/// Limits on the time that a poll waits for inspect calls.
#[derive(Clone, Copy, Debug)]
pub(in crate::source::docker) struct InspectWait {
    /// End of the wait.
    pub(in crate::source::docker) deadline: Instant,
    /// Maximum time without any response. After this time the wait ends, even before `deadline`.
    pub(in crate::source::docker) max_silence: Duration,
}

/// Running inspect calls of one engine. A call may outlive the poll that started it.
#[derive(Debug)]
pub(in crate::source::docker) struct InspectPool {
    state: Mutex<PoolState>,
    /// Semaphore that limits the responsive calls to [`MAX_RESPONSIVE_CALLS`]; each holds one permit.
    responsive_permits: Arc<Semaphore>,
    /// Notified when a response arrives after its poll has stopped waiting.
    pub(in crate::source::docker) late_response: Arc<Notify>,
}

/// Counter of the inspect calls whose response has arrived, and for which Portolan is still reading
/// configuration files. All clones share one number.
#[derive(Clone, Debug, Default)]
struct FileReadCount(Arc<AtomicUsize>);

impl FileReadCount {
    /// Counts a call until the returned value is dropped.
    fn begin(&self) -> FileReadGuard {
        self.0.fetch_add(1, Ordering::Relaxed);
        FileReadGuard(self.clone())
    }

    /// Returns true if Portolan reads files for any call.
    fn is_reading(&self) -> bool {
        self.0.load(Ordering::Relaxed) > 0
    }
}

/// Guard that counts one call in a [`FileReadCount`] until it is dropped.
struct FileReadGuard(FileReadCount);

impl Drop for FileReadGuard {
    fn drop(&mut self) {
        self.0.0.fetch_sub(1, Ordering::Relaxed);
    }
}

/// Running calls by container id, and the channel for their responses.
#[derive(Debug)]
struct PoolState {
    calls: BTreeMap<String, AbortOnDropHandle<()>>,
    /// Containers whose inspect call timed out, each with the time of the next call and the failure.
    backing_off: BTreeMap<String, (Instant, Failure)>,
    finished_calls: (mpsc::UnboundedSender<FinishedInspect>, mpsc::UnboundedReceiver<FinishedInspect>),
    reading: FileReadCount,
    /// Maximum number of references of each container.
    max_references: usize,
}

/// Result of an inspect call: the container record, the watch on the container's files, and the fingerprint
/// of its list entry when the call was made. `None` means that the response has no container id.
type InspectOutcome = Result<Option<(ContainerRecord, FileWatch, String)>, Failure>;
/// Container id with the result of its inspect call.
type FinishedInspect = (String, InspectOutcome);

impl Default for InspectPool {
    fn default() -> Self {
        let state = PoolState {
            calls: BTreeMap::new(),
            backing_off: BTreeMap::new(),
            finished_calls: mpsc::unbounded_channel(),
            reading: FileReadCount::default(),
            max_references: decode::MAX_REFERENCES,
        };
        let responsive_permits = Arc::new(Semaphore::new(MAX_RESPONSIVE_CALLS));
        Self { state: Mutex::new(state), responsive_permits, late_response: Arc::default() }
    }
}

/// Inspects the containers in `changed`. Leaves out containers that have disappeared. If an inspect call
/// fails, decodes its container from the list entry, and reports the container as an unread part.
///
/// A container whose call timed out is inspected again after [`TIMEOUT_RETRY_DELAY`], or at once if `dirty`
/// contains its id. `dirty` holds the ids of the containers with new events.
pub(in crate::source::docker) async fn inspect_containers(
    shared: &DockerState,
    changed: Vec<ListEntry>,
    dirty: &BTreeSet<String>,
    wait: InspectWait,
) -> (Vec<Arc<ContainerRecord>>, Vec<UnreadPart>) {
    let mut state = shared.inspect_pool.state.lock().await;
    let state = &mut *state;
    let wanted: BTreeSet<&String> = changed.iter().map(|entry| &entry.id).collect();
    state.calls.retain(|id, _| wanted.contains(id));
    let containers = shared.cache().container_count().max(changed.len());
    state.max_references = decode::reference_limit(containers);
    let now = Instant::now();
    state.backing_off.retain(|id, (until, _)| now < *until && wanted.contains(id) && !dirty.contains(id));
    let waiting: Vec<&ListEntry> =
        changed.iter().filter(|entry| !state.backing_off.contains_key(&entry.id)).collect();
    let mut outcomes = state.collect_outcomes(shared, waiting, wait).await;
    let (mut seen, mut troubles) = (Vec::new(), Vec::new());
    for entry in changed {
        let outcome = outcomes.remove(&entry.id);
        let is_answered = outcome.is_some();
        let late = || {
            state
                .backing_off
                .get(&entry.id)
                .map_or_else(|| no_response_yet(&shared.engine), |(_, why)| why.clone())
        };
        match outcome.unwrap_or_else(|| Err(late())) {
            Ok(Some((mut container, watch, fingerprint))) => {
                container.restore_exit(shared.cache().last_record(&entry.id).as_deref());
                let container = Arc::new(container);
                shared.cache().insert(entry.id, fingerprint, Arc::clone(&container), watch);
                seen.push(container);
            }
            Ok(None) => {}
            Err(gone) if gone.kind == FailureKind::Missing => {}
            Err(failure) => {
                if is_answered && failure.kind == FailureKind::Timeout {
                    state.backing_off.insert(entry.id.clone(), (now + TIMEOUT_RETRY_DELAY, failure.clone()));
                }
                let mut memory = shared.cache();
                seen.extend(record_from_list(shared, &entry, memory.last_record(&entry.id).as_deref()));
                memory.mark_dirty([entry.id]);
                troubles.push((entry.name, failure));
            }
        }
    }
    (seen, group_by_failure(troubles))
}

impl PoolState {
    /// Starts the inspect call of a container. If the result takes longer than `silence`, notifies
    /// [`InspectPool::late_response`].
    fn start_call(&mut self, shared: &DockerState, entry: &ListEntry, silence: Duration) {
        let (engine, source, id) = (shared.engine.clone(), shared.id.clone(), entry.id.clone());
        let (permits, with_files) = (Arc::clone(&shared.inspect_pool.responsive_permits), shared.read_files);
        let (answers, late) = (self.finished_calls.0.clone(), Arc::clone(&shared.inspect_pool.late_response));
        let (lost, of, place) = (answers.clone(), id.clone(), engine.endpoint.to_string());
        let then = move |panicked: Panicked| {
            let failure = panicked.failure(format_args!(
                "docker inspect at {place}: internal error while reading the response"
            ));
            // Sending fails only after the source is dropped.
            let _ = lost.send((of, Err(failure)));
        };
        let (fingerprint, reading) = (entry.fingerprint.clone(), self.reading.clone());
        let max_references = self.max_references;
        let look = async move {
            let began = Instant::now();
            let found =
                inspect_container(&engine, source, &id, with_files, max_references, (permits, reading)).await;
            let outcome = found.map(|found| found.map(|(container, watch)| (container, watch, fingerprint)));
            // Sending fails only after the source is dropped.
            let _ = answers.send((id, outcome));
            if began.elapsed() > silence {
                late.notify_one();
            }
        };
        self.calls.insert(entry.id.clone(), background::spawn(look, then));
    }

    /// Inspects `entries`, a limited number at a time. Waits while responses keep arriving, and while
    /// Portolan reads configuration files, but not beyond the deadline of `wait`.
    async fn collect_outcomes(
        &mut self,
        shared: &DockerState,
        entries: Vec<&ListEntry>,
        wait: InspectWait,
    ) -> BTreeMap<String, InspectOutcome> {
        let mut missing: BTreeSet<String> = entries.iter().map(|entry| entry.id.clone()).collect();
        let mut waiting: VecDeque<&ListEntry> =
            entries.into_iter().filter(|entry| !self.calls.contains_key(&entry.id)).collect();
        let mut outcomes = BTreeMap::new();
        while !missing.is_empty() {
            while self.calls.len() < MAX_CALLS
                && let Some(entry) = waiting.pop_front()
            {
                self.start_call(shared, entry, wait.max_silence);
            }
            let until = wait.deadline.min(Instant::now() + wait.max_silence);
            let (id, outcome) = match timeout_at(until, self.finished_calls.1.recv()).await {
                Ok(Some(finished)) => finished,
                // The engine is not silent: reading the files of a container takes long, up to
                // `FILES_TIMEOUT`.
                Err(_) if self.reading.is_reading() && Instant::now() < wait.deadline => continue,
                Ok(None) | Err(_) => break,
            };
            self.calls.remove(&id);
            if missing.remove(&id) {
                outcomes.insert(id, outcome);
            }
        }
        // A call that has finished without a result panicked while its response was read.
        for id in missing {
            if self.calls.get(&id).is_some_and(AbortOnDropHandle::is_finished) {
                self.calls.remove(&id);
                let remedy = "this is a bug in Portolan: please report it with portolan.log";
                let broken = Failure::new(
                    FailureKind::Invalid,
                    "docker inspect: internal error while reading the response",
                    remedy,
                );
                outcomes.insert(id, Err(broken));
            }
        }
        outcomes
    }
}

/// Inspects one container and reads its configuration files.
async fn inspect_container(
    engine: &Engine,
    source: SourceId,
    id: &str,
    with_files: bool,
    max_references: usize,
    (responsive_permits, reading): (Arc<Semaphore>, FileReadCount),
) -> Result<Option<(ContainerRecord, FileWatch)>, Failure> {
    let permit = responsive_permits.acquire_owned().await;
    let mut call = std::pin::pin!(engine.inspect(id));
    let answer = if let Ok(answer) = timeout(UNRESPONSIVE_AFTER, &mut call).await {
        answer?
    } else {
        drop(permit);
        call.await?
    };
    let _reading = reading.begin();
    let read = async {
        match engine.bollard_client().await {
            Ok(client) if with_files => files::read_config_files(engine, &client, &answer).await,
            _ => ContainerFiles::default(),
        }
    };
    let files = timeout(FILES_TIMEOUT, read).await;
    let in_time = files.is_ok();
    let files = files.unwrap_or_default();
    let decoded = background::run_blocking(move || {
        Some((decode::decode_container(&source, &answer, &files.texts, max_references)?, files.watch))
    });
    let mut found = decoded.await.map_err(|panicked| {
        panicked.failure(format_args!(
            "docker inspect at {}: internal error while reading the response",
            engine.endpoint
        ))
    })?;
    if let Some((container, _)) = &mut found {
        container.forget_remote_paths(&engine.endpoint);
    }
    if let Some((container, _)) = found.as_mut().filter(|_| !in_time) {
        container.facts.push(Fact::new(FactKind::NotRead, "configuration files: timed out"));
    }
    Ok(found)
}

/// Decodes a container from its list entry and its previous record.
fn record_from_list(
    shared: &DockerState,
    entry: &ListEntry,
    before: Option<&ContainerRecord>,
) -> Option<Arc<ContainerRecord>> {
    let mut container = decode::decode_container(
        &shared.id,
        &entry.summary.to_inspect_response(),
        &[],
        decode::MAX_REFERENCES,
    )?;
    container.forget_remote_paths(&shared.engine.endpoint);
    container.merge_previous(before);
    Some(Arc::new(container))
}

fn no_response_yet(engine: &Engine) -> Failure {
    let what = format!("docker inspect at {}: no response yet", engine.endpoint);
    let remedy =
        "if this persists, run `docker inspect` on the container: a hanging volume is a common cause";
    Failure::new(FailureKind::Timeout, what, remedy)
}

/// Returns one unread part for each failure. The name of the part lists the containers with that failure.
fn group_by_failure(troubles: Vec<(Text, Failure)>) -> Vec<UnreadPart> {
    let mut by_trouble: Vec<(Failure, Vec<Text>)> = Vec::new();
    for (name, failure) in troubles {
        match by_trouble.iter_mut().find(|(known, _)| *known == failure) {
            Some((_, names)) => names.push(name),
            None => by_trouble.push((failure, vec![name])),
        }
    }
    let gap = |(failure, mut names): (Failure, Vec<Text>)| {
        names.sort();
        let what = match names.as_slice() {
            [name] => format!("container {name}"),
            names if names.len() <= MAX_NAMED_CONTAINERS => format!("containers {}", names.join(", ")),
            names => {
                let rest = names.len() - MAX_NAMED_CONTAINERS;
                format!("containers {} and {rest} more", names[..MAX_NAMED_CONTAINERS].join(", "))
            }
        };
        UnreadPart { name: what.into(), failure }
    };
    by_trouble.into_iter().map(gap).collect()
}
