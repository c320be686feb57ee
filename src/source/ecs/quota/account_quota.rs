//! API quotas of an account in a region, shared by all sources that read it.

use super::token_bucket::{LoadPhase, QuotaGroup, Shares, TokenBuckets};
use crate::model::SourceId;
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use tokio::time::Instant;

/// API quota of one account in one region: its token buckets, and the sources that are loading.
#[derive(Debug)]
pub(crate) struct AccountQuota {
    state: Mutex<QuotaState>,
    origin: Instant,
}

/// Content of an [`AccountQuota`], behind its lock.
#[derive(Debug)]
struct QuotaState {
    budget: TokenBuckets,
    /// Sources that are loading their first snapshot.
    loading: BTreeSet<SourceId>,
    /// Number of running Portolans that poll the account, as each source reported it.
    members: BTreeMap<SourceId, u32>,
}

/// API quotas by account, region and endpoint. Sources with the same three share one quota.
#[derive(Debug, Default)]
pub struct QuotaRegistry {
    /// Quotas by account, region and endpoint, separated by spaces.
    by_owner: Mutex<BTreeMap<String, Arc<AccountQuota>>>,
}

impl QuotaRegistry {
    /// Returns the quota of `owner` (account, region and endpoint). If there is none yet, inserts
    /// `new_quota`.
    pub(crate) fn get_or_insert(&self, owner: String, new_quota: &Arc<AccountQuota>) -> Arc<AccountQuota> {
        let mut quotas = self.by_owner.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(quotas.entry(owner).or_insert_with(|| Arc::clone(new_quota)))
    }
}

impl AccountQuota {
    /// Returns a quota with full token buckets.
    pub(crate) fn new(shares: Shares) -> Self {
        let state = QuotaState {
            budget: TokenBuckets::new(shares),
            loading: BTreeSet::new(),
            members: BTreeMap::new(),
        };
        Self { state: Mutex::new(state), origin: Instant::now() }
    }

    /// Takes a token for one call, and returns the time to wait before making the call.
    pub(crate) fn reserve(&self, group: QuotaGroup) -> Duration {
        self.lock_state().budget.reserve(group, self.origin.elapsed())
    }

    /// Returns the number of calls of `group` that can be made now without waiting.
    pub(crate) fn available_calls(&self, group: QuotaGroup) -> usize {
        self.lock_state().budget.available_calls(group, self.origin.elapsed())
    }

    /// Slows down the calls of `group`, because AWS throttled one of them.
    pub(crate) fn back_off(&self, group: QuotaGroup) {
        self.lock_state().budget.back_off(group, self.origin.elapsed());
    }

    /// Returns the fraction of the account's quota (0 to 1) that Portolan used in the last minute. Of all
    /// groups, the highest fraction counts.
    pub(crate) fn quota_used(&self) -> f64 {
        self.lock_state().budget.quota_used(self.origin.elapsed())
    }

    /// Records whether `source` is loading its first snapshot. While any source is loading, all sources of
    /// the account use the startup share.
    pub(crate) fn set_loading(&self, source: &SourceId, starts: bool) {
        let mut spending = self.lock_state();
        if starts {
            spending.loading.insert(source.clone());
        } else {
            spending.loading.remove(source);
        }
        let share = if spending.loading.is_empty() { LoadPhase::Steady } else { LoadPhase::Start };
        spending.budget.set_phase(share);
    }

    /// Divides the shares of the quota by `members`, the number of running Portolans that poll the account
    /// for themselves, as `source` knows it. If several sources share the quota, the highest number counts. A
    /// source reports 1 while one member of its team polls for all.
    pub(crate) fn divide(&self, source: &SourceId, members: u32) {
        let mut spending = self.lock_state();
        spending.members.insert(source.clone(), members);
        let most = spending.members.values().copied().max().unwrap_or_default();
        spending.budget.divide(most);
    }

    fn lock_state(&self) -> MutexGuard<'_, QuotaState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::{AccountQuota, QuotaRegistry};
    use crate::{
        model::SourceId,
        source::ecs::quota::token_bucket::{QuotaGroup, Shares},
    };
    use std::sync::Arc;

    #[test]
    fn sources_of_one_account_share_and_one_that_starts_widens_it_for_all() {
        let registry = QuotaRegistry::default();
        let [a, b] = [(); 2].map(|()| Arc::new(AccountQuota::new(Shares::default())));
        let shared = registry.get_or_insert("1 eu-west-1".into(), &a);
        assert!(Arc::ptr_eq(&registry.get_or_insert("1 eu-west-1".into(), &b), &shared));
        assert!(Arc::ptr_eq(&registry.get_or_insert("1 us-east-1".into(), &b), &b));
        assert_eq!(shared.available_calls(QuotaGroup::Services), 50);
        let [one, two] = ["one", "two"].map(SourceId::new);
        shared.set_loading(&one, true);
        shared.set_loading(&two, true);
        shared.set_loading(&one, false);
        assert_eq!(shared.available_calls(QuotaGroup::Services), 50);
        shared.set_loading(&two, false);
        assert_eq!(shared.available_calls(QuotaGroup::Services), 10);
        shared.divide(&one, 5);
        shared.divide(&two, 1);
        assert_eq!(shared.available_calls(QuotaGroup::Services), 2);
        shared.divide(&one, 1);
        shared.divide(&two, 5);
        assert_eq!(shared.available_calls(QuotaGroup::Services), 2);
    }
}
