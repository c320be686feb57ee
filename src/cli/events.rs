//! What happened, on standard output: what is known of it already in rows, then each thing as it comes.

use super::{
    Error, Outcome,
    args::{Common, Events, LogFormat},
    gather, logs, open, read, why,
};
use crate::{
    app::Msg,
    history::{Entry, Row, Subject, fold},
    model::{EventKind, Failure, NodeId, SourceId, SourceState, Timestamp},
    output::{self, Styles},
    runtime::Polls,
    store::Store,
    view::{summary::event_words, widget::text},
};
use serde::Serialize;
use std::{
    collections::BTreeSet,
    io::{self, BufWriter, Write},
    sync::Arc,
    time::Duration,
};
use tokio::{
    sync::mpsc::{self, Receiver},
    time::{Instant, MissedTickBehavior, interval, timeout_at},
};

/// How long a source that tells of changes by itself has for what it remembers.
const SETTLE: Duration = Duration::from_secs(1);

/// Messages that may wait.
const QUEUE: usize = 64;

/// How wide the name of a service is.
const NAME: usize = 32;

/// Something that happened as JSON: `portolan.event/1`.
#[derive(Serialize)]
struct EventOut<'a> {
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

/// What is wanted.
struct Wanted {
    nodes: Option<BTreeSet<NodeId>>,
    kinds: Vec<EventKind>,
    since: Timestamp,
}

/// Prints what happened; with `--follow` also what comes, until it is interrupted or nobody reads.
pub(super) async fn run(common: &Common, asked: &Events) -> Result<Outcome, Error> {
    let (config, opened) = open(common)?;
    if opened.sources.is_empty() {
        return Err(opened.nothing().into());
    }
    let mut store = gather::store(&opened.sources, &config);
    let (sender, mut messages) = mpsc::channel(QUEUE);
    let _polls = Polls::start(&opened.sources, &sender, opened.cache.as_ref());
    let patience = Instant::now() + Duration::try_from(common.wait).unwrap_or(Duration::ZERO);
    while is_waiting(&store) && hear(&mut messages, &mut store, patience).await {}
    if opened.sources.iter().any(|source| source.tells()) {
        let settled = Instant::now() + SETTLE;
        while hear(&mut messages, &mut store, settled).await {}
    }
    store.tick(Timestamp::now());
    for status in &store.sources {
        match &status.failure {
            Some(failure) => {
                output::report(format_args!("{}: {} ({})", status.id, failure.what, failure.remedy));
            }
            None if status.state == SourceState::Loading => {
                output::report(format_args!("{}: no answer yet", status.id));
            }
            None => {}
        }
    }
    let wanted = Wanted::new(&store, asked)?;
    let mut printed: BTreeSet<Arc<Entry>> = store.history.entries().cloned().collect();
    let known = store.history.entries().filter(|entry| wanted.holds(entry));
    print(&fold(known), &store, asked.format)?;
    if asked.follow {
        follow(&mut messages, &mut store, &wanted, &mut printed, asked.format).await?;
    }
    Ok(read(&store))
}

/// Whether a source has not answered.
fn is_waiting(store: &Store) -> bool {
    store.sources.iter().any(|status| status.state == SourceState::Loading)
}

/// Takes the next message, if one comes in time.
async fn hear(messages: &mut Receiver<Msg>, store: &mut Store, until: Instant) -> bool {
    let Ok(Some(msg)) = timeout_at(until, messages.recv()).await else { return false };
    take(msg, store);
    true
}

fn take(msg: Msg, store: &mut Store) {
    store.now = Timestamp::now();
    match msg {
        Msg::Looked(source, outcome) => {
            store.absorb(&source, outcome);
        }
        Msg::Remembered(source, earlier) => store.remember(&source, earlier),
        _ => {}
    }
}

