//! Start of a service's current outage, derived from its deployments, events and stopped tasks.

use super::service_events::{affects_tasks, is_steady_state, reports_failure};
use crate::{
    model::{Onset, Timestamp},
    source::ecs::decode::{tasks::stopped_task_policy::StoppedTask, text::to_timestamp},
};
use aws_sdk_ecs::types::{self as sdk, DeploymentRolloutState};
use jiff::SignedDuration;

/// Time for which ECS certainly still lists a stopped task. ECS promises at least one hour (`ListTasks` in
/// its API reference). Portolan relies on five minutes less, to allow for a slow poll.
const STOPPED_TASK_RETENTION: SignedDuration = SignedDuration::from_mins(55);

/// Returns the earliest known time in the current outage, or `None` if no such time is known. `faults` are
/// the stopped tasks that currently count against the service.
pub(crate) fn failing_since<'a>(
    raw: &sdk::Service,
    faults: impl Iterator<Item = &'a StoppedTask>,
    now: Timestamp,
) -> Option<Onset> {
    let all = [never_steady_since(raw), unsteady_since(raw), first_fault(faults, now)];
    all.into_iter().flatten().min()
}

/// Returns the time at which the first task in `faults` stopped, as the onset of the outage. If that was long
/// ago, ECS may no longer list earlier faults. In that case, the onset's `at_least` is true.
pub(crate) fn first_fault<'a>(
    faults: impl Iterator<Item = &'a StoppedTask>,
    now: Timestamp,
) -> Option<Onset> {
    let first = faults.map(|stop| stop.stopped_at).min()?;
    Some(Onset { at: first, at_least: now.duration_since(first) > STOPPED_TASK_RETENTION })
}

/// Returns the start of the service's only deployment if the service has not been steady since that start.
/// Returns `None` if there are several deployments, or if the rollout has completed.
fn never_steady_since(raw: &sdk::Service) -> Option<Onset> {
    let [only] = raw.deployments() else { return None };
    let open = [DeploymentRolloutState::InProgress, DeploymentRolloutState::Failed];
    let is_open = only.rollout_state().is_some_and(|state| open.contains(state));
    let created = to_timestamp(only.created_at()).filter(|_| is_open)?;
    let was_steady = last_steady_state(raw).is_some_and(|at| at >= created);
    (!was_steady).then(|| Onset::exact(created))
}

/// Returns the time of the first event about a task after the last steady state. Returns `None` if ECS lists
/// no steady state, or no event about a task after it. During a deployment, tasks start and stop as planned, so
/// only events about failures count.
fn unsteady_since(raw: &sdk::Service) -> Option<Onset> {
    let steady = last_steady_state(raw)?;
    let begun = raw.deployments().iter().filter_map(|one| to_timestamp(one.created_at())).max();
    let begun = begun.filter(|_| raw.deployments().len() > 1);
    let is_in_deployment = |event: &sdk::ServiceEvent| {
        begun.zip(to_timestamp(event.created_at())).is_some_and(|(begun, at)| at >= begun)
    };
    let counts = |event: &sdk::ServiceEvent| {
        if is_in_deployment(event) { reports_failure(event) } else { affects_tasks(event) }
    };
    let moves = raw.events().iter().filter(|event| counts(event));
    let moves = moves.filter_map(|event| to_timestamp(event.created_at()));
    moves.filter(|at| *at > steady).min().map(Onset::exact)
}

/// Returns the time of the last event that reports a steady state.
fn last_steady_state(raw: &sdk::Service) -> Option<Timestamp> {
    let steady = raw.events().iter().filter(|event| is_steady_state(event.message().unwrap_or_default()));
    steady.filter_map(|event| to_timestamp(event.created_at())).max()
}

#[cfg(test)]
mod tests {
    use super::{failing_since, first_fault};
    use crate::{
        model::{Onset, Timestamp},
        source::ecs::decode::tasks::stopped_task_policy::StoppedTask,
    };
    use aws_sdk_ecs::{
        primitives::DateTime,
        types::{Deployment, DeploymentRolloutState as Rollout, Service, ServiceEvent},
    };

