//! Progress and result of an operation (a restart or another action on services) as one line of text.

use super::time;
use crate::{
    model::{Health, Timestamp},
    store::{OperationPhase, TrackedOperation},
};

/// Returns the progress or the result of an operation as text, and the health whose colour expresses it.
#[must_use]
pub fn operation_status(operation: &TrackedOperation, now: Timestamp) -> (Health, String) {
    let spec = operation.plan.request.kind.spec();
    match &operation.phase {
        OperationPhase::Sending(sent) => {
            let text = format!("{}: {sent} of {} calls made", spec.progress_verb, operation.plan.steps.len());
            (Health::Starting, text)
        }
        OperationPhase::Watching(_, progress) => (Health::Starting, progress.clone()),
        OperationPhase::Ended(verdict, at) => {
            let health = if verdict.is_as_planned { Health::Healthy } else { Health::Failing };
            (health, format!("{} ({} ago)", verdict.text, time::age(*at, now)))
        }
    }
}

/// Returns the name of the operation's only service, or the number of its services.
#[must_use]
pub fn operation_subject(operation: &TrackedOperation) -> String {
    let services = operation.plan.request.services();
    match services.first() {
        Some(only) if services.len() == 1 => only.parts().name.to_owned(),
        _ => format!("{} services", services.len()),
    }
}
