//! The gate every API call passes: few at a time, within the budget, and its failure put into words.

use super::{
    budget::{Group, Shares},
    calls::Call,
    failure::{self, Setting},
    purse::{Purse, Treasury},
};
use crate::model::{Failure, FailureKind, SourceId};
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use std::{
    error::Error,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};
use tokio::{sync::Semaphore, time::Instant};

/// How many calls may be in flight at once.
pub(crate) const IN_FLIGHT: usize = 8;

/// The gate of one source.
#[derive(Debug)]
pub(crate) struct Gate {
    source: SourceId,
    slots: Semaphore,
    purse: Mutex<Arc<Purse>>,
    treasury: Arc<Treasury>,
    origin: Instant,
}

impl Gate {
    /// An open gate with full buckets of its own.
    #[must_use]
    pub(crate) fn new(source: SourceId, shares: Shares, treasury: Arc<Treasury>) -> Self {
        let purse = Purse::new(shares);
        purse.starts(&source, true);
        let purse = Mutex::new(Arc::new(purse));
        Self { source, slots: Semaphore::new(IN_FLIGHT), purse, treasury, origin: Instant::now() }
    }

    /// Waits for the budget and a free slot, makes the call and says how it went.
    pub(crate) async fn pass<T, E, R>(
        &self,
        call: &Call,
        setting: &Setting,
        answer: impl Future<Output = Result<T, SdkError<E, R>>>,
    ) -> Result<T, Failure>
    where
        E: ProvideErrorMetadata + Error + 'static,
        R: std::fmt::Debug + 'static,
    {
        let wait = self.purse().book(call.group);
        if !wait.is_zero() {
            tokio::time::sleep(wait).await;
        }
        // The semaphore is never closed, so there is always a slot to wait for.
        let _slot = self.slots.acquire().await;
        answer.await.map_err(|error| {
            let failure = failure::of(call, &error, setting);
            if failure.kind == FailureKind::Throttled {
                self.purse().back_off(call.group);
            }
            failure
        })
    }

    /// The account and region are known: from now on their budget is spent, which other sources may spend too.
    pub(crate) fn belongs_to(&self, owner: String) {
        let mine = self.purse();
        let shared = self.treasury.purse(owner, &mine);
        if !Arc::ptr_eq(&mine, &shared) {
            shared.starts(&self.source, true);
            *self.purse.lock().unwrap_or_else(PoisonError::into_inner) = shared;
        }
    }

    /// Notes whether the first picture is still being drawn.
    pub(crate) fn starts(&self, starts: bool) {
        self.purse().starts(&self.source, starts);
    }

    /// How many calls of that group may be made now without waiting.
    pub(crate) fn affords(&self, group: Group) -> usize {
        self.purse().affords(group)
    }

    /// The part of the account's quota that was spent within the last minute.
    pub(crate) fn part(&self) -> f64 {
        self.purse().part()
    }

    /// The time since the gate was opened.
    pub(crate) fn now(&self) -> Duration {
        self.origin.elapsed()
    }

    fn purse(&self) -> Arc<Purse> {
        Arc::clone(&self.purse.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
