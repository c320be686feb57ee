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
//! A new kind of operation touches the places below. The compiler lists only some of them, because several
//! matches have an arm for all other kinds or calls.
//!
//! - `kind.rs`: a variant of [`OperationKind`], its row in [`OPERATION_TABLE`], and in `acts_on` the kinds of
//!   services that it acts on. The menu, the palette and the command line follow from the row.
//! - `plan/container_steps.rs` (`call_for` and `undo`) or `plan/ecs_steps.rs` (`ecs_steps` and
//!   `has_ecs_work`): its steps. `plan/mod.rs` lists the kinds that stop callers first, and `plan/caution.rs`
//!   and `plan/ecs_cautions.rs` list the kinds that have cautions.
//! - `change/`, if it needs a new call: a row in [`CHANGE_CALLS`], and a variant of [`ContainerCall`] or
//!   [`EcsCall`]. The new call also needs its impact in `plan/impact.rs`.
//! - `watch/`, if it needs a new call: the goal of the call in words (`state_goal`), and the progress of its
//!   steps.
//! - The source that sends a new call: `source/docker/engine/change.rs` has the time limit of each container
//!   call. `source/ecs/operations/send.rs` sends every [`EcsCall`] in the same way, so it changes only for an
//!   API other than ECS.
//! - The source that reads the facts for a plan: `source/docker/operations.rs`, or
//!   `source/ecs/operations/read.rs`, which reads some facts only for certain kinds. New facts go into
//!   [`TargetFact`] or [`EcsDetails`].
//! - `docs/actions.md` and `docs/aws-permissions.md`: `UPDATE_DOCS=1 cargo test --test it docs` writes their
//!   tables. The text around them is written by hand.
//!
//! An operation with a value, such as the count of `Scale`, also needs a variant of [`OperationGoal`], and
//! code that reads the value in `app/operations/scope.rs` and `cli/act/targets.rs`. Entries of the menu other
//! than one for each service are in `menu.rs`.
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
    ConfirmedSession, ForwardRequest, ForwardedPorts, OpenForward, OpenForwards, RequestedSession,
    SessionPlan, SessionRequest, SessionTarget, ShellRequest, port_targets, session_targets,
};
pub use watch::{Verdict, Watch, WatchState};
