//! Data for commands without a screen: polls every source until its snapshot is complete or time runs out,
//! and collects the results in a [`World`].

use crate::{
    app::Msg,
    background::run_blocking,
    cache::CacheDir,
    config::Config,
    model::{Failure, FailureKind, Inventory, Snapshot, SourceStatus, Timestamp, UnreadPart},
    output,
    runtime::{self, load_outages},
    source::{
        Source,
        checkouts::CheckoutReader,
        team::{NoteStore, StoredNotes, TeamAccess},
    },
    store::{MapSettings, Session, World},
};
use futures::future::join_all;
use jiff::{SignedDuration, tz::TimeZone};
use std::{sync::Arc, time::Duration};
use tokio::time::{Instant, sleep, timeout, timeout_at};

/// Creates the world for `sources`, before their first poll.
pub(super) fn new_world(sources: &[Arc<dyn Source>], config: &Config) -> World {
    let status = |source: &Arc<dyn Source>| {
        let options = source.tool_options().into_iter().map(|(name, value)| (name.into(), value.into()));
        SourceStatus {
            tool_options: options.collect(),
            ..SourceStatus::new(source.id().clone(), source.kind(), source.location())
                .with_permission(source.permission())
        }
    };
    let statuses = sources.iter().map(status).collect();
    let inventory =
        Inventory::new(config.service.clone()).with_retention_seconds(config.keep_observed.as_secs());
    World::new(inventory, statuses, config.log_memory << 20, Timestamp::now())
        .with_team_history(config.team.kept_history())
}

/// Creates a session with the settings from the configuration.
pub(super) fn new_session(config: &Config) -> Session {
    let mut session = Session::default();
    session.map_settings = MapSettings {
        grouping: config.group_by.clone(),
        configured_grouping: config.group_by.clone(),
        hub_names: config.hubs.clone(),
    };
    session.list_columns.clone_from(&config.list_columns);
    session.time_zone = TimeZone::system();
    session
}

/// Applies a message about a source to the world. Returns any other message.
pub(super) fn apply_message(message: Msg, world: &mut World) -> Option<Msg> {
    world.now = Timestamp::now();
    match message {
        Msg::SourcePolled(source, outcome) => {
            world.apply_poll_result(&source, outcome);
        }
        Msg::OutagesLoaded(source, earlier) => world.restore_outages(&source, earlier),
        Msg::TeamChanged(source, team) => world.set_team_status(&source, *team),
        Msg::TeamHistoryRead(source, part) => world.add_team_history(&source, *part),
        other => return Some(other),
    }
    None
}

/// Polls all sources at the same time, each until its initial load is complete or `wait` has passed. Adds the
/// snapshots or failures to `world`.
pub(super) async fn poll_until_complete(
    sources: &[Arc<dyn Source>],
    world: &mut World,
    wait: SignedDuration,
    cache: Option<&CacheDir>,
) {
    let wait = Duration::try_from(wait).unwrap_or(Duration::ZERO);
    sources.iter().for_each(|source| source.set_time_limit(wait));
    let looks = sources.iter().map(|source| async move {
        let earlier = timeout_at(Instant::now() + wait, load_outages(cache, &**source)).await.ok().flatten();
        (
            source,
            earlier,
            complete_snapshot(&**source, Instant::now() + wait)
                .await
                .unwrap_or_else(|| Err(timeout_failure(&**source, wait))),
        )
    });
    let outcomes = join_all(looks).await;
    world.now = Timestamp::now();
    for (source, earlier, outcome) in outcomes {
        earlier.into_iter().for_each(|earlier| world.restore_outages(source.id(), earlier));
        world.apply_poll_result(source.id(), outcome);
        if let Some(status) = world.sources.iter_mut().find(|s| &s.id == source.id()) {
            status.location = source.location().into();
        }
    }
}

