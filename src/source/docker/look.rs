//! One look at an engine: one list, and one inspect for each container that is new or has changed.

use super::{
    Shared, assemble,
    connect::LIMIT,
    decode::{self, Seen},
    files::{self, Files},
    sockets::{self, Traffic},
};
use crate::model::{Failure, FailureKind, Gap, Snapshot, Text, Timestamp};
use bollard::{Docker as Client, models::ContainerSummary, query_parameters::ListContainersOptionsBuilder};
use futures::{StreamExt, stream};
use std::{collections::BTreeSet, sync::Arc};
use tokio::time::Instant;

/// How many inspects may be under way at a time.
const AT_ONCE: usize = 16;

/// A container of the list, with what tells whether it has changed.
struct Entry {
    id: String,
    name: String,
    fingerprint: String,
}

/// Everything the engine runs now.
///
/// While the engine's events tell of every change, it is asked only now and then: what is looked at each time is on
/// this machine, the sockets of containers and the files that configure them.
pub(super) async fn snapshot(shared: &Shared) -> Result<Snapshot, Failure> {
    let changed = changed_files(shared).await;
    shared.memory().soil(changed);
    let (seen, gaps) = if shared.memory().is_fresh(Instant::now()) {
        (shared.memory().all(), Vec::new())
    } else {
        ask(shared).await?
    };
    let (now, traffic) = (Timestamp::now(), traffic(shared, &seen).await);
    let told = shared.memory().told();
    let seen = assemble::told_to_stop(seen, &shared.memory().all_asked());
    Ok(assemble::snapshot(&shared.id, now, &seen, &told, gaps, traffic))
}

/// Asks the engine for the list, and for each container that is new or has changed.
async fn ask(shared: &Shared) -> Result<(Vec<Arc<Seen>>, Vec<Gap>), Failure> {
    let client = shared.engine.client().await?;
    let (began, dirty) = (Instant::now(), shared.memory().take_dirty());
    let answer = list(shared, &client).await.inspect_err(|_| shared.memory().soil(dirty.clone()))?;
    let entries: Vec<_> = answer.iter().filter_map(entry).collect();
    let ids: BTreeSet<_> = entries.iter().map(|e| e.id.clone()).collect();
    let (mut seen, changed) = known(shared, entries, &dirty);
    let (fresh, gaps) = inspect(shared, &client, changed).await?;
    seen.extend(fresh);
    let mut memory = shared.memory();
    memory.retain(|id| ids.contains(id));
    if gaps.is_empty() {
        memory.list(began);
    }
    Ok((seen, gaps))
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
    let due = shared.exec && !local && shared.memory().is_due_inside(Instant::now());
    match shared.engine.client().await {
        Ok(client) if due => sockets::elsewhere(&shared.engine, &client, &shared.id, seen).await,
        _ => Traffic::default(),
    }
}

/// The result of `work`, which reads files, on a thread that may wait; nothing if it takes too long.
pub(super) async fn waiting<T: Default + Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    let done = tokio::time::timeout(LIMIT, tokio::task::spawn_blocking(work)).await;
    done.ok().and_then(Result::ok).unwrap_or_default()
}

/// The list of all containers, stopped ones too.
pub(super) async fn list(shared: &Shared, client: &Client) -> Result<Vec<ContainerSummary>, Failure> {
    let options = ListContainersOptionsBuilder::new().all(true).build();
    shared.engine.limited("list", client.list_containers(Some(options))).await
}

fn entry(summary: &ContainerSummary) -> Option<Entry> {
    let id = summary.id.clone()?;
    let names = summary.names.iter().flatten();
    let name = names.map(|n| n.trim_start_matches('/')).find(|n| !n.contains('/')).unwrap_or(&id);
    Some(Entry { name: Text::new(name).to_string(), fingerprint: decode::fingerprint(summary), id })
}

/// Splits the list into what is remembered and what must be looked at.
fn known(shared: &Shared, entries: Vec<Entry>, dirty: &BTreeSet<String>) -> (Vec<Arc<Seen>>, Vec<Entry>) {
    let memory = shared.memory();
    let (mut seen, mut changed) = (Vec::new(), Vec::new());
    for entry in entries {
        let same = memory.unchanged(&entry.id, &entry.fingerprint);
        match same.filter(|_| !dirty.contains(&entry.id)) {
            Some(same) => seen.push(same),
            None => changed.push(entry),
        }
    }
    (seen, changed)
}

/// Looks at the changed containers. One that has gone meanwhile is absent; one that can't be read is a gap.
async fn inspect(
    shared: &Shared,
    client: &Client,
    changed: Vec<Entry>,
) -> Result<(Vec<Arc<Seen>>, Vec<Gap>), Failure> {
    let calls = changed.into_iter().map(|entry| async move {
        let call = client.inspect_container(&entry.id, None);
        let answer = shared.engine.limited("inspect", call).await;
        let files = match &answer {
            Ok(answer) if shared.files => files::read(&shared.engine, client, answer).await,
            _ => Files::default(),
        };
        (entry, answer, files)
    });
    let mut answers = stream::iter(calls).buffer_unordered(AT_ONCE);
    let (mut seen, mut gaps) = (Vec::new(), Vec::new());
    let deadline = Instant::now() + LIMIT;
    while let Some((entry, answer, files)) = answers.next().await {
        match answer.map(|answer| decode::container(&shared.id, &answer, &files.texts)) {
            Ok(Some(mut container)) => {
                container.recall(shared.memory().last(&entry.id).as_deref());
                let container = Arc::new(container);
                shared.memory().learn(entry.id, entry.fingerprint, Arc::clone(&container), files.watch);
                seen.push(container);
            }
            Ok(None) => {}
            Err(gone) if gone.kind == FailureKind::Missing => {}
            Err(away) if away.kind == FailureKind::Unreachable => return Err(away),
            // Many slow answers must not add up.
            Err(slow) if Instant::now() > deadline => return Err(slow),
            Err(failure) => {
                let mut memory = shared.memory();
                seen.extend(memory.last(&entry.id));
                memory.soil([entry.id.clone()]);
                gaps.push(Gap { what: format!("container {}", entry.name).into(), failure });
            }
        }
    }
    Ok((seen, gaps))
}
