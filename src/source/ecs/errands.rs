//! Reading that outlives a look: load balancers, names and task definitions take longer than a map should wait for its
//! services. A look waits for them a little; what is not there by then shows at one of the next looks.

use crate::{
    background::{self, Panicked},
    model::{Part, Progress},
};
use std::{
    collections::{BTreeMap, BTreeSet},
    mem,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use tokio::time::{Instant, timeout_at};
use tokio_util::task::AbortOnDropHandle;

/// What is being read beside the looks. Dropping it ends that.
#[derive(Debug, Default)]
pub(crate) struct Errands {
    running: Mutex<BTreeMap<&'static str, AbortOnDropHandle<()>>>,
    /// Those that were over once.
    done: Mutex<BTreeSet<&'static str>>,
}

impl Errands {
    /// Begins that piece of work, unless it is still under way. Where it panics, `then` hears of it.
    pub(crate) fn begin(
        &self,
        name: &'static str,
        work: impl Future<Output = ()> + Send + 'static,
        then: impl FnOnce(Panicked) + Send + 'static,
    ) {
        let mut running = self.running();
        if running.get(name).is_none_or(AbortOnDropHandle::is_finished) {
            running.insert(name, background::spawn(work, then));
        }
    }

    /// Waits until all is done, but no longer than that.
    pub(crate) async fn wait(&self, patience: Duration) {
        let until = Instant::now() + patience;
        let mut waiting = mem::take(&mut *self.running());
        for handle in waiting.values_mut() {
            if timeout_at(until, handle).await.is_err() {
                break;
            }
        }
        let done = waiting.iter().filter(|(_, handle)| handle.is_finished()).map(|(name, _)| *name);
        self.done.lock().unwrap_or_else(PoisonError::into_inner).extend(done);
        waiting.retain(|_, handle| !handle.is_finished());
        self.running().extend(waiting);
    }

    /// How far the first of each is; nothing where each was over once.
    pub(crate) fn progress(&self) -> Option<Progress> {
        let running = self.running();
        let done = self.done.lock().unwrap_or_else(PoisonError::into_inner);
        let left = running.keys().filter(|name| !done.contains(*name)).count();
        (left > 0).then(|| Progress { part: Part::Surroundings, read: done.len(), known: done.len() + left })
    }

    fn running(&self) -> MutexGuard<'_, BTreeMap<&'static str, AbortOnDropHandle<()>>> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::Errands;
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
            (Errands::default(), Arc::new(AtomicU32::new(0)), Arc::new(tokio::sync::Notify::new()));
        let begin = || {
            let (begun, done) = (Arc::clone(&begun), Arc::clone(&done));
            let work = async move {
                begun.fetch_add(1, Ordering::SeqCst);
                done.notified().await;
            };
            errands.begin("x", work, |_| ());
        };
        begin();
        errands.wait(Duration::from_millis(1)).await;
        begin();
        assert_eq!(begun.load(Ordering::SeqCst), 1);
        done.notify_one();
        errands.wait(Duration::from_mins(1)).await;
        begin();
        errands.wait(Duration::from_millis(1)).await;
        assert_eq!(begun.load(Ordering::SeqCst), 2);
    }
}
