//! Audit records: the lines of the audit log, one for each operation or session, including refused and failed
//! ones.

use super::{OperationPlace, OperationRequest, Plan, SentChange, Step};
use crate::{
    extract::redact_secrets,
    model::{Text, Timestamp},
};
use serde::{Deserialize, Serialize};

/// Name and version of the format of an audit record.
pub const AUDIT_SCHEMA: &str = "portolan.audit/1";

/// Record of one operation or session, a line of the audit log. It contains names and ids, but never the
/// value of an environment variable.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditRecord {
    /// [`AUDIT_SCHEMA`].
    pub schema: Text,
    /// Time of the request, UTC.
    pub at: Timestamp,
    /// Name of the operating system's user.
    pub user: Text,
    /// ARN of the AWS caller; absent for a Docker or Podman engine.
    #[serde(default)]
    pub caller: Option<Text>,
    /// Id of the source.
    pub source: Text,
    /// Address of the Docker or Podman engine, or AWS region; empty if the source could not be read.
    pub location: Text,
    /// AWS account; absent for a Docker or Podman engine.
    #[serde(default)]
    pub account: Option<Text>,
    /// Identifier of the operation, such as `restart`.
    pub action: Text,
    /// Ids of the services.
    pub targets: Vec<Text>,
    /// Reason that the user gave.
    #[serde(default)]
    pub reason: Option<Text>,
    /// The planned calls, each with the state before and after; empty if there was no plan.
    pub plan: Vec<Text>,
    /// The calls that were made, in order.
    pub sent: Vec<SentChange>,
    /// Outcome of the operation.
    pub outcome: AuditOutcome,
    /// Reason of a refusal or failure.
    #[serde(default)]
    pub why: Option<Text>,
    /// Result of the operation as later snapshots show it, or the way in which a session ended; absent if
    /// Portolan did not wait for it.
    #[serde(default)]
    pub verdict: Option<Text>,
}

/// Outcome of an operation, as the audit log states it: refused, failed, sent or unfinished.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AuditOutcome {
    /// Portolan made no call, because a guard rail forbade it or the services had changed since the plan.
    Refused,
    /// A call failed; later calls were not made.
    Failed,
    /// All calls succeeded.
    Sent,
    /// Portolan ended before the outcome was known.
    Unfinished,
}

impl AuditOutcome {
    /// Returns the outcome as it appears in the log.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Refused => "refused",
            Self::Failed => "failed",
            Self::Sent => "sent",
            Self::Unfinished => "unfinished",
        }
    }
}

impl AuditRecord {
    /// Returns the record of a request made at `at`, before it has a plan.
    #[must_use]
    pub fn of_request(request: &OperationRequest, user: &str, at: Timestamp) -> Self {
        Self {
            schema: AUDIT_SCHEMA.into(),
            at,
            user: user.into(),
            caller: None,
            source: request.source().as_str().into(),
            location: Text::default(),
            account: None,
            action: request.kind.spec().id.into(),
            targets: request.services().iter().map(|id| id.as_str().into()).collect(),
            reason: request.reason.clone(),
            plan: Vec::new(),
            sent: Vec::new(),
            outcome: AuditOutcome::Unfinished,
            why: None,
            verdict: None,
        }
    }

    /// Returns the record without secrets, because users paste secrets into reasons, which some calls contain,
    /// and errors of a source quote commands.
    #[must_use]
    pub fn redacted(&self) -> Self {
        let redact_text = |text: &Text| redact_secrets(text).into();
        let redact = |text: &Option<Text>| text.as_ref().map(redact_text);
        let redact_change = |change: &SentChange| SentChange {
            call: redact_text(&change.call),
            failure: redact(&change.failure),
            ..change.clone()
        };
        Self {
            reason: redact(&self.reason),
            plan: self.plan.iter().map(redact_text).collect(),
            sent: self.sent.iter().map(redact_change).collect(),
            why: redact(&self.why),
            verdict: redact(&self.verdict),
            ..self.clone()
        }
    }

    /// Returns the record of a plan before any of its calls.
    #[must_use]
    pub fn of_plan(plan: &Plan, user: &str, at: Timestamp) -> Self {
        let OperationPlace { location, account, caller, .. } = plan.place.clone();
        let step = |step: &Step| {
            format!("{}: {} → {}, {}", step.name, step.from, step.to, step.change.api_call()).into()
        };
        Self {
            caller,
            location,
            account,
            plan: plan.steps.iter().map(step).collect(),
            ..Self::of_request(&plan.request, user, at)
        }
    }
}
