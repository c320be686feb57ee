//! Kinds of operations, and the table that describes them to the menu, the palette, the command line and the
//! documentation.

use crate::model::ServiceKind;

/// Kind of operation on services, such as restart, stop or scale; [`OPERATION_TABLE`] describes each.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[allow(missing_docs, reason = "`OPERATION_TABLE` describes each")]
pub enum OperationKind {
    Restart,
    Stop,
    Start,
    Kill,
    Pause,
    Unpause,
    Scale,
    Rollback,
    Continue,
    StopTask,
    Protect,
    Unprotect,
}

/// Row of [`OPERATION_TABLE`]: identifier, key and texts of one kind of operation.
#[derive(Debug)]
pub struct OperationSpec {
    /// Kind that the row describes.
    pub kind: OperationKind,
    /// Identifier on the command line and in the palette; also the verb in texts.
    pub id: &'static str,
    /// Key in the menu of actions.
    pub menu_key: char,
    /// Verb while the operation runs, such as `restarting`.
    pub progress_verb: &'static str,
    /// Verb after the operation, such as `restarted`.
    pub past_verb: &'static str,
    /// Kind of operation that undoes this one; `None` if there is none.
    pub undo: Option<OperationKind>,
    /// Description for the menu and the documentation.
    pub description: &'static str,
}

/// All kinds of operations, in the order of the menu.
pub const OPERATION_TABLE: &[OperationSpec] = &[
    OperationSpec {
        kind: OperationKind::Restart,
        id: "restart",
        menu_key: 'r',
        progress_verb: "restarting",
        past_verb: "restarted",
        undo: None,
        description: "restart all containers; for ECS, replace all tasks by a new deployment",
    },
    OperationSpec {
        kind: OperationKind::Stop,
        id: "stop",
        menu_key: 's',
        progress_verb: "stopping",
        past_verb: "stopped",
        undo: Some(OperationKind::Start),
        description: "stop the containers: SIGTERM, and SIGKILL after the grace period",
    },
    OperationSpec {
        kind: OperationKind::Start,
        id: "start",
        menu_key: 't',
        progress_verb: "starting",
        past_verb: "started",
        undo: Some(OperationKind::Stop),
        description: "start the containers that do not run",
    },
    OperationSpec {
        kind: OperationKind::Kill,
        id: "kill",
        menu_key: 'x',
        progress_verb: "killing",
        past_verb: "killed",
        undo: Some(OperationKind::Start),
        description: "send SIGKILL to the containers, without a grace period",
    },
    OperationSpec {
        kind: OperationKind::Pause,
        id: "pause",
        menu_key: 'p',
        progress_verb: "pausing",
        past_verb: "paused",
        undo: Some(OperationKind::Unpause),
        description: "freeze all processes of the containers",
    },
    OperationSpec {
        kind: OperationKind::Unpause,
        id: "unpause",
        menu_key: 'u',
        progress_verb: "unpausing",
        past_verb: "unpaused",
        undo: Some(OperationKind::Pause),
        description: "resume the frozen processes of the containers",
    },
    OperationSpec {
        kind: OperationKind::Scale,
        id: "scale",
        menu_key: '+',
        progress_verb: "scaling",
        past_verb: "scaled",
        undo: Some(OperationKind::Scale),
        description: "set the number of tasks of an ECS service",
    },
    OperationSpec {
        kind: OperationKind::Rollback,
        id: "rollback",
        menu_key: 'b',
        progress_verb: "rolling back",
        past_verb: "rolled back",
        undo: Some(OperationKind::Rollback),
        description: "return an ECS service to its last successful deployment",
    },
    OperationSpec {
        kind: OperationKind::Continue,
        id: "continue",
        menu_key: 'c',
        progress_verb: "continuing",
        past_verb: "continued",
        undo: None,
        description: "continue a deployment of ECS that waits at a pause hook",
    },
    OperationSpec {
        kind: OperationKind::StopTask,
        id: "stop-task",
        menu_key: '1',
        progress_verb: "stopping the task",
        past_verb: "task stopped",
        undo: None,
        description: "stop tasks of ECS; a service starts others in their place",
    },
    OperationSpec {
        kind: OperationKind::Protect,
        id: "protect",
        menu_key: 'o',
        progress_verb: "protecting",
        past_verb: "protected",
        undo: Some(OperationKind::Unprotect),
        description: "protect tasks of ECS from scale-in and deployments, for two hours",
    },
    OperationSpec {
        kind: OperationKind::Unprotect,
        id: "unprotect",
        menu_key: 'e',
        progress_verb: "ending the protection",
        past_verb: "protection ended",
        undo: Some(OperationKind::Protect),
        description: "end the protection of tasks of ECS",
    },
];

impl OperationKind {
    /// Returns the kind's row in [`OPERATION_TABLE`].
    #[must_use]
    pub fn spec(self) -> &'static OperationSpec {
        OPERATION_TABLE.iter().find(|spec| spec.kind == self).unwrap_or(&OPERATION_TABLE[0])
    }

    /// Returns the kind with the identifier `id`, or `None` if there is none.
    #[must_use]
    pub fn named(id: &str) -> Option<Self> {
        OPERATION_TABLE.iter().find(|spec| spec.id == id).map(|spec| spec.kind)
    }

    /// Returns true if the operation, applied to an ECS service, changes the service as a whole and not
    /// single tasks.
    #[must_use]
    pub fn acts_on_whole_service(self) -> bool {
        matches!(self, Self::Restart | Self::Scale | Self::Rollback | Self::Continue)
    }

    /// Returns true if this operation exists for the kind of service `service`.
    #[must_use]
    pub fn acts_on(self, service: ServiceKind) -> bool {
        let is_container =
            matches!(service, ServiceKind::Compose | ServiceKind::Swarm | ServiceKind::Container);
        match self {
            Self::Restart => is_container || service == ServiceKind::EcsService,
            Self::Stop | Self::Start | Self::Kill | Self::Pause | Self::Unpause => is_container,
            Self::Scale | Self::Rollback | Self::Continue | Self::Protect | Self::Unprotect => {
                service == ServiceKind::EcsService
            }
            Self::StopTask => matches!(service, ServiceKind::EcsService | ServiceKind::EcsFamily),
        }
    }
}
