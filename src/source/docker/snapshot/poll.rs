//! Poll of an engine: a list call, and an inspect call for each new or changed container.

use super::{
    build::{self, EventHistory},
    events,
    inspect::{self, InspectWait, ListEntry},
};
use crate::{
    background,
    model::{Failure, FailureKind, Snapshot, Text, Timestamp, UnreadPart},
    source::docker::{
        DockerState,
        api_types::{ContainerList, ContainerSummary, MAX_CONTAINERS},
        decode::{self, ContainerRecord},
        engine::client::CALL_TIMEOUT,
        sockets::{self, SocketObservations},
    },
};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
    time::Duration,
};
use tokio::time::Instant;

/// Time without any response after which a poll stops waiting for inspect calls. Later responses appear in
/// the next snapshot.
const INSPECT_SILENCE_TIMEOUT: Duration = Duration::from_secs(2);
/// Maximum total time for which a poll waits for inspect calls.
const INSPECT_TOTAL_TIMEOUT: Duration = Duration::from_secs(5);
/// Divisor that turns the time limit that a caller has set into the maximum time without any response to an
/// inspect call. After this time, the poll stops waiting for the calls.
const SILENCE_DIVISOR: u32 = 6;
/// Divisor that turns the poll's time limit into the time reserved for the work after the engine's responses.
const RESERVE_DIVISOR: u32 = 10;
/// Maximum length of a container's name in an unread part, in characters.
const MAX_NAME_CHARS: usize = 200;

/// Takes a snapshot of the engine.
///
/// While events report every change, most polls make no list call. Every poll reads the sockets of containers
/// on this machine, and checks their configuration files for changes.
pub(in crate::source::docker) async fn take_snapshot(shared: &Arc<DockerState>) -> Result<Snapshot, Failure> {
    let (began, limit) = (Instant::now(), shared.engine.poll_limit().0);
    let until = began + limit - limit / RESERVE_DIVISOR;
    events::load_history(shared).await;
    let changed = containers_with_changed_files(shared).await;
    shared.cache().mark_dirty(changed);
    let (seen, mut gaps) = if shared.cache().is_fresh(Instant::now()) {
        (shared.cache().all_records(), Vec::new())
    } else {
        list_and_inspect(shared, until).await?
    };
    let (now, traffic) = (Timestamp::now(), observe_connections(shared, &seen).await);
    let refusal = shared.cache().events_refusal().cloned();
    gaps.extend(refusal.map(|failure| UnreadPart { name: "container events".into(), failure }));
    let shared = Arc::clone(shared);
    let made = background::run_blocking(move || {
        let told = shared.cache().events();
        let ends = shared.cache().exit_histories();
        let seen = build::apply_exit_histories(seen, &ends, now);
        build::build_snapshot(
            &shared.id,
            now,
            &seen,
            &EventHistory { events: &told, exits: &ends },
            gaps,
            traffic,
        )
    });
    made.await.map_err(|panicked| panicked.failure("internal error while building the snapshot"))
}

/// Returns the limits on this poll's wait for inspect calls. A caller that has set a time limit wants a
/// complete snapshot, so the poll then waits up to `until`. Otherwise it waits only briefly.
fn inspect_wait(shared: &DockerState, until: Instant) -> InspectWait {
    match shared.engine.poll_limit() {
        (limit, true) => InspectWait { deadline: until, max_silence: limit / SILENCE_DIVISOR },
        _ => InspectWait {
            deadline: until.min(Instant::now() + INSPECT_TOTAL_TIMEOUT),
            max_silence: INSPECT_SILENCE_TIMEOUT,
        },
    }
}

/// Lists the containers, and inspects those that are new or changed.
async fn list_and_inspect(
    shared: &DockerState,
    until: Instant,
) -> Result<(Vec<Arc<ContainerRecord>>, Vec<UnreadPart>), Failure> {
    let (began, dirty) = (Instant::now(), shared.cache().take_dirty());
    let listed = shared.engine.list(until).await;
    let (listed, trouble) = listed.inspect_err(|_| shared.cache().mark_dirty(dirty.clone()))?;
    let is_whole = listed.is_complete() && trouble.is_none();
    let mut gaps = unread_parts_of_list(shared, &listed, trouble);
    let entries: BTreeMap<_, _> =
        listed.entries.into_iter().filter_map(list_entry).map(|e| (e.id.clone(), e)).collect();
    let ids: BTreeSet<_> = entries.keys().cloned().collect();
    let (mut seen, changed) = split_unchanged(shared, entries, &dirty);
    let is_news = |entry: &ListEntry| !dirty.contains(&entry.id);
    if changed.iter().any(is_news) && shared.cache().note_missed_event() {
        shared.resubscribe.notify_one();
    }
    let (fresh, more) =
        inspect::inspect_containers(shared, changed, &dirty, inspect_wait(shared, until)).await;
    seen.extend(fresh);
    gaps.extend(more);
    let mut memory = shared.cache();
    if is_whole {
        memory.retain(|id| ids.contains(id));
    } else {
        // A container missing from an incomplete list may still exist.
        seen.extend(memory.all_records().into_iter().filter(|known| !ids.contains(&known.id)));
    }
    if gaps.is_empty() {
        memory.note_listed(began);
    }
    Ok((seen, gaps))
}

