//! Placeholder for a source that can't be opened yet, such as a recording whose file is missing. Its polls
//! fail without affecting other sources. Each poll tries to open the source. Once the source is open, the
//! placeholder delegates to it.

use super::{DoctorCheck, Operator, Source, TeamStatus};
use crate::background::{self, Panicked};
use crate::model::{
    ActionPermission, Failure, FailureKind, InstanceId, LogBatch, LogReadOptions, LogTarget, ServiceId,
    Snapshot, SourceId, UsageSample, UsageTarget,
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

/// Interval between attempts to open the source.
const RETRY_INTERVAL: Duration = Duration::from_secs(5);

/// Function that opens the source; it may read files.
type OpenSource = Arc<dyn Fn() -> Result<Arc<dyn Source>, Failure> + Send + Sync>;

/// Placeholder for a source that can't be opened yet. Tries to open the source in each poll, then delegates
/// to it.
pub struct UnopenedSource {
    id: SourceId,
    kind: &'static str,
    permission: ActionPermission,
    open: OpenSource,
    /// The real source, once it is open.
    opened: OnceLock<Arc<dyn Source>>,
    /// Notified when the source was opened.
    opened_notify: Arc<Notify>,
    time_limit: Mutex<Option<Duration>>,
}

impl UnopenedSource {
    /// Creates a placeholder for a source of this kind ([`Source::kind`]). `open` must return a source with
    /// the same id.
    pub fn new(
        id: SourceId,
        kind: &'static str,
        open: impl Fn() -> Result<Arc<dyn Source>, Failure> + Send + Sync + 'static,
    ) -> Self {
        let (open, opened): (OpenSource, _) = (Arc::new(open), OnceLock::new());
        let permission = ActionPermission::Off;
        Self {
            id,
            kind,
            permission,
            open,
            opened,
            opened_notify: Arc::default(),
            time_limit: Mutex::default(),
        }
    }

    /// Sets the user's permission to act on the source.
    #[must_use]
    pub fn with_permission(self, permission: ActionPermission) -> Self {
        Self { permission, ..self }
    }

    /// Returns the source, opening it first if needed.
    async fn get_or_open(&self) -> Result<Arc<dyn Source>, Failure> {
        if let Some(source) = self.opened.get() {
            return Ok(Arc::clone(source));
        }
        let open = Arc::clone(&self.open);
        let broken = |panicked: Panicked| {
            Err(panicked.failure(format_args!("internal error while opening {}", self.id)))
        };
        let source = background::run_blocking(move || open()).await.unwrap_or_else(broken)?;
        if let Some(limit) = *self.time_limit.lock().unwrap_or_else(PoisonError::into_inner) {
            source.set_time_limit(limit);
        }
        let source = Arc::clone(self.opened.get_or_init(|| source));
        self.opened_notify.notify_waiters();
        Ok(source)
    }

    fn not_open_stream<T: Send + 'static>(&self) -> BoxStream<'static, Result<T, Failure>> {
        let what = format!("{} is not open yet", self.id);
        let failure = Failure::new(FailureKind::Unreachable, what, "run portolan doctor to see why");
        stream::iter([Err(failure)]).boxed()
    }
}

impl Source for UnopenedSource {
    fn id(&self) -> &SourceId {
        &self.id
    }

    fn location(&self) -> String {
        self.opened.get().map_or_else(|| "not open yet".to_owned(), |source| source.location())
    }

    fn kind(&self) -> &'static str {
        self.kind
    }

    fn snapshot(&self) -> BoxFuture<'_, Result<Snapshot, Failure>> {
        async move { self.get_or_open().await?.snapshot().await }.boxed()
    }

    fn set_time_limit(&self, limit: Duration) {
        *self.time_limit.lock().unwrap_or_else(PoisonError::into_inner) = Some(limit);
        if let Some(source) = self.opened.get() {
            source.set_time_limit(limit);
        }
    }

    fn set_priority(&self, watched: &BTreeSet<ServiceId>) {
        if let Some(source) = self.opened.get() {
            source.set_priority(watched);
        }
    }

    fn read_again(&self, instances: &BTreeSet<InstanceId>) {
        if let Some(source) = self.opened.get() {
            source.read_again(instances);
        }
    }

    fn cache_key(&self) -> BoxFuture<'_, Option<String>> {
        self.opened.get().map_or_else(|| async { None }.boxed(), |source| source.cache_key())
    }

    fn outage_key(&self) -> BoxFuture<'_, Option<String>> {
        self.opened.get().map_or_else(|| async { None }.boxed(), |source| source.outage_key())
    }

    fn tool_options(&self) -> Vec<(&'static str, String)> {
        self.opened.get().map_or_else(Vec::new, |source| source.tool_options())
    }

    fn team_status(&self) -> Option<TeamStatus> {
        self.opened.get()?.team_status()
    }

    fn team_folder(&self) -> BoxFuture<'_, Option<Result<String, Failure>>> {
        self.opened.get().map_or_else(|| async { None }.boxed(), |source| source.team_folder())
    }

    fn close(&self) -> BoxFuture<'_, ()> {
        self.opened.get().map_or_else(|| async {}.boxed(), |source| source.close())
    }

    fn quota_used(&self) -> Option<f64> {
        self.opened.get()?.quota_used()
    }

    fn poll_interval(&self) -> Duration {
        self.opened.get().map_or(RETRY_INTERVAL, |source| source.poll_interval())
    }

    fn change_notifications(&self) -> BoxStream<'static, ()> {
        if let Some(source) = self.opened.get() {
            return source.change_notifications();
        }
        // The stream ends when the source is opened. The caller then subscribes to the real source.
        let notified = Arc::clone(&self.opened_notify).notified_owned();
        // A poll may have opened the source before this wait began.
        if let Some(source) = self.opened.get() {
            return source.change_notifications();
        }
        stream::once(notified).filter(|()| async { false }).boxed()
    }

    fn pushes_changes(&self) -> bool {
        self.opened.get().is_some_and(|source| source.pushes_changes())
    }

    fn reorder_window(&self) -> Duration {
        self.opened.get().map_or(Duration::from_millis(150), |source| source.reorder_window())
    }

    fn logs(
        &self,
        targets: Vec<LogTarget>,
        start: LogReadOptions,
    ) -> BoxStream<'static, Result<LogBatch, Failure>> {
        self.opened.get().map_or_else(|| self.not_open_stream(), |source| source.logs(targets, start))
    }

    fn usage(&self, target: UsageTarget) -> BoxStream<'static, Result<Vec<UsageSample>, Failure>> {
        self.opened.get().map_or_else(|| self.not_open_stream(), |source| source.usage(target))
    }

    fn permission(&self) -> ActionPermission {
        self.permission
    }

    fn operator(&self) -> Option<&dyn Operator> {
        self.opened.get()?.operator()
    }

    fn diagnose(&self) -> BoxFuture<'_, Vec<DoctorCheck>> {
        async move {
            match self.get_or_open().await {
                Ok(source) => source.diagnose().await,
                Err(failure) => vec![DoctorCheck { name: "open".to_owned(), outcome: Err(failure) }],
            }
        }
        .boxed()
    }
}

