//! Log streams: what the screens want is kept up, what they no longer want is ended.

use crate::{
    app::Msg,
    effect::Subscription,
    model::{LogBatch, LogNews, LogNote, LogStart, LogTarget, NoteKind, ServiceId, SourceId, Timestamp},
    source::Source,
};
use futures::StreamExt;
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
    time::Duration,
};
use tokio::{sync::mpsc::Sender, time::sleep};
use tokio_util::task::AbortOnDropHandle;

/// The wait before a stream that ended is read on.
const AGAIN: Duration = Duration::from_secs(2);

/// The streams that are kept up.
pub(super) struct Streams {
    sources: Vec<Arc<dyn Source>>,
    sender: Sender<Msg>,
    running: Vec<(BTreeSet<Subscription>, AbortOnDropHandle<()>)>,
}

/// What can be read in one go: the same source, the same start.
type Together = BTreeMap<(SourceId, LogStart), Vec<LogTarget>>;

impl Streams {
    pub(super) fn new(sources: Vec<Arc<dyn Source>>, sender: Sender<Msg>) -> Self {
        Self { sources, sender, running: Vec::new() }
    }

    /// Ends what is no longer wanted, and begins what is new.
    pub(super) fn keep(&mut self, wanted: &BTreeSet<Subscription>) {
        self.running.retain(|(subscriptions, _)| !subscriptions.is_disjoint(wanted));
        let running: BTreeSet<_> =
            self.running.iter().flat_map(|(subscriptions, _)| subscriptions).cloned().collect();
        let mut together = Together::new();
        for Subscription::Logs(target, start) in wanted.difference(&running) {
            let source = source_of(&target.service);
            together.entry((source, *start)).or_default().push(target.clone());
        }
        for ((source, start), targets) in together {
            let Some(source) = self.sources.iter().find(|s| s.id() == &source) else { continue };
            let subscriptions =
                targets.iter().map(|target| Subscription::Logs(target.clone(), start)).collect();
            let task = tokio::spawn(read(Arc::clone(source), targets, start, self.sender.clone()));
            self.running.push((subscriptions, AbortOnDropHandle::new(task)));
        }
    }
}

/// The source that a service belongs to.
fn source_of(service: &ServiceId) -> SourceId {
    SourceId::new(service.as_str().split('/').next().unwrap_or_default())
}

/// Reads on for as long as it is wanted: when a stream ends or breaks, from its last line on.
async fn read(source: Arc<dyn Source>, targets: Vec<LogTarget>, start: LogStart, sender: Sender<Msg>) {
    let mut from = start;
    let mut told: BTreeSet<(Option<Timestamp>, String)> = BTreeSet::new();
    loop {
        for target in &targets {
            if sender.send(Msg::Logs(LogNews::Opened(target.clone(), from))).await.is_err() {
                return;
            }
        }
        let mut batches = source.logs(targets.clone(), from);
        while let Some(outcome) = batches.next().await {
            let mut batch = outcome.unwrap_or_else(|failure| noted(&failure.what));
            // What is said about a stream at each new beginning is worth saying once.
            batch.notes.retain(|note| told.insert((note.at, note.text.clone())));
            let newest = batch.lines.iter().map(|line| line.at).max();
            if let Some(newest) = newest {
                from = LogStart { since: from.since.max(Some(newest)), tail: usize::MAX, ..from };
            }
            if sender.send(Msg::Logs(LogNews::Lines(batch))).await.is_err() {
                return;
            }
        }
        if !start.follow {
            for target in targets {
                let _ = sender.send(Msg::Logs(LogNews::Closed(target, start))).await;
            }
            return;
        }
        sleep(AGAIN).await;
    }
}

fn noted(what: &str) -> LogBatch {
    let note = LogNote {
        at: Some(Timestamp::now()),
        service: None,
        label: "portolan".into(),
        kind: NoteKind::Disturbed,
        text: what.to_owned(),
    };
    LogBatch { lines: Vec::new(), notes: vec![note] }
}
