//! Result of running a confirmed plan: the calls that Portolan made, and the reason if it stopped early.

use super::{Plan, Refusal, SentChange};
use crate::model::Failure;

/// Result of running a confirmed plan: the calls that were made, and the reason if the run stopped early.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PlanRun {
    /// Calls that were made, in order.
    pub sent: Vec<SentChange>,
    /// Reason why not all calls were made; `None` if all succeeded.
    pub stopped_by: Option<RunStop>,
}

impl PlanRun {
    /// Describes the calls that succeeded and the operation that undoes them, such as `1 of 2 calls succeeded
    /// (web: stopped); undo: start shop/web`.
    #[must_use]
    pub fn summary(&self, plan: &Plan) -> String {
        let made = plan.steps.iter().zip(&self.sent).filter(|(_, sent)| sent.failure.is_none());
        let states: Vec<String> = made.map(|(step, _)| format!("{}: {}", step.name, step.to)).collect();
        let counts = format!("{} of {} calls succeeded", states.len(), plan.steps.len());
        if states.is_empty() {
            return counts;
        }
        let undo = plan.undo_of_sent(&self.sent).map(|undo| {
            let remark = undo.partial_remark().map(|remark| format!(" ({remark})")).unwrap_or_default();
            format!("; undo: {}{remark}", undo.request.title())
        });
        format!("{counts} ({}){}", states.join(", "), undo.unwrap_or_default())
    }
}

/// Reason why Portolan did not make all calls of a plan: a refusal before the first call, or a failure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RunStop {
    /// Portolan made no call: the services have changed since the plan was made, the source permits no
    /// actions, or the audit log can't be written.
    Refused(Refusal),
    /// The services could not be read again, a call failed, or the run panicked.
    Failed(Failure),
}
