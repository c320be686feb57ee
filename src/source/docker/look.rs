//! One look at an engine: one list, and one inspect for each container that is new or has changed.

use super::{
    Shared,
    answer::{ContainerSummary, Listed, MAX_CONTAINERS},
    assemble::{self, Heard},
    connect::CALL_TIMEOUT,
    decode::{self, Seen},
    events,
    inspect::{self, Entry, Patience},
    sockets::{self, Traffic},
};
use crate::{
    background,
    model::{Failure, FailureKind, Gap, Snapshot, Text, Timestamp},
};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
    time::Duration,
};
use tokio::time::Instant;

/// How long a picture waits while no container answers, and how long while some do: the others come with the next one.
const SILENCE: Duration = Duration::from_secs(2);
const FILLING: Duration = Duration::from_secs(5);
/// The part of a time limit for which a look that is to be whole waits for them.
const WHOLE_SHARE: u32 = 6;
/// The part of the time for a look that is kept for what comes after the engine's answers.
const RESERVE: u32 = 10;
/// The most characters of a container's name in a gap.
const MAX_NAME_CHARS: usize = 200;

/// Everything the engine runs now.
///
/// While the engine's events tell of every change, it is asked only now and then: what is looked at each time is on
/// this machine, the sockets of containers and the files that configure them.
pub(super) async fn snapshot(shared: &Arc<Shared>) -> Result<Snapshot, Failure> {
    let (began, limit) = (Instant::now(), shared.engine.look_limit().0);
    let until = began + limit - limit / RESERVE;
    events::recall(shared).await;
    let changed = changed_files(shared).await;
    shared.memory().soil(changed);
    let (seen, mut gaps) = if shared.memory().is_fresh(Instant::now()) {
        (shared.memory().all(), Vec::new())
    } else {
        ask(shared, until).await?
    };
    let (now, traffic) = (Timestamp::now(), traffic(shared, &seen).await);
    let refusal = shared.memory().refusal().cloned();
    gaps.extend(
        refusal.map(|failure| Gap { what: "what happens to containers, as it happens,".into(), failure }),
    );
    let shared = Arc::clone(shared);
    let made = background::blocking(move || {
        let told = shared.memory().told();
        let ends = shared.memory().ends();
        let seen = assemble::completed(seen, &ends, now);
        assemble::snapshot(&shared.id, now, &seen, &Heard { told: &told, ends: &ends }, gaps, traffic)
    });
    made.await.map_err(|panicked| panicked.failure("what the engine says could not be put together"))
}

/// How long this look waits for containers: as long as it may where somebody wants it whole, else only for a while.
fn patience(shared: &Shared, until: Instant) -> Patience {
    match shared.engine.look_limit() {
        (limit, true) => Patience { until, silence: limit / WHOLE_SHARE },
        _ => Patience { until: until.min(Instant::now() + FILLING), silence: SILENCE },
    }
}

/// Asks the engine for the list, and for each container that is new or has changed.
async fn ask(shared: &Shared, until: Instant) -> Result<(Vec<Arc<Seen>>, Vec<Gap>), Failure> {
    let (began, dirty) = (Instant::now(), shared.memory().take_dirty());
    let listed = shared.engine.list(until).await;
    let (listed, trouble) = listed.inspect_err(|_| shared.memory().soil(dirty.clone()))?;
    let is_whole = listed.is_whole() && trouble.is_none();
    let mut gaps = list_gaps(shared, &listed, trouble);
    let entries: BTreeMap<_, _> =
        listed.entries.into_iter().filter_map(entry).map(|e| (e.id.clone(), e)).collect();
    let ids: BTreeSet<_> = entries.keys().cloned().collect();
    let (mut seen, changed) = known(shared, entries, &dirty);
    let is_news = |entry: &Entry| !dirty.contains(&entry.id);
    if changed.iter().any(is_news) && shared.memory().miss() {
        shared.resubscribe.notify_one();
    }
    let (fresh, more) = inspect::containers(shared, changed, &dirty, patience(shared, until)).await;
    seen.extend(fresh);
    gaps.extend(more);
    let mut memory = shared.memory();
    if is_whole {
        memory.retain(|id| ids.contains(id));
    } else {
        // What is not in a list that breaks off may be there all the same.
        seen.extend(memory.all().into_iter().filter(|known| !ids.contains(&known.id)));
    }
    if gaps.is_empty() {
        memory.list(began);
    }
    Ok((seen, gaps))
}

