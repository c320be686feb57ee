//! Undo of a plan: the request that reverses the calls that have changed something.

use super::{Plan, Step};
use crate::{
    model::InstanceId,
    operation::{OperationRequest, SentChange},
};

/// Request that undoes some or all calls of a plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Undo {
    /// The request.
    pub request: OperationRequest,
    /// Number of calls that the request undoes.
    pub undone: usize,
    /// Number of calls of the plan that changed something.
    pub changed: usize,
}

impl Undo {
    /// Returns a remark if the request undoes only some of the calls, such as `undoes 1 of 2 calls`.
    #[must_use]
    pub fn partial_remark(&self) -> Option<String> {
        (self.undone < self.changed).then(|| format!("undoes {} of {} calls", self.undone, self.changed))
    }
}

impl Plan {
    /// Returns the request that undoes the plan after all its calls; `None` if no call can be undone.
    #[must_use]
    pub fn undo(&self) -> Option<Undo> {
        undo_of_steps(&self.steps.iter().collect::<Vec<_>>())
    }

    /// Returns the request that undoes the calls in `sent` that changed something; `None` if none can be
    /// undone. The calls in `sent` belong to the first steps of the plan, in the same order.
    #[must_use]
    pub fn undo_of_sent(&self, sent: &[SentChange]) -> Option<Undo> {
        let changed = self.steps.iter().zip(sent).filter(|(_, sent)| sent.has_changed());
        undo_of_steps(&changed.map(|(step, _)| step).collect::<Vec<_>>())
    }
}

/// Returns the request that undoes the first step of `changed` that can be undone, and all others that need
/// the same operation. Returns `None` if no step can be undone.
fn undo_of_steps(changed: &[&Step]) -> Option<Undo> {
    let undo = changed.iter().find_map(|step| step.undo.as_ref())?;
    let undone: Vec<&Step> =
        changed.iter().copied().filter(|step| step.undo.as_ref() == Some(undo)).collect();
    let request = OperationRequest::new(undo.kind, undone.iter().map(|step| step.service.clone())).ok()?;
    let request = request.with_goal(undo.goal.clone());
    let instances: Vec<InstanceId> = undone.iter().filter_map(|step| step.instance.clone()).collect();
    let request = if instances.is_empty() { request } else { request.with_instances(instances) };
    Some(Undo { request, undone: undone.len(), changed: changed.len() })
}
