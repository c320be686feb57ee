//! Tasks for the history of a team: they read events and actions from the store, report the actions of this
//! user, and, while this member leads the team, write the events that it records.

mod action_reports;
mod exchange;
#[cfg(test)]
mod tests;

pub use action_reports::ActionReports;

use crate::{
    app::Msg,
    background,
    history::Entry,
    model::{SourceId, Text},
    source::{Source, team::TeamAccess},
};
use exchange::{HistoryExchange, exchange_history};
use futures::future::join_all;
use std::{
    collections::{BTreeMap, BTreeSet},
    future::ready,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use tokio::sync::{Notify, mpsc::Sender};
use tokio_util::task::AbortOnDropHandle;

/// Wait before a task restarts after a panic.
const RESTART_WAIT: Duration = Duration::from_mins(1);

/// Ids of the actions that the user has run in this run of Portolan. The tasks skip them when they read the
/// store, because the timeline already shows them.
pub(super) type OwnActions = Arc<Mutex<BTreeSet<Text>>>;

/// Outbox of one source: all history entries that this member has recorded, until a task takes them and
/// writes them to the team's store. Contains `None` while there is nothing to take.
#[derive(Default)]
struct Outbox {
    entries: Mutex<Option<Vec<Arc<Entry>>>>,
    wake: Notify,
}

impl Outbox {
    fn lock(&self) -> MutexGuard<'_, Option<Vec<Arc<Entry>>>> {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn put(&self, entries: Vec<Arc<Entry>>) {
        *self.lock() = Some(entries);
        self.wake.notify_one();
    }

    fn take(&self) -> Option<Vec<Arc<Entry>>> {
        self.lock().take()
    }

    /// Puts back entries that could not be written, unless the outbox has newer ones.
    fn put_back(&self, entries: Vec<Arc<Entry>>) {
        self.lock().get_or_insert(entries);
    }
}

/// Reads the history of each source once, and sends it to `sender`.
pub async fn read_team_history(sources: &[Arc<dyn Source>], access: &TeamAccess, sender: &Sender<Msg>) {
    let reads = sources.iter().map(|source| {
        let (outbox, own) = (Arc::default(), OwnActions::default());
        let exchange = HistoryExchange::new(Arc::clone(source), access.clone(), sender.clone(), outbox, own);
        exchange.read_once()
    });
    join_all(reads).await;
}

/// Tasks that read and write the history of each source that a team reads. Without a team, there are none.
pub struct HistoryTasks {
    outboxes: BTreeMap<SourceId, Arc<Outbox>>,
    _tasks: Vec<AbortOnDropHandle<()>>,
}

impl HistoryTasks {
    /// Starts a task for each source if the team keeps a history. The tasks do not send the actions of this
    /// run to the app, because the timeline already shows them.
    #[must_use]
    pub fn start(
        sources: &[Arc<dyn Source>],
        access: &TeamAccess,
        sender: &Sender<Msg>,
        reports: &ActionReports,
    ) -> Self {
        let (mut outboxes, mut tasks) = (BTreeMap::new(), Vec::new());
        for source in sources.iter().filter(|_| access.keeps_history()) {
            let outbox = Arc::<Outbox>::default();
            outboxes.insert(source.id().clone(), Arc::clone(&outbox));
            let (source, access, sender) = (Arc::clone(source), access.clone(), sender.clone());
            let own = Arc::clone(&reports.own);
            let make = move || {
                exchange_history(HistoryExchange::new(
                    Arc::clone(&source),
                    access.clone(),
                    sender.clone(),
                    Arc::clone(&outbox),
                    Arc::clone(&own),
                ))
            };
            let work = background::restart_on_panic(RESTART_WAIT, make, |_| ready(()));
            tasks.push(background::spawn(work, |_| ()));
        }
        Self { outboxes, _tasks: tasks }
    }

    /// Passes all entries that this member has recorded for `source` to the task of the source. If the member
    /// leads, the task writes those that are not in the store yet.
    pub fn share(&self, source: &SourceId, entries: Vec<Arc<Entry>>) {
        if let Some(outbox) = self.outboxes.get(source) {
            outbox.put(entries);
        }
    }
}
