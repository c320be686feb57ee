//! One look at an engine: one list, and one inspect for each container that is new or has changed.

use super::{Shared, assemble, connect::LIMIT, decode, decode::Seen};
use crate::model::{Failure, FailureKind, Gap, Snapshot, Timestamp, text::clean};
use bollard::{Docker as Client, models::ContainerSummary, query_parameters::ListContainersOptionsBuilder};
use futures::{StreamExt, stream};
use std::{collections::BTreeSet, sync::Arc};

/// How many inspects may be under way at a time.
const AT_ONCE: usize = 16;

/// A container of the list, with what tells whether it has changed.
struct Entry {
    id: String,
    name: String,
    fingerprint: String,
}

/// Everything the engine runs now.
pub(super) async fn snapshot(shared: &Shared) -> Result<Snapshot, Failure> {
    let client = shared.engine.client().await?;
    let dirty = shared.memory().take_dirty();
    let answer = list(shared, &client).await.inspect_err(|_| shared.memory().soil(dirty.clone()))?;
    let entries: Vec<_> = answer.iter().filter_map(entry).collect();
    let ids: BTreeSet<_> = entries.iter().map(|e| e.id.clone()).collect();
    let (mut seen, changed) = known(shared, entries, &dirty);
    let (fresh, gaps) = inspect(shared, &client, changed).await?;
    seen.extend(fresh);
    let mut memory = shared.memory();
    memory.retain(|id| ids.contains(id));
    Ok(assemble::snapshot(&shared.id, Timestamp::now(), &seen, &memory.told(), gaps))
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
    Some(Entry { name: clean(name), fingerprint: decode::fingerprint(summary), id })
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
        (entry, answer)
    });
    let mut answers = stream::iter(calls).buffer_unordered(AT_ONCE);
    let (mut seen, mut gaps) = (Vec::new(), Vec::new());
    let deadline = tokio::time::Instant::now() + LIMIT;
    while let Some((entry, answer)) = answers.next().await {
        match answer.map(|answer| decode::container(&shared.id, &answer)) {
            Ok(Some(container)) => {
                let container = Arc::new(container);
                shared.memory().learn(entry.id, entry.fingerprint, Arc::clone(&container));
                seen.push(container);
            }
            Ok(None) => {}
            Err(gone) if gone.kind == FailureKind::Missing => {}
            Err(away) if away.kind == FailureKind::Unreachable => return Err(away),
            // Many slow answers must not add up.
            Err(slow) if tokio::time::Instant::now() > deadline => return Err(slow),
            Err(failure) => {
                let mut memory = shared.memory();
                seen.extend(memory.last(&entry.id));
                memory.soil([entry.id.clone()]);
                gaps.push(Gap { what: format!("container {}", entry.name), failure });
            }
        }
    }
    Ok((seen, gaps))
}
