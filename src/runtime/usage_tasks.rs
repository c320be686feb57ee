//! Tasks that measure the CPU, memory and network usage of instances while a screen shows it.

use crate::{
    app::Msg,
    background::{self, Panicked},
    model::{SourceId, UsageTarget},
    source::Source,
    subscription::Subscription,
};
use futures::StreamExt;
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
    time::Duration,
};
use tokio::{sync::mpsc::Sender, time::sleep};
use tokio_util::task::AbortOnDropHandle;

/// Wait between the end or failure of a measurement and the next one.
const RETRY_WAIT: Duration = Duration::from_secs(30);

/// Running tasks that measure CPU, memory and network usage, one for each subscription of a screen.
pub(super) struct UsageTasks {
    sources: Vec<Arc<dyn Source>>,
    sender: Sender<Msg>,
    running: BTreeMap<Subscription, AbortOnDropHandle<()>>,
}

impl UsageTasks {
    /// Creates an empty set of tasks, which will send their readings to `sender`.
    pub(super) fn new(sources: Vec<Arc<dyn Source>>, sender: Sender<Msg>) -> Self {
        Self { sources, sender, running: BTreeMap::new() }
    }

    /// Aborts the tasks that no screen needs any more, and starts the missing ones.
    pub(super) fn sync(&mut self, wanted: &BTreeSet<Subscription>) {
        self.running.retain(|subscription, _| wanted.contains(subscription));
        for subscription in wanted {
            let Subscription::Usage(target) = subscription else { continue };
            let home = SourceId::from(&target.service);
            let source = self.sources.iter().find(|source| *source.id() == home);
            let Some(source) = source.filter(|_| !self.running.contains_key(subscription)) else { continue };
            let task = spawn_measuring(Arc::clone(source), target.clone(), self.sender.clone());
            self.running.insert(subscription.clone(), task);
        }
    }
}

/// Spawns a task that measures usage until the handle is dropped. The task restarts after a panic.
fn spawn_measuring(
    source: Arc<dyn Source>,
    target: UsageTarget,
    sender: Sender<Msg>,
) -> AbortOnDropHandle<()> {
    let (service, failure_sender) = (target.service.clone(), sender.clone());
    let make = move || forward_readings(Arc::clone(&source), target.clone(), sender.clone());
    let on_panic = move |panicked: Panicked| {
        let failure = panicked.failure("internal error while measuring usage");
        let (msg, failure_sender) =
            (Msg::UsageMeasured(service.clone(), Err(failure)), failure_sender.clone());
        async move { drop(failure_sender.send(msg).await) }
    };
    background::spawn(background::restart_on_panic(RETRY_WAIT, make, on_panic), |_| ())
}

/// Sends usage readings to the app until the receiver is dropped. After a measurement ends, waits and starts
/// the next one.
async fn forward_readings(source: Arc<dyn Source>, target: UsageTarget, sender: Sender<Msg>) {
    loop {
        let mut readings = source.usage(target.clone());
        while let Some(outcome) = readings.next().await {
            let msg = Msg::UsageMeasured(target.service.clone(), outcome);
            if sender.send(msg).await.is_err() {
                return;
            }
        }
        sleep(RETRY_WAIT).await;
    }
}
