//! Operators: the part of a source that acts on its services, and the one way to run a confirmed plan.

use super::Source;
use crate::{
    model::{Failure, Text},
    operation::{
        ConfirmedChange, ConfirmedPlan, OperationPlace, OperationReading, OperationRequest, PlanBasis,
        PlanRun, Refusal, RunStop, SentChange,
    },
};
use futures::future::BoxFuture;

/// Part of a source that acts on its services. A source has one only if the user permits actions.
pub trait Operator: Send + Sync {
    /// Returns the place where operations of the source happen.
    fn place(&self) -> BoxFuture<'_, Result<OperationPlace, Failure>>;

    /// Reads the services of a request anew, past every cache.
    fn read_targets<'a>(
        &'a self,
        request: &'a OperationRequest,
    ) -> BoxFuture<'a, Result<OperationReading, Failure>>;

    /// Makes the call of a confirmed change, once. Never repeats a call whose outcome is unknown.
    fn send<'a>(&'a self, change: ConfirmedChange<'a>) -> BoxFuture<'a, Result<ChangeReceipt, Failure>>;
}

/// Response of the API to a change.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ChangeReceipt {
    /// Id of the request, under which AWS records it too; `None` for an engine.
    pub request_id: Option<Text>,
}

/// Returns the place where operations of `source` happen, or `None` if it can't be acted on or read.
pub async fn read_place(source: &dyn Source) -> Option<OperationPlace> {
    source.operator()?.place().await.ok()
}

/// Reads the services again and makes the calls of a confirmed plan, one after the other. Makes no call if the
/// services changed since the plan was made. Ends at the first failed call. Calls `on_sent` after each call with the
/// number of calls made so far.
pub async fn run_plan(
    operator: &dyn Operator,
    confirmed: &ConfirmedPlan,
    mut on_sent: impl FnMut(usize),
) -> PlanRun {
    let mut run = PlanRun::default();
    let plan = confirmed.plan();
    match operator.read_targets(&plan.request).await {
        Err(failure) => run.stopped_by = Some(RunStop::Failed(failure)),
        Ok(reading) => {
            let moved = plan.basis.differences(&PlanBasis::new(&plan.request, &reading));
            if !moved.is_empty() {
                let reason = format!("changed since the plan was made: {}", moved.join(", "));
                let remedy = "look at the new plan and confirm it";
                run.stopped_by = Some(RunStop::Refused(Refusal::new(reason, remedy)));
            }
        }
    }
    if run.stopped_by.is_some() {
        return run;
    }
    for change in confirmed.changes() {
        let call = Text::new(&change.step().change.api_call());
        match operator.send(change).await {
            Ok(ChangeReceipt { request_id }) => run.sent.push(SentChange { call, request_id, failure: None }),
            Err(failure) => {
                let why = Some(failure.message.clone());
                run.sent.push(SentChange { call, request_id: None, failure: why });
                run.stopped_by = Some(RunStop::Failed(failure));
                return run;
            }
        }
        on_sent(run.sent.len());
    }
    run
}
