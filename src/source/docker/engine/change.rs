//! Calls to an engine that change a container. Each takes a confirmed change, which only a confirmed plan
//! contains.

use super::{
    client::{ApiCall, CALL_TIMEOUT, Engine},
    http::CallError,
};
use crate::{
    model::{Failure, FailureKind},
    operation::{Change, ConfirmedStep, ContainerCall},
    source::{ChangeReceipt, docker::api_types::is_valid_id},
};
use std::time::Duration;
use tokio::time::timeout;

/// HTTP status of a change that has no effect, because the container is in the requested state already.
const NOT_MODIFIED_STATUS: u16 = 304;

impl Engine {
    /// Sends the call of a confirmed change, without retries.
    pub(in crate::source::docker) async fn send_change(
        &self,
        confirmed: ConfirmedStep<'_>,
    ) -> Result<ChangeReceipt, Failure> {
        let step = confirmed.step();
        let Change::Container { call: verb, id, .. } = &step.change else {
            return Err(Failure::new(FailureKind::Invalid, "the plan is for another platform", "plan again"));
        };
        if !is_valid_id(id) {
            let what = format!("{} returned an invalid container id", self.endpoint);
            return Err(Failure::new(FailureKind::Invalid, what, "see `docker ps --no-trunc`"));
        }
        let call = ApiCall::post_empty(verb.verb(), format!("/containers/{id}/{}", verb.verb()));
        let session = self.session().await?;
        // A stop takes as long as the container's grace period.
        let limit = CALL_TIMEOUT + Duration::from_secs(u64::from(grace_seconds(*verb, step.grace_seconds)));
        let sent = timeout(limit, session.send(&self.endpoint, &call)).await;
        match sent.unwrap_or(Err(CallError::Timeout(limit))) {
            Ok(_) => Ok(ChangeReceipt::default()),
            Err(CallError::Refused { status: NOT_MODIFIED_STATUS, .. }) => {
                Ok(ChangeReceipt { unchanged: true, ..ChangeReceipt::default() })
            }
            Err(error) => Err(self.change_failure(verb.verb(), &step.name, &error)),
        }
    }

    /// Returns the failure of a change, with a remedy for the user.
    fn change_failure(&self, verb: &str, name: &str, error: &CallError) -> Failure {
        let failure = self.call_failure(&format!("{verb} {name}"), error);
        let remedy = match (error, failure.kind) {
            (CallError::Timeout(_) | CallError::ConnectionLost, _) => {
                "the engine may still carry it out: look at the container's state"
            }
            (CallError::Refused { status: 403, .. }, _) => {
                "a proxy or plugin of this engine forbids the call: allow POST requests for containers"
            }
            (_, FailureKind::Denied) => "ask for write access to this engine",
            (CallError::Refused { status: 409, .. }, _) => {
                "the container is in another state: look at it and plan again"
            }
            _ => return failure,
        };
        Failure::new(failure.kind, failure.message, remedy)
    }
}

/// Returns the extra time limit of a call, in seconds: the grace period of a stop or restart, and zero for
/// other calls.
fn grace_seconds(call: ContainerCall, stop_grace: u32) -> u32 {
    match call {
        ContainerCall::Stop | ContainerCall::Restart => stop_grace,
        ContainerCall::Start | ContainerCall::Kill | ContainerCall::Pause | ContainerCall::Unpause => 0,
    }
}
