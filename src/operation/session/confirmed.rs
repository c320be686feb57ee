//! Plan and confirmation of a session. No code outside this module can make a [`ConfirmedSession`], and without one no
//! session can start.

use super::{SessionRequest, target};
use crate::{
    keymap::Key,
    model::{ActionPermission, Timestamp},
    operation::{
        AuditRecord, OperationPlace, Refusal,
        confirmation::{ConfirmationKeys, KeysEvent, is_confirming_line, missing_name_refusal},
    },
};

/// Session that waits for a confirmation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionPlan<R> {
    /// The request.
    pub request: R,
    /// Account and region, or address of the engine.
    pub place: OperationPlace,
    /// Name that the user has to type: of the service, if the source is protected.
    pub typed_name: Option<String>,
}

/// Session that the user has confirmed. Its field is private, so that only this module can make one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfirmedSession<R>(SessionPlan<R>);

impl<R: SessionRequest> SessionPlan<R> {
    /// Returns the plan of a session. Refuses it if the user does not permit actions on the source.
    pub fn new(request: R, place: OperationPlace, permission: ActionPermission) -> Result<Self, Refusal> {
        let typed_name = match permission {
            ActionPermission::Off => return Err(Refusal::actions_off(place.source.as_str())),
            ActionPermission::Ask => None,
            ActionPermission::Protected => Some(request.target().service.parts().name.to_owned()),
        };
        Ok(Self { request, place, typed_name })
    }

    /// Returns the plan in one line: the purpose, the container, and where it runs.
    #[must_use]
    pub fn summary(&self) -> String {
        let container = self.request.target().summary();
        format!("{} {container}, at {}", self.request.purpose(), self.place.summary())
    }

    /// Returns the audit record of the session.
    #[must_use]
    pub fn audit_record(&self, user: &str, at: Timestamp) -> AuditRecord {
        let OperationPlace { location, account, caller, .. } = self.place.clone();
        let record = target::audit_record(&self.request, R::AUDIT_ACTION, user, at);
        AuditRecord { caller, location, account, ..record }
    }
}

impl AuditRecord {
    /// Returns the record of a request for a session at `at` that was not planned yet.
    #[must_use]
    pub fn of_session_request<R: SessionRequest>(request: &R, user: &str, at: Timestamp) -> Self {
        target::audit_record(request, R::AUDIT_ACTION, user, at)
    }
}

impl<R> ConfirmedSession<R> {
    /// Confirms a session without a question, for `--yes`. A protected source also needs the name of the service, as
    /// `typed`.
    pub fn by_flag(plan: SessionPlan<R>, typed: Option<&str>) -> Result<Self, Refusal> {
        match missing_name_refusal(plan.typed_name.as_deref(), typed, &plan.place) {
            Some(refusal) => Err(refusal),
            None => Ok(Self(plan)),
        }
    }

    /// Confirms a session by a line that the user typed. Returns `None` unless the line is a yes, or the name that the
    /// plan asks for.
    #[must_use]
    pub fn by_line(plan: SessionPlan<R>, line: &str) -> Option<Self> {
        is_confirming_line(line, plan.typed_name.as_deref()).then_some(Self(plan))
    }

    /// Returns the request.
    #[must_use]
    pub fn request(&self) -> &R {
        &self.0.request
    }

    /// Returns the plan.
    #[must_use]
    pub fn plan(&self) -> &SessionPlan<R> {
        &self.0
    }
}

/// Dialog that shows the plan of a session and asks for a confirmation. The default is No.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionConfirmation<R> {
    plan: SessionPlan<R>,
    keys: ConfirmationKeys,
}

/// Result of a key press in the dialog of a session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SessionConfirmationEvent<R> {
    /// The dialog stays open.
    Open,
    /// The user declined.
    Declined,
    /// The user confirmed.
    Confirmed(Box<ConfirmedSession<R>>),
}

impl<R: Clone> SessionConfirmation<R> {
    /// Opens the dialog for a plan.
    #[must_use]
    pub fn new(plan: SessionPlan<R>) -> Self {
        let keys = ConfirmationKeys::new(plan.typed_name.clone());
        Self { plan, keys }
    }

    /// Returns the plan.
    #[must_use]
    pub fn plan(&self) -> &SessionPlan<R> {
        &self.plan
    }

    /// Returns the state of the question.
    #[must_use]
    pub fn keys(&self) -> &ConfirmationKeys {
        &self.keys
    }

    /// Records that the dialog was drawn. From then on it takes keys.
    pub fn mark_drawn(&mut self) {
        self.keys.mark_drawn();
    }

    /// Handles a key press. Ignores keys that came before the dialog was drawn.
    pub fn handle_key(&mut self, key: Key) -> SessionConfirmationEvent<R> {
        match self.keys.handle_key(key) {
            KeysEvent::Open => SessionConfirmationEvent::Open,
            KeysEvent::Declined => SessionConfirmationEvent::Declined,
            KeysEvent::Confirmed => {
                SessionConfirmationEvent::Confirmed(Box::new(ConfirmedSession(self.plan.clone())))
            }
        }
    }
}
