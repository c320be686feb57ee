//! Steps: the single calls of a plan.

use crate::{
    model::{InstanceId, ServiceId},
    operation::{Change, OperationGoal, OperationKind},
};

/// One API call of a plan, with the state before and after it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// The call.
    pub change: Change,
    /// Service that the call affects.
    pub service: ServiceId,
    /// Instance that the call affects; `None` if it affects the service as a whole.
    pub instance: Option<InstanceId>,
    /// Name of the instance or service, for display.
    pub name: String,
    /// State before the call, in words.
    pub from: String,
    /// State after the call, in words.
    pub to: String,
    /// Time that the container has to stop by itself, in seconds. The call may take so much longer. 0 for a
    /// call to ECS.
    pub grace_seconds: u32,
    /// Operation that undoes the call; `None` if none does.
    pub undo: Option<StepUndo>,
}

/// Operation that undoes a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StepUndo {
    /// Kind of the operation.
    pub kind: OperationKind,
    /// State to return to, such as a number of tasks; `None` if the kind of operation determines it.
    pub goal: Option<OperationGoal>,
}