#[cfg(test)]
mod tests {
    use super::{Arc, Failure, FailureKind, Source, SourceId, UnopenedSource};
    use crate::source::replay;
    use futures::StreamExt;
    use std::sync::atomic::{AtomicBool, Ordering};

    #[tokio::test]
    async fn it_fails_until_opened_and_then_delegates() {
        let demo: Arc<dyn Source> = Arc::new(replay::demo().unwrap().remove(0));
        let (id, there) = (demo.id().clone(), Arc::new(AtomicBool::new(false)));
        let asked = Arc::clone(&there);
        let source = UnopenedSource::new(id, "replay", move || {
            let missing = || Failure::new(FailureKind::Missing, "it is not there", "wait");
            if asked.load(Ordering::Relaxed) { Ok(Arc::clone(&demo)) } else { Err(missing()) }
        });
        let mut nudges = source.change_notifications();
        assert_eq!(source.snapshot().await.unwrap_err().kind, FailureKind::Missing);
        assert_eq!(source.diagnose().await[0].name, "open");
        let ended = tokio::spawn(async move { nudges.next().await });
        tokio::task::yield_now().await;
        there.store(true, Ordering::Relaxed);
        assert!(!source.snapshot().await.unwrap().services.is_empty());
        assert_eq!(ended.await.unwrap(), None, "its own nudges are asked for now");
        assert!(source.location().contains("demo"));
    }

    #[tokio::test]
    async fn a_wait_that_begins_once_it_is_open_ends() {
        let demo: Arc<dyn Source> = Arc::new(replay::demo().unwrap().remove(0));
        let source = UnopenedSource::new(demo.id().clone(), "replay", move || Ok(Arc::clone(&demo)));
        let mut notifications = source.change_notifications();
        source.snapshot().await.unwrap();
        let next = tokio::time::timeout(std::time::Duration::from_mins(1), notifications.next()).await;
        assert_eq!(next.expect("the source is open"), None);
    }

    #[tokio::test]
    async fn a_panic_while_opening_is_a_failure() {
        let source = UnopenedSource::new(SourceId::new("odd"), "docker", || panic!("no such thing"));
        assert_eq!(source.snapshot().await.unwrap_err().kind, FailureKind::Invalid);
    }
}
