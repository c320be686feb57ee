//! Runs: the calls of a confirmed plan that were made, and the reason for an early end.

use super::{Refusal, SentChange};
use crate::model::Failure;

/// Result of running a confirmed plan.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PlanRun {
    /// Calls that were made, in order.
    pub sent: Vec<SentChange>,
    /// Reason why not all calls were made; `None` if all succeeded.
    pub stopped_by: Option<RunStop>,
}

/// Reason why a run ended early.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RunStop {
    /// The services changed since the plan was made, so Portolan made no call.
    Refused(Refusal),
    /// The services could not be read again, or a call failed.
    Failed(Failure),
}
