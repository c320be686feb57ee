//! What load balancers' own checks of their targets say: one call for each target group, so that only a few are asked at
//! a look: first those where something failed when they were asked last, then those that were asked longest ago.

use super::{
    api::Api,
    calls,
    decode::target::{Health, failing},
};
use crate::model::{Failure, FailureKind};
use aws_sdk_elasticloadbalancingv2::types::TargetHealthDescription;
use futures::future::join_all;
use std::{
    collections::BTreeMap,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use tokio::time::Instant;

/// Target groups that are asked about at one look.
const MOST: usize = 6;

/// How long to ask nothing after it was refused.
const REST: Duration = Duration::from_secs(10);

/// The last answers.
#[derive(Debug, Default)]
pub(crate) struct Targets {
    last: Mutex<Last>,
}

#[derive(Debug, Default)]
struct Last {
    asked: BTreeMap<String, Instant>,
    health: Health,
    rest: Option<(Instant, Failure)>,
}

impl Targets {
    fn last(&self) -> MutexGuard<'_, Last> {
        self.last.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How the targets of those groups are, as far as they were asked yet, and why not.
    pub(crate) async fn read(&self, api: &Api, groups: &[String]) -> (Health, Option<Failure>) {
        // The lock must be open again before it is taken anew.
        let due = self.last().due(groups, Instant::now());
        let due = match due {
            Ok(due) => due,
            Err(failure) => return (self.last().health.clone(), Some(failure)),
        };
        let asks = due.iter().map(|group| async move {
            let ask = api.clients.balancers.describe_target_health().target_group_arn(group).send();
            (group.clone(), api.pass(&calls::DESCRIBE_TARGET_HEALTH, ask).await)
        });
        let answers = join_all(asks).await;
        let mut last = self.last();
        let now = Instant::now();
        for (group, answer) in answers {
            match answer {
                Ok(answer) => {
                    last.health.insert(group, answer.target_health_descriptions.unwrap_or_default());
                }
                // It was deleted since it was listed.
                Err(failure) if failure.kind == FailureKind::Missing => {
                    last.health.remove(&group);
                }
                Err(failure) => last.rest = Some((now + REST, failure)),
            }
        }
        (last.health.clone(), last.rest.as_ref().map(|(_, failure)| failure.clone()))
    }
}

impl Last {
    /// The groups to ask about now; a refusal, while it is too early to ask again. What is gone is forgotten.
    fn due(&mut self, groups: &[String], now: Instant) -> Result<Vec<String>, Failure> {
        self.asked.retain(|group, _| groups.contains(group));
        self.health.retain(|group, _| groups.contains(group));
        if let Some((until, failure)) = &self.rest
            && now < *until
        {
            return Err(failure.clone());
        }
        self.rest = None;
        let is_well = |group: &&String| {
            let sick = |all: &Vec<TargetHealthDescription>| all.iter().any(|one| failing(one).is_some());
            !self.health.get(*group).is_some_and(sick)
        };
        let mut turns: Vec<&String> = groups.iter().collect();
        turns.sort_by_key(|group| self.asked.get(*group).copied());
        let (well, mut sick): (Vec<&String>, Vec<&String>) = turns.into_iter().partition(is_well);
        // What fails may be much and stay so: it leaves half to the others.
        let urgent = (MOST / 2).max(MOST.saturating_sub(well.len())).min(sick.len());
        let rest = sick.split_off(urgent);
        let due: Vec<String> = sick.into_iter().chain(well).chain(rest).take(MOST).cloned().collect();
        self.asked.extend(due.iter().map(|group| (group.clone(), now)));
        Ok(due)
    }
}

#[cfg(test)]
mod tests {
    use super::{Last, MOST};
    use aws_sdk_elasticloadbalancingv2::types::{
        TargetHealth, TargetHealthDescription, TargetHealthStateEnum,
    };
    use tokio::time::Instant;

    fn ill() -> TargetHealthDescription {
        let health = TargetHealth::builder().state(TargetHealthStateEnum::Unhealthy);
        TargetHealthDescription::builder().target_health(health.build()).build()
    }

    #[test]
    fn many_that_fail_leave_half_to_the_others() {
        let groups: Vec<String> = (0..20).map(|number| format!("group-{number:02}")).collect();
        let (mut last, now) = (Last::default(), Instant::now());
        for sick in &groups[..10] {
            last.health.insert(sick.clone(), vec![ill()]);
        }
        let looks = (0..4).map(|look| last.due(&groups, now + std::time::Duration::from_secs(look)).unwrap());
        let asked: std::collections::BTreeSet<String> = looks.flatten().collect();
        assert_eq!(asked.len(), 20, "{asked:?}");
    }

    #[test]
    fn each_group_has_its_turn_and_those_that_fail_have_it_always() {
        let groups: Vec<String> = (0..20).map(|number| format!("group-{number:02}")).collect();
        let (mut last, now) = (Last::default(), Instant::now());
        last.health.insert("group-19".to_owned(), vec![ill()]);
        let mut seen = Vec::new();
        for look in 0..4 {
            let due = last.due(&groups, now + std::time::Duration::from_secs(look)).unwrap();
            assert_eq!((due.len(), due[0].as_str()), (MOST, "group-19"));
            seen.extend(due);
        }
        assert!(groups.iter().all(|group| seen.contains(group)));
        last.due(&groups[..1], now).unwrap();
        assert_eq!((last.asked.len(), last.health.len()), (1, 0), "what is gone is forgotten");
    }
}
