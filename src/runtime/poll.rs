//! Looking at the sources: each in a task of its own, when it is time, when it nudges, or when asked to.

use super::album::{Album, keep_outages, last_outages};
use crate::{
    app::Msg,
    background::{self, Panicked},
    cache::Folder,
    model::{Failure, FailureKind, OutageMemory, Pace, ServiceId, Snapshot, SourceId, Timestamp},
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

/// How long one look may take.
const PATIENCE: Duration = Duration::from_secs(90);

/// The wait after the first failed look; it doubles with each further one.
const FIRST_RETRY: Duration = Duration::from_secs(2);

/// The longest wait between two looks at a source that fails: when the trouble is over, it shows within a usual poll.
const LAST_RETRY: Duration = Duration::from_secs(10);

/// The wait before a lost stream of nudges is asked for again.
const RECONNECT: Duration = Duration::from_secs(1);

/// The tasks that look at the sources. Dropping it ends them.
pub struct Polls {
    sources: Vec<Arc<dyn Source>>,
    again: Vec<Arc<Notify>>,
    cache: Option<Folder>,
    _tasks: Vec<AbortOnDropHandle<()>>,
}

impl Polls {
    /// Begins to look at each source.
    #[must_use]
    pub fn start(sources: &[Arc<dyn Source>], sender: &Sender<Msg>, cache: Option<&Folder>) -> Self {
        let (mut all, mut tasks) = (Vec::new(), Vec::new());
        for source in sources {
            let again = Arc::new(Notify::new());
            let album = Album::new(cache.cloned());
            let task = (Arc::clone(source), sender.clone());
            let (one, nudged) = (task.clone(), Arc::clone(&again));
            let (pictures, folder) = (album.clone(), cache.cloned());
            tasks.push(keep_up(&task, move || {
                let again = Arc::clone(&nudged);
                poll(one.0.clone(), one.1.clone(), again, pictures.clone(), folder.clone())
            }));
            let one = task.clone();
            tasks.push(keep_up(&task, move || recall(one.0.clone(), one.1.clone(), album.clone())));
            let (one, nudged) = (task.clone(), Arc::clone(&again));
            tasks.push(keep_up(&task, move || listen(one.0.clone(), one.1.clone(), Arc::clone(&nudged))));
            all.push(again);
        }
        Self { sources: sources.to_vec(), again: all, cache: cache.cloned(), _tasks: tasks }
    }

    /// Tells the sources what people look at.
    pub fn heed(&self, watched: &BTreeSet<ServiceId>) {
        for source in &self.sources {
            source.heed(watched);
        }
    }

    /// Keeps what is known of the outages of a source for the next run.
    pub fn keep_outages(&self, source: &SourceId, memory: OutageMemory) {
        let source = self.sources.iter().find(|known| known.id() == source);
        if let (Some(source), Some(folder)) = (source.cloned(), self.cache.clone()) {
            let keeping = async move { keep_outages(&folder, &*source, memory).await };
            // It is kept again with the next change; the panic hook tells.
            drop(background::spawn(keeping, |_| ()).detach());
        }
    }

    /// Looks at all sources again, now.
    pub fn refresh(&self) {
        for again in &self.again {
            again.notify_one();
        }
    }
}

/// Keeps a task of a source up: where it panics, that is a failure of the source, and it begins anew.
fn keep_up<F: Future<Output = ()> + Send + 'static>(
    (source, sender): &(Arc<dyn Source>, Sender<Msg>),
    make: impl FnMut() -> F + Send + 'static,
) -> AbortOnDropHandle<()> {
    let (id, place, sender) = (source.id().clone(), source.place(), sender.clone());
    let tell = move |panicked: Panicked| {
        let failure = panicked.failure(format_args!("what {place} told could not be taken in"));
        let (msg, sender) = (Msg::Looked(id.clone(), Err(failure)), sender.clone());
        async move { drop(sender.send(msg).await) }
    };
    background::spawn(background::keep_up(FIRST_RETRY, make, tell), |_| ())
}

/// Looks again and again, until nobody listens any more.
async fn poll(
    source: Arc<dyn Source>,
    sender: Sender<Msg>,
    again: Arc<Notify>,
    mut album: Album,
    cache: Option<Folder>,
) {
    let mut failures = 0;
    // Before the first look, so that no outage seems to have begun with it.
    if let Some(memory) = last_outages(cache.as_ref(), &*source).await
        && sender.send(Msg::Remembered(source.id().clone(), memory)).await.is_err()
    {
        return;
    }
    loop {
        let outcome = look(&*source).await;
        failures = if outcome.is_ok() { 0 } else { failures + 1 };
        if let Ok(snapshot) = &outcome {
            album.keep(&*source, snapshot).await;
        }
        let wait = jitter(if failures == 0 { source.pace() } else { retry(failures) });
        let next = Timestamp::now() + wait;
        // A thousandth of a quota is as fine as anybody needs it.
        let spent = source.spent().map(|part| (part * 1_000.0).round() as u16);
        let id = source.id();
        let looked = sender.send(Msg::Looked(id.clone(), outcome)).await;
        if looked.is_err() || sender.send(Msg::Paced(id.clone(), Pace { next, spent })).await.is_err() {
            return;
        }
        tokio::select! {
            () = sleep(wait) => {}
            () = again.notified() => {}
        }
    }
}

