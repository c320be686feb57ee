//! Unhealthy: it runs, and its health check fails.

use super::{Draft, Evidence};
use crate::model::{Check, Severity, State};

pub(super) fn find(evidence: &Evidence<'_>, drafts: &mut Vec<Draft>) {
    for service in evidence.inventory.services() {
        let sick: Vec<_> =
            service.instances.iter().filter(|i| i.state == State::Running && i.check.failed()).collect();
        let Some(first) = sick.first() else { continue };
        let output = match &first.check {
            Check::Unhealthy { output: Some(output) } => format!(": {}", output.trim()),
            _ => String::new(),
        };
        let all = sick.len() == service.running();
        let severity = if all { Severity::Critical } else { Severity::Warning };
        let since = sick.iter().filter_map(|i| i.started).min();
        let reason = format!("health check fails on {} of {}{output}", sick.len(), service.running());
        drafts.push(Draft::of(service, severity, since, reason, "look at the check's output and its log"));
    }
}
