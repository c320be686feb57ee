//! What is measured: what the screens look at is kept up, for as long as they do; what they look away from is ended.

use crate::{
    app::Msg,
    background::{self, Panicked},
    effect::Subscription,
    model::{SourceId, UsageTarget},
    source::Source,
};
use futures::StreamExt;
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
    time::Duration,
};
use tokio::{sync::mpsc::Sender, time::sleep};
use tokio_util::task::AbortOnDropHandle;

/// The wait before what could not be measured is tried again.
const AGAIN: Duration = Duration::from_secs(30);

/// The measuring that is under way.
pub(super) struct Meters {
    sources: Vec<Arc<dyn Source>>,
    sender: Sender<Msg>,
    running: BTreeMap<Subscription, AbortOnDropHandle<()>>,
}

impl Meters {
    /// Nothing is measured yet; what will be is told to `sender`.
    pub(super) fn new(sources: Vec<Arc<dyn Source>>, sender: Sender<Msg>) -> Self {
        Self { sources, sender, running: BTreeMap::new() }
    }

    /// Ends what is no longer looked at, and begins what is new.
    pub(super) fn keep(&mut self, wanted: &BTreeSet<Subscription>) {
        self.running.retain(|subscription, _| wanted.contains(subscription));
        for subscription in wanted {
            let Subscription::Usage(target) = subscription else { continue };
            let home = SourceId::from(&target.service);
            let source = self.sources.iter().find(|source| *source.id() == home);
            let Some(source) = source.filter(|_| !self.running.contains_key(subscription)) else { continue };
            let task = keep_up(Arc::clone(source), target.clone(), self.sender.clone());
            self.running.insert(subscription.clone(), task);
        }
    }
}

/// Measures until the handle is dropped, again after each end and each panic.
fn keep_up(source: Arc<dyn Source>, target: UsageTarget, sender: Sender<Msg>) -> AbortOnDropHandle<()> {
    let (service, told) = (target.service.clone(), sender.clone());
    let make = move || measure(Arc::clone(&source), target.clone(), sender.clone());
    let tell = move |panicked: Panicked| {
        let failure = panicked.failure("what it uses could not be taken in");
        let (msg, told) = (Msg::Measured(service.clone(), Err(failure)), told.clone());
        async move { drop(told.send(msg).await) }
    };
    background::spawn(background::keep_up(AGAIN, make, tell), |_| ())
}

/// Passes on what is measured, until nobody listens any more.
async fn measure(source: Arc<dyn Source>, target: UsageTarget, sender: Sender<Msg>) {
    loop {
        let mut readings = source.usage(target.clone());
        while let Some(outcome) = readings.next().await {
            let told = Msg::Measured(target.service.clone(), outcome);
            if sender.send(told).await.is_err() {
                return;
            }
        }
        sleep(AGAIN).await;
    }
}
