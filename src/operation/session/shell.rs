//! Requests to run a shell or a command in a container.

use super::{SessionRequest, SessionTarget};
use crate::{model::shell_quote, operation::OperationPlace};

/// Command that runs if the user names none.
const DEFAULT_SHELL: &str = "/bin/sh";

/// Request to run a command in a container.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShellRequest {
    /// The container.
    pub target: SessionTarget,
    /// The command with its arguments.
    pub command: Vec<String>,
    /// Size of the terminal in columns and rows; `None` without a terminal.
    pub size: Option<(u16, u16)>,
}

impl ShellRequest {
    /// Returns the request for `command`, or for a shell if `command` is empty.
    #[must_use]
    pub fn new(target: SessionTarget, command: Vec<String>, size: Option<(u16, u16)>) -> Self {
        let command = if command.is_empty() { vec![DEFAULT_SHELL.to_owned()] } else { command };
        Self { target, command, size }
    }

    /// Returns a title for dialogs, such as `open a shell in shop/web`.
    #[must_use]
    pub fn title(&self) -> String {
        format!("open a shell in {}", self.target.service_label)
    }
}

impl SessionRequest for ShellRequest {
    const AUDIT_ACTION: &'static str = "exec";
    const AWS_NOTE: Option<&'static str> = Some(
        "if the cluster encrypts sessions, the call is made a second time, and AWS's session-manager-plugin runs it",
    );

    fn target(&self) -> &SessionTarget {
        &self.target
    }

    fn purpose(&self) -> String {
        let command: Vec<String> = self.command.iter().map(|word| shell_quote(word)).collect();
        format!("{} in", command.join(" "))
    }

    fn equivalent_command(&self, place: &OperationPlace) -> Option<String> {
        let SessionTarget { group, instance, container, .. } = &self.target;
        let command: Vec<String> = self.command.iter().map(|word| shell_quote(word)).collect();
        let command = command.join(" ");
        let prefix = &place.command_prefix;
        // Only AWS has regions.
        if place.region.is_none() {
            let terminal = if self.size.is_some() { "-it" } else { "-i" };
            return Some(format!("{prefix} exec {terminal} {} {command}", shell_quote(container)));
        }
        let cluster = shell_quote(group.as_deref()?);
        let task = shell_quote(instance.native_id(&self.target.source())?);
        let (container, command) = (shell_quote(container), shell_quote(&command));
        Some(format!(
            "{prefix} ecs execute-command --cluster {cluster} --task {task} --container {container} \
             --interactive --command {command}"
        ))
    }

    /// Returns only the name of the program, because arguments may contain secrets. If the first argument is
    /// a whole command line, returns its first word. Keeps only the name of an assignment such as
    /// `PASSWORD=…`.
    fn audit_purpose(&self) -> String {
        let program =
            self.command.first().and_then(|word| word.split_whitespace().next()).unwrap_or_default();
        match program.split_once('=') {
            Some((name, _)) => format!("{name}=… in"),
            None => format!("{program} in"),
        }
    }
}
