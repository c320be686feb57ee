//! How often each API may be asked: token buckets as AWS documents them, of which Portolan takes only a share,
//! because the account's own deployments draw from the same ones. Pure arithmetic over a time argument.

use std::{collections::BTreeMap, time::Duration};

/// Calls that draw from one bucket.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Group {
    /// ECS: `ListServices`, `DescribeServices`.
    Services,
    /// ECS: `ListTasks`, `DescribeTasks`.
    Tasks,
    /// ECS: `ListClusters`, `DescribeClusters`.
    Clusters,
    /// ECS: `DescribeTaskDefinition`.
    Definitions,
    /// Cloud Map reads.
    Registry,
    /// Elastic Load Balancing reads.
    Balancers,
    /// EC2: `DescribeFlowLogs`.
    Network,
    /// CloudWatch: `ListMetrics`, `GetMetricData`.
    Metrics,
    /// App Mesh reads.
    Mesh,
    /// CloudWatch Logs: `FilterLogEvents`.
    FilterLogs,
    /// CloudWatch Logs: `GetLogEvents`.
    GetLogs,
    /// CloudWatch Logs: `DescribeLogGroups`.
    DescribeLogs,
    /// CloudWatch Logs: `StartLiveTail`.
    LiveTail,
    /// `GetCallerIdentity`.
    Identity,
}

/// What one bucket holds, and how fast it fills, for the whole account in one region.
#[derive(Clone, Copy, Debug)]
struct Quota {
    group: Group,
    burst: f64,
    rate: f64,
}

/// ECS as in its API reference, "Request throttling"; CloudWatch Logs as in its quotas, of which the lowest region's
/// counts; the others publish no figures or far higher ones, so theirs are chosen low.
const QUOTAS: [Quota; 14] = [
    Quota { group: Group::Services, burst: 100.0, rate: 20.0 },
    Quota { group: Group::Tasks, burst: 100.0, rate: 20.0 },
    Quota { group: Group::Clusters, burst: 50.0, rate: 20.0 },
    Quota { group: Group::Definitions, burst: 50.0, rate: 20.0 },
    Quota { group: Group::Registry, burst: 20.0, rate: 10.0 },
    Quota { group: Group::Balancers, burst: 40.0, rate: 10.0 },
    Quota { group: Group::Network, burst: 20.0, rate: 5.0 },
    Quota { group: Group::Metrics, burst: 20.0, rate: 10.0 },
    Quota { group: Group::Mesh, burst: 20.0, rate: 10.0 },
    Quota { group: Group::FilterLogs, burst: 5.0, rate: 5.0 },
    Quota { group: Group::GetLogs, burst: 10.0, rate: 10.0 },
    Quota { group: Group::DescribeLogs, burst: 10.0, rate: 10.0 },
    Quota { group: Group::LiveTail, burst: 5.0, rate: 5.0 },
    Quota { group: Group::Identity, burst: 10.0, rate: 5.0 },
];

/// How much of the account's quota to take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Share {
    /// While the first picture is being drawn, and for what a person asked for just now: half.
    Start,
    /// From then on: a fifth, which suffices for 5,000 tasks every 20 seconds.
    Steady,
}

/// How long a bucket stays halved after AWS asked for fewer calls.
const PENANCE: Duration = Duration::from_mins(1);

#[derive(Clone, Copy, Debug)]
struct Bucket {
    quota: Quota,
    /// Tokens left; below zero, as many calls wait.
    level: f64,
    /// When the level was right.
    at: Duration,
    /// Until when the bucket fills at half its pace.
    humble_until: Duration,
    spent: u64,
}

/// All buckets. Times are counted from any fixed origin.
#[derive(Clone, Debug)]
pub(crate) struct Budget {
    buckets: BTreeMap<Group, Bucket>,
    share: f64,
}

impl Budget {
    /// Full buckets at the share for the start.
    #[must_use]
    pub(crate) fn new() -> Self {
        let share = Share::Start.part();
        let full = |quota: Quota| Bucket {
            quota,
            level: (quota.burst * share).max(1.0),
            at: Duration::ZERO,
            humble_until: Duration::ZERO,
            spent: 0,
        };
        Self { buckets: QUOTAS.iter().map(|q| (q.group, full(*q))).collect(), share }
    }

    /// Changes the share. What is left of the old one is kept, as far as the new one has room.
    pub(crate) fn take_share(&mut self, share: Share) {
        self.share = share.part();
    }

