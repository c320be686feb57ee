//! Operations: changes to running services that the user asks for, such as a restart.
//!
//! Every operation takes these steps:
//!
//! 1. An [`OperationRequest`] names the services and the kind of operation.
//! 2. The source reads the services again and returns an [`OperationReading`].
//! 3. [`Plan::new`] turns both into a [`Plan`]: the exact API calls, their impact, and cautions. It
//!    refuses a request that can't work.
//! 4. The user confirms the plan, which gives a [`ConfirmedPlan`]. Only `confirmation` can make one, and a
//!    source accepts nothing else.
//! 5. Before the first call, the source reads the services again. If they differ from the plan's
//!    [`PlanBasis`], Portolan refuses the plan.
//! 6. A [`Watch`] follows the services until they are as planned, and ends with a [`Verdict`].
//!
//! The screen and the configuration call operations *actions*. What a screen asks the program to do is a
//! [`ScreenRequest`](crate::screen::ScreenRequest).

mod audit_record;
mod change;
mod confirmation;
mod ecs_reading;
mod kind;
mod menu;
mod plan;
mod reading;
mod refusal;
mod request;
mod plan_run;
mod sent_change;
mod session;
#[cfg(test)]
mod tests;
mod watch;

pub use audit_record::{AUDIT_SCHEMA, AuditOutcome, AuditRecord};
pub use change::{CHANGE_CALLS, Change, ChangeCall, ContainerCall, EcsCall, EcsChange};
pub use confirmation::{
    Confirmable, Confirmation, ConfirmationEvent, ConfirmationQuestion, Confirmed, ConfirmedPlan,
    ConfirmedStep,
};
pub use ecs_reading::{EcsDetails, OngoingDeployment, RollbackTarget, ScalingRange, TaggedImage};
pub use kind::{OPERATION_TABLE, OperationKind, OperationSpec};
pub use menu::{MenuChoice, MenuEntry, MenuScope, NO_KEY, container_entries, menu_entries};
pub use plan::{
    Caution, CautionLevel, Plan, PlanBasis, PlanContext, ServiceImpact, Step, StepUndo, Undo, has_work,
};
pub use plan_run::{PlanRun, RunStop};
pub use reading::{OperationPlace, OperationReading, TargetFact, TargetReading};
pub use refusal::Refusal;
pub use request::{OperationGoal, OperationRequest};
pub use sent_change::SentChange;
pub use session::{
    ConfirmedSession, ForwardRequest, SessionPlan, SessionRequest, SessionTarget, ShellRequest,
    session_targets,
};
pub use watch::{Verdict, Watch, WatchState};
