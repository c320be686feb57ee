//! Looking at single containers: a call each, beside the look. One that hangs, is refused or makes no sense costs its
//! container alone, and never the look: that goes on with what the list says, and the answer is taken when it comes.

use super::{
    Shared,
    answer::ContainerSummary,
    connect::Engine,
    decode::{self, Seen},
    files::{self, Files, Watch},
};
use crate::{
    background::{self, Panicked},
    model::{Fact, Failure, FailureKind, Gap, SourceId, Text},
};
use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    sync::Arc,
    time::Duration,
};
use tokio::{
    sync::{Mutex, Notify, Semaphore, mpsc},
    time::{Instant, timeout, timeout_at},
};
use tokio_util::task::AbortOnDropHandle;

/// How many calls may be under way at a time that seem to be answered, and how many in all.
const MAX_LIVELY: usize = 16;
const MAX_CALLS: usize = 64;
/// After how long without an answer a call no longer keeps others from being made.
const STUCK: Duration = Duration::from_secs(2);
/// How long a container that did not answer is left alone, unless something happens to it.
const REST: Duration = Duration::from_mins(1);
/// How long the configuration files of one container may take.
const FILES_TIMEOUT: Duration = Duration::from_secs(5);
/// How many containers a gap names.
const MAX_NAMED: usize = 3;

/// A container of the list that is to be looked at.
#[derive(Debug)]
pub(super) struct Entry {
    /// The engine's id.
    pub(super) id: String,
    /// The name, for people.
    pub(super) name: Text,
    /// What tells whether it has changed.
    pub(super) fingerprint: String,
    /// What the list says of it.
    pub(super) summary: ContainerSummary,
}

/// How long a look waits for the containers that are slow to answer.
#[derive(Clone, Copy, Debug)]
pub(super) struct Patience {
    /// Until then at most.
    pub(super) until: Instant,
    /// As long as there is no longer silence than this.
    pub(super) silence: Duration,
}

/// The inspects of one engine.
#[derive(Debug)]
pub(super) struct Inspects {
    desk: Mutex<Desk>,
    /// The bound on calls that seem to be answered.
    lively: Arc<Semaphore>,
    /// Told when an answer came for which no look has waited.
    pub(super) late: Arc<Notify>,
}

/// The calls under way, and where their answers come in.
#[derive(Debug)]
struct Desk {
    running: BTreeMap<String, AbortOnDropHandle<()>>,
    /// Containers that did not answer in time, until when they are left alone, and why.
    resting: BTreeMap<String, (Instant, Failure)>,
    answers: (mpsc::UnboundedSender<Answered>, mpsc::UnboundedReceiver<Answered>),
}

/// What came of an inspect: the container, what tells that its files changed, and the fingerprint of its entry when it was
/// asked for; `None` where it is gone.
type Outcome = Result<Option<(Seen, Watch, String)>, Failure>;
type Answered = (String, Outcome);

impl Default for Inspects {
    fn default() -> Self {
        let desk =
            Desk { running: BTreeMap::new(), resting: BTreeMap::new(), answers: mpsc::unbounded_channel() };
        let lively = Arc::new(Semaphore::new(MAX_LIVELY));
        Self { desk: Mutex::new(desk), lively, late: Arc::default() }
    }
}

/// Looks at the changed containers. One that has gone meanwhile is absent; one that can't be read is as the list says,
/// and a gap.
pub(super) async fn containers(
    shared: &Shared,
    changed: Vec<Entry>,
    dirty: &BTreeSet<String>,
    patience: Patience,
) -> (Vec<Arc<Seen>>, Vec<Gap>) {
    let mut desk = shared.inspects.desk.lock().await;
    let desk = &mut *desk;
    let wanted: BTreeSet<&String> = changed.iter().map(|entry| &entry.id).collect();
    desk.running.retain(|id, _| wanted.contains(id));
    let now = Instant::now();
    desk.resting.retain(|id, (until, _)| now < *until && wanted.contains(id) && !dirty.contains(id));
    let waiting: Vec<&Entry> = changed.iter().filter(|entry| !desk.resting.contains_key(&entry.id)).collect();
    let mut outcomes = desk.ask(shared, waiting, patience).await;
    let (mut seen, mut troubles) = (Vec::new(), Vec::new());
    for entry in changed {
        let outcome = outcomes.remove(&entry.id);
        let is_answered = outcome.is_some();
        let late =
            || desk.resting.get(&entry.id).map_or_else(|| slow(&shared.engine), |(_, why)| why.clone());
        match outcome.unwrap_or_else(|| Err(late())) {
            Ok(Some((mut container, watch, fingerprint))) => {
                container.recall(shared.memory().last(&entry.id).as_deref());
                let container = Arc::new(container);
                shared.memory().learn(entry.id, fingerprint, Arc::clone(&container), watch);
                seen.push(container);
            }
            Ok(None) => {}
            Err(gone) if gone.kind == FailureKind::Missing => {}
            Err(failure) => {
                if is_answered && failure.kind == FailureKind::Timeout {
                    desk.resting.insert(entry.id.clone(), (now + REST, failure.clone()));
                }
                let mut memory = shared.memory();
                seen.extend(listed(&shared.id, &entry, memory.last(&entry.id).as_deref()));
                memory.soil([entry.id]);
                troubles.push((entry.name, failure));
            }
        }
    }
    (seen, gaps(troubles))
}

