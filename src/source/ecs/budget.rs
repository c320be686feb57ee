//! How often each API may be asked: token buckets as AWS documents them, of which Portolan takes only a share,
//! because the account's own deployments draw from the same ones. Pure arithmetic over a time argument.

use std::{
    collections::{BTreeMap, VecDeque},
    time::Duration,
};

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

/// Which share of the account's quota to take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Share {
    /// That for the start, and for what a person asked for just now.
    Start,
    /// That from then on.
    Steady,
}

/// How much of the account's quota to take, in per cent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Shares {
    /// While the first picture is being drawn.
    pub start: u8,
    /// From then on.
    pub steady: u8,
}

impl Default for Shares {
    fn default() -> Self {
        Self { start: 50, steady: 10 }
    }
}

impl Shares {
    fn part(self, share: Share) -> f64 {
        let per_cent = match share {
            Share::Start => self.start,
            Share::Steady => self.steady,
        };
        f64::from(per_cent.clamp(1, 100)) / 100.0
    }
}

/// How long a bucket stays halved after AWS asked for fewer calls.
const PENANCE: Duration = Duration::from_mins(1);

/// Over how long is counted what was spent.
const MINUTE: Duration = Duration::from_mins(1);

impl Quota {
    /// The most calls at once, of that share. What is sent counts over there a moment later, and as a bucket that is full
    /// gains nothing meanwhile, not all of it is ever spent at once.
    fn room(self, share: f64) -> f64 {
        (self.burst * share).min(self.burst - self.rate * LATE).max(1.0)
    }
}

/// How long a call is on its way at most, in seconds, before it counts.
const LATE: f64 = 0.25;

#[derive(Clone, Debug)]
struct Bucket {
    quota: Quota,
    /// Tokens left; below zero, as many calls wait.
    level: f64,
    /// When the level was right.
    at: Duration,
    /// Until when the bucket fills at half its pace.
    humble_until: Duration,
    /// When calls were booked within the last minute.
    lately: VecDeque<Duration>,
}

/// All buckets. Times are counted from any fixed origin.
#[derive(Clone, Debug)]
pub(crate) struct Budget {
    buckets: BTreeMap<Group, Bucket>,
    shares: Shares,
    share: Share,
}

impl Budget {
    /// Full buckets at the share for the start.
    #[must_use]
    pub(crate) fn new(shares: Shares) -> Self {
        let share = shares.part(Share::Start);
        let full = |quota: Quota| Bucket {
            quota,
            level: quota.room(share),
            at: Duration::ZERO,
            humble_until: Duration::ZERO,
            lately: VecDeque::new(),
        };
        Self { buckets: QUOTAS.iter().map(|q| (q.group, full(*q))).collect(), shares, share: Share::Start }
    }

    /// Changes the share. What is left of the old one is kept, as far as the new one has room.
    pub(crate) fn take_share(&mut self, share: Share) {
        self.share = share;
    }

    /// Books one call and says how long to wait before making it.
    pub(crate) fn book(&mut self, group: Group, now: Duration) -> Duration {
        let share = self.share_of(group);
        let Some(bucket) = self.buckets.get_mut(&group) else { return Duration::ZERO };
        bucket.refill(share, now);
        bucket.level -= 1.0;
        bucket.forget(now);
        bucket.lately.push_back(now);
        Duration::from_secs_f64((-bucket.level).max(0.0) / bucket.pace(share, now))
    }

