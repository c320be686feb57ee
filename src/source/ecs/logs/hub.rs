//! Where the readers of a source meet: those of one group share one live session, since an account has few of them and
//! each costs by the minute. With many groups, several share one.

use super::{Logs, feed, member::Member};
use crate::{
    background,
    model::{InstanceId, Snapshot, State, Timestamp},
};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};
use tokio::sync::Notify;

/// Sessions of one region that are open at most. An account may have 15, and is not ours alone.
const SESSIONS: usize = 8;
/// Groups that one session may cover.
const GROUPS: usize = 10;
/// How long after its end a task counts as read to the end, in seconds.
const LONG: i64 = 120;

/// How a task has ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Ending {
    pub(super) at: Option<Timestamp>,
    pub(super) text: String,
}

/// The meeting point of one source.
#[derive(Debug, Default)]
pub(crate) struct Hub {
    slots: Mutex<Vec<Arc<Slot>>>,
    endings: Mutex<BTreeMap<InstanceId, Ending>>,
}

/// What one feed serves.
#[derive(Debug)]
pub(super) struct Slot {
    region: Option<String>,
    /// Whether a live session may be opened for it.
    pub(super) live: bool,
    waiting: Mutex<Waiting>,
    /// Somebody has come, left or ended.
    pub(super) changed: Notify,
}

/// Who wants to be served by a slot.
#[derive(Debug, Default)]
struct Waiting {
    members: Vec<Member>,
    groups: BTreeSet<String>,
    closed: bool,
}

/// A reader's place at a slot. Leaving it is told.
pub(super) struct Seat(Arc<Slot>);

impl Drop for Seat {
    fn drop(&mut self) {
        self.0.changed.notify_one();
    }
}

impl Hub {
    /// Learns from a look which tasks have ended.
    pub(crate) fn look(&self, snapshot: &Snapshot) {
        let instances = snapshot.services.iter().flat_map(|service| &service.instances);
        let ended = instances.filter(|i| matches!(i.state, State::Stopped | State::Failed));
        let endings = ended.map(|instance| {
            let exit = instance.exit.as_ref();
            let text = match exit.map(|exit| (exit.reason.as_deref(), exit.code)) {
                Some((Some(reason), _)) => format!("the task has ended: {reason}"),
                Some((None, Some(code))) => format!("the task has ended with exit code {code}"),
                _ => "the task has ended".to_owned(),
            };
            (instance.id.clone(), Ending { at: exit.and_then(|exit| exit.at), text })
        });
        *held(&self.endings) = endings.collect();
        for slot in held(&self.slots).iter() {
            slot.changed.notify_one();
        }
    }

    /// How that task has ended, where it has.
    pub(super) fn ending(&self, instance: &InstanceId) -> Option<Ending> {
        held(&self.endings).get(instance).cloned()
    }

    /// How that task has ended, where no event of it can come late any more.
    pub(super) fn long_ended(&self, instance: &InstanceId) -> Option<Ending> {
        let now = Timestamp::now();
        self.ending(instance).filter(|e| e.at.is_some_and(|at| now.as_second() - at.as_second() > LONG))
    }

    /// Lets a stream be served, for as long as the seat is kept.
    pub(super) fn join(self: &Arc<Self>, logs: &Logs, member: Member) -> Seat {
        let mut slots = held(&self.slots);
        slots.retain(|slot| !held(&slot.waiting).closed);
        let group = member.place.group.clone();
        let same: Vec<_> = slots.iter().filter(|s| s.region == member.place.region).cloned().collect();
        let has = |slot: &&Arc<Slot>| held(&slot.waiting).groups.contains(&group);
        let load = |slot: &&Arc<Slot>| held(&slot.waiting).groups.len();
        let sessions = same.iter().filter(|slot| slot.live).count();
        let found = same.iter().find(has).or_else(|| {
            let least = same.iter().filter(|slot| slot.live).min_by_key(load);
            least.filter(|slot| sessions >= SESSIONS && load(slot) < GROUPS)
        });
        // A feed that closes does so under the lock of all slots, so that nobody joins it then.
        let slot = found.cloned().unwrap_or_else(|| {
            let region = member.place.region.clone();
            let slot = Arc::new(Slot {
                region,
                live: sessions < SESSIONS,
                waiting: Mutex::default(),
                changed: Notify::new(),
            });
            slots.push(Arc::clone(&slot));
            let lost = Arc::clone(&slot);
            // Its readers hear that their streams end, and begin anew at another slot.
            let then = move |_| *held(&lost.waiting) = Waiting { closed: true, ..Waiting::default() };
            let feed = feed::run(Arc::clone(self), Arc::clone(&slot), logs.clone());
            drop(background::spawn(feed, then).detach());
            slot
        });
        let mut waiting = held(&slot.waiting);
        waiting.groups.insert(group);
        waiting.members.push(member);
        drop(waiting);
        slot.changed.notify_one();
        Seat(slot)
    }

    /// Gives a feed those who have come; none when nobody is there any more, and the slot is closed.
    pub(super) fn admit(&self, slot: &Slot, serving: &[Member]) -> Option<Vec<Member>> {
        let _slots = held(&self.slots);
        let mut waiting = held(&slot.waiting);
        let mut come = std::mem::take(&mut waiting.members);
        come.retain(|member| !member.is_gone());
        waiting.groups = serving.iter().chain(&come).map(|member| member.place.group.clone()).collect();
        waiting.closed = waiting.groups.is_empty();
        (!waiting.closed).then_some(come)
    }
}

fn held<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
