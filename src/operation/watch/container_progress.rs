//! Progress of an operation on containers, computed from a snapshot.

use super::{ProgressState, StepProgress, exit_words, find_instance};
use crate::{
    model::{Instance, InstanceState, Service, Snapshot, Timestamp},
    operation::{ContainerCall, Step},
};
use std::sync::Arc;

/// Returns the progress of a step on one container. `is_steady` is true if enough time has passed since the
/// last call for a container in a crash loop to fail. `first_start` is the first start that an earlier
/// snapshot has shown since that call, by the engine's clock.
pub(super) fn container_progress(
    call: ContainerCall,
    step: &Step,
    before: &[Service],
    snapshot: &Snapshot,
    (is_steady, first_start): (bool, Option<Timestamp>),
) -> StepProgress {
    let state = step.instance.as_ref().map_or(ProgressState::Waiting, |id| {
        let before = find_instance(before.iter(), &step.service, id);
        let after = find_instance(snapshot.services.iter().map(Arc::as_ref), &step.service, id);
        let has_restarted = first_start.is_some() && after.and_then(|after| after.started) != first_start;
        container_state(call, before, after, Steadiness { is_steady, has_restarted })
    });
    let done = usize::from(matches!(state, ProgressState::AsPlanned));
    StepProgress { state, done, total: 1 }
}

/// Evidence for and against a crash loop after the last call.
#[derive(Clone, Copy)]
struct Steadiness {
    /// True if enough time has passed since the last call for a container in a crash loop to fail.
    is_steady: bool,
    /// True if the container has started once more since an earlier snapshot.
    has_restarted: bool,
}

fn container_state(
    call: ContainerCall,
    before: Option<&Instance>,
    after: Option<&Instance>,
    steadiness: Steadiness,
) -> ProgressState {
    let Some(after) = after else {
        return match call {
            ContainerCall::Stop | ContainerCall::Kill => ProgressState::AsPlanned,
            _ => ProgressState::Failed("was removed".to_owned()),
        };
    };
    let is_as_planned = match call {
        ContainerCall::Stop | ContainerCall::Kill => {
            matches!(after.state, InstanceState::Stopped | InstanceState::Failed)
        }
        ContainerCall::Pause => after.state == InstanceState::Paused,
        ContainerCall::Unpause => after.is_serving(),
        ContainerCall::Start | ContainerCall::Restart => return start_state(before, after, steadiness),
    };
    if is_as_planned { ProgressState::AsPlanned } else { ProgressState::Waiting }
}

/// Returns the progress of a container that was started or restarted.
fn start_state(before: Option<&Instance>, after: &Instance, steadiness: Steadiness) -> ProgressState {
    let Steadiness { is_steady, has_restarted } = steadiness;
    let is_new_start = before.is_none_or(|before| before.started != after.started);
    if !is_new_start {
        return ProgressState::Waiting;
    }
    // A start by hand resets the engine's count of restarts.
    let crashed = after.restarts > 0 && before.is_none_or(|before| after.restarts != before.restarts);
    match after.state {
        // A job exits with code 0 after its work. A container that ran before the operation is no job.
        InstanceState::Stopped if has_ended_well(after) && !before.is_some_and(was_running) => {
            ProgressState::AsPlanned
        }
        InstanceState::Failed | InstanceState::Restarting | InstanceState::Stopped => {
            ProgressState::Failed(exit_words(after))
        }
        _ if crashed || has_restarted => ProgressState::Failed(exit_words(after)),
        _ if after.health_check.is_failing() => ProgressState::Failed("fails its health check".to_owned()),
        InstanceState::Running if after.is_serving() && is_steady => ProgressState::AsPlanned,
        _ => ProgressState::Waiting,
    }
}

/// Returns true if the instance was running, paused or restarting, so that an exit is unexpected.
fn was_running(instance: &Instance) -> bool {
    matches!(instance.state, InstanceState::Running | InstanceState::Paused | InstanceState::Restarting)
}

/// Returns true if the instance has exited with code 0.
fn has_ended_well(instance: &Instance) -> bool {
    instance.state == InstanceState::Stopped && instance.exit.as_ref().and_then(|exit| exit.code) == Some(0)
}
