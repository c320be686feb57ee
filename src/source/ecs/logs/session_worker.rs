//! Worker that sends new log events to the subscribers of one slot of the session pool. The events come from
//! a Live Tail session, or from polls while no session is open. During a session, the worker also polls for
//! events that the session missed.

use super::{
    LogEvent, LogsClient, failure_text,
    live_tail::{Session, SessionMessage, SessionScope},
    session_pool::{SessionPool, SubscriptionGuard, WorkerSlot},
    subscriber::Subscriber,
};
use crate::{
    background,
    model::{Failure, FailureKind, LogNote, LogNoteKind, ServiceId, SharedText, Timestamp},
};
use futures::{FutureExt, future::BoxFuture};
use std::{collections::BTreeMap, sync::Arc, time::Duration};
use tokio::time::{Instant, sleep, sleep_until};

/// Wait after a subscriber joins or leaves, so that one new session covers several changes.
const JOIN_WINDOW: Duration = Duration::from_millis(200);
/// Time for which the last events of a stopped task may still arrive.
const LATE_EVENT_GRACE: Duration = Duration::from_secs(8);
/// Wait after the first failure before the worker opens a session again. The wait doubles with each further
/// failure.
const FIRST_REOPEN_WAIT: Duration = Duration::from_secs(1);
/// Maximum wait before the worker opens a session again.
const MAX_REOPEN_WAIT: Duration = Duration::from_mins(2);
/// Minimum age of a session whose end does not count as a failure.
const STABLE_SESSION_AGE: Duration = Duration::from_mins(1);

/// Worker of one slot of the session pool, with its subscribers and its Live Tail session.
pub(super) struct SessionWorker {
    pub(super) pool: Arc<SessionPool>,
    slot: Arc<WorkerSlot>,
    pub(super) logs: LogsClient,
    pub(super) subscribers: Vec<Subscriber>,
    session: Option<ActiveSession>,
    /// Number of sessions in a row that failed or ended early. The number sets the wait before the next
    /// session.
    failed_opens: u32,
    /// Time of the next attempt to open a session.
    open_at: Instant,
    /// Time of the next poll.
    pub(super) poll_at: Instant,
    /// True if the session left out events that no poll has read yet.
    pub(super) sampled: bool,
    /// True until the first poll after a session opened.
    pub(super) just_opened: bool,
    /// Number of failed polls in a row.
    pub(super) failed_polls: u32,
    /// Last note by service and log group, so that the worker reports a lasting problem only once.
    pub(super) noted: BTreeMap<(ServiceId, String), String>,
}

/// Open Live Tail session, with the future of its next message.
struct ActiveSession {
    scope: SessionScope,
    opened_at: Instant,
    next: BoxFuture<'static, (Session, SessionMessage)>,
}

/// Adds a subscriber, which stays until the returned guard is dropped. Starts a worker if the pool has no
/// suitable slot with a worker.
pub(super) fn subscribe(pool: &Arc<SessionPool>, logs: &LogsClient, member: Subscriber) -> SubscriptionGuard {
    let (guard, without_worker) = pool.add_subscriber(member);
    if let Some(slot) = without_worker {
        let lost = Arc::clone(&slot);
        // If the worker panics, the streams of its readers end, and their callers read them again.
        let then = move |_| lost.close();
        let worker = run_worker(Arc::clone(pool), slot, logs.clone());
        drop(background::spawn(worker, then).detach());
    }
    guard
}

/// Serves the subscribers of a slot until it has none.
async fn run_worker(pool: Arc<SessionPool>, slot: Arc<WorkerSlot>, logs: LogsClient) {
    let now = Instant::now();
    let mut worker = SessionWorker {
        pool,
        slot,
        logs,
        subscribers: Vec::new(),
        session: None,
        failed_opens: 0,
        open_at: now,
        poll_at: now,
        sampled: false,
        just_opened: false,
        failed_polls: 0,
        noted: BTreeMap::new(),
    };
    sleep(JOIN_WINDOW).await;
    while worker.update_subscribers() {
        worker.step().await;
    }
}

impl SessionWorker {
    /// Takes new subscribers and removes closed ones. Returns false if no subscriber is left.
    fn update_subscribers(&mut self) -> bool {
        self.subscribers.retain(|member| !member.is_closed());
        let Some(joined) = self.pool.take_pending(&self.slot, &self.subscribers) else { return false };
        for mut member in joined {
            // A session delivers only later events. A poll is necessary to read the events since the last
            // stored event that the subscriber has read.
            self.poll_at = Instant::now();
            if self
                .session
                .as_ref()
                .is_some_and(|s| s.scope.covers(&member.place.group, &member.place.stream))
            {
                member.begin_live();
            }
            self.subscribers.push(member);
        }
        for member in self.subscribers.iter_mut().filter(|member| member.finish_at.is_none()) {
            if self.pool.task_exit(&member.target.instance).is_some() {
                member.finish_at = Some(Instant::now() + LATE_EVENT_GRACE);
            }
        }
        true
    }

