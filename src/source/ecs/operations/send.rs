//! Calls that change something. Portolan makes each call only for a confirmed change, once, and never retries
//! it.

use crate::{
    model::{Failure, FailureKind, Text},
    operation::{Change, ConfirmedStep},
    source::{
        ChangeReceipt,
        ecs::{
            client::{
                api::Api,
                sigv4::{ApiRequest, JsonVersion},
            },
            quota::{calls::Call, token_bucket::QuotaGroup},
        },
    },
};
use serde_json::Value;

/// Name of the ECS API in the header `x-amz-target`.
const ECS_TARGET: &str = "AmazonEC2ContainerServiceV20141113";

/// Makes the call of a confirmed change, and returns the response of AWS.
pub(super) async fn send_change(api: &Api, confirmed: ConfirmedStep<'_>) -> Result<ChangeReceipt, Failure> {
    let change = &confirmed.step().change;
    let Change::Ecs(ecs) = change else {
        return Err(Failure::new(FailureKind::Invalid, "the plan is for another platform", "plan again"));
    };
    let call = Call {
        action: change.call().iam_actions.first().copied().unwrap_or_default(),
        group: QuotaGroup::Changes,
        needed_for: "actions",
    };
    let ask = ApiRequest::json(JsonVersion::V1_1, format!("{ECS_TARGET}.{}", ecs.operation()), &ecs.body());
    let sent = api.rate_limiter.call(&call, &api.clients.target, api.clients.ecs_changes.call(ask)).await;
    let answer = sent.map_err(change_failure)?;
    if let Some(failure) = reported_failure(&answer.body, &call) {
        return Err(failure);
    }
    Ok(ChangeReceipt { request_id: answer.request_id.as_deref().map(Text::new), unchanged: false })
}

/// Gives a failure the remedy for a call that Portolan does not retry.
fn change_failure(failure: Failure) -> Failure {
    let remedy = match failure.kind {
        FailureKind::Timeout | FailureKind::Unreachable => {
            "AWS may have carried it out all the same: look at the service before you try again"
        }
        FailureKind::Throttled => "AWS did nothing: wait a moment and try again",
        _ => return failure,
    };
    Failure::new(failure.kind, failure.message, remedy)
}

/// Returns the failure that a successful response reports for a resource, such as a removed task. Returns
/// `None` if the response reports none.
fn reported_failure(body: &str, call: &Call) -> Option<Failure> {
    let answer: Value = serde_json::from_str(body).ok()?;
    let failure = answer["failures"].as_array()?.first()?;
    let text = |key: &str| failure[key].as_str().map(Text::new);
    let reason = text("reason").unwrap_or_default();
    let detail = text("detail").map(|detail| format!(": {detail}")).unwrap_or_default();
    let what = format!("{}: {reason}{detail}", call.action);
    Some(Failure::new(FailureKind::Invalid, what, "look at its current state"))
}
