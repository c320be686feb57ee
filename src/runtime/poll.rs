//! Polls the sources, each in its own task: at its poll interval, after a change notification, or on request.

use super::snapshot_cache::{SnapshotCache, load_outages, save_outages};
use crate::{
    app::Msg,
    background::{self, Panicked},
    cache::CacheDir,
    model::{
        Failure, FailureKind, InstanceId, PollSchedule, SavedOutages, ServiceId, Snapshot, SourceId,
        Timestamp,
    },
    source::Source,
};
use std::{
    collections::BTreeSet,
    hash::{BuildHasher, RandomState},
    sync::Arc,
    time::Duration,
};
use tokio::{
    sync::{Notify, mpsc::Sender},
    time::{sleep, timeout},
};
use tokio_util::task::AbortOnDropHandle;

/// Maximum duration of one poll.
const SNAPSHOT_TIMEOUT: Duration = Duration::from_secs(90);

/// Wait after the first failed poll; the wait doubles with each further failure, up to [`MAX_RETRY_WAIT`].
const FIRST_RETRY_WAIT: Duration = Duration::from_secs(2);

/// Maximum wait between two polls of a failing source. It is close to a usual poll interval, so that a
/// recovery shows soon.
const MAX_RETRY_WAIT: Duration = Duration::from_secs(10);

/// Wait before Portolan reopens a stream of change notifications that has ended.
const RECONNECT_WAIT: Duration = Duration::from_secs(1);

/// Tasks that poll the sources. Dropping the value aborts the tasks.
pub struct PollTasks {
    sources: Vec<Arc<dyn Source>>,
    /// Signals in the order of the sources, each of which makes the poll task of its source poll before the
    /// interval ends.
    wake_ups: Vec<Arc<Notify>>,
    cache: Option<CacheDir>,
    _tasks: Vec<AbortOnDropHandle<()>>,
}

impl PollTasks {
    /// Starts polling each source.
    #[must_use]
    pub fn start(sources: &[Arc<dyn Source>], sender: &Sender<Msg>, cache: Option<&CacheDir>) -> Self {
        let (mut all, mut tasks) = (Vec::new(), Vec::new());
        for source in sources {
            let again = Arc::new(Notify::new());
            let snapshot_cache = SnapshotCache::new(cache.cloned());
            let task = (Arc::clone(source), sender.clone());
            let (one, nudged) = (task.clone(), Arc::clone(&again));
            let (pictures, folder) = (snapshot_cache.clone(), cache.cloned());
            tasks.push(spawn_task(&task, move || {
                let again = Arc::clone(&nudged);
                poll_repeatedly(one.0.clone(), one.1.clone(), again, pictures.clone(), folder.clone())
            }));
            let one = task.clone();
            tasks.push(spawn_task(&task, move || {
                send_cached(one.0.clone(), one.1.clone(), snapshot_cache.clone())
            }));
            let (one, nudged) = (task.clone(), Arc::clone(&again));
            tasks.push(spawn_task(&task, move || {
                forward_changes(one.0.clone(), one.1.clone(), Arc::clone(&nudged))
            }));
            all.push(again);
        }
        Self { sources: sources.to_vec(), wake_ups: all, cache: cache.cloned(), _tasks: tasks }
    }

    /// Tells each source which services the user is viewing, so that the source reads these services more
    /// often.
    pub fn set_priority(&self, watched: &BTreeSet<ServiceId>) {
        for source in &self.sources {
            source.set_priority(watched);
        }
    }

    /// Saves the outages of a source for the next run.
    pub fn save_outages(&self, source: &SourceId, memory: SavedOutages) {
        let source = self.sources.iter().find(|known| known.id() == source);
        if let (Some(source), Some(folder)) = (source.cloned(), self.cache.clone()) {
            let keeping = async move { save_outages(&folder, &*source, memory).await };
            // The next change saves them again, and the panic hook reports the panic.
            drop(background::spawn(keeping, |_| ()).detach());
        }
    }

    /// Polls one source now, and makes it read these instances again.
    pub fn read_again(&self, id: &SourceId, instances: &BTreeSet<InstanceId>) {
        let known = self.sources.iter().zip(&self.wake_ups);
        for (source, again) in known.filter(|(source, _)| source.id() == id) {
            source.read_again(instances);
            again.notify_one();
        }
    }

