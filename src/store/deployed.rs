//! When what a service runs now was brought up: what its logs say since then, and never before, is new with it.

use crate::model::{Instance, Service, State, Timestamp};

/// When its newest deployment was asked for; where the source knows of none, when the oldest of what runs began.
#[must_use]
pub fn deployed(service: &Service) -> Option<Timestamp> {
    let asked = service.deployments.iter().filter_map(|deployment| deployment.created).max();
    let runs = |instance: &&Instance| instance.state == State::Running;
    let began = || service.instances.iter().filter(runs).filter_map(|instance| instance.started).min();
    asked.or_else(began)
}
