//! Tests of planning, guard rails, confirmation and watching.

mod confirming;
mod ecs;
mod ecs_watching;
mod planning;
mod sessions;
mod watching;

use super::{
    ConfirmedPlan, OperationKind, OperationPlace, OperationReading, OperationRequest, Plan, PlanContext,
    Refusal, TargetReading, Verdict, WatchState,
};
use crate::{
    model::{ActionPermission, Service, fixtures},
    topology::{Topology, infer},
};

/// Returns a fresh reading of `services` on the engine `docker`.
fn reading(services: &[Service]) -> OperationReading {
    let target = |service: &Service| TargetReading { service: service.clone(), facts: Vec::new(), ecs: None };
    OperationReading {
        place: OperationPlace::of_local_engine(),
        targets: services.iter().map(target).collect(),
    }
}

/// Returns the request for all instances of `services`.
fn request(kind: OperationKind, services: &[Service]) -> OperationRequest {
    OperationRequest::new(kind, services.iter().map(|service| service.id.clone())).unwrap()
}

/// Returns the topology of `services`.
fn topology(services: &[Service]) -> Topology {
    infer(&fixtures::inventory(services.to_vec()))
}

/// Plans an operation on all instances of `services`.
fn plan_with(
    kind: OperationKind,
    services: &[Service],
    permission: ActionPermission,
) -> Result<Plan, Refusal> {
    let topology = topology(services);
    let context = PlanContext { topology: &topology, permission };
    Plan::new(request(kind, services), reading(services), context)
}

/// Plans an operation that requires only a yes as confirmation.
fn plan(kind: OperationKind, services: &[Service]) -> Plan {
    plan_with(kind, services, ActionPermission::Ask).unwrap()
}

/// Returns the names of a plan's steps, in order.
fn step_names(plan: &Plan) -> Vec<&str> {
    plan.steps.iter().map(|step| step.name.as_str()).collect()
}

/// Returns the API calls of a confirmed plan.
fn calls(confirmed: &ConfirmedPlan) -> Vec<String> {
    confirmed.changes().map(|change| change.step().change.api_call()).collect()
}

/// Returns the verdict of an ended watch; panics if the watch waits.
fn verdict(state: WatchState) -> Verdict {
    match state {
        WatchState::Ended(verdict) => verdict,
        WatchState::Waiting(words) => panic!("still waiting: {words}"),
    }
}