    /// Polls all sources now.
    pub fn refresh(&self) {
        for again in &self.wake_ups {
            again.notify_one();
        }
    }
}

/// Spawns a task that works for one source. A panic becomes a failure of the source, and the task restarts.
fn spawn_task<F: Future<Output = ()> + Send + 'static>(
    (source, sender): &(Arc<dyn Source>, Sender<Msg>),
    make: impl FnMut() -> F + Send + 'static,
) -> AbortOnDropHandle<()> {
    let (id, place, sender) = (source.id().clone(), source.location(), sender.clone());
    let on_panic = move |panicked: Panicked| {
        let failure = panicked.failure(format_args!("internal error while reading {place}"));
        let (msg, sender) = (Msg::SourcePolled(id.clone(), Err(failure)), sender.clone());
        async move { drop(sender.send(msg).await) }
    };
    background::spawn(background::restart_on_panic(FIRST_RETRY_WAIT, make, on_panic), |_| ())
}

/// Polls a source repeatedly, until the receiver of the messages is dropped.
async fn poll_repeatedly(
    source: Arc<dyn Source>,
    sender: Sender<Msg>,
    again: Arc<Notify>,
    mut snapshot_cache: SnapshotCache,
    cache: Option<CacheDir>,
) {
    let mut failures = 0;
    // The app needs the saved outages before the first poll. Otherwise a known outage would seem to begin
    // with that poll.
    if let Some(memory) = load_outages(cache.as_ref(), &*source).await
        && sender.send(Msg::OutagesLoaded(source.id().clone(), memory)).await.is_err()
    {
        return;
    }
    loop {
        let outcome = take_snapshot(&*source).await;
        failures = if outcome.is_ok() { 0 } else { failures + 1 };
        if let Ok(snapshot) = &outcome {
            snapshot_cache.save_if_due(&*source, snapshot).await;
        }
        let wait = jitter(if failures == 0 { source.poll_interval() } else { retry_wait(failures) });
        let next = Timestamp::now() + wait;
        // The screen needs no more than thousandths of the quota.
        let spent = source.quota_used().map(|part| (part * 1_000.0).round() as u16);
        let id = source.id();
        if let Some(team) = source.team_status()
            && sender.send(Msg::TeamChanged(id.clone(), Box::new(team))).await.is_err()
        {
            return;
        }
        let sent = sender.send(Msg::SourcePolled(id.clone(), outcome)).await;
        if sent.is_err()
            || sender
                .send(Msg::PollScheduled(
                    id.clone(),
                    PollSchedule { next_poll: next, quota_used_permille: spent },
                ))
                .await
                .is_err()
        {
            return;
        }
        tokio::select! {
            () = sleep(wait) => {}
            () = again.notified() => {}
        }
    }
}

/// Polls a source once, with a time limit. A panic becomes a failure.
async fn take_snapshot(source: &dyn Source) -> Result<Snapshot, Failure> {
    match timeout(SNAPSHOT_TIMEOUT, background::catch_panic_async(source.snapshot())).await {
        Ok(Ok(outcome)) => outcome,
        Ok(Err(panicked)) => {
            Err(panicked.failure(format_args!("internal error while reading {}", source.location())))
        }
        Err(_) => Err(timeout_failure(source)),
    }
}

/// Sends the app the snapshot that an earlier run saved, or a notice if it can't be read.
async fn send_cached(source: Arc<dyn Source>, sender: Sender<Msg>, snapshot_cache: SnapshotCache) {
    let msg = match snapshot_cache.load(&*source).await {
        Ok(Some(snapshot)) => Msg::CacheLoaded(source.id().clone(), Box::new(snapshot)),
        Ok(None) => return,
        Err(words) => Msg::Notice(words),
    };
    // If the program has ended meanwhile, the message has no receiver.
    let _ = sender.send(msg).await;
}

/// Varies a wait by up to 10%, so that Portolan processes that started together do not poll at the same time.
fn jitter(wait: Duration) -> Duration {
    let tenths = f64::from(RandomState::new().hash_one(()) as u32) / f64::from(u32::MAX);
    wait.mul_f64(0.9 + 0.2 * tenths)
}

/// Returns the wait after `failures` failed polls in a row.
fn retry_wait(failures: u32) -> Duration {
    FIRST_RETRY_WAIT.saturating_mul(1 << (failures - 1).min(8)).min(MAX_RETRY_WAIT)
}

