//! Progress of operations on containers.

use super::{ProgressState, StepProgress, exit_words, find_instance};
use crate::{
    model::{Instance, InstanceState, Service, Snapshot, Timestamp},
    operation::{ContainerCall, Step},
};
use jiff::SignedDuration;
use std::sync::Arc;

/// Time between the last call and the snapshot that may show a container as healthy, because one in a crash loop runs
/// for a moment after each start.
const MIN_STEADY_TIME: SignedDuration = SignedDuration::from_secs(5);

/// Returns the progress of a step on one container, whose last call was made at `since`.
pub(super) fn container_progress(
    call: ContainerCall,
    step: &Step,
    before: &[Service],
    snapshot: &Snapshot,
    since: Timestamp,
) -> StepProgress {
    let state = step.instance.as_ref().map_or(ProgressState::Waiting, |id| {
        let before = find_instance(before.iter(), &step.service, id);
        let after = find_instance(snapshot.services.iter().map(Arc::as_ref), &step.service, id);
        // Both times are of this machine's clock; the engine's clock may differ.
        let is_steady = snapshot.taken_at.duration_since(since) >= MIN_STEADY_TIME;
        container_state(call, before, after, is_steady)
    });
    let done = usize::from(matches!(state, ProgressState::AsPlanned));
    StepProgress { state, done, total: 1 }
}

fn container_state(
    call: ContainerCall,
    before: Option<&Instance>,
    after: Option<&Instance>,
    is_steady: bool,
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
        ContainerCall::Start | ContainerCall::Restart => return start_state(before, after, is_steady),
    };
    if is_as_planned { ProgressState::AsPlanned } else { ProgressState::Waiting }
}

/// Returns the progress of a container that was started or restarted. `is_steady` is true if the last call is long
/// enough ago for a container in a crash loop to have failed.
fn start_state(before: Option<&Instance>, after: &Instance, is_steady: bool) -> ProgressState {
    let is_new_start = before.is_none_or(|before| before.started != after.started);
    if !is_new_start {
        return ProgressState::Waiting;
    }
    // A start by hand resets the engine's count of restarts.
    let crashed = after.restarts > 0 && before.is_none_or(|before| after.restarts != before.restarts);
    match after.state {
        // A job does its work and ends. A service that ran before is no job.
        InstanceState::Stopped if has_ended_well(after) && !before.is_some_and(was_running) => {
            ProgressState::AsPlanned
        }
        InstanceState::Failed | InstanceState::Restarting | InstanceState::Stopped => {
            ProgressState::Failed(exit_words(after))
        }
        _ if crashed => ProgressState::Failed(exit_words(after)),
        _ if after.health_check.is_failing() => ProgressState::Failed("fails its health check".to_owned()),
        InstanceState::Running if after.is_serving() && is_steady => ProgressState::AsPlanned,
        _ => ProgressState::Waiting,
    }
}

/// Returns true if the instance ran, so that its end is no usual one.
fn was_running(instance: &Instance) -> bool {
    matches!(instance.state, InstanceState::Running | InstanceState::Paused | InstanceState::Restarting)
}

/// Returns true if the instance ended by itself with code 0.
fn has_ended_well(instance: &Instance) -> bool {
    instance.state == InstanceState::Stopped && instance.exit.as_ref().and_then(|exit| exit.code) == Some(0)
}