    /// Performs one action that is due, or waits for the next message, change or deadline.
    async fn step(&mut self) {
        let now = Instant::now();
        let wanting = self.slot.may_go_live && !self.is_live();
        let over = self.subscribers.iter().filter_map(|member| member.finish_at).min();
        if wanting && now >= self.open_at {
            return self.open_session().await;
        }
        if now >= self.poll_at || over.is_some_and(|over| now >= over) {
            return self.poll_groups().await;
        }
        let wake = over.map_or(self.poll_at, |over| over.min(self.poll_at));
        let wake = if wanting { wake.min(self.open_at) } else { wake };
        let slot = Arc::clone(&self.slot);
        tokio::select! {
            (session, heard) = next_message(&mut self.session) => self.handle_message(session, heard).await,
            () = slot.changed.notified() => sleep(JOIN_WINDOW).await,
            () = sleep_until(wake) => {}
        }
    }

    /// Returns true if a session is open, and covers the streams of all subscribers.
    pub(super) fn is_live(&self) -> bool {
        self.session.is_some() && self.subscribers.iter().all(|member| member.live_pass.is_some())
    }

    /// Opens a session for the streams of all subscribers, in place of the current session.
    async fn open_session(&mut self) {
        let streams = self.subscribers.iter().map(|member| (&member.place.group, &member.place.stream));
        match Session::open(&self.logs, SessionScope::for_streams(streams)).await {
            Ok(session) => {
                for member in &mut self.subscribers {
                    member.begin_live();
                }
                self.session = Some(ActiveSession {
                    scope: session.scope.clone(),
                    opened_at: Instant::now(),
                    next: session.next().boxed(),
                });
                (self.poll_at, self.just_opened) = (Instant::now(), true);
            }
            Err(failure) => {
                self.schedule_reopen();
                let (why, absent) = (failure_text(&failure), failure.kind == FailureKind::Missing);
                let (kind, text) = if absent {
                    (LogNoteKind::LogGroupMissing, why)
                } else {
                    (LogNoteKind::Interrupted, format!("no Live Tail session, polling every 2 s: {why}"))
                };
                self.notify(None, kind, &text).await;
            }
        }
    }

    /// Sets the time of the next attempt to open a session. Until then, the worker polls.
    fn schedule_reopen(&mut self) {
        let pause = (FIRST_REOPEN_WAIT * 2u32.pow(self.failed_opens.min(7))).min(MAX_REOPEN_WAIT);
        self.failed_opens += 1;
        self.open_at = Instant::now() + pause;
        self.poll_at = self.poll_at.min(Instant::now());
    }

    /// Sends the events of a message to their subscribers. Ends the session if the message says so.
    async fn handle_message(&mut self, session: Session, message: SessionMessage) {
        match message {
            SessionMessage::Events(events, sampled) => {
                for member in &mut self.subscribers {
                    let Some(reading) = member.live_pass else { continue };
                    let mine = |(group, event): &&(String, LogEvent)| {
                        *group == member.place.group && event.stream == member.place.stream
                    };
                    let mine: Vec<_> = events.iter().filter(mine).map(|(_, event)| event).collect();
                    member.send_new_events(reading, &mine).await;
                }
                if sampled {
                    // The session sampled its events; a poll returns all of them.
                    (self.sampled, self.poll_at) = (true, Instant::now());
                }
                if let Some(live) = &mut self.session {
                    live.next = session.next().boxed();
                }
            }
            SessionMessage::Ended(why) => {
                let lasted =
                    self.session.take().is_some_and(|live| live.opened_at.elapsed() >= STABLE_SESSION_AGE);
                for member in &mut self.subscribers {
                    member.end_live();
                }
                if lasted {
                    self.failed_opens = 0;
                }
                self.schedule_reopen();
                if let Some(why) = why {
                    let text = format!("{why}; polling every 2 s until Live Tail is back");
                    self.notify(None, LogNoteKind::Interrupted, &text).await;
                }
            }
        }
    }

    /// Sends a note to each service with streams in `group`, or in any group if `group` is `None`. Skips a
    /// service if the last note that it got for the log group had the same text.
    pub(super) async fn notify(&mut self, group: Option<&str>, kind: LogNoteKind, text: &str) {
        for member in &self.subscribers {
            let place = &member.place.group;
            let key = (member.target.service.clone(), place.clone());
            if group.is_some_and(|group| group != place) || self.noted.get(&key).is_some_and(|t| t == text) {
                continue;
            }
            self.noted.insert(key, text.to_owned());
            let mut note = LogNote::on_stream(&member.target, Some(Timestamp::now()), kind, text.to_owned());
            note.label = SharedText::new(place);
            member.send_note(note).await;
        }
    }

    /// Forgets the notes of a group after a successful poll, so that the worker reports the same problem
    /// again if it returns. Keeps the notes while the worker still tries to open a session, because each
    /// failed attempt would repeat them.
    pub(super) fn reset_notes(&mut self, group: &str) {
        if self.is_live() || !self.slot.may_go_live {
            self.noted.retain(|(_, of), _| of != group);
        }
    }

    /// Returns true if the log group does not exist. That is no problem, because AWS may create the group
    /// with its first line.
    pub(super) fn is_group_missing(failure: &Failure) -> bool {
        failure.kind == FailureKind::Missing
    }
}

/// Waits for the next message of the session. Without a session, waits forever.
async fn next_message(session: &mut Option<ActiveSession>) -> (Session, SessionMessage) {
    match session {
        Some(live) => (&mut live.next).await,
        None => std::future::pending().await,
    }
}
