//! Token buckets for API quotas, as AWS documents them. Portolan takes only a share of each quota because
//! deployments of the same account draw from the same buckets. Pure arithmetic: the caller passes the time.

use std::{
    collections::{BTreeMap, VecDeque},
    time::Duration,
};

/// Group of API calls that share one token bucket in AWS.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum QuotaGroup {
    /// ECS: `ListServices`, `DescribeServices`.
    Services,
    /// ECS: `ListTasks`, `DescribeTasks`.
    Tasks,
    /// ECS: `ListClusters`, `DescribeClusters`.
    Clusters,
    /// ECS: `DescribeTaskDefinition`.
    TaskDefinitions,
    /// Cloud Map reads.
    CloudMap,
    /// Elastic Load Balancing reads.
    LoadBalancers,
    /// EC2: `DescribeFlowLogs`.
    FlowLogs,
    /// CloudWatch: `ListMetrics`, `GetMetricData`.
    Metrics,
    /// App Mesh reads.
    AppMesh,
    /// CloudWatch Logs: `FilterLogEvents`.
    FilterLogs,
    /// CloudWatch Logs: `GetLogEvents`.
    GetLogs,
    /// CloudWatch Logs: `DescribeLogGroups`.
    DescribeLogs,
    /// CloudWatch Logs: `StartLiveTail`.
    LiveTail,
    /// STS: `GetCallerIdentity`.
    CallerIdentity,
    /// IAM: `ListAccountAliases`.
    AccountAliases,
    /// ECS: `ListServiceDeployments`, `DescribeServiceDeployments`.
    ServiceDeployments,
    /// ECS: `DescribeServiceRevisions`.
    ServiceRevisions,
    /// Application Auto Scaling: `DescribeScalableTargets`.
    AutoScaling,
    /// ECS: all calls that change something.
    Changes,
    /// S3: objects of a team's store.
    TeamStore,
}

/// Documented size and refill rate of one bucket, for a whole account in one region.
#[derive(Clone, Copy, Debug)]
struct Quota {
    group: QuotaGroup,
    burst: f64,
    calls_per_second: f64,
}

/// Quotas of one account in one region. The quotas of ECS are from "Request throttling" in its API reference.
/// For CloudWatch Logs, the quotas of the region with the lowest ones apply everywhere. The other services
/// publish no quotas, or far higher ones, so their values here are low estimates.
const ACCOUNT_QUOTAS: [Quota; 20] = [
    Quota { group: QuotaGroup::Services, burst: 100.0, calls_per_second: 20.0 },
    Quota { group: QuotaGroup::Tasks, burst: 100.0, calls_per_second: 20.0 },
    Quota { group: QuotaGroup::Clusters, burst: 50.0, calls_per_second: 20.0 },
    Quota { group: QuotaGroup::TaskDefinitions, burst: 50.0, calls_per_second: 20.0 },
    Quota { group: QuotaGroup::CloudMap, burst: 20.0, calls_per_second: 10.0 },
    Quota { group: QuotaGroup::LoadBalancers, burst: 40.0, calls_per_second: 10.0 },
    Quota { group: QuotaGroup::FlowLogs, burst: 20.0, calls_per_second: 5.0 },
    Quota { group: QuotaGroup::Metrics, burst: 20.0, calls_per_second: 10.0 },
    Quota { group: QuotaGroup::AppMesh, burst: 20.0, calls_per_second: 10.0 },
    Quota { group: QuotaGroup::FilterLogs, burst: 5.0, calls_per_second: 5.0 },
    Quota { group: QuotaGroup::GetLogs, burst: 10.0, calls_per_second: 10.0 },
    Quota { group: QuotaGroup::DescribeLogs, burst: 10.0, calls_per_second: 10.0 },
    Quota { group: QuotaGroup::LiveTail, burst: 5.0, calls_per_second: 5.0 },
    Quota { group: QuotaGroup::CallerIdentity, burst: 10.0, calls_per_second: 5.0 },
    Quota { group: QuotaGroup::AccountAliases, burst: 10.0, calls_per_second: 5.0 },
    Quota { group: QuotaGroup::ServiceDeployments, burst: 50.0, calls_per_second: 20.0 },
    Quota { group: QuotaGroup::ServiceRevisions, burst: 50.0, calls_per_second: 20.0 },
    Quota { group: QuotaGroup::AutoScaling, burst: 10.0, calls_per_second: 5.0 },
    Quota { group: QuotaGroup::Changes, burst: 50.0, calls_per_second: 5.0 },
    Quota { group: QuotaGroup::TeamStore, burst: 200.0, calls_per_second: 50.0 },
];

