//! Plans: the exact calls of an operation with their impact, made from a fresh reading.

mod basis;
mod caution;
mod container_steps;
mod ecs_cautions;
mod ecs_steps;
mod impact;
mod service_order;
mod step;
mod undo;

pub use basis::PlanBasis;
pub use caution::{Caution, CautionLevel};
pub use impact::ServiceImpact;
pub use step::{Step, StepUndo};
pub use undo::Undo;

use super::{
    Confirmable, OPERATION_TABLE, OperationKind, OperationPlace, OperationReading, OperationRequest, Refusal,
    TargetReading,
};
use crate::{
    model::{ActionPermission, InstanceId, Service, ServiceId, ServiceKind},
    topology::Topology,
};
use std::collections::BTreeSet;

/// Planned operation: its exact calls, with their impact and cautions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    /// The request that led to the plan.
    pub request: OperationRequest,
    /// Place where the operation happens.
    pub place: OperationPlace,
    /// Calls to make, in this order. There is at least one.
    pub steps: Vec<Step>,
    /// Impact on each affected service and its callers.
    pub impact: Vec<ServiceImpact>,
    /// Warnings and hints, the most severe first.
    pub cautions: Vec<Caution>,
    /// State of the services from which the plan was made, for the check before the first call.
    pub basis: PlanBasis,
    /// Name that the user has to type to confirm; `None` if a yes is enough.
    pub typed_name: Option<String>,
    /// State of the affected services before the operation, for the watch.
    pub before: Vec<Service>,
}

/// Data that planning needs besides the reading of the services.
#[derive(Clone, Copy)]
pub struct PlanContext<'a> {
    /// Graph of calls, for the impact and the order.
    pub topology: &'a Topology,
    /// The user's permission for the source.
    pub permission: ActionPermission,
}

impl Confirmable for Plan {
    fn typed_name(&self) -> Option<&str> {
        self.typed_name.as_deref()
    }

    fn place(&self) -> &OperationPlace {
        &self.place
    }
}

impl Plan {
    /// Returns the instances on which the plan acts. A step on a whole service of ECS names none.
    #[must_use]
    pub fn instances(&self) -> BTreeSet<InstanceId> {
        self.steps.iter().filter_map(|step| step.instance.clone()).collect()
    }

    /// Plans `request` from `reading`. Refuses if the user has not permitted actions on the source, a service
    /// or instance is missing, ECS would reject the operation, or there is nothing to do.
    pub fn new(
        request: OperationRequest,
        reading: OperationReading,
        context: PlanContext<'_>,
    ) -> Result<Self, Refusal> {
        if !context.permission.allows_actions() {
            return Err(Refusal::actions_off(request.source().as_str()));
        }
        let basis = PlanBasis::new(&request, &reading);
        refuse_missing(&request, &reading)?;
        let mut targets = ordered_targets(&reading.targets, context.topology);
        if matches!(request.kind, OperationKind::Stop | OperationKind::Kill | OperationKind::Pause) {
            // Callers stop before their callees, so that no call fails.
            targets.reverse();
        }
        let (mut steps, mut impact, mut cautions) = (Vec::new(), Vec::new(), Vec::new());
        for target in targets {
            let own = match target_steps(&request, target) {
                Err(refusal) if reading.targets.len() == 1 => return Err(refusal),
                Err(refusal) => {
                    cautions.push(caution::left_out(&target.service, &refusal.reason));
                    continue;
                }
                Ok(own) => own,
            };
            let Some(first) = own.first() else { continue };
            let affects = ServiceImpact::new(&request, target, first, context.topology);
            cautions.extend(caution::cautions(&request, target, &affects));
            if let Some(ecs) = &target.ecs {
                cautions.extend(ecs_cautions::ecs_cautions(&request, target, ecs));
            }
            impact.push(affects);
            steps.extend(own);
        }
        if steps.is_empty() {
            let texts: Vec<String> = cautions.into_iter().map(|caution| caution.text).collect();
            let reason = format!("{} has nothing to do: {}", request.kind.spec().id, texts.join("; "));
            return Err(Refusal::new(reason, "look at its current state"));
        }
        cautions.sort();
        cautions.dedup();
        Ok(Self {
            typed_name: (context.permission == ActionPermission::Protected).then(|| name_to_type(&request)),
            before: reading.targets.into_iter().map(|target| target.service).collect(),
            place: reading.place,
            request,
            steps,
            impact,
            cautions,
            basis,
        })
    }