/// Prints what comes.
async fn follow(
    messages: &mut Receiver<Msg>,
    store: &mut Store,
    wanted: &Wanted,
    printed: &mut BTreeSet<Arc<Entry>>,
    format: LogFormat,
) -> io::Result<()> {
    let mut tick = interval(Duration::from_secs(1));
    tick.set_missed_tick_behavior(MissedTickBehavior::Skip);
    let mut readers_gone = std::pin::pin!(logs::nobody_reads());
    let mut version = store.history.version();
    loop {
        tokio::select! {
            biased;
            () = &mut readers_gone => return Ok(()),
            Some(msg) = messages.recv() => take(msg, store),
            _ = tick.tick() => store.tick(Timestamp::now()),
        }
        if store.history.version() == version {
            continue;
        }
        version = store.history.version();
        let new: Vec<_> =
            store.history.entries().filter(|entry| !printed.contains(*entry)).cloned().collect();
        let rows = new.iter().filter(|entry| wanted.holds(entry));
        let rows = rows.map(|entry| Row { first: Arc::clone(entry), last: Arc::clone(entry), count: 1 });
        print(&rows.collect::<Vec<_>>(), store, format)?;
        printed.extend(new);
    }
}

impl Wanted {
    fn new(store: &Store, asked: &Events) -> Result<Self, Failure> {
        let nodes = asked.service.iter().map(|name| why::one(store, name).map(|node| node.id.clone()));
        let nodes = nodes.collect::<Result<BTreeSet<_>, _>>()?;
        let since = asked.since.time(store.now);
        Ok(Self { nodes: (!nodes.is_empty()).then_some(nodes), kinds: asked.kind.clone(), since })
    }

    fn holds(&self, entry: &Entry) -> bool {
        let about = |nodes: &BTreeSet<NodeId>| entry.subject.node().is_some_and(|node| nodes.contains(node));
        entry.at >= self.since
            && (self.kinds.is_empty() || self.kinds.contains(&entry.kind))
            && self.nodes.as_ref().is_none_or(about)
    }
}

/// Prints rows.
fn print(rows: &[Row], store: &Store, format: LogFormat) -> io::Result<()> {
    let mut out = BufWriter::new(output::stdout(Styles::None));
    for row in rows {
        let line = match format {
            LogFormat::Text => line(row, store),
            LogFormat::Json => serde_json::to_string(&json(row, store)).unwrap_or_default(),
        };
        writeln!(out, "{line}")?;
    }
    out.flush()
}

/// A row for people.
fn line(row: &Row, store: &Store) -> String {
    let at = row.last.at.strftime("%Y-%m-%dT%H:%M:%SZ");
    let name = text::fit(row.last.subject.name(), NAME, "…");
    format!("{at} {name} {:<13} {}", row.last.sort().title, event_words(row, store.now, false))
}

/// A row for programs.
fn json<'a>(row: &'a Row, store: &Store) -> EventOut<'a> {
    let last = &row.last;
    let source = match &last.subject {
        Subject::Source(source) => Some(source.clone()),
        Subject::Node(node) => store.topology().nodes.get(node).map_or_else(
            || store.sources.iter().map(|s| s.id.clone()).find(|id| is_of(node, id)),
            |node| node.source.clone(),
        ),
    };
    EventOut {
        schema: "portolan.event/1",
        at: last.at,
        first_at: row.first.at,
        count: row.count,
        source,
        node: last.subject.node().map(NodeId::as_str),
        name: last.subject.name(),
        kind: last.sort().id,
        text: last.words(),
        tone: last.tone.map(crate::model::Health::word),
    }
}

/// Whether the id of a node begins with that source: so what is gone is still known to be of it.
fn is_of(node: &NodeId, source: &SourceId) -> bool {
    node.as_str().strip_prefix(source.as_str()).is_some_and(|rest| rest.starts_with('/'))
}

/// A kind by its id.
pub(super) fn kind(text: &str) -> Result<EventKind, String> {
    let known: Vec<_> = crate::history::KINDS.iter().map(|kind| kind.id).collect();
    crate::history::Kind::named(text)
        .map(|kind| kind.kind)
        .ok_or_else(|| format!("there are {}", known.join(", ")))
}