/// Wakes the poll task at each change notification of the source. Reopens the stream of notifications when it
/// ends.
async fn forward_changes(source: Arc<dyn Source>, sender: Sender<Msg>, again: Arc<Notify>) {
    loop {
        let mut nudges = source.change_notifications();
        let msg = Msg::ChangeNotificationsToggled(source.id().clone(), source.pushes_changes());
        if sender.send(msg).await.is_err() {
            return;
        }
        while let Ok(Some(())) = background::next_item(&mut nudges).await {
            again.notify_one();
        }
        if sender.send(Msg::ChangeNotificationsToggled(source.id().clone(), false)).await.is_err() {
            return;
        }
        again.notify_one();
        sleep(RECONNECT_WAIT).await;
    }
}

/// Returns the failure of a poll that takes longer than [`SNAPSHOT_TIMEOUT`].
fn timeout_failure(source: &dyn Source) -> Failure {
    let what = format!("{} did not respond within {} s", source.location(), SNAPSHOT_TIMEOUT.as_secs());
    Failure::new(FailureKind::Timeout, what, "run portolan doctor to check each call")
}

#[cfg(test)]
mod tests {
    use super::{
        Arc, FIRST_RETRY_WAIT, MAX_RETRY_WAIT, Msg, Notify, Source, forward_changes, jitter, retry_wait,
        take_snapshot,
    };
    use crate::{
        model::{Failure, FailureKind, LogBatch, LogReadOptions, LogTarget, Snapshot, SourceId},
        source::DoctorCheck,
    };
    use futures::{
        FutureExt, StreamExt,
        future::BoxFuture,
        stream::{self, BoxStream},
    };
    use std::time::Duration;

    /// Source for tests whose methods panic.
    struct Broken(SourceId);

    impl Source for Broken {
        fn id(&self) -> &SourceId {
            &self.0
        }

        fn location(&self) -> String {
            "nowhere".to_owned()
        }

        fn kind(&self) -> &'static str {
            "replay"
        }

        fn snapshot(&self) -> BoxFuture<'_, Result<Snapshot, Failure>> {
            async { panic!("no such port") }.boxed()
        }

        fn poll_interval(&self) -> Duration {
            FIRST_RETRY_WAIT
        }

        fn change_notifications(&self) -> BoxStream<'static, ()> {
            stream::once(async { panic!("no such event") }).boxed()
        }

        fn logs(
            &self,
            _: Vec<LogTarget>,
            _: LogReadOptions,
        ) -> BoxStream<'static, Result<LogBatch, Failure>> {
            stream::empty().boxed()
        }

        fn diagnose(&self) -> BoxFuture<'_, Vec<DoctorCheck>> {
            async { Vec::new() }.boxed()
        }
    }

    #[tokio::test]
    async fn a_panic_in_a_look_is_a_failure_like_any_other() {
        let failure = take_snapshot(&Broken(SourceId::new("broken"))).await.unwrap_err();
        assert_eq!(failure.kind, FailureKind::Invalid);
        assert_eq!(failure.message, "internal error while reading nowhere: no such port");
    }

    #[tokio::test]
    async fn a_panic_in_a_nudge_is_a_stream_that_was_lost() {
        let (sender, mut heard) = tokio::sync::mpsc::channel(8);
        let again = Arc::new(Notify::new());
        let listening =
            tokio::spawn(forward_changes(Arc::new(Broken(SourceId::new("broken"))), sender, again.clone()));
        again.notified().await;
        listening.abort();
        let lost = |msg: Option<Msg>| matches!(msg, Some(Msg::ChangeNotificationsToggled(_, false)));
        assert!(lost(heard.recv().await) && lost(heard.recv().await));
    }

    #[test]
    fn jitter_is_a_tenth_at_most() {
        let wait = Duration::from_secs(10);
        let all: Vec<Duration> = (0..100).map(|_| jitter(wait)).collect();
        assert!(all.iter().all(|one| (9.0..=11.0).contains(&one.as_secs_f64())), "{all:?}");
        assert!(all.iter().any(|one| *one != all[0]));
    }

    #[test]
    fn waits_double_and_are_bounded() {
        assert_eq!(retry_wait(1), FIRST_RETRY_WAIT);
        assert_eq!(retry_wait(2), FIRST_RETRY_WAIT * 2);
        assert_eq!(retry_wait(u32::MAX), MAX_RETRY_WAIT);
    }
}
