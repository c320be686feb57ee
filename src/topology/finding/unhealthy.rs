//! Unhealthy: it runs, and its health check fails.

use super::{Draft, Evidence};
use crate::model::{Check, Instance, Severity, State};

pub(super) fn find(evidence: &Evidence<'_>, drafts: &mut Vec<Draft>) {
    for service in evidence.inventory.services() {
        let failing = || service.instances.iter().filter(|i| i.check.failed());
        let sick = failing().filter(|i| i.state == State::Running).count();
        let replaced = failing().filter(|i| i.state == State::Failed).count();
        let Some(first) = failing().next() else { continue };
        if sick + replaced == 0 {
            continue;
        }
        let output = match &first.check {
            Check::Unhealthy { output: Some(output), .. } => format!(": {}", output.trim()),
            _ => String::new(),
        };
        let serving = service.instances.iter().filter(|i| i.serves()).count();
        let severity = if serving == 0 { Severity::Critical } else { Severity::Warning };
        let told =
            failing().filter_map(|i| if let Check::Unhealthy { since, .. } = i.check { since } else { None });
        // A task that a check replaced has failed it for most of its short life. Of one that runs that is a guess, and what
        // was watched needs none.
        let guess = |i: &&Instance| i.state == State::Failed || !evidence.lasting.is_watching(&service.id);
        let since = told.min().or_else(|| failing().filter(guess).filter_map(|i| i.started).min());
        let ended = if replaced > 0 { format!(", {replaced} replaced for that") } else { String::new() };
        let reason = if sick > 0 {
            format!("health check fails on {sick} of {} running{ended}{output}", service.running())
        } else {
            format!("health check failed on {replaced}, which were replaced for that{output}")
        };
        drafts.push(Draft::of(service, severity, since, reason, "look at the check's output and its log"));
    }
}