/// Phase of loading, which decides the share of the account's quota that Portolan may use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum LoadPhase {
    /// First load of a source. Some groups of calls, such as reads of logs, keep the share of this phase
    /// afterwards.
    Start,
    /// Everything after the first load.
    Steady,
}

/// Shares of the account's quota that Portolan may use, in per cent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Shares {
    /// Share during the first load, in per cent.
    pub start: u8,
    /// Share after the first load, in per cent.
    pub steady: u8,
}

impl Default for Shares {
    fn default() -> Self {
        Self { start: 50, steady: 10 }
    }
}

impl Shares {
    fn fraction(self, share: LoadPhase) -> f64 {
        let per_cent = match share {
            LoadPhase::Start => self.start,
            LoadPhase::Steady => self.steady,
        };
        f64::from(per_cent.clamp(1, 100)) / 100.0
    }
}

/// Time for which a bucket refills at half its rate after AWS throttled a call.
const THROTTLE_BACKOFF: Duration = Duration::from_mins(1);

/// Minimum rate of a divided share, in calls per second. The map must stay up to date however many members a
/// team claims to have.
const MIN_DIVIDED_RATE: f64 = 0.1;

/// Period over which Portolan measures its use of the quota.
const USAGE_WINDOW: Duration = Duration::from_mins(1);

impl Quota {
    /// Returns the number of tokens in a full bucket, for a `share` between 0 and 1. It is at least 1.
    ///
    /// Even for a share of 1, the number is less than `burst`, AWS's own capacity. AWS takes its token a
    /// moment after Portolan sends the call, and a full bucket at AWS gains nothing in that moment. So
    /// Portolan's bucket holds fewer tokens: it leaves out those for the calls that may be in transit.
    fn capacity(self, share: f64) -> f64 {
        (self.burst * share).min(self.burst - self.calls_per_second * MAX_IN_TRANSIT_SECONDS).max(1.0)
    }
}

/// Longest time between sending a call and AWS counting it, in seconds.
const MAX_IN_TRANSIT_SECONDS: f64 = 0.25;

/// Token bucket of one quota group. It holds Portolan's share of the quota.
#[derive(Clone, Debug)]
struct TokenBucket {
    quota: Quota,
    /// Tokens left; negative if calls are waiting for tokens.
    tokens: f64,
    /// Time at which `tokens` was computed.
    refilled_at: Duration,
    /// Time until which the bucket refills at half its rate.
    throttled_until: Duration,
    /// Times of the calls in the last minute, oldest first.
    recent_calls: VecDeque<Duration>,
}

/// Token buckets of all quota groups, by which Portolan limits its own calls. Times count from any fixed
/// start.
#[derive(Clone, Debug)]
pub(crate) struct TokenBuckets {
    buckets: BTreeMap<QuotaGroup, TokenBucket>,
    shares: Shares,
    phase: LoadPhase,
    /// Number of running Portolans that share the quota.
    divisor: f64,
}

impl TokenBuckets {
    /// Returns buckets that are full for the startup share.
    #[must_use]
    pub(crate) fn new(shares: Shares) -> Self {
        let share = shares.fraction(LoadPhase::Start);
        let full = |quota: Quota| TokenBucket {
            quota,
            tokens: quota.capacity(share),
            refilled_at: Duration::ZERO,
            throttled_until: Duration::ZERO,
            recent_calls: VecDeque::new(),
        };
        Self {
            buckets: ACCOUNT_QUOTAS.iter().map(|q| (q.group, full(*q))).collect(),
            shares,
            phase: LoadPhase::Start,
            divisor: 1.0,
        }
    }

