//! Requests for operations: kind, services and parameters, as the user asks for them.

use super::{OperationKind, Refusal};
use crate::model::{InstanceId, ServiceId, SourceId, Text};
use std::collections::BTreeSet;

/// Operation that the user asks for, on services of one source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OperationRequest {
    /// Kind of the operation.
    pub kind: OperationKind,
    /// Services to act upon, at least one, all of one source.
    services: BTreeSet<ServiceId>,
    /// Instances to act upon; `None` for all instances of the services.
    pub instances: Option<BTreeSet<InstanceId>>,
    /// State that the user wants, such as a number of tasks; `None` if the kind determines it.
    pub goal: Option<OperationGoal>,
    /// Reason that the user gave, for the audit log.
    pub reason: Option<Text>,
}

/// State that an operation should reach, such as a number of tasks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OperationGoal {
    /// Number of tasks, for [`OperationKind::Scale`].
    Count(u32),
    /// Task definition, for [`OperationKind::Rollback`] to another than the last successful one.
    TaskDefinition(Text),
}

impl OperationRequest {
    /// Returns a request for all instances of `services`. Refuses an empty list, and services of several
    /// sources, because a plan belongs to one source.
    pub fn new(kind: OperationKind, services: impl IntoIterator<Item = ServiceId>) -> Result<Self, Refusal> {
        let services: BTreeSet<ServiceId> = services.into_iter().collect();
        let sources: BTreeSet<SourceId> = services.iter().map(SourceId::from).collect();
        if sources.len() > 1 {
            let reason = format!("the services belong to {} sources", sources.len());
            return Err(Refusal::new(reason, "act on the services of one source at a time"));
        }
        if services.is_empty() {
            return Err(Refusal::new("no service is selected", "select or name a service"));
        }
        Ok(Self { kind, services, instances: None, goal: None, reason: None })
    }

    /// Limits the request to these instances.
    #[must_use]
    pub fn with_instances(mut self, instances: impl IntoIterator<Item = InstanceId>) -> Self {
        self.instances = Some(instances.into_iter().collect());
        self
    }

    /// Sets the state that the user wants.
    #[must_use]
    pub fn with_goal(mut self, goal: Option<OperationGoal>) -> Self {
        self.goal = goal;
        self
    }

    /// Adds the user's reason.
    #[must_use]
    pub fn with_reason(mut self, reason: Option<Text>) -> Self {
        self.reason = reason;
        self
    }

    /// Returns the services to act upon.
    #[must_use]
    pub fn services(&self) -> &BTreeSet<ServiceId> {
        &self.services
    }

    /// Returns the source of the services.
    #[must_use]
    pub fn source(&self) -> SourceId {
        self.services.first().map_or_else(|| SourceId::new(""), SourceId::from)
    }

    /// Returns true if the operation affects the instance.
    #[must_use]
    pub fn includes(&self, instance: &InstanceId) -> bool {
        self.instances.as_ref().is_none_or(|instances| instances.contains(instance))
    }

    /// Returns a short title of the operation, such as `restart shop/orders`.
    #[must_use]
    pub fn title(&self) -> String {
        let verb = self.kind.spec().id;
        let goal = match &self.goal {
            Some(OperationGoal::Count(count)) => format!(" to {count}"),
            Some(OperationGoal::TaskDefinition(definition)) => format!(" to {definition}"),
            None => String::new(),
        };
        match self.services.first() {
            Some(only) if self.services.len() == 1 => format!("{verb} {}{goal}", only.parts().group_and_name),
            _ => format!("{verb} {} services{goal}", self.services.len()),
        }
    }
}
