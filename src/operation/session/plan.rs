//! Plan of a session: the request, the place, and the name that the user types to confirm it.

use super::{SessionRequest, target};
use crate::{
    model::{ActionPermission, ServiceId, Timestamp},
    operation::{AuditRecord, Confirmable, Confirmed, OperationPlace, Refusal},
};

/// Plan of a session in a container, which waits for the user's confirmation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionPlan<R> {
    /// The request.
    pub request: R,
    /// Account and region, or address of the engine.
    pub place: OperationPlace,
    /// Name of the service, which the user has to type; `None` unless the source is protected.
    pub typed_name: Option<String>,
}

/// Session that the user has confirmed.
pub type ConfirmedSession<R> = Confirmed<SessionPlan<R>>;

impl<R: SessionRequest> SessionPlan<R> {
    /// Returns the plan of a session. Refuses if the configuration does not permit actions on the source.
    pub fn new(request: R, place: OperationPlace, permission: ActionPermission) -> Result<Self, Refusal> {
        let typed_name = match permission {
            ActionPermission::Off => return Err(Refusal::actions_off(place.source.as_str())),
            ActionPermission::Ask => None,
            ActionPermission::Protected => Some(request.target().service.parts().name.to_owned()),
        };
        Ok(Self { request, place, typed_name })
    }

    /// Describes the plan in one line: the purpose, the container, and the place.
    #[must_use]
    pub fn summary(&self) -> String {
        let container = self.request.target().summary();
        format!("{} {container}, at {}", self.request.purpose(), self.place.summary())
    }

    /// Returns the `docker` or `aws` command that begins the same session. Returns `None` if one command can't.
    #[must_use]
    pub fn equivalent_command(&self) -> Option<String> {
        self.request.equivalent_command(&self.place)
    }

    /// Returns the lines of the plan: the summary, the command that does the same by hand, and the note.
    #[must_use]
    pub fn lines(&self) -> Vec<String> {
        let command = self.equivalent_command().map(|command| format!("by hand: {command}"));
        [Some(self.summary()), command, self.note().map(str::to_owned)].into_iter().flatten().collect()
    }

    /// Returns a note about further calls or programs that the session may need. Returns `None` if it needs
    /// none. A session on a Docker or Podman engine never needs any.
    #[must_use]
    pub fn note(&self) -> Option<&'static str> {
        // Only AWS has regions.
        self.place.region.as_ref().and(R::AWS_NOTE)
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
    /// Returns the record of a request for a session made at `at`, before it has a plan.
    #[must_use]
    pub fn of_session_request<R: SessionRequest>(request: &R, user: &str, at: Timestamp) -> Self {
        target::audit_record(request, R::AUDIT_ACTION, user, at)
    }

    /// Returns the record of a request made at `at` for a session in `service`, in which no container could
    /// be chosen.
    #[must_use]
    pub fn of_session_without_target<R: SessionRequest>(
        service: &ServiceId,
        user: &str,
        at: Timestamp,
    ) -> Self {
        target::audit_record_without_target(service, R::AUDIT_ACTION, user, at)
    }
}

impl<R> Confirmable for SessionPlan<R> {
    fn typed_name(&self) -> Option<&str> {
        self.typed_name.as_deref()
    }

    fn place(&self) -> &OperationPlace {
        &self.place
    }
}

impl<R> ConfirmedSession<R> {
    /// Returns the request.
    #[must_use]
    pub fn request(&self) -> &R {
        &self.plan().request
    }
}
