//! Basis of a plan: the state of the services from which the plan was made. If the state has changed before
//! the first call, Portolan refuses the plan, because its description no longer holds.

use crate::{
    model::{Instance, InstanceId, InstanceState, ServiceId, Text, Timestamp},
    operation::{
        EcsDetails, OngoingDeployment, OperationReading, OperationRequest, ScalingRange, TargetReading,
    },
};
use std::collections::{BTreeMap, BTreeSet};

/// State of the affected services when a plan was made. If the state has changed before the first call,
/// Portolan refuses the plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlanBasis {
    services: BTreeMap<ServiceId, ServiceBasis>,
}

/// State of one service in a [`PlanBasis`].
#[derive(Clone, Debug, PartialEq, Eq)]
struct ServiceBasis {
    /// Instances that the plan acts on one by one; empty for an operation on a whole ECS service, because ECS
    /// may replace its tasks at any time.
    instances: BTreeMap<InstanceId, InstanceBasis>,
    /// State in ECS on which an operation on a whole service depends; `None` for any other operation.
    ecs: Option<EcsBasis>,
}

/// State of a whole ECS service in a [`PlanBasis`], such as its desired count.
#[derive(Clone, Debug, PartialEq, Eq)]
struct EcsBasis {
    desired: u32,
    task_definition: Text,
    deployments: BTreeSet<Text>,
    ongoing: Option<OngoingDeployment>,
    scaling: Option<ScalingRange>,
    rollback: Option<Text>,
}

/// State of one instance in a [`PlanBasis`], such as its stage and its number of restarts.
#[derive(Clone, Debug, PartialEq, Eq)]
struct InstanceBasis {
    name: Text,
    stage: LifeStage,
    started: Option<Timestamp>,
    restarts: u32,
    /// True between an exit and the restart by the engine, which has counted the restart already.
    is_restarting: bool,
}

/// Stage of an instance's life: running, paused or ended. The stages are so coarse that a crash loop does not
/// change them.
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
        let basis = |target: &TargetReading| (target.service.id.clone(), ServiceBasis::new(request, target));
        Self { services: reading.targets.iter().map(basis).collect() }
    }

    /// Describes the differences between this basis and a later one; empty if the plan still holds.
    #[must_use]
    pub fn differences(&self, later: &Self) -> Vec<String> {
        let mut found = Vec::new();
        for (service, before) in &self.services {
            let name = service.parts().group_and_name;
            let Some(after) = later.services.get(service) else {
                found.push(format!("{name} was removed"));
                continue;
            };
            found.extend(before.differences(after, name));
        }
        found
    }
}

impl ServiceBasis {
    fn new(request: &OperationRequest, target: &TargetReading) -> Self {
        let ecs = target.ecs.as_ref().filter(|_| request.kind.acts_on_whole_service());
        let instances = target.service.instances.iter();
        let affected = instances.filter(|instance| ecs.is_none() && request.includes(&instance.id));
        let basis = |instance: &Instance| {
            let basis = InstanceBasis::new(instance);
            // A task starts only once. Its start time changes only from unknown to known, and that is no
            // reason to refuse.
            let started = basis.started.filter(|_| target.ecs.is_none());
            (instance.id.clone(), InstanceBasis { started, ..basis })
        };
        Self { instances: affected.map(basis).collect(), ecs: ecs.map(|ecs| EcsBasis::new(ecs)) }
    }

    /// Describes the differences between this state of the service and a later one.
    fn differences(&self, later: &Self, name: &str) -> Vec<String> {
        let mut found = Vec::new();
        for (id, instance) in &self.instances {
            match later.instances.get(id) {
                None => found.push(format!("{} was removed", instance.name)),
                Some(now) => found.extend(instance.difference(now)),
            }
        }
        let new = later.instances.iter().filter(|(id, _)| !self.instances.contains_key(*id));
        found.extend(new.map(|(_, instance)| format!("{} is new", instance.name)));
        if let (Some(before), Some(now)) = (&self.ecs, &later.ecs) {
            found.extend(before.differences(now, name));
        }
        found
    }
}

impl EcsBasis {
    fn new(ecs: &EcsDetails) -> Self {
        Self {
            desired: ecs.desired,
            task_definition: ecs.task_definition.clone(),
            deployments: ecs.deployments.clone(),
            ongoing: ecs.ongoing.clone(),
            scaling: ecs.scaling,
            rollback: ecs.rollback.as_ref().map(|target| target.task_definition.clone()),
        }
    }

    fn differences(&self, later: &Self, name: &str) -> Vec<String> {
        let mut found = Vec::new();
        if self.desired != later.desired {
            found.push(format!("the desired count of {name} is {}, not {}", later.desired, self.desired));
        }
        if self.task_definition != later.task_definition {
            let (before, now) = (&self.task_definition, &later.task_definition);
            found.push(format!("{name} was deployed with {now}, not {before}"));
        } else if later.deployments.difference(&self.deployments).next().is_some() {
            found.push(format!("a deployment of {name} has begun"));
        } else if self.deployments != later.deployments || self.ongoing != later.ongoing {
            found.push(format!("the deployment of {name} has moved on"));
        }
        if self.scaling != later.scaling {
            found.push(format!("the autoscaler of {name} has another range"));
        }
        if self.rollback != later.rollback {
            found.push(format!("the last successful deployment of {name} is another"));
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
        let is_restarting = instance.state == InstanceState::Restarting;
        Self { name, stage, started, restarts, is_restarting }
    }

    /// Describes the difference between this state of the instance and a later one. Ignores a restart by the
    /// engine, because a crash loop must not block every plan. The engine counts its restarts; a manual start
    /// resets the count.
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
        let is_engine_restart = later.restarts > self.restarts
            || (self.is_restarting && later.restarts == self.restarts && self.restarts > 0);
        let was_started = self.started != later.started && later.stage == LifeStage::Running;
        (was_started && !is_engine_restart).then(|| format!("{name} was started meanwhile"))
    }
}
