//! The gate every API call passes: few at a time, within the budget, and its failure put into words.

use super::{
    budget::{Budget, Group, Share},
    calls::Call,
    failure::{self, Setting},
};
use crate::model::{Failure, FailureKind};
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use std::{
    collections::BTreeMap,
    error::Error,
    sync::{Mutex, MutexGuard, PoisonError},
};
use tokio::{sync::Semaphore, time::Instant};

/// How many calls may be in flight at once.
pub(crate) const IN_FLIGHT: usize = 8;

/// The gate of one source.
#[derive(Debug)]
pub(crate) struct Gate {
    slots: Semaphore,
    budget: Mutex<Budget>,
    origin: Instant,
}

impl Gate {
    /// An open gate with full buckets.
    #[must_use]
    pub(crate) fn new() -> Self {
        Self { slots: Semaphore::new(IN_FLIGHT), budget: Mutex::new(Budget::new()), origin: Instant::now() }
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
        let wait = self.budget().book(call.group, self.origin.elapsed());
        if !wait.is_zero() {
            tokio::time::sleep(wait).await;
        }
        // The semaphore is never closed, so there is always a slot to wait for.
        let _slot = self.slots.acquire().await;
        answer.await.map_err(|error| {
            let failure = failure::of(call, &error, setting);
            if failure.kind == FailureKind::Throttled {
                self.budget().back_off(call.group, self.origin.elapsed());
            }
            failure
        })
    }

    /// How much of the account's quota to take from now on.
    pub(crate) fn take_share(&self, share: Share) {
        self.budget().take_share(share);
    }

    /// How many calls each group has made so far.
    #[must_use]
    pub(crate) fn spent(&self) -> BTreeMap<Group, u64> {
        self.budget().spent()
    }

    fn budget(&self) -> MutexGuard<'_, Budget> {
        self.budget.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