    /// Divides the shares by `members`, the number of running Portolans that poll the account. The groups
    /// that always get the startup share are not divided.
    pub(crate) fn divide(&mut self, members: u32) {
        self.divisor = f64::from(members.max(1));
    }

    /// Sets the phase, and with it the share of the quota. Tokens in a bucket stay, up to the capacity for
    /// the new share.
    pub(crate) fn set_phase(&mut self, share: LoadPhase) {
        self.phase = share;
    }

    /// Takes a token for one call, and returns the time to wait before making the call.
    pub(crate) fn reserve(&mut self, group: QuotaGroup, now: Duration) -> Duration {
        let share = self.share_of(group);
        let Some(bucket) = self.buckets.get_mut(&group) else { return Duration::ZERO };
        bucket.refill(share, now);
        bucket.tokens -= 1.0;
        bucket.drop_old_calls(now);
        bucket.recent_calls.push_back(now);
        Duration::from_secs_f64((-bucket.tokens).max(0.0) / bucket.refill_rate(share, now))
    }

    /// Returns the number of calls of `group` that can be made now without waiting.
    pub(crate) fn available_calls(&mut self, group: QuotaGroup, now: Duration) -> usize {
        let share = self.share_of(group);
        let Some(bucket) = self.buckets.get_mut(&group) else { return 0 };
        bucket.refill(share, now);
        // No bucket holds more than a few hundred tokens.
        (0..1_000).take_while(|n| f64::from(*n) < bucket.tokens.floor()).count()
    }

    /// Empties the bucket and halves its refill rate for a minute, because AWS throttled a call.
    pub(crate) fn back_off(&mut self, group: QuotaGroup, now: Duration) {
        let share = self.share_of(group);
        if let Some(bucket) = self.buckets.get_mut(&group) {
            bucket.refill(share, now);
            bucket.tokens = bucket.tokens.min(0.0);
            bucket.throttled_until = now + THROTTLE_BACKOFF;
        }
    }

    /// Returns the fraction of the account's quota (0 to 1) that Portolan used in the last minute. Of all
    /// groups, the highest fraction counts.
    pub(crate) fn quota_used(&mut self, now: Duration) -> f64 {
        let parts = self.buckets.values_mut().map(|bucket| {
            bucket.drop_old_calls(now);
            // A bucket's calls in a minute are far fewer than 2^52.
            #[allow(clippy::cast_precision_loss)]
            let spent = bucket.recent_calls.len() as f64;
            spent / (bucket.quota.calls_per_second * USAGE_WINDOW.as_secs_f64())
        });
        parts.fold(0.0, f64::max)
    }

    /// Returns the share of a group, between 0 and 1. Some groups always get the whole startup share, because
    /// Portolan makes their calls only once, or only when the user or the team needs them. Any other group
    /// gets the share of the current phase, divided by the number of members but not below
    /// [`MIN_DIVIDED_RATE`].
    fn share_of(&self, group: QuotaGroup) -> f64 {
        match group {
            QuotaGroup::TaskDefinitions
            | QuotaGroup::FilterLogs
            | QuotaGroup::GetLogs
            | QuotaGroup::DescribeLogs
            | QuotaGroup::LiveTail
            | QuotaGroup::CallerIdentity
            | QuotaGroup::AccountAliases
            | QuotaGroup::ServiceDeployments
            | QuotaGroup::ServiceRevisions
            | QuotaGroup::AutoScaling
            | QuotaGroup::Changes
            | QuotaGroup::TeamStore => self.shares.fraction(LoadPhase::Start),
            _ => {
                let whole = self.shares.fraction(self.phase);
                let least = self
                    .buckets
                    .get(&group)
                    .map_or(0.0, |bucket| MIN_DIVIDED_RATE / bucket.quota.calls_per_second);
                (whole / self.divisor).max(least.min(whole))
            }
        }
    }
}

impl TokenBucket {
    fn refill_rate(&self, share: f64, now: Duration) -> f64 {
        let factor = if now < self.throttled_until { 0.5 } else { 1.0 };
        self.quota.calls_per_second * share * factor
    }

