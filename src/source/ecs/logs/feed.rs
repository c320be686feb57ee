//! What serves the streams of a slot: a live session where one can be had, asking every few seconds where not. The
//! session is tried again for as long as there is none, and what it may have missed is asked for.

use super::{
    Event, Logs,
    hub::{Hub, Slot},
    member::{Member, note},
    tail::{Heard, Scope, Session},
    words,
};
use crate::model::{Failure, FailureKind, NoteKind, ServiceId, SharedText, Timestamp};
use futures::{FutureExt, future::BoxFuture};
use std::{collections::BTreeMap, sync::Arc, time::Duration};
use tokio::time::{Instant, sleep, sleep_until};

/// How long those who come wait for others, so that one session is opened for all of them.
const GATHER: Duration = Duration::from_millis(200);
/// How long after its last line a task's events may still come.
const DRAIN: Duration = Duration::from_secs(8);
/// The wait before a session is tried again: at first, and at most.
const PAUSE: Duration = Duration::from_secs(1);
const LONGEST_PAUSE: Duration = Duration::from_mins(2);
/// A session that lasted so long did not fail.
const LASTING: Duration = Duration::from_mins(1);

/// The feed of one slot.
pub(super) struct Feed {
    pub(super) hub: Arc<Hub>,
    slot: Arc<Slot>,
    pub(super) logs: Logs,
    pub(super) members: Vec<Member>,
    session: Option<Live>,
    failures: u32,
    open_at: Instant,
    pub(super) ask_at: Instant,
    /// Whether the session left events out that were not asked for since.
    pub(super) sampled: bool,
    /// Whether the session began a moment ago.
    pub(super) fresh: bool,
    /// Questions that failed, one after the other.
    pub(super) refused: u32,
    /// What each service was told of each group, while it lasts.
    pub(super) told: BTreeMap<(ServiceId, String), String>,
}

/// A session, and what it will say next.
struct Live {
    scope: Scope,
    begun: Instant,
    next: BoxFuture<'static, (Session, Heard)>,
}

/// Serves the slot until nobody is there any more.
pub(super) async fn run(hub: Arc<Hub>, slot: Arc<Slot>, logs: Logs) {
    let now = Instant::now();
    let mut feed = Feed {
        hub,
        slot,
        logs,
        members: Vec::new(),
        session: None,
        failures: 0,
        open_at: now,
        ask_at: now,
        sampled: false,
        fresh: false,
        refused: 0,
        told: BTreeMap::new(),
    };
    sleep(GATHER).await;
    while feed.admit() {
        feed.turn().await;
    }
}

impl Feed {
    /// Takes in who has come, and lets go who has left. False when nobody is there.
    fn admit(&mut self) -> bool {
        self.members.retain(|member| !member.is_gone());
        let Some(come) = self.hub.admit(&self.slot, &self.members) else { return false };
        for mut member in come {
            // What came between its history and now is asked for.
            self.ask_at = Instant::now();
            if self
                .session
                .as_ref()
                .is_some_and(|s| s.scope.covers(&member.place.group, &member.place.stream))
            {
                member.go_live();
            }
            self.members.push(member);
        }
        for member in self.members.iter_mut().filter(|member| member.over.is_none()) {
            if self.hub.ending(&member.target.instance).is_some() {
                member.over = Some(Instant::now() + DRAIN);
            }
        }
        true
    }

    /// Does what is due, or waits for what comes.
    async fn turn(&mut self) {
        let now = Instant::now();
        let wanting = self.slot.live && !self.is_live();
        let over = self.members.iter().filter_map(|member| member.over).min();
        if wanting && now >= self.open_at {
            return self.open().await;
        }
        if now >= self.ask_at || over.is_some_and(|over| now >= over) {
            return self.ask().await;
        }
        let wake = over.map_or(self.ask_at, |over| over.min(self.ask_at));
        let wake = if wanting { wake.min(self.open_at) } else { wake };
        let slot = Arc::clone(&self.slot);
        tokio::select! {
            (session, heard) = next(&mut self.session) => self.hear(session, heard).await,
            () = slot.changed.notified() => sleep(GATHER).await,
            () = sleep_until(wake) => {}
        }
    }

