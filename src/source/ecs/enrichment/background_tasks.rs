//! Background tasks that may outlive a poll. Reading load balancers, Cloud Map names and task definitions
//! takes longer than the user should wait for services on the map. So a poll waits for the tasks only
//! briefly, and later results appear in a later snapshot.

use crate::{
    background::{self, Panicked},
    model::{LoadProgress, SourcePart},
};
use std::{
    collections::{BTreeMap, BTreeSet},
    mem,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use tokio::time::{Instant, timeout_at};
use tokio_util::task::AbortOnDropHandle;

/// Background tasks with names, which may outlive a poll. Dropping the value aborts them.
#[derive(Debug, Default)]
pub(crate) struct BackgroundTasks {
    running: Mutex<BTreeMap<&'static str, AbortOnDropHandle<()>>>,
    /// Names of the tasks that have finished at least once.
    finished_once: Mutex<BTreeSet<&'static str>>,
}

impl BackgroundTasks {
    /// Starts `work` unless the task `name` is still running. Calls `then` if `work` panics.
    pub(crate) fn start(
        &self,
        name: &'static str,
        work: impl Future<Output = ()> + Send + 'static,
        then: impl FnOnce(Panicked) + Send + 'static,
    ) {
        let mut running = self.lock_running();
        let last = running.get(name).map(AbortOnDropHandle::is_finished);
        if last == Some(true) {
            self.finished_once.lock().unwrap_or_else(PoisonError::into_inner).insert(name);
        }
        if last != Some(false) {
            running.insert(name, background::spawn(work, then));
        }
    }

    /// Waits until all tasks have finished, for at most `max_wait`.
    pub(crate) async fn wait(&self, max_wait: Duration) {
        let until = Instant::now() + max_wait;
        let mut taken = TakenHandles { tasks: self, handles: mem::take(&mut *self.lock_running()) };
        for handle in taken.handles.values_mut() {
            if timeout_at(until, handle).await.is_err() {
                break;
            }
        }
    }

    /// Returns the progress of the first run of all tasks. Returns `None` once [`Self::wait`] or
    /// [`Self::start`] has seen each started task finish.
    pub(crate) fn progress(&self) -> Option<LoadProgress> {
        let running = self.lock_running();
        let done = self.finished_once.lock().unwrap_or_else(PoisonError::into_inner);
        let left = running.keys().filter(|name| !done.contains(*name)).count();
        (left > 0).then(|| LoadProgress {
            part: SourcePart::Enrichment,
            read: done.len(),
            known: done.len() + left,
        })
    }

    fn lock_running(&self) -> MutexGuard<'_, BTreeMap<&'static str, AbortOnDropHandle<()>>> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Handles of the tasks that a poll waits for. On drop, gives the handles of unfinished tasks back to
/// [`BackgroundTasks`]. Otherwise a poll that is dropped while it waits would drop these handles too, which
/// aborts the tasks.
struct TakenHandles<'a> {
    tasks: &'a BackgroundTasks,
    handles: BTreeMap<&'static str, AbortOnDropHandle<()>>,
}

impl Drop for TakenHandles<'_> {
    fn drop(&mut self) {
        let (finished, unfinished): (BTreeMap<_, _>, BTreeMap<_, _>) =
            mem::take(&mut self.handles).into_iter().partition(|(_, handle)| handle.is_finished());
        let mut done = self.tasks.finished_once.lock().unwrap_or_else(PoisonError::into_inner);
        done.extend(finished.into_keys());
        self.tasks.lock_running().extend(unfinished);
    }
}

#[cfg(test)]
mod tests {
    use super::BackgroundTasks;
    use std::{
        sync::{
            Arc,
            atomic::{AtomicU32, Ordering},
        },
        time::Duration,
    };

    #[tokio::test]
    async fn work_goes_on_beyond_the_patience_and_is_not_begun_twice() {
        let (errands, begun, done) =
            (BackgroundTasks::default(), Arc::new(AtomicU32::new(0)), Arc::new(tokio::sync::Notify::new()));
        let begin = || {
            let (begun, done) = (Arc::clone(&begun), Arc::clone(&done));
            let work = async move {
                begun.fetch_add(1, Ordering::SeqCst);
                done.notified().await;
            };
            errands.start("x", work, |_| ());
        };
        begin();
        errands.wait(Duration::from_millis(1)).await;
        begin();
        assert_eq!(begun.load(Ordering::SeqCst), 1);
        let dropped =
            tokio::time::timeout(Duration::from_millis(1), errands.wait(Duration::from_mins(1))).await;
        assert!(dropped.is_err());
        begin();
        assert_eq!(begun.load(Ordering::SeqCst), 1, "a poll that was dropped while it waited aborts nothing");
        done.notify_one();
        errands.wait(Duration::from_mins(1)).await;
        begin();
        errands.wait(Duration::from_millis(1)).await;
        assert_eq!(begun.load(Ordering::SeqCst), 2);
    }
}