/// Returns unread parts for the containers that are missing from a list response.
fn unread_parts_of_list(
    shared: &DockerState,
    listed: &ContainerList,
    trouble: Option<Failure>,
) -> Vec<UnreadPart> {
    let place = &shared.engine.endpoint;
    let mut gaps: Vec<UnreadPart> = trouble
        .into_iter()
        .map(|failure| UnreadPart { name: "the remaining containers".into(), failure })
        .collect();
    if let Some(first) = listed.unreadable_positions.first() {
        let what = match listed.unreadable_positions.len() {
            1 => format!("container no. {first} in the list"),
            many => format!("{many} containers in the list (the first is no. {first})"),
        };
        let why = format!("docker list at {place}: invalid entry");
        let remedy = "compare with `docker ps --all --no-trunc`";
        gaps.push(UnreadPart { name: what.into(), failure: Failure::new(FailureKind::Invalid, why, remedy) });
    }
    if listed.left_out > 0 {
        let what = format!("{} more containers", listed.left_out);
        let why = format!("docker list at {place}: only the first {MAX_CONTAINERS} are read");
        let remedy = "remove exited containers: `docker container prune`";
        gaps.push(UnreadPart { name: what.into(), failure: Failure::new(FailureKind::Invalid, why, remedy) });
    }
    gaps
}

/// Returns the ids of containers whose configuration files changed.
async fn containers_with_changed_files(shared: &DockerState) -> Vec<String> {
    let watches = shared.cache().file_watches();
    let changed = move || {
        let changed = watches.into_iter().filter(|(_, watch)| watch.has_changed());
        changed.map(|(id, _)| id).collect()
    };
    blocking_with_timeout(changed).await
}

/// Observes connections of containers, if the configuration allows it and the sockets are readable.
async fn observe_connections(shared: &DockerState, records: &[Arc<ContainerRecord>]) -> SocketObservations {
    let local = shared.engine.is_local();
    if shared.read_sockets && local {
        let (id, seen, now) = (shared.id.clone(), records.to_vec(), Timestamp::now());
        let mut cache = std::mem::take(&mut shared.cache().socket_cache);
        let (_, is_only_poll) = shared.engine.poll_limit();
        let look = move || {
            let traffic = sockets::observe_local(&id, &seen, (&mut cache, is_only_poll), now);
            (traffic, cache)
        };
        let (traffic, cache) = blocking_with_timeout(look).await;
        shared.cache().socket_cache = cache;
        return traffic;
    }
    if shared.allow_exec && !local && shared.cache().claim_exec_turn(Instant::now()) {
        return sockets::observe_by_exec(&shared.engine, &shared.id, records).await;
    }
    SocketObservations::default()
}

/// Runs `work`, which reads files, on a blocking thread. Returns the default value if `work` takes longer
/// than `CALL_TIMEOUT` or panics.
pub(in crate::source::docker) async fn blocking_with_timeout<T: Default + Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> T {
    let done = tokio::time::timeout(CALL_TIMEOUT, background::run_blocking(work)).await;
    done.ok().and_then(Result::ok).unwrap_or_default()
}

fn list_entry(summary: ContainerSummary) -> Option<ListEntry> {
    let id = summary.id.clone()?;
    let name = Text::with_max_chars(summary.name().unwrap_or(&id), MAX_NAME_CHARS);
    Some(ListEntry { name, fingerprint: decode::fingerprint(&summary), id, summary })
}

/// Splits the list into cached records and entries that need an inspect call.
fn split_unchanged(
    shared: &DockerState,
    entries: BTreeMap<String, ListEntry>,
    dirty: &BTreeSet<String>,
) -> (Vec<Arc<ContainerRecord>>, Vec<ListEntry>) {
    let memory = shared.cache();
    let (mut seen, mut changed) = (Vec::new(), Vec::new());
    for entry in entries.into_values() {
        let same = memory.unchanged_record(&entry.id, &entry.fingerprint);
        match same.filter(|_| !dirty.contains(&entry.id)) {
            Some(same) => seen.push(same),
            None => changed.push(entry),
        }
    }
    (seen, changed)
}
