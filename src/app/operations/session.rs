//! Sessions in containers: the choice of the container for a shell, and the confirmation.

use super::{OperationDialog, scope};
use crate::{
    app::App,
    effect::Effect,
    model::{ActionPermission, Failure, Text},
    operation::{
        AuditOutcome, Confirmation, OperationPlace, Refusal, RequestedSession, SessionPlan, SessionTarget,
        ShellRequest, container_entries,
    },
};

impl App {
    /// Lets the user choose the container of a shell if there are several. Otherwise requests the place of
    /// the shell, which is its account and region, or its engine.
    pub(super) fn request_shell(&mut self, mut targets: Vec<SessionTarget>) -> Vec<Effect> {
        if targets.len() > 1 {
            let title = format!("a shell in {}", targets[0].service_label);
            let name_of = |target: &SessionTarget| scope::instance_name(&self.store, target);
            let entries = container_entries(targets, name_of);
            self.dialog = Some(OperationDialog::menu(title, entries));
            return Vec::new();
        }
        let Some(target) = targets.pop() else { return Vec::new() };
        let request = ShellRequest::new(target, Vec::new(), Some(self.size()));
        self.request_session(RequestedSession::Shell(request))
    }

    /// Requests the place of a session, which its plan needs.
    pub(super) fn request_session(&mut self, request: RequestedSession) -> Vec<Effect> {
        self.dialog = Some(OperationDialog::ReadingPlace(request.clone()));
        vec![Effect::ReadSessionPlace(request)]
    }

    /// Plans a session and opens the confirmation. Ignores the place if the user has closed the dialog since.
    pub(in crate::app) fn plan_session(
        &mut self,
        request: &RequestedSession,
        place: Result<(RequestedSession, OperationPlace), Failure>,
    ) -> Vec<Effect> {
        let port = place.as_ref().ok().and_then(|(ready, _)| ready.local_port());
        let closing = port.map(Effect::ClosePlannedPort);
        if !matches!(&self.dialog, Some(OperationDialog::ReadingPlace(waiting)) if waiting == request) {
            return closing.into_iter().collect();
        }
        let permission = self.store.world.permission(&request.target().source());
        let (outcome, refusal) = match place.map(|(ready, place)| session_dialog(ready, place, permission)) {
            Ok(Ok(dialog)) => {
                self.dialog = Some(dialog);
                return Vec::new();
            }
            Ok(Err(refusal)) => (AuditOutcome::Refused, refusal),
            Err(failure) => {
                let refusal = Refusal::new(failure.message.as_str(), failure.remedy.as_str());
                (AuditOutcome::Failed, refusal)
            }
        };
        let why = refusal.reason.clone();
        self.dialog = Some(OperationDialog::Refused(request.title(), refusal));
        closing.into_iter().chain([Effect::RecordSessionRefusal(request.clone(), outcome, why)]).collect()
    }

    /// Tells the user how a shell session ended.
    pub fn notify_shell_ended(&mut self, container: &Text, ended: Result<String, &Failure>) {
        match ended {
            Ok(how) => self.notify(&format!("the shell in {container} {how}")),
            Err(failure) => self.show_failure(format!("the shell in {container} failed"), failure.clone()),
        }
    }
}

/// Returns the dialog that shows the plan of a session. Refuses if the user has not permitted actions.
fn session_dialog(
    request: RequestedSession,
    place: OperationPlace,
    permission: ActionPermission,
) -> Result<OperationDialog, Refusal> {
    Ok(match request {
        RequestedSession::Shell(request) => {
            let plan = SessionPlan::new(request, place, permission)?;
            OperationDialog::ConfirmShell(Box::new(Confirmation::new(plan)))
        }
        RequestedSession::Forward(request) => {
            let plan = SessionPlan::new(request, place, permission)?;
            OperationDialog::ConfirmForward(Box::new(Confirmation::new(plan)))
        }
    })
}