    /// How many calls of that group may be made now without waiting.
    pub(crate) fn affords(&mut self, group: Group, now: Duration) -> usize {
        let share = self.share_of(group);
        let Some(bucket) = self.buckets.get_mut(&group) else { return 0 };
        bucket.refill(share, now);
        // No bucket holds more than a few hundred.
        (0..1_000).take_while(|n| f64::from(*n) < bucket.level.floor()).count()
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

    /// The part of the account's quota that was spent within the last minute, of the group that spent most.
    pub(crate) fn part(&mut self, now: Duration) -> f64 {
        let parts = self.buckets.values_mut().map(|bucket| {
            bucket.forget(now);
            // A bucket's calls in a minute are far fewer than 2^52.
            #[allow(clippy::cast_precision_loss)]
            let spent = bucket.lately.len() as f64;
            spent / (bucket.quota.rate * MINUTE.as_secs_f64())
        });
        parts.fold(0.0, f64::max)
    }

    /// Logs are only read when a person asks, and a task definition only once ever: the greater share always.
    fn share_of(&self, group: Group) -> f64 {
        match group {
            Group::Definitions
            | Group::FilterLogs
            | Group::GetLogs
            | Group::DescribeLogs
            | Group::LiveTail
            | Group::Identity => self.shares.part(Share::Start),
            _ => self.shares.part(self.share),
        }
    }
}

impl Bucket {
    fn pace(&self, share: f64, now: Duration) -> f64 {
        let humility = if now < self.humble_until { 0.5 } else { 1.0 };
        self.quota.rate * share * humility
    }

    fn forget(&mut self, now: Duration) {
        while self.lately.front().is_some_and(|at| now.saturating_sub(*at) >= MINUTE) {
            self.lately.pop_front();
        }
    }

    fn refill(&mut self, share: f64, now: Duration) {
        let gained = now.saturating_sub(self.at).as_secs_f64() * self.pace(share, now);
        self.level = (self.level + gained).min(self.quota.room(share));
        self.at = self.at.max(now);
    }
}

#[cfg(test)]
mod tests {
    use super::{Budget, Group, Share, Shares};
    use std::time::Duration;

    fn at(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    #[test]
    fn half_the_burst_is_free_then_the_rate_rules() {
        let mut budget = Budget::new(Shares::default());
        for _ in 0..50 {
            assert_eq!(budget.book(Group::Services, at(0)), Duration::ZERO);
        }
        assert_eq!(budget.book(Group::Services, at(0)), Duration::from_millis(100));
        assert_eq!(budget.book(Group::Services, at(0)), Duration::from_millis(200));
        let minute = 20.0 * 60.0;
        assert!((budget.part(at(59)) - 52.0 / minute).abs() < 1e-9);
        assert!(budget.part(at(60)).abs() < 1e-9);
    }

    #[test]
    fn buckets_fill_with_time_and_not_beyond_their_share() {
        let mut budget = Budget::new(Shares::default());
        budget.take_share(Share::Steady);
        assert_eq!(budget.affords(Group::Services, at(1000)), 10);
        for _ in 0..10 {
            assert_eq!(budget.book(Group::Services, at(1000)), Duration::ZERO);
        }
        assert_eq!(budget.affords(Group::Services, at(1000)), 0);
        assert_eq!(budget.book(Group::Services, at(1000)), Duration::from_millis(500));
        assert_eq!(budget.book(Group::Services, at(1001)), Duration::ZERO);
        assert_eq!(budget.affords(Group::Services, at(1003)), 4);
    }

    #[test]
    fn even_a_whole_share_leaves_what_is_on_its_way() {
        let mut budget = Budget::new(Shares { start: 100, steady: 100 });
        assert_eq!(budget.affords(Group::Services, at(1000)), 95);
    }

    #[test]
    fn other_groups_are_not_touched() {
        let mut budget = Budget::new(Shares::default());
        for _ in 0..200 {
            budget.book(Group::Definitions, at(0));
        }
        assert_eq!(budget.book(Group::Tasks, at(0)), Duration::ZERO);
    }

    #[test]
    fn throttled_means_half_the_pace_for_a_minute() {
        let mut budget = Budget::new(Shares::default());
        budget.back_off(Group::Services, at(10));
        assert_eq!(budget.book(Group::Services, at(10)), Duration::from_millis(200));
        assert_eq!(budget.book(Group::Services, at(200)), Duration::ZERO);
    }

    #[test]
    fn logs_keep_their_share() {
        let mut budget = Budget::new(Shares::default());
        budget.take_share(Share::Steady);
        for _ in 0..5 {
            assert_eq!(budget.book(Group::GetLogs, at(100)), Duration::ZERO);
        }
        assert!(!budget.book(Group::GetLogs, at(100)).is_zero());
    }
}
