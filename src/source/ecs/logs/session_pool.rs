//! Pool of the Live Tail sessions of one source. All readers of a log group share one session, because AWS
//! allows few sessions in an account and charges for each by the minute. If there are many groups, several
//! groups share a session.

use super::subscriber::Subscriber;
use crate::model::{InstanceId, InstanceState, Snapshot, Timestamp};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};
use tokio::sync::Notify;

/// Maximum number of open sessions per region. AWS allows 15 in an account, and other users may need some.
const MAX_SESSIONS: usize = 8;
/// Maximum number of log groups in one session.
const MAX_SESSION_GROUPS: usize = 10;
/// Time in seconds after the stop of a task from which its log counts as complete.
const SETTLED_AFTER_SECONDS: i64 = 120;

/// Exit of a task: its time in UTC, and the text of the log note that reports it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct TaskExit {
    pub(super) at: Option<Timestamp>,
    pub(super) text: String,
}

/// Pool of the session workers of one source, which send new log events to subscribers.
#[derive(Debug, Default)]
pub(crate) struct SessionPool {
    slots: Mutex<Vec<Arc<WorkerSlot>>>,
    /// Exits of the tasks that the last snapshot shows as stopped.
    exits: Mutex<BTreeMap<InstanceId, TaskExit>>,
}

/// Slot for one worker in the session pool: the subscribers that the worker has not taken yet, and the signal
/// that wakes the worker.
#[derive(Debug)]
pub(super) struct WorkerSlot {
    region: Option<String>,
    /// True if the worker may open a Live Tail session; otherwise it only polls.
    pub(super) may_go_live: bool,
    pending: Mutex<PendingSubscribers>,
    /// Notified when a subscriber joins or leaves, or a task stops.
    pub(super) changed: Notify,
}

impl WorkerSlot {
    /// Drops the waiting subscribers, and accepts no more.
    pub(super) fn close(&self) {
        *lock(&self.pending) = PendingSubscribers { closed: true, ..PendingSubscribers::default() };
    }
}

/// New subscribers of a slot, which its worker has not taken yet.
#[derive(Debug, Default)]
struct PendingSubscribers {
    subscribers: Vec<Subscriber>,
    /// Log groups of all subscribers of the slot, also of those that the worker has taken.
    groups: BTreeSet<String>,
    /// True once the worker has ended. Then the slot accepts no more subscribers.
    closed: bool,
}

/// Guard of a subscription, which ends when the guard is dropped. The drop wakes the worker, which then
/// removes the subscriber because the subscriber's channel is closed.
pub(super) struct SubscriptionGuard(Arc<WorkerSlot>);

impl Drop for SubscriptionGuard {
    fn drop(&mut self) {
        self.0.changed.notify_one();
    }
}

impl SessionPool {
    /// Records the tasks that `snapshot` shows as stopped, and wakes all workers.
    pub(crate) fn record_exits(&self, snapshot: &Snapshot) {
        let instances = snapshot.services.iter().flat_map(|service| &service.instances);
        let ended = instances.filter(|i| matches!(i.state, InstanceState::Stopped | InstanceState::Failed));
        let endings = ended.map(|instance| {
            let exit = instance.exit.as_ref();
            let text = match exit.map(|exit| (exit.reason.as_deref(), exit.code)) {
                Some((Some(reason), _)) => format!("the task stopped: {reason}"),
                Some((None, Some(code))) => format!("the task stopped with exit code {code}"),
                _ => "the task stopped".to_owned(),
            };
            (instance.id.clone(), TaskExit { at: exit.and_then(|exit| exit.at), text })
        });
        *lock(&self.exits) = endings.collect();
        for slot in lock(&self.slots).iter() {
            slot.changed.notify_one();
        }
    }

    /// Returns the exit of a task, or `None` if the last snapshot does not show the task as stopped.
    pub(super) fn task_exit(&self, instance: &InstanceId) -> Option<TaskExit> {
        lock(&self.exits).get(instance).cloned()
    }

    /// Returns the exit of a task that stopped so long ago that no more events can arrive. Otherwise returns
    /// `None`.
    pub(super) fn settled_exit(&self, instance: &InstanceId) -> Option<TaskExit> {
        let now = Timestamp::now();
        self.task_exit(instance)
            .filter(|e| e.at.is_some_and(|at| now.as_second() - at.as_second() > SETTLED_AFTER_SECONDS))
    }

    /// Adds a subscriber to a slot. The subscription ends when the returned guard is dropped. If the slot is
    /// new, also returns the slot, because the caller must start a worker for it.
    pub(super) fn add_subscriber(&self, member: Subscriber) -> (SubscriptionGuard, Option<Arc<WorkerSlot>>) {
        let mut slots = lock(&self.slots);
        slots.retain(|slot| !lock(&slot.pending).closed);
        let group = member.place.group.clone();
        let same: Vec<_> = slots.iter().filter(|s| s.region == member.place.region).cloned().collect();
        let has = |slot: &&Arc<WorkerSlot>| lock(&slot.pending).groups.contains(&group);
        let load = |slot: &&Arc<WorkerSlot>| lock(&slot.pending).groups.len();
        let sessions = same.iter().filter(|slot| slot.may_go_live).count();
        let found = same.iter().find(has).or_else(|| {
            let least = same.iter().filter(|slot| slot.may_go_live).min_by_key(load);
            least.filter(|slot| sessions >= MAX_SESSIONS && load(slot) < MAX_SESSION_GROUPS)
        });
        // A worker closes its slot under the lock of all slots, so no subscriber joins a closed one.
        let (slot, is_new) = if let Some(slot) = found {
            (Arc::clone(slot), false)
        } else {
            let slot = Arc::new(WorkerSlot {
                region: member.place.region.clone(),
                may_go_live: sessions < MAX_SESSIONS,
                pending: Mutex::default(),
                changed: Notify::new(),
            });
            slots.push(Arc::clone(&slot));
            (slot, true)
        };
        let mut waiting = lock(&slot.pending);
        waiting.groups.insert(group);
        waiting.subscribers.push(member);
        drop(waiting);
        slot.changed.notify_one();
        let without_worker = is_new.then(|| Arc::clone(&slot));
        (SubscriptionGuard(slot), without_worker)
    }

    /// Takes the new subscribers of a slot and returns them to its worker. `serving` are the subscribers that
    /// the worker already has. If there are no subscribers at all, closes the slot and returns `None`.
    pub(super) fn take_pending(&self, slot: &WorkerSlot, serving: &[Subscriber]) -> Option<Vec<Subscriber>> {
        let _slots = lock(&self.slots);
        let mut waiting = lock(&slot.pending);
        let mut joined = std::mem::take(&mut waiting.subscribers);
        joined.retain(|member| !member.is_closed());
        waiting.groups = serving.iter().chain(&joined).map(|member| member.place.group.clone()).collect();
        waiting.closed = waiting.groups.is_empty();
        (!waiting.closed).then_some(joined)
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
