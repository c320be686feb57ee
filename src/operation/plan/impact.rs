//! Impact of a plan: the callers of each affected service, and the number of instances that keep serving
//! them.

use super::step::Step;
use crate::{
    model::{NodeId, ServiceId},
    operation::{Change, ContainerCall, EcsCall, EcsDetails, OperationRequest, TargetReading},
    topology::Topology,
};

/// Impact of a plan on one service: its callers, and the instances that keep serving them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServiceImpact {
    /// The affected service.
    pub service: ServiceId,
    /// Names of the nodes that call the service.
    pub callers: Vec<String>,
    /// Number of instances that serve now.
    pub serving_now: usize,
    /// Minimum number of instances that serve during the operation.
    pub serving_meanwhile: usize,
}

impl ServiceImpact {
    /// Returns the impact of an operation on the service in `target`. `first` is the first step of the
    /// operation on this service.
    pub(super) fn new(
        request: &OperationRequest,
        target: &TargetReading,
        first: &Step,
        topology: &Topology,
    ) -> Self {
        let service = &target.service;
        let serving = service.instances.iter().filter(|instance| instance.is_serving());
        let serving_now = serving.clone().count();
        let affected = serving.filter(|instance| request.includes(&instance.id)).count();
        let kept = match (&first.change, &target.ecs) {
            (Change::Container { call, .. }, _) => match call {
                // Portolan restarts the next container once the process of the previous one runs, which may
                // not serve yet.
                ContainerCall::Restart | ContainerCall::Stop | ContainerCall::Kill | ContainerCall::Pause => {
                    serving_now - affected
                }
                ContainerCall::Start | ContainerCall::Unpause => serving_now,
            },
            (Change::Ecs(change), ecs) => match change.call {
                EcsCall::SetDesiredCount { count, .. } => count as usize,
                EcsCall::StopTask { .. } => serving_now - affected,
                EcsCall::SetTaskProtection { .. } => serving_now,
                _ => ecs.as_ref().map_or(0, |ecs| kept_during_deployment(ecs)),
            },
        };
        let node = NodeId::from(&service.id);
        let own = topology.nodes.get(&node);
        let callers = topology.callers(&node).filter_map(|(id, _)| topology.nodes.get(id));
        let callers =
            callers.map(|caller| own.map_or_else(|| caller.label(), |own| caller.label_relative_to(own)));
        let mut callers: Vec<String> = callers.collect();
        callers.sort();
        Self { service: service.id.clone(), callers, serving_now, serving_meanwhile: kept.min(serving_now) }
    }

    /// Returns true if the service serves now, but would not serve during the operation.
    #[must_use]
    pub fn is_outage(&self) -> bool {
        self.serving_now > 0 && self.serving_meanwhile == 0
    }
}

/// Returns the number of tasks that ECS keeps running during a deployment: the minimum healthy percentage of
/// the desired count, rounded up.
fn kept_during_deployment(ecs: &EcsDetails) -> usize {
    let kept = (u64::from(ecs.desired) * u64::from(ecs.minimum_healthy_percent)).div_ceil(100);
    usize::try_from(kept).unwrap_or(usize::MAX)
}
