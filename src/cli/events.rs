//! Command `events`: prints known events and, with `--follow`, new events as they happen.

use super::{
    Error, Outcome,
    args::{CommonArgs, EventsArgs, LogFormat},
    collect, logs, open_sources, read_outcome,
    time_range::TimeRange,
    why,
};
use crate::{
    app::Msg,
    history::{Entry, EventGroup, Subject, coalesce},
    model::{EventKind, NodeId, SourceId, SourceState, Timestamp},
    output::{self, PermittedEscapes},
    runtime::{self, PollTasks},
    screen::{describe::node_text::event_group_text, widget::text},
    store::World,
};
use serde::Serialize;
use std::{
    collections::BTreeSet,
    io::{self, BufWriter, Write},
    pin::pin,
    sync::Arc,
    time::Duration,
};
use tokio::{
    sync::mpsc::{self, Receiver},
    time::{Instant, MissedTickBehavior, interval, sleep_until, timeout_at},
};

/// Time that is always left to read the history of a team, even if the sources used up `--wait`.
const HISTORY_WAIT: Duration = Duration::from_secs(5);

/// Time to wait for past events from sources that push changes.
const BACKLOG_WAIT: Duration = Duration::from_secs(1);

/// Maximum number of messages from the sources in the queue.
const MESSAGE_QUEUE_LEN: usize = 64;

/// Width of the service name, in characters.
const NAME_WIDTH: usize = 32;

/// One group of events as JSON, schema `portolan.event/1`.
#[derive(Serialize)]
struct EventJson<'a> {
    schema: &'static str,
    at: Timestamp,
    first_at: Timestamp,
    count: usize,
    source: Option<SourceId>,
    node: Option<&'a str>,
    name: &'a str,
    kind: &'static str,
    text: &'a str,
    tone: Option<&'static str>,
}

/// Filter for events by service, kind and time.
struct EventFilter {
    /// Services whose events to print; `None` for all.
    nodes: Option<BTreeSet<NodeId>>,
    /// Kinds of events to print; empty for all.
    kinds: Vec<EventKind>,
    /// Earliest time of an event.
    since: Timestamp,
}

/// Prints the known events. With `--follow`, also prints new ones until an interrupt, or until standard
/// output has no reader.
pub(super) async fn run(common: &CommonArgs, args: &EventsArgs) -> Result<Outcome, Error> {
    let (config, opened) = open_sources(common)?;
    if opened.sources.is_empty() {
        return Err(opened.no_sources_failure().into());
    }
    let mut world = collect::new_world(&opened.sources, &config);
    let (sender, mut messages) = mpsc::channel(MESSAGE_QUEUE_LEN);
    let _polls = PollTasks::start(&opened.sources, &sender, opened.cache.as_ref());
    let deadline = Instant::now() + Duration::try_from(common.wait).unwrap_or(Duration::ZERO);
    while has_pending_sources(&world) && receive_until(&mut messages, &mut world, deadline).await {}
    let access = opened.team_access(&config);
    if access.keeps_history() {
        let mut reading = pin!(runtime::read_team_history(&opened.sources, &access, &sender));
        // Slow sources must not use up the time for the history.
        let history_deadline = deadline.max(Instant::now() + HISTORY_WAIT);
        while receive_during(&mut reading, &mut messages, &mut world, history_deadline).await {}
        if Instant::now() >= history_deadline {
            output::print_stderr("the team's history was not read in time; --wait gives it more");
        }
        while let Ok(message) = messages.try_recv() {
            apply(message, &mut world);
        }
    }
    if opened.sources.iter().any(|source| source.pushes_changes()) {
        let settled = Instant::now() + BACKLOG_WAIT;
        while receive_until(&mut messages, &mut world, settled).await {}
    }
    world.tick(Timestamp::now());
    for status in &world.sources {
        match &status.failure {
            Some(failure) => {
                output::print_stderr(format_args!("{}: {} ({})", status.id, failure.message, failure.remedy));
            }
            None if status.state == SourceState::Loading => {
                output::print_stderr(format_args!("{}: no response yet", status.id));
            }
            None => {}
        }
    }
    let filter = EventFilter::new(&world, args)?;
    let mut printed: BTreeSet<Arc<Entry>> = world.history.entries().cloned().collect();
    let known = world.history.entries().filter(|entry| filter.matches(entry));
    print_rows(&coalesce(known), &world, args.format)?;
    if args.follow {
        print_new_events(&mut messages, &mut world, &filter, &mut printed, args.format).await?;
    }
    Ok(read_outcome(&world))
}

/// Returns true if a source has neither been read completely nor failed yet.
fn has_pending_sources(world: &World) -> bool {
    world.sources.iter().any(|status| status.state == SourceState::Loading)
}

