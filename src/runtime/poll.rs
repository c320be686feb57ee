//! Looking at the sources: each in a task of its own, when it is time, when it nudges, or when asked to.

use crate::{
    app::Msg,
    model::{Failure, FailureKind},
    source::Source,
};
use futures::StreamExt;
use std::{sync::Arc, time::Duration};
use tokio::{
    sync::{Notify, mpsc::Sender},
    time::{sleep, timeout},
};
use tokio_util::task::AbortOnDropHandle;

/// How long one look may take.
const PATIENCE: Duration = Duration::from_secs(90);

/// The wait after the first failed look; it doubles with each further one.
const FIRST_RETRY: Duration = Duration::from_secs(2);

/// The longest wait between two looks at a source that fails.
const LAST_RETRY: Duration = Duration::from_secs(30);

/// The wait before a lost stream of nudges is asked for again.
const RECONNECT: Duration = Duration::from_secs(1);

/// The tasks that look at the sources. Dropping it ends them.
pub struct Polls {
    again: Vec<Arc<Notify>>,
    _tasks: Vec<AbortOnDropHandle<()>>,
}

impl Polls {
    /// Begins to look at each source.
    #[must_use]
    pub fn start(sources: &[Arc<dyn Source>], sender: &Sender<Msg>) -> Self {
        let (mut all, mut tasks) = (Vec::new(), Vec::new());
        for source in sources {
            let again = Arc::new(Notify::new());
            tasks.push(spawn(poll(Arc::clone(source), sender.clone(), Arc::clone(&again))));
            tasks.push(spawn(listen(Arc::clone(source), sender.clone(), Arc::clone(&again))));
            all.push(again);
        }
        Self { again: all, _tasks: tasks }
    }

    /// Looks at all sources again, now.
    pub fn refresh(&self) {
        for again in &self.again {
            again.notify_one();
        }
    }
}

fn spawn(task: impl Future<Output = ()> + Send + 'static) -> AbortOnDropHandle<()> {
    AbortOnDropHandle::new(tokio::spawn(task))
}

/// Looks again and again, until nobody listens any more.
async fn poll(source: Arc<dyn Source>, sender: Sender<Msg>, again: Arc<Notify>) {
    let mut failures = 0;
    loop {
        let outcome = timeout(PATIENCE, source.snapshot()).await.unwrap_or_else(|_| Err(too_slow(&*source)));
        failures = if outcome.is_ok() { 0 } else { failures + 1 };
        if sender.send(Msg::Looked(source.id().clone(), outcome)).await.is_err() {
            return;
        }
        let wait = if failures == 0 { source.pace() } else { retry(failures) };
        tokio::select! {
            () = sleep(wait) => {}
            () = again.notified() => {}
        }
    }
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
        while nudges.next().await.is_some() {
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
    use super::{FIRST_RETRY, LAST_RETRY, retry};

    #[test]
    fn waits_double_and_are_bounded() {
        assert_eq!(retry(1), FIRST_RETRY);
        assert_eq!(retry(2), FIRST_RETRY * 2);
        assert_eq!(retry(u32::MAX), LAST_RETRY);
    }
}
