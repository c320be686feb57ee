//! Exchange of one source's history with the team's store. Each member reads segments (objects with the
//! events of one hour) and the actions of the others. The leader also writes segments.

use super::{Outbox, OwnActions};
use crate::{
    app::Msg,
    history::{Entry, Subject},
    model::{EventKind, Failure, FailureKind, TeamRole, Timestamp},
    source::{
        Source,
        team::{HistoryStore, ReadSegments, StoredActions, TeamAccess},
    },
    team::{HistoryHour, HistorySegment, TeamHistoryPart},
};
use futures::{StreamExt, stream};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, PoisonError},
    time::Duration,
};
use tokio::{
    sync::mpsc::{Sender, error::SendError},
    time::{Instant, MissedTickBehavior, interval, timeout},
};

/// Time between two reads of the actions of other members.
const ACTION_POLL_INTERVAL: Duration = Duration::from_secs(30);

/// Time between two searches for changed segments, the objects with the events of one hour. The searches are
/// rare, because each member also sees current events in the snapshots that it reads.
const SEGMENT_POLL_INTERVAL: Duration = Duration::from_mins(5);

/// Time between two deletions of old segments and actions.
const CLEANUP_INTERVAL: Duration = Duration::from_hours(1);

/// Maximum time for one read or write.
const STORE_TIMEOUT: Duration = Duration::from_mins(1);

/// Maximum number of segments to read at the same time.
const MAX_READS_AT_ONCE: usize = 4;

/// Maximum number of history entries in one message. The app draws frames between messages, so several
/// thousand entries do not block the screen.
const MAX_MESSAGE_ENTRIES: usize = 500;

/// Maximum number of failures to remember, so that each is reported only once.
const MAX_REPORTED_FAILURES: usize = 100;

/// Error if the receiver of the messages is gone, because the program ends.
type Closed = SendError<Msg>;

/// Exchange of one source's history with the team's store. Remembers the segments and actions that this
/// member has read, and the entries that it has written.
pub(super) struct HistoryExchange {
    source: Arc<dyn Source>,
    access: TeamAccess,
    sender: Sender<Msg>,
    outbox: Arc<Outbox>,
    own_actions: OwnActions,
    read: ReadSegments,
    actions: StoredActions,
    /// Entries that this member has written, or found in the store when it wrote.
    written: BTreeSet<Arc<Entry>>,
    segments_read_at: Option<Instant>,
    cleaned_at: Option<Instant>,
    reported: BTreeSet<String>,
}

/// Reads and writes the history until the program ends. Returns at once if no team reads the source.
pub(super) async fn exchange_history(mut exchange: HistoryExchange) {
    let mut ticks = interval(ACTION_POLL_INTERVAL);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut store = None;
    loop {
        let outbox = Arc::clone(&exchange.outbox);
        tokio::select! {
            _ = ticks.tick() => {}
            () = outbox.wake.notified() => {}
        }
        if store.is_none() {
            store = match HistoryStore::of(&*exchange.source, &exchange.access).await {
                Ok(Some(opened)) => Some(opened),
                Ok(None) => return,
                // The header of the screen names the failure of the account or the store.
                Err(_) => None,
            };
        }
        if let Some(store) = &store
            && exchange.take_turn(store).await.is_err()
        {
            return;
        }
    }
}

fn is_due(last: Option<Instant>, wait: Duration) -> bool {
    last.is_none_or(|at| at.elapsed() >= wait)
}

impl HistoryExchange {
    pub(super) fn new(
        source: Arc<dyn Source>,
        access: TeamAccess,
        sender: Sender<Msg>,
        outbox: Arc<Outbox>,
        own_actions: OwnActions,
    ) -> Self {
        Self {
            source,
            access,
            sender,
            outbox,
            own_actions,
            read: ReadSegments::default(),
            actions: StoredActions::default(),
            written: BTreeSet::new(),
            segments_read_at: None,
            cleaned_at: None,
            reported: BTreeSet::new(),
        }
    }

    /// Reads all segments and actions once.
    pub(super) async fn read_once(mut self) {
        if let Ok(Some(store)) = HistoryStore::of(&*self.source, &self.access).await
            && self.read_segments(&store).await.is_ok()
        {
            // If the program has ended meanwhile, the message has no receiver.
            let _ = self.read_actions(&store).await;
        }
    }

    /// Reads changes in the store. If this member leads the team, also writes the entries that it has
    /// recorded, and deletes old segments and actions.
    async fn take_turn(&mut self, store: &HistoryStore) -> Result<(), Closed> {
        if is_due(self.segments_read_at, SEGMENT_POLL_INTERVAL) {
            self.read_segments(store).await?;
        }
        self.read_actions(store).await?;
        if !self.leads() {
            self.outbox.take();
            self.written.clear();
            return Ok(());
        }
        self.write_entries(store).await?;
        if is_due(self.cleaned_at, CLEANUP_INTERVAL) {
            self.cleaned_at = Some(Instant::now());
            let cleaned = within_limit(store.delete_old(Timestamp::now())).await;
            self.report(cleaned.err()).await?;
        }
        Ok(())
    }

    fn leads(&self) -> bool {
        self.source.team_status().is_some_and(|status| matches!(status.role, TeamRole::Leading { .. }))
    }