/// What is missing from a list.
fn list_gaps(shared: &Shared, listed: &Listed, trouble: Option<Failure>) -> Vec<Gap> {
    let place = &shared.engine.endpoint;
    let mut gaps: Vec<Gap> = trouble
        .into_iter()
        .map(|failure| Gap { what: "the rest of the containers".into(), failure })
        .collect();
    if let Some(first) = listed.unreadable.first() {
        let what = match listed.unreadable.len() {
            1 => format!("container {first} of the list"),
            many => format!("{many} containers of the list, from number {first} on,"),
        };
        let why = format!("docker list at {place}: an entry that makes no sense");
        let remedy = "compare `docker ps --all --no-trunc`";
        gaps.push(Gap { what: what.into(), failure: Failure::new(FailureKind::Invalid, why, remedy) });
    }
    if listed.left_out > 0 {
        let what = format!("{} more containers", listed.left_out);
        let why = format!("docker list at {place}: only the first {MAX_CONTAINERS} are read");
        let remedy = "remove containers that ended: `docker container prune`";
        gaps.push(Gap { what: what.into(), failure: Failure::new(FailureKind::Invalid, why, remedy) });
    }
    gaps
}

/// The containers whose configuration files are not as they were.
async fn changed_files(shared: &Shared) -> Vec<String> {
    let watches = shared.memory().watches();
    let changed = move || {
        let changed = watches.into_iter().filter(|(_, watch)| watch.has_changed());
        changed.map(|(id, _)| id).collect()
    };
    waiting(changed).await
}

/// The connections of containers, as far as they can be seen and the configuration allows.
async fn traffic(shared: &Shared, seen: &[Arc<Seen>]) -> Traffic {
    let local = shared.engine.is_local();
    if shared.sockets && local {
        let (id, seen, now) = (shared.id.clone(), seen.to_vec(), Timestamp::now());
        let mut cache = std::mem::take(&mut shared.memory().sockets);
        let look = move || {
            let traffic = sockets::here(&id, &seen, &mut cache, now);
            (traffic, cache)
        };
        let (traffic, cache) = waiting(look).await;
        shared.memory().sockets = cache;
        return traffic;
    }
    if shared.exec && !local && shared.memory().is_due_inside(Instant::now()) {
        return sockets::elsewhere(&shared.engine, &shared.id, seen).await;
    }
    Traffic::default()
}

/// The result of `work`, which reads files, on a thread that may wait; nothing if it takes too long.
pub(super) async fn waiting<T: Default + Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    let done = tokio::time::timeout(CALL_TIMEOUT, background::blocking(work)).await;
    done.ok().and_then(Result::ok).unwrap_or_default()
}

fn entry(summary: ContainerSummary) -> Option<Entry> {
    let id = summary.id.clone()?;
    let name = Text::within(summary.name().unwrap_or(&id), MAX_NAME_CHARS);
    Some(Entry { name, fingerprint: decode::fingerprint(&summary), id, summary })
}

/// Splits the list into what is remembered and what must be looked at.
fn known(
    shared: &Shared,
    entries: BTreeMap<String, Entry>,
    dirty: &BTreeSet<String>,
) -> (Vec<Arc<Seen>>, Vec<Entry>) {
    let memory = shared.memory();
    let (mut seen, mut changed) = (Vec::new(), Vec::new());
    for entry in entries.into_values() {
        let same = memory.unchanged(&entry.id, &entry.fingerprint);
        match same.filter(|_| !dirty.contains(&entry.id)) {
            Some(same) => seen.push(same),
            None => changed.push(entry),
        }
    }
    (seen, changed)
}
