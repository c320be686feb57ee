//! Time of a service's current deployment. Log patterns that first appear after this time count as new.

use crate::model::{Instance, InstanceState, Service, Timestamp};

/// Returns the creation time of the newest deployment. If the source reports no deployments, returns the
/// start time of the oldest running instance.
#[must_use]
pub fn deployment_time(service: &Service) -> Option<Timestamp> {
    let asked = service.deployments.iter().filter_map(|deployment| deployment.created).max();
    let runs = |instance: &&Instance| instance.state == InstanceState::Running;
    let began = || service.instances.iter().filter(runs).filter_map(|instance| instance.started).min();
    asked.or_else(began)
}
