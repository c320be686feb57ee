//! Arguments of the commands that act on services.

use super::{Format, candidates};
use crate::operation::{ForwardedPorts, OPERATION_TABLE, OperationKind};
use clap::Args;
use clap_complete::ArgValueCandidates;

/// Arguments of `act`.
#[derive(Debug, Args)]
pub struct ActArgs {
    /// Action: restart, stop, start, kill, pause or unpause; for ECS restart, scale, rollback, continue, stop-task,
    /// protect or unprotect
    #[arg(value_parser = parse_operation, value_name = "ACTION")]
    pub operation: OperationKind,
    /// Services, compose projects or instances, by name, group/name or full id
    #[arg(required = true, value_name = "TARGET")]
    pub targets: Vec<String>,
    /// Number of tasks, for scale
    #[arg(long, value_name = "N")]
    pub count: Option<u32>,
    /// Print the plan and do nothing
    #[arg(long)]
    pub plan: bool,
    /// Carry out the plan without asking
    #[arg(long, conflicts_with = "plan")]
    pub yes: bool,
    /// Confirmation for a protected source: the service's name, or the source's id if several services are affected
    #[arg(long, value_name = "NAME", requires = "yes")]
    pub confirm: Option<String>,
    /// Reason for the audit log, and for ECS if it stops a task
    #[arg(long, value_name = "TEXT")]
    pub reason: Option<String>,
    /// Wait until the change has taken effect; exit code 5 if it does not
    #[arg(long)]
    pub watch: bool,
    /// Output format
    #[arg(long, default_value = "table")]
    pub format: Format,
}

/// Arguments of `exec`.
#[derive(Debug, Args)]
pub struct ExecArgs {
    /// Container, confirmation and reason.
    #[command(flatten)]
    pub session: SessionArgs,
    /// Command with its arguments (default: /bin/sh)
    #[arg(last = true, value_name = "COMMAND")]
    pub command: Vec<String>,
}

/// Arguments of `forward`.
#[derive(Debug, Args)]
pub struct ForwardArgs {
    /// Container, confirmation and reason.
    #[command(flatten)]
    pub session: SessionArgs,
    /// Port of the container, also the local port; or LOCAL:PORT, or LOCAL:HOST:PORT for a host that the container
    /// reaches. :PORT takes any free local port
    #[arg(value_name = "PORT")]
    pub ports: ForwardedPorts,
}

/// Arguments that all commands with a session in a container take.
#[derive(Debug, Args)]
pub struct SessionArgs {
    /// Service, by name, group/name or full id
    #[arg(value_name = "SERVICE", add = ArgValueCandidates::new(candidates::services))]
    pub service: String,
    /// Instance, by name, id or beginning of the id (default: the first running one)
    #[arg(long, value_name = "NAME")]
    pub instance: Option<String>,
    /// Container of the instance (default: the first)
    #[arg(long, value_name = "NAME")]
    pub container: Option<String>,
    /// Start without asking
    #[arg(long)]
    pub yes: bool,
    /// Confirmation for a protected source: the service's name
    #[arg(long, value_name = "NAME", requires = "yes")]
    pub confirm: Option<String>,
    /// Reason for the audit log
    #[arg(long, value_name = "TEXT")]
    pub reason: Option<String>,
}

/// Parses a kind of operation by its id.
fn parse_operation(text: &str) -> Result<OperationKind, String> {
    let known: Vec<_> = OPERATION_TABLE.iter().map(|spec| spec.id).collect();
    OperationKind::named(text).ok_or_else(|| format!("possible values: {}", known.join(", ")))
}
