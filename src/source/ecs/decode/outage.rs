//! Since when a service is in its present outage, by what ECS tells of its deployments, its events and its ended tasks.

use super::{
    events::{is_steady, moves_tasks},
    verdict::Stop,
    words::time,
};
use crate::model::{Onset, Timestamp};
use aws_sdk_ecs::types::{self as sdk, DeploymentRolloutState};
use jiff::SignedDuration;

/// How long ECS tells of an ended task: "at least one hour", `ListTasks` in its API reference, less what a look takes.
const TOLD_OF: SignedDuration = SignedDuration::from_mins(55);

/// The earliest time that is known to be in the outage. `faults` are the ends that count against the service now.
pub(crate) fn failing_since<'a>(
    raw: &sdk::Service,
    faults: impl Iterator<Item = &'a Stop>,
    now: Timestamp,
) -> Option<Onset> {
    let all = [never_worked(raw), unsteady_since(raw), first_fault(faults, now)];
    all.into_iter().flatten().min()
}

/// The first end that still counts. There may have been others before it that ECS tells of no more.
pub(crate) fn first_fault<'a>(faults: impl Iterator<Item = &'a Stop>, now: Timestamp) -> Option<Onset> {
    let first = faults.map(|stop| stop.at).min()?;
    Some(Onset { at: first, at_least: now.duration_since(first) > TOLD_OF })
}

/// The beginning of the only deployment, where the service has never been steady since: nothing worked before it either.
fn never_worked(raw: &sdk::Service) -> Option<Onset> {
    let [only] = raw.deployments() else { return None };
    let open = [DeploymentRolloutState::InProgress, DeploymentRolloutState::Failed];
    let is_open = only.rollout_state().is_some_and(|state| open.contains(state));
    let created = time(only.created_at()).filter(|_| is_open)?;
    let was_steady = newest_steady(raw).is_some_and(|at| at >= created);
    (!was_steady).then(|| Onset::exact(created))
}

/// The first thing that happened to its tasks after it was steady last, where ECS still tells of both.
fn unsteady_since(raw: &sdk::Service) -> Option<Onset> {
    let steady = newest_steady(raw)?;
    let moves = raw.events().iter().filter(|event| moves_tasks(event));
    let moves = moves.filter_map(|event| time(event.created_at()));
    moves.filter(|at| *at > steady).min().map(Onset::exact)
}

/// When ECS last said that the service is steady.
fn newest_steady(raw: &sdk::Service) -> Option<Timestamp> {
    let steady = raw.events().iter().filter(|event| is_steady(event.message().unwrap_or_default()));
    steady.filter_map(|event| time(event.created_at())).max()
}

#[cfg(test)]
mod tests {
    use super::{failing_since, first_fault};
    use crate::{
        model::{Onset, Timestamp},
        source::ecs::decode::verdict::Stop,
    };
    use aws_sdk_ecs::{
        primitives::DateTime,
        types::{Deployment, DeploymentRolloutState as Rollout, Service, ServiceEvent},
    };

    const NOW: i64 = 1_800_000_000;

    fn ago(seconds: i64) -> Timestamp {
        Timestamp::from_second(NOW - seconds).unwrap()
    }

    fn service(deployments: &[(Rollout, i64)], events: &[(&str, i64)]) -> Service {
        let deployment = |(state, created): &(Rollout, i64)| {
            let created = DateTime::from_secs(NOW - created);
            Deployment::builder().rollout_state(state.clone()).created_at(created).build()
        };
        let event = |(text, at): &(&str, i64)| {
            ServiceEvent::builder().message(*text).created_at(DateTime::from_secs(NOW - at)).build()
        };
        Service::builder()
            .set_deployments(Some(deployments.iter().map(deployment).collect()))
            .set_events(Some(events.iter().map(event).collect()))
            .build()
    }

    fn stops(ends: &[i64]) -> Vec<Stop> {
        ends.iter().map(|end| Stop { at: ago(*end), lived: None, fault: true }).collect()
    }

    fn since(service: &Service, ends: &[i64]) -> Option<Onset> {
        failing_since(service, stops(ends).iter(), ago(0))
    }

    const STEADY: &str = "(service a) has reached a steady state.";
    const STARTED: &str = "(service a) has started 1 tasks: (task 1).";

    #[test]
    fn what_never_worked_fails_since_it_was_deployed() {
        let first = [(Rollout::InProgress, 1_560)];
        assert_eq!(since(&service(&first, &[(STARTED, 1_550)]), &[700, 60]), Some(Onset::exact(ago(1_560))));
        let steady = service(&first, &[(STARTED, 1_550), (STEADY, 1_500)]);
        assert_eq!(since(&steady, &[700, 60]), Some(Onset::exact(ago(700))), "it has worked");
        let second = [(Rollout::InProgress, 300), (Rollout::Completed, 9_000)];
        assert_eq!(since(&service(&second, &[]), &[60]), Some(Onset::exact(ago(60))), "the older one works");
    }

    #[test]
    fn what_was_steady_fails_since_its_tasks_moved() {
        let done = [(Rollout::Completed, 90_000)];
        let events = [(STEADY, 80_000), (STARTED, 5_000), (STARTED, 4_000)];
        assert_eq!(since(&service(&done, &events), &[600, 60]), Some(Onset::exact(ago(5_000))));
        assert_eq!(since(&service(&done, &[(STARTED, 5_000)]), &[600]), Some(Onset::exact(ago(600))));
        assert_eq!(since(&service(&done, &[(STEADY, 10)]), &[]), None);
    }

    #[test]
    fn of_an_end_that_ecs_is_about_to_forget_there_may_be_earlier_ones() {
        let first = |ends: &[i64]| first_fault(stops(ends).iter(), ago(0));
        assert_eq!(first(&[3_500, 60]), Some(Onset::at_least(ago(3_500))));
        assert_eq!(first(&[600, 60]), Some(Onset::exact(ago(600))));
        assert_eq!(first(&[]), None);
    }
}