/// One look, which ends in time, and whatever happens in it.
async fn look(source: &dyn Source) -> Result<Snapshot, Failure> {
    match timeout(PATIENCE, background::caught(source.snapshot())).await {
        Ok(Ok(outcome)) => outcome,
        Ok(Err(panicked)) => {
            Err(panicked.failure(format_args!("what {} told could not be taken in", source.place())))
        }
        Err(_) => Err(too_slow(source)),
    }
}

/// Sends what an earlier run saw of a source.
async fn recall(source: Arc<dyn Source>, sender: Sender<Msg>, album: Album) {
    let msg = match album.last(&*source).await {
        Ok(Some(snapshot)) => Msg::Recalled(source.id().clone(), Box::new(snapshot)),
        Ok(None) => return,
        Err(words) => Msg::Said(words),
    };
    // When the program has ended meanwhile, nobody waits for it.
    let _ = sender.send(msg).await;
}

/// About as long, so that many Portolans that began at once do not ask at once for ever.
fn jitter(wait: Duration) -> Duration {
    let tenths = f64::from(RandomState::new().hash_one(()) as u32) / f64::from(u32::MAX);
    wait.mul_f64(0.9 + 0.2 * tenths)
}

/// The wait after so many failed looks.
fn retry(failures: u32) -> Duration {
    FIRST_RETRY.saturating_mul(1 << (failures - 1).min(8)).min(LAST_RETRY)
}

/// Passes the source's nudges on. When their stream is lost, it is asked for again.
async fn listen(source: Arc<dyn Source>, sender: Sender<Msg>, again: Arc<Notify>) {
    loop {
        let mut nudges = source.nudges();
        let told = Msg::Nudged(source.id().clone(), source.tells());
        if sender.send(told).await.is_err() {
            return;
        }
        while let Ok(Some(())) = background::next(&mut nudges).await {
            again.notify_one();
        }
        if sender.send(Msg::Nudged(source.id().clone(), false)).await.is_err() {
            return;
        }
        again.notify_one();
        sleep(RECONNECT).await;
    }
}

fn too_slow(source: &dyn Source) -> Failure {
    let what = format!("{} did not answer within {} s", source.place(), PATIENCE.as_secs());
    Failure::new(FailureKind::Timeout, what, "portolan doctor tries each call by itself")
}

#[cfg(test)]
mod tests {
    use super::{Arc, FIRST_RETRY, LAST_RETRY, Msg, Notify, Source, jitter, listen, look, retry};
    use crate::{
        model::{Failure, FailureKind, LogBatch, LogStart, LogTarget, Snapshot, SourceId},
        source::Examined,
    };
    use futures::{
        FutureExt, StreamExt,
        future::BoxFuture,
        stream::{self, BoxStream},
    };
    use std::time::Duration;

    /// A source in which something is wrong with ourselves.
    struct Broken(SourceId);

    impl Source for Broken {
        fn id(&self) -> &SourceId {
            &self.0
        }

        fn place(&self) -> String {
            "nowhere".to_owned()
        }

        fn kind(&self) -> &'static str {
            "replay"
        }

        fn snapshot(&self) -> BoxFuture<'_, Result<Snapshot, Failure>> {
            async { panic!("no such port") }.boxed()
        }

        fn pace(&self) -> Duration {
            FIRST_RETRY
        }

        fn nudges(&self) -> BoxStream<'static, ()> {
            stream::once(async { panic!("no such event") }).boxed()
        }

        fn logs(&self, _: Vec<LogTarget>, _: LogStart) -> BoxStream<'static, Result<LogBatch, Failure>> {
            stream::empty().boxed()
        }

        fn examine(&self) -> BoxFuture<'_, Vec<Examined>> {
            async { Vec::new() }.boxed()
        }
    }

    #[tokio::test]
    async fn a_panic_in_a_look_is_a_failure_like_any_other() {
        let failure = look(&Broken(SourceId::new("broken"))).await.unwrap_err();
        assert_eq!(failure.kind, FailureKind::Invalid);
        assert_eq!(failure.what, "what nowhere told could not be taken in: no such port");
    }

    #[tokio::test]
    async fn a_panic_in_a_nudge_is_a_stream_that_was_lost() {
        let (sender, mut heard) = tokio::sync::mpsc::channel(8);
        let again = Arc::new(Notify::new());
        let listening =
            tokio::spawn(listen(Arc::new(Broken(SourceId::new("broken"))), sender, again.clone()));
        again.notified().await;
        listening.abort();
        let lost = |msg: Option<Msg>| matches!(msg, Some(Msg::Nudged(_, false)));
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
        assert_eq!(retry(1), FIRST_RETRY);
        assert_eq!(retry(2), FIRST_RETRY * 2);
        assert_eq!(retry(u32::MAX), LAST_RETRY);
    }
}
