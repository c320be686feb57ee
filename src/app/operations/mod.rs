//! Actions on services and sessions in containers: the menu, the fresh reading for a plan, the confirmation and the verdict.

mod dialog;
mod draw;
mod forward;
mod scope;
mod session;

use dialog::DialogEvent;
pub(super) use dialog::OperationDialog;

use super::App;
use crate::{
    effect::Effect,
    keymap::Key,
    model::Failure,
    operation::{
        AuditOutcome, Caution, CautionLevel, Confirmation, MenuChoice, MenuEntry, OperationKind,
        OperationReading, OperationRequest, Plan, PlanContext, PlanRun, Refusal, RequestedSession, RunStop,
        menu_entries,
    },
    screen::widget::text,
    topology::Node,
};

impl App {
    /// Returns the menu entries for actions on the selected and marked services.
    pub(super) fn action_menu_entries(&self) -> Vec<MenuEntry> {
        menu_entries(&scope::menu_scope(&self.store))
    }

    /// Opens the menu of actions, or explains why the menu would be empty. Does nothing if no source allows
    /// actions.
    pub(super) fn open_action_menu(&mut self) {
        if !self.store.world.allows_actions() {
            return;
        }
        let entries = self.action_menu_entries();
        if entries.is_empty() {
            self.notice = Some(scope::no_entries_reason(&self.store));
            return;
        }
        let title = self.store.selected_node().map(Node::label).unwrap_or_default();
        self.dialog = Some(OperationDialog::menu(title, entries));
    }

    /// Requests the operation that the user chose in the palette for the selected service.
    pub(super) fn request_on_selected(&mut self, kind: OperationKind) -> Vec<Effect> {
        let entries = self.action_menu_entries().into_iter();
        let found = entries.map(|entry| entry.choice).find(|choice| choice.kind() == Some(kind));
        if let Some(choice) = found {
            return self.begin_choice(choice);
        }
        self.notice = Some(format!("{} has nothing to do here", kind.spec().id));
        Vec::new()
    }

    /// Requests an operation that the user typed with the names of services, such as `restart orders web`, or a
    /// forwarded port. Without names, it applies to the selected service. Returns `None` if the text is neither,
    /// or if no source allows actions.
    pub(super) fn request_typed(&mut self, typed: &str) -> Option<Vec<Effect>> {
        if let Some(effects) = self.request_typed_forward(typed) {
            return Some(effects);
        }
        let mut words = typed.split_whitespace();
        let kind = OperationKind::named(words.next()?).filter(|_| self.store.world.allows_actions())?;
        let names: Vec<&str> = words.collect();
        if names.is_empty() {
            return Some(self.request_on_selected(kind));
        }
        Some(match scope::typed_request(kind, &names, &self.store) {
            Ok(request) => self.request_operation(request),
            Err(refusal) => {
                self.notice = Some(refusal.to_string());
                Vec::new()
            }
        })
    }

    /// Requests the operation that undoes the newest operation.
    pub(super) fn undo_operation(&mut self) -> Vec<Effect> {
        match self.store.world.operations.undo() {
            Some(undo) => self.request_operation(undo.request),
            None => Vec::new(),
        }
    }

    /// Records the end of an operation's calls. Plans it again if it was refused, and shows its failure.
    pub(super) fn end_run(&mut self, number: u64, run: PlanRun) -> Vec<Effect> {
        let stopped_by = run.stopped_by.clone();
        self.store.world.end_run(number, run);
        match stopped_by {
            Some(RunStop::Refused(refusal)) => return self.plan_again(number, &refusal),
            Some(RunStop::Failed(failure)) => self.show_failed_operation(number, failure),
            None => {}
        }
        Vec::new()
    }

    /// Requests a new plan of an operation that was refused because its services have changed since the plan.
    /// Does nothing while another dialog is open.
    fn plan_again(&mut self, number: u64, refusal: &Refusal) -> Vec<Effect> {
        let request = self.store.world.operations.request(number).filter(|_| self.dialog.is_none());
        let Some(request) = request.cloned() else { return Vec::new() };
        let reason = format!("refused: {}; nothing was done", refusal.reason);
        self.dialog = Some(OperationDialog::Reading(request.clone(), Some(reason)));
        vec![Effect::ReadTargets(request)]
    }

    /// Shows the failure of an operation. The footer shows it too, but may cut it.
    fn show_failed_operation(&mut self, number: u64, failure: Failure) {
        if let Some(request) = self.store.world.operations.request(number) {
            self.show_failure(format!("{} failed", request.title()), failure);
        }
    }

    /// Shows a failure in a dialog, as soon as no other dialog and no prompt is open.
    fn show_failure(&mut self, title: String, failure: Failure) {
        self.waiting_failures.push_back((title, failure));
        self.open_waiting_failure();
    }

