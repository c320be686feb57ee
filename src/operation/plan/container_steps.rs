//! Plans the steps of an operation on containers: chooses the call by the state of each container.

use super::step::{Step, StepUndo};
use crate::{
    model::{Instance, InstanceId, InstanceState, Service},
    operation::{Change, ContainerCall, OperationKind, OperationRequest, TargetFact, TargetReading},
};

/// Grace period of an engine, in seconds, if the container does not set one (docker stop, option
/// `--timeout`).
const DEFAULT_STOP_GRACE_SECONDS: u32 = 10;

/// Returns true if the operation would have an effect on any container of `service`.
pub(super) fn has_container_work(kind: OperationKind, service: &Service) -> bool {
    service.instances.iter().any(|instance| call_for(kind, instance.state).is_some())
}

/// Returns the call of the operation for a container in `state`, or `None` if it would have no effect.
fn call_for(kind: OperationKind, state: InstanceState) -> Option<ContainerCall> {
    use InstanceState::{Failed, Paused, Restarting, Running, Starting, Stopped, Stopping, Unknown};
    if matches!(state, Stopping | Unknown) {
        return None;
    }
    match (kind, state) {
        (OperationKind::Restart, _) => Some(ContainerCall::Restart),
        (OperationKind::Stop, Running | Paused | Restarting) => Some(ContainerCall::Stop),
        (OperationKind::Kill, Running | Paused | Restarting) => Some(ContainerCall::Kill),
        (OperationKind::Start, Stopped | Failed | Starting) => Some(ContainerCall::Start),
        (OperationKind::Pause, Running) => Some(ContainerCall::Pause),
        (OperationKind::Unpause, Paused) => Some(ContainerCall::Unpause),
        _ => None,
    }
}

/// Returns the state of a container after `call`.
fn state_after(call: ContainerCall) -> InstanceState {
    match call {
        ContainerCall::Start | ContainerCall::Restart | ContainerCall::Unpause => InstanceState::Running,
        ContainerCall::Stop | ContainerCall::Kill => InstanceState::Stopped,
        ContainerCall::Pause => InstanceState::Paused,
    }
}

/// Returns the steps for the containers of one service.
pub(super) fn container_steps(request: &OperationRequest, target: &TargetReading) -> Vec<Step> {
    let service = &target.service;
    let affected = service.instances.iter().filter(|instance| request.includes(&instance.id));
    affected.filter_map(|instance| step(request.kind, service, instance, &target.facts)).collect()
}

fn step(kind: OperationKind, service: &Service, instance: &Instance, facts: &[TargetFact]) -> Option<Step> {
    let call = call_for(kind, instance.state)?;
    let id = instance.id.native_id(&service.source())?;
    Some(Step {
        change: Change::Container { call, id: id.into(), name: instance.name.clone() },
        service: service.id.clone(),
        instance: Some(instance.id.clone()),
        name: instance.name.to_string(),
        from: instance.state.word().to_owned(),
        to: state_after(call).word().to_owned(),
        grace_seconds: stop_grace(&instance.id, facts),
        undo: undo(kind, instance, facts),
    })
}

/// Returns the operation that restores the container's state; `None` if none does.
fn undo(kind: OperationKind, instance: &Instance, facts: &[TargetFact]) -> Option<StepUndo> {
    let is_lost_when_stopped = facts.iter().any(|fact| match fact {
        TargetFact::RemovedWhenStopped(of) => *of == instance.id,
        TargetFact::ReplacedBy(_) => true,
        TargetFact::StopGrace(..) => false,
    });
    let is_possible = match kind {
        // A start would not pause the container again.
        OperationKind::Stop | OperationKind::Kill => {
            !is_lost_when_stopped && instance.state != InstanceState::Paused
        }
        OperationKind::Start => !is_lost_when_stopped,
        _ => true,
    };
    kind.spec().undo.filter(|_| is_possible).map(|kind| StepUndo { kind, goal: None })
}

fn stop_grace(instance: &InstanceId, facts: &[TargetFact]) -> u32 {
    let own = facts.iter().find_map(|fact| match fact {
        TargetFact::StopGrace(of, seconds) if of == instance => Some(*seconds),
        _ => None,
    });
    own.unwrap_or(DEFAULT_STOP_GRACE_SECONDS)
}