    /// Books one call and says how long to wait before making it.
    pub(crate) fn book(&mut self, group: Group, now: Duration) -> Duration {
        let share = self.share_of(group);
        let Some(bucket) = self.buckets.get_mut(&group) else { return Duration::ZERO };
        bucket.refill(share, now);
        bucket.level -= 1.0;
        bucket.spent += 1;
        Duration::from_secs_f64((-bucket.level).max(0.0) / bucket.pace(share, now))
    }

    /// AWS asked for fewer calls: empties the bucket and fills it at half the pace for a minute.
    pub(crate) fn back_off(&mut self, group: Group, now: Duration) {
        let share = self.share_of(group);
        if let Some(bucket) = self.buckets.get_mut(&group) {
            bucket.refill(share, now);
            bucket.level = bucket.level.min(0.0);
            bucket.humble_until = now + PENANCE;
        }
    }

    /// How many calls each group has made so far.
    #[must_use]
    pub(crate) fn spent(&self) -> BTreeMap<Group, u64> {
        self.buckets.iter().map(|(group, bucket)| (*group, bucket.spent)).collect()
    }

    /// Logs are only read when a person asks, and a task definition only once ever: the greater share always.
    fn share_of(&self, group: Group) -> f64 {
        match group {
            Group::Definitions
            | Group::FilterLogs
            | Group::GetLogs
            | Group::DescribeLogs
            | Group::LiveTail
            | Group::Identity => Share::Start.part(),
            _ => self.share,
        }
    }
}

impl Default for Budget {
    fn default() -> Self {
        Self::new()
    }
}

impl Share {
    fn part(self) -> f64 {
        match self {
            Self::Start => 0.5,
            Self::Steady => 0.2,
        }
    }
}

impl Bucket {
    fn pace(&self, share: f64, now: Duration) -> f64 {
        let humility = if now < self.humble_until { 0.5 } else { 1.0 };
        self.quota.rate * share * humility
    }

    fn refill(&mut self, share: f64, now: Duration) {
        let gained = now.saturating_sub(self.at).as_secs_f64() * self.pace(share, now);
        let room = (self.quota.burst * share).max(1.0);
        self.level = (self.level + gained).min(room);
        self.at = self.at.max(now);
    }
}

#[cfg(test)]
mod tests {
    use super::{Budget, Group, Share};
    use std::time::Duration;

    fn at(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    #[test]
    fn half_the_burst_is_free_then_the_rate_rules() {
        let mut budget = Budget::new();
        for _ in 0..50 {
            assert_eq!(budget.book(Group::Services, at(0)), Duration::ZERO);
        }
        assert_eq!(budget.book(Group::Services, at(0)), Duration::from_millis(100));
        assert_eq!(budget.book(Group::Services, at(0)), Duration::from_millis(200));
        assert_eq!(budget.spent()[&Group::Services], 52);
    }

    #[test]
    fn buckets_fill_with_time_and_not_beyond_their_share() {
        let mut budget = Budget::new();
        budget.take_share(Share::Steady);
        for _ in 0..20 {
            assert_eq!(budget.book(Group::Services, at(1000)), Duration::ZERO);
        }
        assert_eq!(budget.book(Group::Services, at(1000)), Duration::from_millis(250));
        assert_eq!(budget.book(Group::Services, at(1001)), Duration::ZERO);
    }

    #[test]
    fn other_groups_are_not_touched() {
        let mut budget = Budget::new();
        for _ in 0..200 {
            budget.book(Group::Definitions, at(0));
        }
        assert_eq!(budget.book(Group::Tasks, at(0)), Duration::ZERO);
    }

    #[test]
    fn throttled_means_half_the_pace_for_a_minute() {
        let mut budget = Budget::new();
        budget.back_off(Group::Services, at(10));
        assert_eq!(budget.book(Group::Services, at(10)), Duration::from_millis(200));
        assert_eq!(budget.book(Group::Services, at(200)), Duration::ZERO);
    }

    #[test]
    fn logs_keep_their_share() {
        let mut budget = Budget::new();
        budget.take_share(Share::Steady);
        for _ in 0..5 {
            assert_eq!(budget.book(Group::GetLogs, at(100)), Duration::ZERO);
        }
        assert!(!budget.book(Group::GetLogs, at(100)).is_zero());
    }
}
