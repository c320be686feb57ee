//! Rate limiter for all API calls. It limits the calls in flight and the calls per second, and converts SDK
//! errors to failures.

use super::failure::{self, AwsTarget, RawResponse};
use crate::{
    model::{Failure, FailureKind, SourceId},
    source::ecs::quota::{
        account_quota::{AccountQuota, QuotaRegistry},
        calls::Call,
        token_bucket::{QuotaGroup, Shares},
    },
};
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use std::{
    error::Error,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};
use tokio::{sync::Semaphore, time::Instant};

/// Maximum number of calls that one source may have in flight.
pub(crate) const MAX_CALLS_IN_FLIGHT: usize = 8;

/// Rate limiter for the API calls of one source.
#[derive(Debug)]
pub(crate) struct RateLimiter {
    source: SourceId,
    slots: Semaphore,
    /// Quota that the calls draw from. It is the source's own until [`Self::join_account`], then the
    /// account's.
    account_quota: Mutex<Arc<AccountQuota>>,
    quota_registry: Arc<QuotaRegistry>,
    origin: Instant,
}

impl RateLimiter {
    /// Creates a rate limiter with a quota of its own, whose token buckets are full. After
    /// [`Self::join_account`], it shares a quota with the other sources of its account.
    #[must_use]
    pub(crate) fn new(source: SourceId, shares: Shares, quota_registry: Arc<QuotaRegistry>) -> Self {
        let account_quota = AccountQuota::new(shares);
        account_quota.set_loading(&source, true);
        let account_quota = Mutex::new(Arc::new(account_quota));
        Self {
            source,
            slots: Semaphore::new(MAX_CALLS_IN_FLIGHT),
            account_quota,
            quota_registry,
            origin: Instant::now(),
        }
    }

    /// Makes a call as soon as a token and a slot are free. Slows down later calls if AWS throttles this one.
    pub(crate) async fn call<T, E, R>(
        &self,
        call: &Call,
        setting: &AwsTarget,
        answer: impl Future<Output = Result<T, SdkError<E, R>>>,
    ) -> Result<T, Failure>
    where
        E: ProvideErrorMetadata + Error + 'static,
        R: RawResponse + 'static,
    {
        let wait = self.account_quota().reserve(call.group);
        if !wait.is_zero() {
            tokio::time::sleep(wait).await;
        }
        // The semaphore is never closed, so `acquire` never fails.
        let _slot = self.slots.acquire().await;
        answer.await.map_err(|error| {
            let failure = failure::from_sdk_error(call, &error, setting);
            if failure.kind == FailureKind::Throttled {
                self.account_quota().back_off(call.group);
            }
            failure
        })
    }

    /// Replaces the source's own quota with the quota that all sources of `owner` share. `owner` identifies
    /// the account, the region and the endpoint.
    pub(crate) fn join_account(&self, owner: String) {
        let own = self.account_quota();
        let shared = self.quota_registry.get_or_insert(owner, &own);
        if !Arc::ptr_eq(&own, &shared) {
            shared.set_loading(&self.source, true);
            *self.account_quota.lock().unwrap_or_else(PoisonError::into_inner) = shared;
        }
    }

    /// Divides this source's shares of the quota by `members`, the number of running Portolans that poll the
    /// account.
    pub(crate) fn divide(&self, members: u32) {
        self.account_quota().divide(&self.source, members);
    }

    /// Records that this source is loading its first snapshot, or, if `starts` is false, that it has finished
    /// loading.
    pub(crate) fn set_loading(&self, starts: bool) {
        self.account_quota().set_loading(&self.source, starts);
    }

    /// Returns the number of calls of `group` that can be made now without waiting.
    pub(crate) fn available_calls(&self, group: QuotaGroup) -> usize {
        self.account_quota().available_calls(group)
    }

    /// Returns the fraction of the account's quota (0 to 1) that Portolan used in the last minute.
    pub(crate) fn quota_used(&self) -> f64 {
        self.account_quota().quota_used()
    }

    /// Returns the time since the rate limiter was created.
    pub(crate) fn now(&self) -> Duration {
        self.origin.elapsed()
    }

    fn account_quota(&self) -> Arc<AccountQuota> {
        Arc::clone(&self.account_quota.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