    fn drop_old_calls(&mut self, now: Duration) {
        while self.recent_calls.front().is_some_and(|at| now.saturating_sub(*at) >= USAGE_WINDOW) {
            self.recent_calls.pop_front();
        }
    }

    fn refill(&mut self, share: f64, now: Duration) {
        let gained = now.saturating_sub(self.refilled_at).as_secs_f64() * self.refill_rate(share, now);
        self.tokens = (self.tokens + gained).min(self.quota.capacity(share));
        self.refilled_at = self.refilled_at.max(now);
    }
}

#[cfg(test)]
mod tests {
    use super::{LoadPhase, QuotaGroup, Shares, TokenBuckets};
    use std::time::Duration;

    fn at(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    #[test]
    fn half_the_burst_is_free_then_the_rate_rules() {
        let mut budget = TokenBuckets::new(Shares::default());
        for _ in 0..50 {
            assert_eq!(budget.reserve(QuotaGroup::Services, at(0)), Duration::ZERO);
        }
        assert_eq!(budget.reserve(QuotaGroup::Services, at(0)), Duration::from_millis(100));
        assert_eq!(budget.reserve(QuotaGroup::Services, at(0)), Duration::from_millis(200));
        let minute = 20.0 * 60.0;
        assert!((budget.quota_used(at(59)) - 52.0 / minute).abs() < 1e-9);
        assert!(budget.quota_used(at(60)).abs() < 1e-9);
    }

    #[test]
    fn buckets_fill_with_time_and_not_beyond_their_share() {
        let mut budget = TokenBuckets::new(Shares::default());
        budget.set_phase(LoadPhase::Steady);
        assert_eq!(budget.available_calls(QuotaGroup::Services, at(1000)), 10);
        for _ in 0..10 {
            assert_eq!(budget.reserve(QuotaGroup::Services, at(1000)), Duration::ZERO);
        }
        assert_eq!(budget.available_calls(QuotaGroup::Services, at(1000)), 0);
        assert_eq!(budget.reserve(QuotaGroup::Services, at(1000)), Duration::from_millis(500));
        assert_eq!(budget.reserve(QuotaGroup::Services, at(1001)), Duration::ZERO);
        assert_eq!(budget.available_calls(QuotaGroup::Services, at(1003)), 4);
    }

    #[test]
    fn even_a_whole_share_leaves_what_is_on_its_way() {
        let mut budget = TokenBuckets::new(Shares { start: 100, steady: 100 });
        assert_eq!(budget.available_calls(QuotaGroup::Services, at(1000)), 95);
    }

    #[test]
    fn other_groups_are_not_touched() {
        let mut budget = TokenBuckets::new(Shares::default());
        for _ in 0..200 {
            budget.reserve(QuotaGroup::TaskDefinitions, at(0));
        }
        assert_eq!(budget.reserve(QuotaGroup::Tasks, at(0)), Duration::ZERO);
    }

    #[test]
    fn a_part_of_the_quota_is_never_too_small_to_go_on() {
        let mut budget = TokenBuckets::new(Shares::default());
        budget.set_phase(LoadPhase::Steady);
        budget.divide(u32::MAX);
        budget.reserve(QuotaGroup::Services, at(1_000));
        assert_eq!(budget.reserve(QuotaGroup::Services, at(1_000)), at(10));
    }

    #[test]
    fn throttled_means_half_the_pace_for_a_minute() {
        let mut budget = TokenBuckets::new(Shares::default());
        budget.back_off(QuotaGroup::Services, at(10));
        assert_eq!(budget.reserve(QuotaGroup::Services, at(10)), Duration::from_millis(200));
        assert_eq!(budget.reserve(QuotaGroup::Services, at(200)), Duration::ZERO);
    }

    #[test]
    fn logs_keep_their_share() {
        let mut budget = TokenBuckets::new(Shares::default());
        budget.set_phase(LoadPhase::Steady);
        for _ in 0..5 {
            assert_eq!(budget.reserve(QuotaGroup::GetLogs, at(100)), Duration::ZERO);
        }
        assert!(!budget.reserve(QuotaGroup::GetLogs, at(100)).is_zero());
    }
}
