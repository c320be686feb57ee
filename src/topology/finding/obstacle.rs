//! What could not be started: its image can't be fetched, or something else is in the way.

use super::{Draft, Evidence};
use crate::model::{Ending, Exit, Instance, Severity};

/// Those whose image can't be fetched.
pub(super) fn find_image(evidence: &Evidence<'_>, drafts: &mut Vec<Draft>) {
    find(evidence, drafts, |ending| ending == Ending::Image);
}

/// Those that something else keeps from starting.
pub(super) fn find_other(evidence: &Evidence<'_>, drafts: &mut Vec<Draft>) {
    find(evidence, drafts, |ending| ending.is_obstacle() && ending != Ending::Image);
}

fn find(evidence: &Evidence<'_>, drafts: &mut Vec<Draft>, which: impl Fn(Ending) -> bool) {
    for service in evidence.inventory.services() {
        let kept = |i: &&Instance| i.is_faulty() && i.exit.as_ref().is_some_and(|exit| which(exit.ending));
        let all: Vec<&Exit> =
            service.instances.iter().filter(kept).filter_map(|instance| instance.exit.as_ref()).collect();
        let Some(newest) = all.iter().max_by_key(|exit| exit.at) else { continue };
        let severity = if service.running() > 0 { Severity::Warning } else { Severity::Critical };
        let times = if all.len() > 1 { format!("; {} tries", all.len()) } else { String::new() };
        let said = newest.reason.as_ref().map(|reason| format!(": {reason}")).unwrap_or_default();
        let (what, next) = words(newest.ending);
        let since = all.iter().filter_map(|exit| exit.at).min();
        drafts.push(Draft::of(service, severity, since, format!("{what}{said}{times}"), next));
    }
}

/// What is in the way, and what to do about it.
fn words(ending: Ending) -> (&'static str, &'static str) {
    match ending {
        Ending::Image => (
            "its image can't be fetched",
            "check the image's name and tag, and the right and the way to fetch it",
        ),
        Ending::Secret => (
            "a secret or parameter can't be read",
            "check that it exists, and that the execution role may read it and has a way to it",
        ),
        Ending::Log => (
            "its log has nowhere to go",
            "make the log group, or give the execution role logs:CreateLogStream",
        ),
        Ending::Port => {
            ("a port that it publishes is taken", "find what listens there, or publish it at another port")
        }
        Ending::Volume => {
            ("a volume can't be mounted", "check the volume, its driver, and what it is mounted from")
        }
        Ending::Command => {
            ("its command can't be run", "check its command and entry point against the image")
        }
        _ => ("it can't be started", "read the reason, and look at its host"),
    }
}