    /// Reads the changed segments, newest first, and sends their entries to the app. Reports segments that
    /// can't be used, and skips them.
    async fn read_segments(&mut self, store: &HistoryStore) -> Result<(), Closed> {
        let changed = match within_limit(store.changed_segments(&self.read, Timestamp::now())).await {
            Ok(changed) => changed,
            Err(failure) => return self.report(Some(failure)).await,
        };
        self.segments_read_at = Some(Instant::now());
        let reads = changed.into_iter().map(|(hour, version)| async move {
            (hour, version, within_limit(store.read_segment(hour)).await)
        });
        let mut reads = stream::iter(reads.collect::<Vec<_>>()).buffered(MAX_READS_AT_ONCE);
        while let Some((hour, version, segment)) = reads.next().await {
            match segment {
                Ok(segment) => {
                    self.read.note(hour, version);
                    self.send_entries(hour, &segment).await?;
                }
                Err(failure) => {
                    // Portolan reads an unusable object again only after it has changed.
                    if failure.kind == FailureKind::Invalid {
                        self.read.note(hour, version);
                    }
                    let is_of_store = matches!(failure.kind, FailureKind::Timeout | FailureKind::Unreachable);
                    self.report(Some(failure)).await?;
                    if is_of_store {
                        // The next turn reads the others.
                        self.segments_read_at = None;
                        return Ok(());
                    }
                }
            }
        }
        Ok(())
    }

    async fn send_entries(&self, hour: HistoryHour, segment: &HistorySegment) -> Result<(), Closed> {
        let mut entries: Vec<Entry> = segment.entries().map(|entry| Entry::clone(entry)).collect();
        if segment.is_cut() {
            let text = "the history of this hour has no room for all events: the least important are missing";
            let subject = Subject::Source(self.source.id().clone());
            entries.push(Entry::new(hour.start(), subject, EventKind::Source, text.to_owned(), None));
        }
        for part in entries.chunks(MAX_MESSAGE_ENTRIES) {
            self.send(TeamHistoryPart::Entries(part.to_vec())).await?;
        }
        Ok(())
    }

    /// Reads the actions of other members, and sends them to the app.
    async fn read_actions(&mut self, store: &HistoryStore) -> Result<(), Closed> {
        match within_limit(store.read_actions(&self.actions, Timestamp::now())).await {
            Ok(None) => Ok(()),
            Ok(Some(stored)) => {
                let own = self.own_actions.lock().unwrap_or_else(PoisonError::into_inner).clone();
                let of_others = stored.book.actions().iter().filter(|action| !own.contains(&action.id));
                let of_others = of_others.cloned().collect();
                self.actions = stored;
                self.send(TeamHistoryPart::Actions(of_others)).await
            }
            Err(failure) => self.report(Some(failure)).await,
        }
    }

    /// Writes the entries that are not in the store yet, each to the segment of its hour. If the store does
    /// not accept writes, keeps the entries for the next turn.
    async fn write_entries(&mut self, store: &HistoryStore) -> Result<(), Closed> {
        let Some(waiting) = self.outbox.take() else { return Ok(()) };
        let all: BTreeSet<Arc<Entry>> = waiting.into_iter().collect();
        self.written.retain(|entry| all.contains(entry));
        let mut by_hour: BTreeMap<HistoryHour, Vec<Arc<Entry>>> = BTreeMap::new();
        for entry in all.difference(&self.written) {
            by_hour.entry(HistoryHour::of(entry.at)).or_default().push(Arc::clone(entry));
        }
        let mut failed = None;
        for (hour, entries) in by_hour.into_iter().rev() {
            match within_limit(store.add_entries(hour, entries.clone())).await {
                Ok(()) => self.written.extend(entries),
                Err(failure) => {
                    // If the store does not answer, further hours would only wait too.
                    let is_of_store = failure.kind != FailureKind::Invalid;
                    failed = Some(failure);
                    if is_of_store {
                        break;
                    }
                }
            }
        }
        if failed.as_ref().is_some_and(|failure| failure.kind != FailureKind::Invalid) {
            self.outbox.put_back(all.into_iter().collect());
        }
        self.report(failed).await
    }

    async fn send(&self, part: TeamHistoryPart) -> Result<(), Closed> {
        self.sender.send(Msg::TeamHistoryRead(self.source.id().clone(), Box::new(part))).await
    }

    /// Shows the user each failure of kind `Invalid` or `Denied` once. Leaves out other kinds, such as an
    /// unreachable store, which the header of the screen shows.
    async fn report(&mut self, failure: Option<Failure>) -> Result<(), Closed> {
        let Some(Failure { kind: FailureKind::Invalid | FailureKind::Denied, message, remedy, .. }) = failure
        else {
            return Ok(());
        };
        let words = format!("history of the team: {message} ({remedy})");
        if self.reported.len() >= MAX_REPORTED_FAILURES || !self.reported.insert(words.clone()) {
            return Ok(());
        }
        self.sender.send(Msg::Notice(words)).await
    }
}

/// Awaits a read or a write for at most [`STORE_TIMEOUT`].
async fn within_limit<T>(work: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
    timeout(STORE_TIMEOUT, work).await.unwrap_or_else(|_| {
        Err(Failure::new(FailureKind::Timeout, "the team's store does not answer", "run portolan doctor"))
    })
}