impl Desk {
    /// Begins to look at a container.
    fn start(&mut self, shared: &Shared, entry: &Entry, silence: Duration) {
        let (engine, source, id) = (shared.engine.clone(), shared.id.clone(), entry.id.clone());
        let (lively, with_files) = (Arc::clone(&shared.inspects.lively), shared.files);
        let (answers, late) = (self.answers.0.clone(), Arc::clone(&shared.inspects.late));
        let (lost, of, place) = (answers.clone(), id.clone(), engine.endpoint.to_string());
        let then = move |panicked: Panicked| {
            let failure = panicked.failure(format_args!("docker inspect at {place} could not be taken in"));
            // As below.
            let _ = lost.send((of, Err(failure)));
        };
        let fingerprint = entry.fingerprint.clone();
        let look = async move {
            let began = Instant::now();
            let found = look_at(&engine, source, &id, with_files, lively).await;
            let outcome = found.map(|found| found.map(|(container, watch)| (container, watch, fingerprint)));
            // Where nobody listens any more there is nothing to tell.
            let _ = answers.send((id, outcome));
            if began.elapsed() > silence {
                late.notify_one();
            }
        };
        self.running.insert(entry.id.clone(), background::spawn(look, then));
    }

    /// Looks at those containers, a bounded number at a time, and waits for their answers as long as some come.
    async fn ask(
        &mut self,
        shared: &Shared,
        entries: Vec<&Entry>,
        patience: Patience,
    ) -> BTreeMap<String, Outcome> {
        let mut missing: BTreeSet<String> = entries.iter().map(|entry| entry.id.clone()).collect();
        let mut waiting: VecDeque<&Entry> =
            entries.into_iter().filter(|entry| !self.running.contains_key(&entry.id)).collect();
        let mut outcomes = BTreeMap::new();
        while !missing.is_empty() {
            while self.running.len() < MAX_CALLS
                && let Some(entry) = waiting.pop_front()
            {
                self.start(shared, entry, patience.silence);
            }
            let until = patience.until.min(Instant::now() + patience.silence);
            let Ok(Some((id, outcome))) = timeout_at(until, self.answers.1.recv()).await else { break };
            self.running.remove(&id);
            if missing.remove(&id) {
                outcomes.insert(id, outcome);
            }
        }
        // A call that has ended without an answer broke down while its answer was read.
        for id in missing {
            if self.running.get(&id).is_some_and(AbortOnDropHandle::is_finished) {
                self.running.remove(&id);
                let remedy = "this is a fault of Portolan: please report it";
                let broken =
                    Failure::new(FailureKind::Invalid, "reading what the engine says broke off", remedy);
                outcomes.insert(id, Err(broken));
            }
        }
        outcomes
    }
}

/// Looks at one container with its files.
async fn look_at(
    engine: &Engine,
    source: SourceId,
    id: &str,
    with_files: bool,
    lively: Arc<Semaphore>,
) -> Result<Option<(Seen, Watch)>, Failure> {
    let lively = lively.acquire_owned().await;
    let mut call = std::pin::pin!(engine.inspect(id));
    let answer = if let Ok(answer) = timeout(STUCK, &mut call).await {
        answer?
    } else {
        drop(lively);
        call.await?
    };
    let read = async {
        match engine.client().await {
            Ok(client) if with_files => files::read(engine, &client, &answer).await,
            _ => Files::default(),
        }
    };
    let files = timeout(FILES_TIMEOUT, read).await;
    let in_time = files.is_ok();
    let files = files.unwrap_or_default();
    let decoded = background::blocking(move || {
        let container = decode::container(&source, &answer, &files.texts)?;
        Some((container, files.watch))
    });
    let mut found = decoded.await.map_err(|panicked| {
        panicked.failure(format_args!("docker inspect at {} could not be taken in", engine.endpoint))
    })?;
    if let Some((container, _)) = found.as_mut().filter(|_| !in_time) {
        container.facts.push(Fact::new("not read", "configuration files: the engine was too slow"));
    }
    Ok(found)
}

/// The container as the list says it is, with what was known of it before.
fn listed(source: &SourceId, entry: &Entry, before: Option<&Seen>) -> Option<Arc<Seen>> {
    let mut container = decode::container(source, &entry.summary.as_inspected(), &[])?;
    container.complete(before);
    Some(Arc::new(container))
}

fn slow(engine: &Engine) -> Failure {
    let what = format!("docker inspect at {}: no answer yet", engine.endpoint);
    let remedy =
        "where it stays so, see what holds up `docker inspect` of that name: often a volume that hangs";
    Failure::new(FailureKind::Timeout, what, remedy)
}

/// The containers that can't be read, those with the same trouble together.
fn gaps(troubles: Vec<(Text, Failure)>) -> Vec<Gap> {
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
            names if names.len() <= MAX_NAMED => format!("containers {}", names.join(", ")),
            names => {
                let rest = names.len() - MAX_NAMED;
                format!("containers {} and {rest} more", names[..MAX_NAMED].join(", "))
            }
        };
        Gap { what: what.into(), failure }
    };
    by_trouble.into_iter().map(gap).collect()
}