    const NOW_SECS: i64 = 1_800_000_000;

    fn ago(seconds: i64) -> Timestamp {
        Timestamp::from_second(NOW_SECS - seconds).unwrap()
    }

    fn service(deployments: &[(Rollout, i64)], events: &[(&str, i64)]) -> Service {
        let deployment = |(state, created): &(Rollout, i64)| {
            let created = DateTime::from_secs(NOW_SECS - created);
            Deployment::builder().rollout_state(state.clone()).created_at(created).build()
        };
        let event = |(text, at): &(&str, i64)| {
            ServiceEvent::builder().message(*text).created_at(DateTime::from_secs(NOW_SECS - at)).build()
        };
        Service::builder()
            .set_deployments(Some(deployments.iter().map(deployment).collect()))
            .set_events(Some(events.iter().map(event).collect()))
            .build()
    }

    fn stops(ends: &[i64]) -> Vec<StoppedTask> {
        ends.iter().map(|end| StoppedTask { stopped_at: ago(*end), ran_for: None, is_fault: true }).collect()
    }

    fn since(service: &Service, ends: &[i64]) -> Option<Onset> {
        failing_since(service, stops(ends).iter(), ago(0))
    }

    const STEADY_MESSAGE: &str = "(service a) has reached a steady state.";
    const STARTED_MESSAGE: &str = "(service a) has started 1 tasks: (task 1).";

    #[test]
    fn a_service_that_never_worked_fails_since_its_deployment() {
        let first = [(Rollout::InProgress, 1_560)];
        assert_eq!(
            since(&service(&first, &[(STARTED_MESSAGE, 1_550)]), &[700, 60]),
            Some(Onset::exact(ago(1_560)))
        );
        let steady = service(&first, &[(STARTED_MESSAGE, 1_550), (STEADY_MESSAGE, 1_500)]);
        assert_eq!(since(&steady, &[700, 60]), Some(Onset::exact(ago(700))), "it has worked");
        let second = [(Rollout::InProgress, 300), (Rollout::Completed, 9_000)];
        assert_eq!(since(&service(&second, &[]), &[60]), Some(Onset::exact(ago(60))), "the older one works");
    }

    #[test]
    fn a_service_that_was_steady_fails_since_its_tasks_changed() {
        let done = [(Rollout::Completed, 90_000)];
        let events = [(STEADY_MESSAGE, 80_000), (STARTED_MESSAGE, 5_000), (STARTED_MESSAGE, 4_000)];
        assert_eq!(since(&service(&done, &events), &[600, 60]), Some(Onset::exact(ago(5_000))));
        assert_eq!(since(&service(&done, &[(STARTED_MESSAGE, 5_000)]), &[600]), Some(Onset::exact(ago(600))));
        assert_eq!(since(&service(&done, &[(STEADY_MESSAGE, 10)]), &[]), None);
        let deploying = [(Rollout::InProgress, 5_100), (Rollout::Completed, 90_000)];
        let unhealthy = ("(service a) (task 1) failed container health checks.", 4_500);
        let events = [(STEADY_MESSAGE, 80_000), (STARTED_MESSAGE, 5_000), unhealthy];
        assert_eq!(since(&service(&deploying, &events), &[60]), Some(Onset::exact(ago(4_500))));
        assert_eq!(since(&service(&deploying, &events[..2]), &[60]), Some(Onset::exact(ago(60))));
        let older = [(STEADY_MESSAGE, 80_000), (STARTED_MESSAGE, 9_000), (STARTED_MESSAGE, 5_000)];
        assert_eq!(since(&service(&deploying, &older), &[60]), Some(Onset::exact(ago(9_000))));
    }

    #[test]
    fn an_old_stop_gives_only_a_lower_bound() {
        let first = |ends: &[i64]| first_fault(stops(ends).iter(), ago(0));
        assert_eq!(first(&[3_500, 60]), Some(Onset::at_least(ago(3_500))));
        assert_eq!(first(&[600, 60]), Some(Onset::exact(ago(600))));
        assert_eq!(first(&[]), None);
    }
}