    /// Opens the dialog of the oldest failure that waits to be shown, unless a dialog or a prompt is open.
    pub(super) fn open_waiting_failure(&mut self) {
        if self.dialog.is_some() || self.prompt.is_some() {
            return;
        }
        if let Some((title, failure)) = self.waiting_failures.pop_front() {
            self.dialog = Some(OperationDialog::Failed { title, failure, is_drawn: false });
        }
    }

    /// Begins the action of a menu entry.
    fn begin_choice(&mut self, choice: MenuChoice) -> Vec<Effect> {
        match choice {
            MenuChoice::Operation(request) => self.request_operation(request),
            MenuChoice::Shell(targets) => self.request_shell(targets),
            MenuChoice::Forward(request) => self.request_session(RequestedSession::Forward(request)),
            MenuChoice::EndForward(number) => {
                self.dialog = None;
                vec![Effect::EndForward(number)]
            }
        }
    }

    /// Requests a fresh reading of the services, from which the plan will be made.
    fn request_operation(&mut self, request: OperationRequest) -> Vec<Effect> {
        self.dialog = Some(OperationDialog::Reading(request.clone(), None));
        vec![Effect::ReadTargets(request)]
    }

    /// Plans the operation of `request` from a fresh reading of its services, and opens the confirmation.
    /// Ignores the reading if the user has closed the dialog since.
    pub(super) fn plan_operation(
        &mut self,
        request: OperationRequest,
        outcome: Result<OperationReading, Failure>,
    ) -> Vec<Effect> {
        let refused_before = match &self.dialog {
            Some(OperationDialog::Reading(waiting, before)) if *waiting == request => before.clone(),
            _ => return Vec::new(),
        };
        let reading = match outcome {
            Ok(reading) => reading,
            Err(failure) => {
                let refusal = Refusal::new(failure.message.as_str(), failure.remedy.as_str());
                return self.refuse(request, AuditOutcome::Failed, refusal);
            }
        };
        let world = &self.store.world;
        let permission = world.permission(&request.source());
        let context = PlanContext { topology: world.topology(), permission };
        match Plan::new(request.clone(), reading, context) {
            Ok(mut plan) => {
                let before = refused_before.map(|text| Caution { level: CautionLevel::Danger, text });
                plan.cautions.splice(0..0, before);
                self.dialog = Some(OperationDialog::confirm(Confirmation::new(plan)));
                Vec::new()
            }
            Err(refusal) => self.refuse(request, AuditOutcome::Refused, refusal),
        }
    }

    /// Shows the reason why Portolan does not carry out an operation, and records the refusal in the audit
    /// log.
    fn refuse(&mut self, request: OperationRequest, outcome: AuditOutcome, refusal: Refusal) -> Vec<Effect> {
        let why = refusal.reason.clone();
        self.dialog = Some(OperationDialog::Refused(request.title(), refusal));
        vec![Effect::RecordRefusal(request, outcome, why)]
    }

    /// Handles a key press while a dialog is open.
    pub(super) fn handle_dialog_key(&mut self, key: Key) -> Vec<Effect> {
        let Some(dialog) = &mut self.dialog else { return Vec::new() };
        match dialog.handle_key(key) {
            DialogEvent::Open => Vec::new(),
            DialogEvent::Closed => {
                self.dialog = None;
                Vec::new()
            }
            DialogEvent::Chosen(choice) => self.begin_choice(choice),
            DialogEvent::Confirmed(confirmed) => {
                self.dialog = None;
                let number = self.store.world.start_operation(confirmed.plan().clone());
                vec![Effect::RunPlan(number, confirmed)]
            }
            DialogEvent::Copied(commands) if commands.is_empty() => Vec::new(),
            DialogEvent::Copied(commands) => {
                self.notice = Some(format!("copied {}", text::pluralize(commands.len(), "command")));
                vec![Effect::CopyToClipboard(commands.join("\n"))]
            }
            DialogEvent::ForwardDeclined(port) => {
                self.dialog = None;
                vec![Effect::ClosePlannedPort(port)]
            }
            DialogEvent::ShellConfirmed(confirmed) => {
                self.dialog = None;
                vec![Effect::OpenShell(confirmed)]
            }
            DialogEvent::ForwardConfirmed(confirmed) => {
                self.dialog = None;
                let number = self.store.world.forwards.begin(confirmed.request().clone());
                vec![Effect::OpenForward(number, confirmed)]
            }
        }
    }

    /// Returns the effects that record new verdicts in the audit log.
    pub(super) fn record_verdicts(&mut self) -> Vec<Effect> {
        let verdicts = self.store.world.take_verdicts();
        verdicts.into_iter().map(|(number, verdict)| Effect::RecordVerdict(number, verdict)).collect()
    }
}
