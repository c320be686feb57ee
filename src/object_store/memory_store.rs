//! Object store in memory for tests. It can simulate lost calls, lost responses and ignored conditions.

use super::{Fetched, ObjectStore, ObjectVersion, StoredObject, WriteCondition, WriteOutcome};
use crate::model::{Failure, FailureKind};
use futures::{
    FutureExt,
    future::{BoxFuture, ready},
};
use std::{
    collections::{BTreeMap, VecDeque},
    sync::Mutex,
};

/// Fault that a [`MemoryStore`] simulates in one call: a lost call, a lost response or a repeated call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum StoreFault {
    /// The call does not reach the store.
    Dropped,
    /// The store carries out the call, but the response is lost.
    ResponseLost,
    /// The store carries out the call, the response is lost, and the client sends the call again.
    Retried,
}

/// Object store in memory, for tests. It can simulate faults.
#[derive(Debug, Default)]
pub(crate) struct MemoryStore(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    objects: BTreeMap<String, (Vec<u8>, u64)>,
    writes: u64,
    /// Faults of the next calls, in order; `None` for a call without a fault.
    faults: VecDeque<Option<StoreFault>>,
    /// True for a condition that the store ignores: first `IfMissing`, then `IfVersion`.
    ignored: [bool; 2],
    /// Writes to keys that contain this text fail with this kind of failure; `None` if no write is to fail.
    failing_writes: Option<(&'static str, FailureKind)>,
}

impl MemoryStore {
    /// Sets whether the store ignores the conditions `IfMissing` and `IfVersion`, in this order.
    pub(crate) fn ignore_conditions(&self, ignored: [bool; 2]) {
        self.0.lock().unwrap().ignored = ignored;
    }

    /// Sets the faults of the next calls, in order.
    pub(crate) fn set_faults(&self, faults: impl IntoIterator<Item = Option<StoreFault>>) {
        self.0.lock().unwrap().faults = faults.into_iter().collect();
    }

    /// Makes all writes to keys that contain the given text fail with the given kind. `None` lets all writes
    /// succeed.
    pub(crate) fn fail_writes(&self, failing: Option<(&'static str, FailureKind)>) {
        self.0.lock().unwrap().failing_writes = failing;
    }

    /// Removes all objects.
    pub(crate) fn clear(&self) {
        self.0.lock().unwrap().objects.clear();
    }

    /// Returns a copy of all objects.
    pub(crate) fn objects(&self) -> BTreeMap<String, Vec<u8>> {
        self.0.lock().unwrap().objects.iter().map(|(key, (bytes, _))| (key.clone(), bytes.clone())).collect()
    }

    /// Runs `work` on the stored objects, and simulates the fault of this call.
    fn call<T: Send + 'static>(
        &self,
        work: impl Fn(&mut State) -> T,
    ) -> BoxFuture<'static, Result<T, Failure>> {
        let mut state = self.0.lock().unwrap();
        let failure = || Failure::new(FailureKind::Unreachable, "the store does not answer", "");
        let outcome = match state.faults.pop_front().flatten() {
            Some(StoreFault::Dropped) => Err(failure()),
            Some(StoreFault::ResponseLost) => {
                work(&mut state);
                Err(failure())
            }
            Some(StoreFault::Retried) => {
                work(&mut state);
                Ok(work(&mut state))
            }
            None => Ok(work(&mut state)),
        };
        ready(outcome).boxed()
    }
}

fn version(number: u64) -> ObjectVersion {
    ObjectVersion(number.to_string())
}

impl ObjectStore for MemoryStore {
    fn location(&self) -> String {
        "memory".to_owned()
    }

    fn read<'a>(
        &'a self,
        key: &'a str,
        known: Option<&'a ObjectVersion>,
        max_bytes: usize,
    ) -> BoxFuture<'a, Result<Fetched, Failure>> {
        let is_too_large = |object: &(Vec<u8>, u64)| object.0.len() > max_bytes;
        if self.0.lock().unwrap().objects.get(key).is_some_and(is_too_large) {
            let what = format!("{key} has more than {max_bytes} bytes");
            return ready(Err(Failure::new(FailureKind::Invalid, what, "none"))).boxed();
        }
        self.call(|state| match state.objects.get(key) {
            None => Fetched::Missing,
            Some((_, number)) if known == Some(&version(*number)) => Fetched::Unchanged,
            Some((bytes, number)) => {
                Fetched::Found(StoredObject { bytes: bytes.clone(), version: version(*number), age: None })
            }
        })
    }

    fn write<'a>(
        &'a self,
        key: &'a str,
        bytes: Vec<u8>,
        condition: WriteCondition,
    ) -> BoxFuture<'a, Result<WriteOutcome, Failure>> {
        let failing = self.0.lock().unwrap().failing_writes;
        if let Some((_, kind)) = failing.filter(|(part, _)| key.contains(part)) {
            return ready(Err(Failure::new(kind, format!("{key} can't be written"), "wait"))).boxed();
        }
        self.call(|state| {
            let known = state.objects.get(key).map(|(_, number)| version(*number));
            let holds = match &condition {
                WriteCondition::Always => true,
                WriteCondition::IfMissing => known.is_none() || state.ignored[0],
                WriteCondition::IfVersion(expected) => known.as_ref() == Some(expected) || state.ignored[1],
            };
            if !holds {
                return WriteOutcome::Refused;
            }
            state.writes += 1;
            state.objects.insert(key.to_owned(), (bytes.clone(), state.writes));
            WriteOutcome::Written(version(state.writes))
        })
    }

    fn list<'a>(&'a self, prefix: &'a str) -> BoxFuture<'a, Result<Vec<(String, ObjectVersion)>, Failure>> {
        self.call(|state| {
            let listed = state.objects.iter().filter(|(key, _)| key.starts_with(prefix));
            listed.map(|(key, (_, number))| (key.clone(), version(*number))).collect()
        })
    }

    fn delete<'a>(&'a self, key: &'a str) -> BoxFuture<'a, Result<(), Failure>> {
        self.call(|state| drop(state.objects.remove(key)))
    }
}
