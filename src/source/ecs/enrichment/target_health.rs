//! Reader of the health of load balancer targets. Each target group needs a call, so a poll reads only a few
//! groups. Groups that last had unhealthy targets get at most half of the calls if the other groups need the
//! rest. In both sets, the groups that were read longest ago come first.

use super::elb_query::query;
use crate::{
    model::{Failure, FailureKind},
    source::ecs::{
        client::api::Api,
        decode::load_balancing::{
            responses::{CheckedTarget, parse_target_health},
            target_health::{TargetHealthByGroup, failure_reason},
        },
        quota::calls,
    },
};
use futures::future::join_all;
use std::{
    collections::BTreeMap,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use tokio::time::Instant;

/// Largest number of target groups that one poll reads.
const MAX_GROUPS_PER_POLL: usize = 6;

/// Wait after a failed call.
const RETRY_WAIT: Duration = Duration::from_secs(10);

/// Reads target health and keeps the last results.
#[derive(Debug, Default)]
pub(crate) struct TargetHealthReader {
    state: Mutex<TargetHealthState>,
}

#[derive(Debug, Default)]
struct TargetHealthState {
    /// Time of the last call for each target group, by ARN.
    asked_at: BTreeMap<String, Instant>,
    health: TargetHealthByGroup,
    /// Last failure, with the time until which Portolan makes no further call.
    retry_after: Option<(Instant, Failure)>,
}

impl TargetHealthReader {
    fn lock_state(&self) -> MutexGuard<'_, TargetHealthState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Reads the target groups that are due, and returns the known target health of all `groups`. Also
    /// returns the last failure, if any.
    pub(crate) async fn read(&self, api: &Api, groups: &[String]) -> (TargetHealthByGroup, Option<Failure>) {
        // This is a separate statement, so that the lock is released before the next statement.
        let due = self.lock_state().take_due(groups, Instant::now());
        let due = match due {
            Ok(due) => due,
            Err(failure) => return (self.lock_state().health.clone(), Some(failure)),
        };
        let asks =
            due.iter().map(|group| async move { (group.clone(), describe_target_health(api, group).await) });
        let answers = join_all(asks).await;
        let mut last = self.lock_state();
        let now = Instant::now();
        for (group, answer) in answers {
            match answer {
                Ok(answer) => {
                    last.health.insert(group, answer);
                }
                // The target group was deleted after it was listed.
                Err(failure) if failure.kind == FailureKind::Missing => {
                    last.health.remove(&group);
                }
                Err(failure) => last.retry_after = Some((now + RETRY_WAIT, failure)),
            }
        }
        (last.health.clone(), last.retry_after.as_ref().map(|(_, failure)| failure.clone()))
    }
}

/// Returns the targets of a target group, with their health.
pub(crate) async fn describe_target_health(api: &Api, group: &str) -> Result<Vec<CheckedTarget>, Failure> {
    let parameters = [("TargetGroupArn", group)];
    query(api, &calls::DESCRIBE_TARGET_HEALTH, &parameters, parse_target_health).await
}

impl TargetHealthState {
    /// Returns the groups to read now, or the last failure if it is too early to retry. Forgets groups that
    /// are not in `groups`.
    fn take_due(&mut self, groups: &[String], now: Instant) -> Result<Vec<String>, Failure> {
        self.asked_at.retain(|group, _| groups.contains(group));
        self.health.retain(|group, _| groups.contains(group));
        if let Some((until, failure)) = &self.retry_after
            && now < *until
        {
            return Err(failure.clone());
        }
        self.retry_after = None;
        let is_well = |group: &&String| {
            let has_unhealthy =
                |all: &Vec<CheckedTarget>| all.iter().any(|one| failure_reason(one).is_some());
            !self.health.get(*group).is_some_and(has_unhealthy)
        };
        let mut by_age: Vec<&String> = groups.iter().collect();
        by_age.sort_by_key(|group| self.asked_at.get(*group).copied());
        let (healthy, mut unhealthy): (Vec<&String>, Vec<&String>) = by_age.into_iter().partition(is_well);
        // Many groups may have failing targets for a long time. So these groups get only half of the calls
        // while other groups wait.
        let urgent = (MAX_GROUPS_PER_POLL / 2)
            .max(MAX_GROUPS_PER_POLL.saturating_sub(healthy.len()))
            .min(unhealthy.len());
        let rest = unhealthy.split_off(urgent);
        let due: Vec<String> =
            unhealthy.into_iter().chain(healthy).chain(rest).take(MAX_GROUPS_PER_POLL).cloned().collect();
        self.asked_at.extend(due.iter().map(|group| (group.clone(), now)));
        Ok(due)
    }
}

#[cfg(test)]
mod tests {
    use super::{CheckedTarget, MAX_GROUPS_PER_POLL, TargetHealthState};
    use tokio::time::Instant;

    fn unhealthy_target() -> CheckedTarget {
        CheckedTarget { state: Some("unhealthy".into()), ..CheckedTarget::default() }
    }

    #[test]
    fn many_that_fail_leave_half_to_the_others() {
        let groups: Vec<String> = (0..20).map(|number| format!("group-{number:02}")).collect();
        let (mut last, now) = (TargetHealthState::default(), Instant::now());
        for unhealthy in &groups[..10] {
            last.health.insert(unhealthy.clone(), vec![unhealthy_target()]);
        }
        let looks =
            (0..4).map(|look| last.take_due(&groups, now + std::time::Duration::from_secs(look)).unwrap());
        let asked: std::collections::BTreeSet<String> = looks.flatten().collect();
        assert_eq!(asked.len(), 20, "{asked:?}");
    }

    #[test]
    fn each_group_has_its_turn_and_those_that_fail_have_it_always() {
        let groups: Vec<String> = (0..20).map(|number| format!("group-{number:02}")).collect();
        let (mut last, now) = (TargetHealthState::default(), Instant::now());
        last.health.insert("group-19".to_owned(), vec![unhealthy_target()]);
        let mut seen = Vec::new();
        for look in 0..4 {
            let due = last.take_due(&groups, now + std::time::Duration::from_secs(look)).unwrap();
            assert_eq!((due.len(), due[0].as_str()), (MAX_GROUPS_PER_POLL, "group-19"));
            seen.extend(due);
        }
        assert!(groups.iter().all(|group| seen.contains(group)));
        last.take_due(&groups[..1], now).unwrap();
        assert_eq!((last.asked_at.len(), last.health.len()), (1, 0), "what is gone is forgotten");
    }
}
