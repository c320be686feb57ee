//! Failed starts: an instance could not start, because its image can't be pulled or for another reason.

use crate::{
    diagnosis::{FindingDraft, RuleContext, wording::minimum_mark},
    model::{Exit, ExitCause, Instance, Severity},
};

/// Finds services whose image can't be pulled.
pub(in crate::diagnosis) fn find_image_pull(context: &RuleContext<'_>, drafts: &mut Vec<FindingDraft>) {
    find(context, drafts, |ending| ending == ExitCause::ImagePullFailed);
}

/// Finds services that fail to start for any reason other than a failed image pull.
pub(in crate::diagnosis) fn find_other(context: &RuleContext<'_>, drafts: &mut Vec<FindingDraft>) {
    find(context, drafts, |ending| ending.is_start_failure() && ending != ExitCause::ImagePullFailed);
}

/// Adds a draft for each service with failed starts whose cause satisfies `which`.
fn find(context: &RuleContext<'_>, drafts: &mut Vec<FindingDraft>, which: impl Fn(ExitCause) -> bool) {
    for service in context.inventory.services() {
        let kept = |i: &&Instance| i.is_faulty() && i.exit.as_ref().is_some_and(|exit| which(exit.cause));
        let all: Vec<&Exit> =
            service.instances.iter().filter(kept).filter_map(|instance| instance.exit.as_ref()).collect();
        let Some(newest) = all.iter().max_by_key(|exit| exit.at) else { continue };
        let severity = if service.running() > 0 { Severity::Warning } else { Severity::Critical };
        let times = if all.len() > 1 {
            format!("; {}{} attempts", minimum_mark(service), all.len())
        } else {
            String::new()
        };
        let said = newest.reason.as_ref().map(|reason| format!(": {reason}")).unwrap_or_default();
        let (what, next) = describe_cause(newest.cause);
        let since = all.iter().filter_map(|exit| exit.at).min();
        drafts.push(FindingDraft::about_service(
            service,
            severity,
            since,
            format!("{what}{said}{times}"),
            next,
        ));
    }
}

/// Describes the cause of a failed start. Returns the problem and the next step for the user.
pub(super) fn describe_cause(ending: ExitCause) -> (&'static str, &'static str) {
    match ending {
        ExitCause::ImagePullFailed => (
            "image pull failed",
            "check the image's name and tag, the registry permissions and the network route to the registry",
        ),
        ExitCause::SecretUnavailable => (
            "a secret or parameter can't be read",
            "check that it exists, and that the execution role may read it and has a network route to it",
        ),
        ExitCause::LogDestinationMissing => (
            "log destination missing",
            "create the log group, or grant the execution role logs:CreateLogStream",
        ),
        ExitCause::PortInUse => (
            "published port already in use",
            "find the process that listens on the port, or publish another one",
        ),
        ExitCause::VolumeMountFailed => {
            ("volume mount failed", "check the volume, its driver and its mount source")
        }
        ExitCause::CommandNotRunnable => {
            ("command not found or not executable", "check its command and entry point against the image")
        }
        ExitCause::AddressInUse => (
            "IP address already in use",
            "find the container with the same fixed address, or choose another address",
        ),
        ExitCause::NetworkMissing => {
            ("network missing", "create the network, or create the container again on another one")
        }
        ExitCause::UserMissing => (
            "user or group not in the image",
            "check the container's user against the users and groups of the image",
        ),
        _ => ("start failed", "read the reason and check the host"),
    }
}
