//! Shells and commands in running containers: the request, and its confirmation.

use super::{AUDIT_SCHEMA, AuditOutcome, AuditRecord, OperationPlace, Refusal};
use crate::model::{ActionPermission, InstanceId, ServiceId, SourceId, Text, Timestamp, shell_quote};

/// Length of an instance's id in a summary, as the docker command shortens ids.
const SHORT_ID_CHARS: usize = 12;

/// Request to run a command in a container.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShellRequest {
    /// The service.
    pub service: ServiceId,
    /// Compose project or ECS cluster of the service.
    pub group: Option<Text>,
    /// Label of the service.
    pub service_label: Text,
    /// The instance: a container of an engine, or a task.
    pub instance: InstanceId,
    /// Name of the container.
    pub container: Text,
    /// The command with its arguments.
    pub command: Vec<String>,
    /// Size of the terminal in columns and rows; `None` without a terminal.
    pub size: Option<(u16, u16)>,
}

/// Shell that waits for a confirmation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShellPlan {
    /// The request.
    pub request: ShellRequest,
    /// Account and region, or address of the engine.
    pub place: OperationPlace,
    /// Name that the user has to type: of the service, if the source is protected.
    pub typed_name: Option<String>,
}

/// Shell that the user has confirmed. Its field is private, so that only this module can make one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfirmedShell(ShellPlan);

impl ShellPlan {
    /// Returns the plan of a shell. Refuses it if the user does not permit actions on the source.
    pub fn new(
        request: ShellRequest,
        place: OperationPlace,
        permission: ActionPermission,
    ) -> Result<Self, Refusal> {
        let typed_name = match permission {
            ActionPermission::Off => return Err(Refusal::actions_off(place.source.as_str())),
            ActionPermission::Ask => None,
            ActionPermission::Protected => Some(request.service_label.to_string()),
        };
        Ok(Self { request, place, typed_name })
    }

    /// Returns the plan in one line: the command, the container, and where it runs.
    #[must_use]
    pub fn summary(&self) -> String {
        let ShellRequest { command, container, service_label, instance, .. } = &self.request;
        let command: Vec<String> = command.iter().map(|word| shell_quote(word)).collect();
        let instance: String =
            instance.as_str().rsplit('/').next().unwrap_or_default().chars().take(SHORT_ID_CHARS).collect();
        let place = self.place.summary();
        format!("{} in container {container} of {service_label}, {instance}, at {place}", command.join(" "))
    }

    /// Returns the audit record of the shell.
    #[must_use]
    pub fn audit_record(&self, user: &str, reason: Option<&str>, at: Timestamp) -> AuditRecord {
        let OperationPlace { source, location, account, caller, .. } = self.place.clone();
        let record = self.request.audit_record(&source, user, reason, at);
        AuditRecord { caller, location, account, ..record }
    }
}

impl ShellRequest {
    /// Returns the audit record of the request on a service of `source`. It names the program only, because arguments
    /// may hold secrets.
    #[must_use]
    pub fn audit_record(
        &self,
        source: &SourceId,
        user: &str,
        reason: Option<&str>,
        at: Timestamp,
    ) -> AuditRecord {
        let Self { service, instance, container, command, .. } = self;
        let program = command.first().map(String::as_str).unwrap_or_default();
        AuditRecord {
            schema: AUDIT_SCHEMA.into(),
            at,
            user: user.into(),
            caller: None,
            source: source.as_str().into(),
            location: Text::default(),
            account: None,
            action: "exec".into(),
            targets: vec![service.as_str().into()],
            reason: reason.map(Text::new),
            plan: vec![format!("{program} in container {container} of {instance}").into()],
            sent: Vec::new(),
            outcome: AuditOutcome::Unfinished,
            why: None,
            verdict: None,
        }
    }
}

impl ConfirmedShell {
    /// Confirms a shell without a question, for `--yes`. A protected source also needs the name of the service, as
    /// `typed`.
    pub fn by_flag(plan: ShellPlan, typed: Option<&str>) -> Result<Self, Refusal> {
        match plan.typed_name.as_deref() {
            Some(name) if typed != Some(name) => {
                let reason = format!("{} is protected", plan.place.source);
                Err(Refusal::new(reason, format!("add --confirm {name}")))
            }
            _ => Ok(Self(plan)),
        }
    }

    /// Confirms a shell by a line that the user typed. Returns `None` unless the line is a yes, or the name that the
    /// plan asks for.
    #[must_use]
    pub fn by_line(plan: ShellPlan, line: &str) -> Option<Self> {
        let line = line.trim();
        let is_confirmed = match &plan.typed_name {
            Some(name) => line == name,
            None => ["y", "yes"].contains(&line.to_ascii_lowercase().as_str()),
        };
        is_confirmed.then_some(Self(plan))
    }

    /// Returns the request.
    #[must_use]
    pub fn request(&self) -> &ShellRequest {
        &self.0.request
    }

    /// Returns the plan.
    #[must_use]
    pub fn plan(&self) -> &ShellPlan {
        &self.0
    }
}