/// Handles the next message if one arrives before `until`. Otherwise returns false.
async fn receive_until(messages: &mut Receiver<Msg>, world: &mut World, until: Instant) -> bool {
    let Ok(Some(msg)) = timeout_at(until, messages.recv()).await else { return false };
    apply(msg, world);
    true
}

/// Handles the next message while `reading` reads the team's history. Returns false once the history is read
/// or the time `until` has come.
async fn receive_during(
    reading: &mut (impl Future<Output = ()> + Unpin),
    messages: &mut Receiver<Msg>,
    world: &mut World,
    until: Instant,
) -> bool {
    tokio::select! {
        Some(message) = messages.recv() => apply(message, world),
        () = reading => return false,
        () = sleep_until(until) => return false,
    }
    true
}

/// Applies a message about a source to the world. Prints the text of a notice, and ignores all other
/// messages.
fn apply(msg: Msg, world: &mut World) {
    if let Some(Msg::Notice(words)) = collect::apply_message(msg, world) {
        output::print_stderr(words);
    }
}

/// Prints new events as they happen, each on its own line.
async fn print_new_events(
    messages: &mut Receiver<Msg>,
    world: &mut World,
    filter: &EventFilter,
    printed: &mut BTreeSet<Arc<Entry>>,
    format: LogFormat,
) -> io::Result<()> {
    let mut tick = interval(Duration::from_secs(1));
    tick.set_missed_tick_behavior(MissedTickBehavior::Skip);
    let mut readers_gone = std::pin::pin!(logs::stdout_closed());
    let mut version = world.history.version();
    loop {
        tokio::select! {
            biased;
            () = &mut readers_gone => return Ok(()),
            Some(msg) = messages.recv() => apply(msg, world),
            _ = tick.tick() => world.tick(Timestamp::now()),
        }
        if world.history.version() == version {
            continue;
        }
        version = world.history.version();
        let new: Vec<_> =
            world.history.entries().filter(|entry| !printed.contains(*entry)).cloned().collect();
        let rows = new.iter().filter(|entry| filter.matches(entry));
        let rows =
            rows.map(|entry| EventGroup { first: Arc::clone(entry), last: Arc::clone(entry), count: 1 });
        print_rows(&rows.collect::<Vec<_>>(), world, format)?;
        printed.extend(new);
    }
}

impl EventFilter {
    fn new(world: &World, args: &EventsArgs) -> Result<Self, Error> {
        let nodes = args.service.iter().map(|name| why::find_node(world, name).map(|node| node.id.clone()));
        let nodes = nodes.collect::<Result<BTreeSet<_>, _>>()?;
        let range = TimeRange::resolve(Some(args.since), None, world.now)?;
        let since = range.since.unwrap_or(Timestamp::MIN);
        Ok(Self { nodes: (!nodes.is_empty()).then_some(nodes), kinds: args.kind.clone(), since })
    }

    fn matches(&self, entry: &Entry) -> bool {
        let about = |nodes: &BTreeSet<NodeId>| entry.subject.node().is_some_and(|node| nodes.contains(node));
        entry.at >= self.since
            && (self.kinds.is_empty() || self.kinds.contains(&entry.kind))
            && self.nodes.as_ref().is_none_or(about)
    }
}

/// Prints groups of events as lines of text or JSON.
fn print_rows(rows: &[EventGroup], world: &World, format: LogFormat) -> io::Result<()> {
    let mut out = BufWriter::new(output::stdout(PermittedEscapes::None));
    for row in rows {
        let line = match format {
            LogFormat::Text => row_text(row, world),
            LogFormat::Json => serde_json::to_string(&row_json(row, world)).unwrap_or_default(),
        };
        writeln!(out, "{line}")?;
    }
    out.flush()
}

/// Formats a group of events as a line of text.
fn row_text(row: &EventGroup, world: &World) -> String {
    let at = row.last.at.strftime("%Y-%m-%dT%H:%M:%SZ");
    let name = text::cut_or_pad(row.last.subject.name(), NAME_WIDTH, "…");
    format!("{at} {name} {:<13} {}", row.last.kind_spec().title, event_group_text(row, world.now, false))
}

/// Converts a group of events to JSON.
fn row_json<'a>(row: &'a EventGroup, world: &World) -> EventJson<'a> {
    let last = &row.last;
    let source = match &last.subject {
        Subject::Source(source) => Some(source.clone()),
        // The topology has no removed nodes, but their ids contain the source.
        Subject::Node(node) => world.topology().nodes.get(node).map_or_else(
            || node.service_source().filter(|id| world.sources.iter().any(|status| status.id == *id)),
            |node| node.source.clone(),
        ),
    };
    EventJson {
        schema: "portolan.event/1",
        at: last.at,
        first_at: row.first.at,
        count: row.count,
        source,
        node: last.subject.node().map(NodeId::as_str),
        name: last.subject.name(),
        kind: last.kind_spec().id,
        text: last.display_text(),
        tone: last.health.map(crate::model::Health::as_str),
    }
}
