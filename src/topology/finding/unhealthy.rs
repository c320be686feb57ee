//! Unhealthy: it runs, and its health check fails.

use super::{Draft, Evidence};
use crate::model::{Check, Severity, State};

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
        let replaced_at = failing().filter(|i| i.state == State::Failed).filter_map(|i| i.exit.as_ref()?.at);
        let since = told.chain(replaced_at).min();
        // Sick tasks are replaced, and their successors are sick in turn: how many do serve stays the same.
        let wanted = service.desired.map_or_else(
            || service.instances.iter().filter(|i| i.is_current()).count(),
            |desired| desired as usize,
        );
        let reason = format!("health check fails, {serving} of {wanted} serve{output}");
        drafts.push(Draft::of(service, severity, since, reason, "look at the check's output and its log"));
    }
}
