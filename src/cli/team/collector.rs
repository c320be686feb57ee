//! Command `collect`: reads AWS accounts for a team without a screen, until a signal ends it.

use crate::{
    app::Msg,
    cli::{Error, Outcome, args::CommonArgs, collect, configured, open_sources_as},
    effect::Effect,
    model::{Failure, FailureKind, SourceId, TeamStatus, Timestamp},
    output,
    runtime::{ActionReports, HistoryTasks, PollTasks},
    screen::describe::team_text,
    source::{Source, team::Participation},
    store::World,
    team::Rank,
};
use std::{collections::BTreeMap, sync::Arc, time::Duration};
use tokio::{
    signal::unix::{Signal, SignalKind, signal},
    sync::mpsc,
    time::{MissedTickBehavior, interval, timeout},
};

/// Maximum number of messages from the sources in the queue.
const MESSAGE_QUEUE_LEN: usize = 64;

/// Time between two updates of the world's clock. Each update also saves the outages and history entries that
/// are due.
const TICK_INTERVAL: Duration = Duration::from_secs(5);

/// Maximum time for closing all sources at the end of the program.
const CLOSE_TIMEOUT: Duration = Duration::from_secs(5);

/// Polls the sources of the team until a signal arrives. Prints changes of the member's role in the team, and
/// failures.
pub(in crate::cli) async fn run(common: &CommonArgs) -> Result<Outcome, Error> {
    let config = configured(common)?;
    let mut opened = open_sources_as(common, &config, Participation::Member(Rank::Collector))?;
    if config.team.store.is_empty() {
        let remedy = "set `store` in [team]; docs/team.md explains it";
        return Err(Failure::new(FailureKind::Invalid, "collect needs the store of a team", remedy).into());
    }
    // Only ECS sources take part in a team.
    opened.sources.retain(|source| source.kind() == "ecs");
    if opened.sources.is_empty() {
        return Err(opened.no_sources_failure().into());
    }
    let mut end = [signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?];
    let (sender, mut messages) = mpsc::channel(MESSAGE_QUEUE_LEN);
    let polls = PollTasks::start(&opened.sources, &sender, opened.cache.as_ref());
    output::print_stderr(format_args!("collecting for the team in {}", config.team.store));
    let access = opened.team_access(&config);
    let history = HistoryTasks::start(&opened.sources, &access, &sender, &ActionReports::default());
    // Without a history, the collector needs no world, because nothing depends on the content of the
    // readings.
    let mut world = access.keeps_history().then(|| collect::new_world(&opened.sources, &config));
    let mut printer = ChangePrinter::default();
    let mut ticks = interval(TICK_INTERVAL);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            Some(message) = messages.recv() => {
                printer.print(&message);
                if let Some(world) = &mut world {
                    collect::apply_message(message, world);
                }
            }
            _ = ticks.tick() => {
                if let Some(world) = &mut world {
                    world.tick(Timestamp::now());
                    save_due(world, &polls, &history);
                }
            }
            () = next_signal(&mut end) => break,
        }
    }
    drop((polls, history));
    close_sources(&opened.sources).await;
    output::print_stderr("gave up the lead");
    Ok(Outcome::Success)
}

/// Saves the outages for the next run, and shares new history entries with the team.
fn save_due(world: &mut World, polls: &PollTasks, history: &HistoryTasks) {
    for effect in Effect::saves_of(world) {
        match effect {
            Effect::SaveOutages(source, outages) => polls.save_outages(&source, outages),
            Effect::WriteTeamHistory(source, entries) => history.share(&source, entries),
            _ => {}
        }
    }
}

/// Closes all sources, so that the other members of a team need not wait for a timeout.
pub(in crate::cli) async fn close_sources(sources: &[Arc<dyn Source>]) {
    let closing = futures::future::join_all(sources.iter().map(|source| source.close()));
    // A store that does not answer must not delay the exit.
    let _ = timeout(CLOSE_TIMEOUT, closing).await;
}

async fn next_signal([terminate, interrupt]: &mut [Signal; 2]) {
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
}

/// Printer for role changes and failures of sources, and for notices. Skips a role or failure that repeats
/// the last one of its source.
#[derive(Default)]
struct ChangePrinter {
    printed: BTreeMap<SourceId, [String; 2]>,
}

impl ChangePrinter {
    fn print(&mut self, message: &Msg) {
        let (source, part, line) = match message {
            Msg::TeamChanged(source, team) => (source, 0, part_line(team)),
            Msg::SourcePolled(source, Err(failure)) => {
                (source, 1, format!("{} ({})", failure.message, failure.remedy))
            }
            Msg::SourcePolled(source, Ok(_)) => (source, 1, String::new()),
            Msg::Notice(words) => return output::print_stderr(words),
            _ => return,
        };
        let printed = self.printed.entry(source.clone()).or_default();
        if printed[part] != line {
            if !line.is_empty() {
                output::print_stderr(format_args!("{source}: {line}"));
            }
            printed[part] = line;
        }
    }
}

/// Describes the member's role in the team in one line.
fn part_line(team: &TeamStatus) -> String {
    team_text::team_lines(team).join("; ")
}
