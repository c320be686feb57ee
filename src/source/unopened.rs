//! A source that can't be opened yet: a failure like any other, with which the other sources have nothing to do. Each look
//! tries again, and from when it can be opened on it is that source.

use super::{Examined, Source};
use crate::background::{self, Panicked};
use crate::model::{
    Failure, FailureKind, LogBatch, LogStart, LogTarget, Reading, ServiceId, Snapshot, SourceId, UsageTarget,
};
use futures::{
    FutureExt, StreamExt,
    future::BoxFuture,
    stream::{self, BoxStream},
};
use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex, OnceLock, PoisonError},
    time::Duration,
};
use tokio::sync::Notify;

/// How long to wait before trying again.
const PACE: Duration = Duration::from_secs(5);

/// Opens the source; it may read files.
type Open = Arc<dyn Fn() -> Result<Arc<dyn Source>, Failure> + Send + Sync>;

/// A source that can't be opened yet.
pub struct Unopened {
    id: SourceId,
    kind: &'static str,
    open: Open,
    opened: OnceLock<Arc<dyn Source>>,
    /// Told when it was opened.
    news: Arc<Notify>,
    time_limit: Mutex<Option<Duration>>,
}

impl Unopened {
    /// A source of that family, which `open` is to open; what it opens has the same id.
    pub fn new(
        id: SourceId,
        kind: &'static str,
        open: impl Fn() -> Result<Arc<dyn Source>, Failure> + Send + Sync + 'static,
    ) -> Self {
        let (open, opened): (Open, _) = (Arc::new(open), OnceLock::new());
        Self { id, kind, open, opened, news: Arc::default(), time_limit: Mutex::default() }
    }

    /// The source, opened now where it was not yet.
    async fn source(&self) -> Result<Arc<dyn Source>, Failure> {
        if let Some(source) = self.opened.get() {
            return Ok(Arc::clone(source));
        }
        let open = Arc::clone(&self.open);
        let broken =
            |panicked: Panicked| Err(panicked.failure(format_args!("{} could not be opened", self.id)));
        let source = background::blocking(move || open()).await.unwrap_or_else(broken)?;
        if let Some(limit) = *self.time_limit.lock().unwrap_or_else(PoisonError::into_inner) {
            source.set_time_limit(limit);
        }
        let source = Arc::clone(self.opened.get_or_init(|| source));
        self.news.notify_waiters();
        Ok(source)
    }

    fn not_open<T: Send + 'static>(&self) -> BoxStream<'static, Result<T, Failure>> {
        let what = format!("{} could not be opened yet", self.id);
        let failure =
            Failure::new(FailureKind::Unreachable, what, "portolan doctor says what keeps it from that");
        stream::iter([Err(failure)]).boxed()
    }
}

impl Source for Unopened {
    fn id(&self) -> &SourceId {
        &self.id
    }

    fn place(&self) -> String {
        self.opened.get().map_or_else(|| "not opened yet".to_owned(), |source| source.place())
    }

    fn kind(&self) -> &'static str {
        self.kind
    }

    fn snapshot(&self) -> BoxFuture<'_, Result<Snapshot, Failure>> {
        async move { self.source().await?.snapshot().await }.boxed()
    }

    fn set_time_limit(&self, limit: Duration) {
        *self.time_limit.lock().unwrap_or_else(PoisonError::into_inner) = Some(limit);
        if let Some(source) = self.opened.get() {
            source.set_time_limit(limit);
        }
    }

    fn heed(&self, watched: &BTreeSet<ServiceId>) {
        if let Some(source) = self.opened.get() {
            source.heed(watched);
        }
    }

    fn key(&self) -> BoxFuture<'_, Option<String>> {
        self.opened.get().map_or_else(|| async { None }.boxed(), |source| source.key())
    }

    fn spent(&self) -> Option<f64> {
        self.opened.get()?.spent()
    }

    fn pace(&self) -> Duration {
        self.opened.get().map_or(PACE, |source| source.pace())
    }

    fn nudges(&self) -> BoxStream<'static, ()> {
        if let Some(source) = self.opened.get() {
            return source.nudges();
        }
        // Ends when the source is opened, so that it is asked for its own nudges then.
        let news = Arc::clone(&self.news);
        stream::once(async move { news.notified().await }).filter(|()| async { false }).boxed()
    }

    fn tells(&self) -> bool {
        self.opened.get().is_some_and(|source| source.tells())
    }

    fn lag(&self) -> Duration {
        self.opened.get().map_or(Duration::from_millis(150), |source| source.lag())
    }

    fn logs(
        &self,
        targets: Vec<LogTarget>,
        start: LogStart,
    ) -> BoxStream<'static, Result<LogBatch, Failure>> {
        self.opened.get().map_or_else(|| self.not_open(), |source| source.logs(targets, start))
    }

    fn usage(&self, target: UsageTarget) -> BoxStream<'static, Result<Vec<Reading>, Failure>> {
        self.opened.get().map_or_else(|| self.not_open(), |source| source.usage(target))
    }

    fn examine(&self) -> BoxFuture<'_, Vec<Examined>> {
        async move {
            match self.source().await {
                Ok(source) => source.examine().await,
                Err(failure) => vec![Examined { what: "open".to_owned(), outcome: Err(failure) }],
            }
        }
        .boxed()
    }
}

#[cfg(test)]
mod tests {
    use super::{Arc, Failure, FailureKind, Source, SourceId, Unopened};
    use crate::source::replay;
    use futures::StreamExt;
    use std::sync::atomic::{AtomicBool, Ordering};

    #[tokio::test]
    async fn it_fails_until_it_can_be_opened_and_is_that_source_from_then_on() {
        let demo: Arc<dyn Source> = Arc::new(replay::demo().unwrap().remove(0));
        let (id, there) = (demo.id().clone(), Arc::new(AtomicBool::new(false)));
        let asked = Arc::clone(&there);
        let source = Unopened::new(id, "replay", move || {
            let missing = || Failure::new(FailureKind::Missing, "it is not there", "wait");
            if asked.load(Ordering::Relaxed) { Ok(Arc::clone(&demo)) } else { Err(missing()) }
        });
        let mut nudges = source.nudges();
        assert_eq!(source.snapshot().await.unwrap_err().kind, FailureKind::Missing);
        assert_eq!(source.examine().await[0].what, "open");
        let ended = tokio::spawn(async move { nudges.next().await });
        tokio::task::yield_now().await;
        there.store(true, Ordering::Relaxed);
        assert!(!source.snapshot().await.unwrap().services.is_empty());
        assert_eq!(ended.await.unwrap(), None, "its own nudges are asked for now");
        assert!(source.place().contains("demo"));
    }

    #[tokio::test]
    async fn a_panic_while_it_is_opened_is_a_failure_of_its_own() {
        let source = Unopened::new(SourceId::new("odd"), "docker", || panic!("no such thing"));
        assert_eq!(source.snapshot().await.unwrap_err().kind, FailureKind::Invalid);
    }
}