    /// Returns the `docker` or `aws` commands that do the same by hand, one for each step.
    #[must_use]
    pub fn equivalent_commands(&self) -> Vec<String> {
        self.steps.iter().map(|step| step.change.equivalent_command(&self.place)).collect()
    }

    /// Returns a short title of the plan, such as `restart shop/orders`.
    #[must_use]
    pub fn title(&self) -> String {
        self.request.title()
    }
}

/// Refuses a request for services or instances that do not exist.
fn refuse_missing(request: &OperationRequest, reading: &OperationReading) -> Result<(), Refusal> {
    let is_read = |id: &&ServiceId| reading.targets.iter().any(|target| target.service.id == **id);
    if let Some(missing) = request.services().iter().find(|id| !is_read(id)) {
        let reason = format!("{} no longer exists", missing.parts().group_and_name);
        return Err(Refusal::new(reason, "refresh, and select a service that exists"));
    }
    let instances = || reading.targets.iter().flat_map(|target| &target.service.instances);
    let is_gone = |id: &&InstanceId| !instances().any(|instance| instance.id == **id);
    let gone = request.instances.iter().flatten().find(is_gone);
    let native = |id: &InstanceId| id.native_id(&request.source()).unwrap_or(id.as_str()).to_owned();
    gone.map_or(Ok(()), |id| {
        let reason = format!("instance {} no longer exists", native(id));
        Err(Refusal::new(reason, "refresh, and select an instance that exists"))
    })
}

/// Returns the targets, callees before their callers.
fn ordered_targets<'a>(targets: &'a [TargetReading], topology: &Topology) -> Vec<&'a TargetReading> {
    let services: Vec<&Service> = targets.iter().map(|target| &target.service).collect();
    let order = service_order::callees_first(&services, topology);
    order.iter().filter_map(|id| targets.iter().find(|target| target.service.id == *id)).collect()
}

/// Returns the steps for one target. Refuses if there is nothing to do.
fn target_steps(request: &OperationRequest, target: &TargetReading) -> Result<Vec<Step>, Refusal> {
    let service = &target.service;
    let id = request.kind.spec().id;
    if !request.kind.acts_on(service.kind) {
        let reason = format!("{id} is not possible on {}", service.kind.label_with_article());
        return Err(Refusal::new(reason, other_kinds(service)));
    }
    let steps = match &target.ecs {
        Some(ecs) => ecs_steps::ecs_steps(request, target, ecs)?,
        None => container_steps::container_steps(request, target),
    };
    if steps.is_empty() {
        let noun = service.kind.instance_noun();
        let reason = format!("{id} has nothing to do: no {noun} is in a state for it");
        return Err(Refusal::new(reason, "look at its current state"));
    }
    Ok(steps)
}

/// Returns a remedy that lists the operations possible on this kind of service.
fn other_kinds(service: &Service) -> String {
    let possible = OPERATION_TABLE.iter().filter(|spec| spec.kind.acts_on(service.kind));
    let ids: Vec<&str> = possible.map(|spec| spec.id).collect();
    if ids.is_empty() { "select another service".to_owned() } else { format!("possible: {}", ids.join(", ")) }
}

/// Returns true if the operation would have an effect on `service` in the state of its last snapshot.
#[must_use]
pub fn has_work(kind: OperationKind, service: &Service) -> bool {
    kind.acts_on(service.kind)
        && match service.kind {
            ServiceKind::EcsService | ServiceKind::EcsFamily => ecs_steps::has_ecs_work(kind, service),
            _ => container_steps::has_container_work(kind, service),
        }
}

/// Returns the name that the user types to confirm: the name of the service, or of the source if there are
/// several services.
fn name_to_type(request: &OperationRequest) -> String {
    match request.services().first() {
        Some(only) if request.services().len() == 1 => only.parts().name.to_owned(),
        _ => request.source().to_string(),
    }
}
