//! One complete answer of every source, for headless commands.

use crate::{
    cache::Folder,
    model::{Failure, FailureKind, Gap, Inventory, Snapshot, SourceStatus, Timestamp},
    runtime::{keep_outages, last_outages},
    source::Source,
    store::{Charting, Store},
};
use futures::future::join_all;
use jiff::{SignedDuration, tz::TimeZone};
use std::{sync::Arc, time::Duration};
use tokio::time::{Instant, sleep, timeout_at};

/// An empty store for those sources.
pub(super) fn store(sources: &[Arc<dyn Source>], config: &crate::config::Config) -> Store {
    let statuses = sources.iter().map(|s| SourceStatus::new(s.id().clone(), s.kind(), s.place())).collect();
    let inventory = Inventory::new(config.service.clone()).keeping(config.keep_observed.as_secs());
    let mut store = Store::new(inventory, statuses, config.log_memory << 20, Timestamp::now());
    store.charting = Charting {
        grouping: config.group_by.clone(),
        configured: config.group_by.clone(),
        hubs: config.hubs.clone(),
    };
    store.zone = TimeZone::system();
    store
}

/// Asks every source once, all at the same time, and waits for them no longer than `wait`.
pub(super) async fn gather(
    sources: &[Arc<dyn Source>],
    store: &mut Store,
    wait: SignedDuration,
    cache: Option<&Folder>,
) {
    let wait = Duration::try_from(wait).unwrap_or(Duration::ZERO);
    sources.iter().for_each(|source| source.set_time_limit(wait));
    let looks = sources.iter().map(|source| async move {
        let earlier = timeout_at(Instant::now() + wait, last_outages(cache, &**source)).await.ok().flatten();
        (
            source,
            earlier,
            whole(&**source, Instant::now() + wait).await.unwrap_or_else(|| Err(late(&**source, wait))),
        )
    });
    let looked = join_all(looks).await;
    store.now = Timestamp::now();
    for (source, earlier, outcome) in looked {
        earlier.into_iter().for_each(|earlier| store.remember(source.id(), earlier));
        store.absorb(source.id(), outcome);
        if let Some(status) = store.sources.iter_mut().find(|s| &s.id == source.id()) {
            status.place = source.place().into();
        }
    }
}

/// Keeps what is known of outages for the next run.
pub(super) async fn keep(sources: &[Arc<dyn Source>], store: &mut Store, cache: Option<&Folder>) {
    let Some(folder) = cache else { return };
    for (id, memory) in store.due_memories() {
        if let Some(source) = sources.iter().find(|source| *source.id() == id) {
            keep_outages(folder, &**source, memory).await;
        }
    }
}

/// Looks until everything was read once, but no longer than until then; none where not even one look was over by then.
async fn whole(source: &dyn Source, until: Instant) -> Option<Result<Snapshot, Failure>> {
    let mut last = None;
    loop {
        match timeout_at(until, source.snapshot()).await {
            Ok(Ok(snapshot)) if !snapshot.progress.is_empty() => last = Some(snapshot),
            Ok(outcome) => return Some(outcome),
            Err(_) => break,
        }
        if timeout_at(until, sleep(source.pace())).await.is_err() {
            break;
        }
    }
    last.map(|snapshot| Ok(cut_short(snapshot)))
}

/// The snapshot as the last word: what was not read by then is missing from it.
fn cut_short(mut snapshot: Snapshot) -> Snapshot {
    for progress in std::mem::take(&mut snapshot.progress) {
        let remedy =
            "wait longer with --wait; the API quota of the account allows only so many calls a second";
        let failure = Failure::new(FailureKind::Timeout, format!("{progress} in time"), remedy);
        snapshot.gaps.push(Gap { what: progress.part.words().into(), failure });
    }
    snapshot
}

fn late(source: &dyn Source, wait: Duration) -> Failure {
    let what = format!("{} did not answer within {} s", source.place(), wait.as_secs());
    Failure::new(FailureKind::Timeout, what, "wait longer with --wait, or look with portolan doctor")
}
