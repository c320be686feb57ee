//! Impact of a plan: the callers of each affected service, and the instances that serve them meanwhile.

use crate::{
    model::{NodeId, ServiceId},
    operation::{ContainerCall, OperationRequest, TargetReading},
    topology::Topology,
};

/// Impact on one service and its callers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServiceImpact {
    /// The affected service.
    pub service: ServiceId,
    /// Names of the nodes that call it.
    pub callers: Vec<String>,
    /// Number of instances that serve now.
    pub serving_now: usize,
    /// Least number of instances that serve during the operation.
    pub serving_meanwhile: usize,
}

impl ServiceImpact {
    /// Returns the impact on the service in `target`, for whose affected instances Portolan makes `call` one after the
    /// other.
    pub(super) fn new(
        request: &OperationRequest,
        target: &TargetReading,
        call: ContainerCall,
        topology: &Topology,
    ) -> Self {
        let service = &target.service;
        let serving = service.instances.iter().filter(|instance| instance.is_serving());
        let serving_now = serving.clone().count();
        let affected = serving.filter(|instance| request.includes(&instance.id)).count();
        let lost = match call {
            // The next container is restarted as soon as the process of the one before runs, which may not serve yet.
            ContainerCall::Restart | ContainerCall::Stop | ContainerCall::Kill | ContainerCall::Pause => {
                affected
            }
            ContainerCall::Start | ContainerCall::Unpause => 0,
        };
        let node = NodeId::from(&service.id);
        let own = topology.nodes.get(&node);
        let callers = topology.callers(&node).filter_map(|(id, _)| topology.nodes.get(id));
        let callers =
            callers.map(|caller| own.map_or_else(|| caller.label(), |own| caller.label_relative_to(own)));
        let mut callers: Vec<String> = callers.collect();
        callers.sort();
        Self { service: service.id.clone(), callers, serving_now, serving_meanwhile: serving_now - lost }
    }

    /// Returns true if the service serves now and would not serve meanwhile.
    #[must_use]
    pub fn is_outage(&self) -> bool {
        self.serving_now > 0 && self.serving_meanwhile == 0
    }
}