    /// Whether a session covers every stream.
    pub(super) fn is_live(&self) -> bool {
        self.session.is_some() && self.members.iter().all(|member| member.live.is_some())
    }

    /// Opens a session for all streams, in place of the one there is.
    async fn open(&mut self) {
        let streams = self.members.iter().map(|member| (&member.place.group, &member.place.stream));
        match Session::open(&self.logs, Scope::of(streams)).await {
            Ok(session) => {
                for member in &mut self.members {
                    member.go_live();
                }
                self.session = Some(Live {
                    scope: session.scope.clone(),
                    begun: Instant::now(),
                    next: session.next().boxed(),
                });
                (self.ask_at, self.fresh) = (Instant::now(), true);
            }
            Err(failure) => {
                self.fail();
                let (why, absent) = (words(&failure), failure.kind == FailureKind::Missing);
                let (kind, text) = if absent {
                    (NoteKind::Absent, why)
                } else {
                    (NoteKind::Disturbed, format!("no live tail, asking every 2 s meanwhile: {why}"))
                };
                self.tell(None, kind, &text).await;
            }
        }
    }

    fn fail(&mut self) {
        let pause = (PAUSE * 2u32.pow(self.failures.min(7))).min(LONGEST_PAUSE);
        self.failures += 1;
        self.open_at = Instant::now() + pause;
        self.ask_at = self.ask_at.min(Instant::now());
    }

    async fn hear(&mut self, session: Session, heard: Heard) {
        match heard {
            Heard::Events(events, sampled) => {
                for member in &mut self.members {
                    let Some(reading) = member.live else { continue };
                    let mine = |(group, event): &&(String, Event)| {
                        *group == member.place.group && event.stream == member.place.stream
                    };
                    let mine: Vec<_> = events.iter().filter(mine).map(|(_, event)| event).collect();
                    member.take(reading, &mine).await;
                }
                if sampled {
                    // Asking gives all of them.
                    (self.sampled, self.ask_at) = (true, Instant::now());
                }
                if let Some(live) = &mut self.session {
                    live.next = session.next().boxed();
                }
            }
            Heard::Ended(why) => {
                let lasted = self.session.take().is_some_and(|live| live.begun.elapsed() >= LASTING);
                for member in &mut self.members {
                    member.go_dead();
                }
                if lasted {
                    self.failures = 0;
                }
                self.fail();
                if let Some(why) = why {
                    let text = format!("{why}; asking every 2 s until it is live again");
                    self.tell(None, NoteKind::Disturbed, &text).await;
                }
            }
        }
    }

    /// Says something to every service that has streams in that group, or in any, once for as long as it lasts.
    pub(super) async fn tell(&mut self, group: Option<&str>, kind: NoteKind, text: &str) {
        for member in &self.members {
            let place = &member.place.group;
            let key = (member.target.service.clone(), place.clone());
            if group.is_some_and(|group| group != place) || self.told.get(&key).is_some_and(|t| t == text) {
                continue;
            }
            self.told.insert(key, text.to_owned());
            let mut note = note(&member.target, Some(Timestamp::now()), kind, text.to_owned());
            note.label = SharedText::new(place);
            member.tell(note).await;
        }
    }

    /// A question was answered: what is said from here on is new.
    pub(super) fn calm(&mut self, group: &str) {
        if self.is_live() || !self.slot.live {
            self.told.retain(|(_, of), _| of != group);
        }
    }

    /// Whether a failure is to be expected: a group is made with its first line.
    pub(super) fn is_quiet(failure: &Failure) -> bool {
        failure.kind == FailureKind::Missing
    }
}

/// What the session says next; never anything where there is none.
async fn next(session: &mut Option<Live>) -> (Session, Heard) {
    match session {
        Some(live) => (&mut live.next).await,
        None => std::future::pending().await,
    }
}
