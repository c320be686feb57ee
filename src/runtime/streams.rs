//! Log streams: what the screens want is kept up, what they no longer want is ended.

use crate::{
    app::Msg,
    effect::Subscription,
    model::{LogBatch, LogNote, LogStart, LogTarget, ServiceId, SourceId, Timestamp},
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

/// What can be read in one go: the same source, the same service, the same start.
type Together = BTreeMap<(SourceId, ServiceId, LogStart), Vec<LogTarget>>;

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
            together.entry((source, target.service.clone(), *start)).or_default().push(target.clone());
        }
        for ((source, service, start), targets) in together {
            let Some(source) = self.sources.iter().find(|s| s.id() == &source) else { continue };
            let subscriptions =
                targets.iter().map(|target| Subscription::Logs(target.clone(), start)).collect();
            let task = tokio::spawn(read(Arc::clone(source), service, targets, start, self.sender.clone()));
            self.running.push((subscriptions, AbortOnDropHandle::new(task)));
        }
    }
}

/// The source that a service belongs to.
fn source_of(service: &ServiceId) -> SourceId {
    SourceId::new(service.as_str().split('/').next().unwrap_or_default())
}

/// Reads on for as long as it is wanted: when a stream ends or breaks, from its last line on.
async fn read(
    source: Arc<dyn Source>,
    service: ServiceId,
    targets: Vec<LogTarget>,
    start: LogStart,
    sender: Sender<Msg>,
) {
    let mut from = start;
    let mut told: BTreeSet<(Option<Timestamp>, String)> = BTreeSet::new();
    loop {
        let mut batches = source.logs(targets.clone(), from);
        while let Some(outcome) = batches.next().await {
            let mut batch = outcome.unwrap_or_else(|failure| noted(&failure.what));
            // What is said about a stream at each new beginning is worth saying once.
            batch.notes.retain(|note| told.insert((note.at, note.text.clone())));
            let newest = batch.lines.iter().map(|line| line.at).max();
            if let Some(newest) = newest {
                from = LogStart { since: from.since.max(Some(newest)), tail: usize::MAX, follow: true };
            }
            if sender.send(Msg::Logs(service.clone(), batch)).await.is_err() {
                return;
            }
        }
        sleep(AGAIN).await;
    }
}

fn noted(what: &str) -> LogBatch {
    let note = LogNote { at: Some(Timestamp::now()), label: "portolan".to_owned(), text: what.to_owned() };
    LogBatch { lines: Vec::new(), notes: vec![note] }
}
