//! Basis of a plan: the state that it rests on. If the state differs just before the first call, the plan no longer
//! describes what would happen, so it is refused.

use crate::{
    model::{Instance, InstanceId, InstanceState, Service, ServiceId, Text, Timestamp},
    operation::{OperationReading, OperationRequest},
};
use std::collections::BTreeMap;

/// State of the affected services, as far as a plan rests on it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlanBasis {
    services: BTreeMap<ServiceId, BTreeMap<InstanceId, InstanceBasis>>,
}

/// State of one instance, as far as a plan rests on it.
#[derive(Clone, Debug, PartialEq, Eq)]
struct InstanceBasis {
    name: Text,
    stage: LifeStage,
    started: Option<Timestamp>,
    restarts: u32,
}

/// Stage of an instance's life, coarse enough that a crash loop does not change it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum LifeStage {
    Running,
    Paused,
    Ended,
}

impl PlanBasis {
    /// Returns the basis of a plan for `request` that was made from `reading`.
    #[must_use]
    pub fn new(request: &OperationRequest, reading: &OperationReading) -> Self {
        let instances = |service: &Service| {
            let affected = service.instances.iter().filter(|instance| request.includes(&instance.id));
            affected.map(|instance| (instance.id.clone(), InstanceBasis::new(instance))).collect()
        };
        let services = reading.targets.iter().map(|target| &target.service);
        Self { services: services.map(|service| (service.id.clone(), instances(service))).collect() }
    }

    /// Returns the differences between this basis and a later one in words; empty if the plan still holds.
    #[must_use]
    pub fn differences(&self, later: &Self) -> Vec<String> {
        let mut found = Vec::new();
        for (service, before) in &self.services {
            let name = service.parts().group_and_name;
            let Some(after) = later.services.get(service) else {
                found.push(format!("{name} was removed"));
                continue;
            };
            for (id, instance) in before {
                match after.get(id) {
                    None => found.push(format!("{} was removed", instance.name)),
                    Some(now) => found.extend(instance.difference(now)),
                }
            }
            let new = after.iter().filter(|(id, _)| !before.contains_key(*id));
            found.extend(new.map(|(_, instance)| format!("{} is new", instance.name)));
        }
        found
    }
}

impl InstanceBasis {
    fn new(instance: &Instance) -> Self {
        let stage = match instance.state {
            InstanceState::Starting | InstanceState::Running | InstanceState::Restarting => {
                LifeStage::Running
            }
            InstanceState::Paused => LifeStage::Paused,
            InstanceState::Stopping
            | InstanceState::Stopped
            | InstanceState::Failed
            | InstanceState::Unknown => LifeStage::Ended,
        };
        let (name, started, restarts) = (instance.name.clone(), instance.started, instance.restarts);
        Self { name, stage, started, restarts }
    }

    /// Returns the difference to the same instance later, in words. A restart by the engine is none, because a
    /// crash loop must not block every plan. The engine counts its restarts; a start by hand resets the count.
    fn difference(&self, later: &Self) -> Option<String> {
        let name = &self.name;
        let stage = |stage| match stage {
            LifeStage::Running => "runs",
            LifeStage::Paused => "is paused",
            LifeStage::Ended => "does not run",
        };
        if self.stage != later.stage {
            return Some(format!("{name} {} now", stage(later.stage)));
        }
        let is_engine_restart = later.restarts > self.restarts;
        let was_started = self.started != later.started && later.stage == LifeStage::Running;
        (was_started && !is_engine_restart).then(|| format!("{name} was started meanwhile"))
    }
}