/// Reads the local repositories that describe the services in `world`. Gives up after `wait`.
pub(super) async fn read_checkouts(config: &Config, world: &mut World, wait: SignedDuration) {
    let mut reader = checkout_reader(config);
    let files = world.profiles.compose_files.clone();
    if !reader.has_patterns() && files.is_empty() {
        return;
    }
    let wait = Duration::try_from(wait).unwrap_or(Duration::ZERO);
    let reading = run_blocking(move || reader.read(&files));
    if let Ok(Ok(checkouts)) = timeout(wait, reading).await {
        world.set_checkouts(checkouts);
    }
}

/// Reads the notes on the sources into `world`. Prints failures and continues. Gives up on a source after
/// `wait`.
pub(super) async fn read_notes(
    sources: &[Arc<dyn Source>],
    world: &mut World,
    access: &TeamAccess,
    wait: SignedDuration,
) {
    let wait = Duration::try_from(wait).unwrap_or(Duration::ZERO);
    let state = super::state_dir();
    let reads = sources.iter().map(|source| async {
        let read = async {
            let store = NoteStore::of(&**source, access, state.as_deref()).await.ok()?;
            Some(store.read(&StoredNotes::default()).await)
        };
        let id = source.id();
        match timeout(wait, read).await {
            Ok(notes) => match notes? {
                Ok(notes) => return Some((id.clone(), notes?.book)),
                Err(Failure { message, remedy, .. }) => {
                    output::print_stderr(format_args!("{id}: notes can't be read: {message} ({remedy})"));
                }
            },
            Err(_) => output::print_stderr(format_args!("{id}: notes can't be read: no answer in time")),
        }
        None
    });
    for (source, book) in join_all(reads).await.into_iter().flatten() {
        world.set_notes(&source, book);
    }
}

/// Returns a reader for the repositories that the configuration names.
pub(super) fn checkout_reader(config: &Config) -> CheckoutReader {
    let home = directories::BaseDirs::new();
    CheckoutReader::new(&config.repositories, home.as_ref().map(directories::BaseDirs::home_dir))
}

/// Saves the outages of all sources for the next run.
pub(super) async fn save_outages(sources: &[Arc<dyn Source>], world: &mut World, cache: Option<&CacheDir>) {
    let Some(folder) = cache else { return };
    for (id, memory) in world.due_outage_saves() {
        if let Some(source) = sources.iter().find(|source| *source.id() == id) {
            runtime::save_outages(folder, &**source, memory).await;
        }
    }
}

/// Polls a source until its initial load is complete, or until the time `until`. Returns `None` if no poll
/// has finished by then.
async fn complete_snapshot(source: &dyn Source, until: Instant) -> Option<Result<Snapshot, Failure>> {
    let mut last = None;
    loop {
        match timeout_at(until, source.snapshot()).await {
            Ok(Ok(snapshot)) if !snapshot.progress.is_empty() => last = Some(snapshot),
            Ok(outcome) => return Some(outcome),
            Err(_) => break,
        }
        if timeout_at(until, sleep(source.poll_interval())).await.is_err() {
            break;
        }
    }
    last.map(|snapshot| Ok(mark_incomplete(snapshot)))
}

/// Converts incomplete parts of the initial load into unread parts, because no later snapshot will complete
/// them.
fn mark_incomplete(mut snapshot: Snapshot) -> Snapshot {
    for progress in std::mem::take(&mut snapshot.progress) {
        let remedy = "increase --wait; the API quota of the account limits the calls per second";
        let failure = Failure::new(FailureKind::Timeout, format!("{progress} before the time limit"), remedy);
        snapshot.unread_parts.push(UnreadPart { name: progress.part.label().into(), failure });
    }
    snapshot
}

/// Returns the failure of a source that has not responded within `wait`.
fn timeout_failure(source: &dyn Source, wait: Duration) -> Failure {
    let what = format!("{} did not respond within {} s", source.location(), wait.as_secs());
    Failure::new(FailureKind::Timeout, what, "increase --wait, or run portolan doctor")
}
