//! Unhealthy services: the health check of a running instance fails, or an instance stopped after its health
//! check had failed.

use crate::{
    diagnosis::{FindingDraft, RuleContext, count_label, wording::minimum_mark},
    model::{HealthCheckStatus, InstanceState, Severity},
};

pub(in crate::diagnosis) fn find(context: &RuleContext<'_>, drafts: &mut Vec<FindingDraft>) {
    for service in context.inventory.services() {
        let failing = || service.instances.iter().filter(|i| i.health_check.is_failing());
        let running = service.instances.iter().filter(|i| i.state == InstanceState::Running).count();
        let sick = failing().filter(|i| i.state == InstanceState::Running).count();
        let replaced = failing().filter(|i| i.state == InstanceState::Failed).count();
        let Some(first) = failing().next() else { continue };
        if sick + replaced == 0 {
            continue;
        }
        let output = match &first.health_check {
            HealthCheckStatus::Unhealthy { output: Some(output), .. } => format!(": {}", output.trim()),
            _ => String::new(),
        };
        let serving = service.instances.iter().filter(|i| i.is_serving()).count();
        let severity = if serving == 0 { Severity::Critical } else { Severity::Warning };
        let told = failing().filter_map(|i| {
            if let HealthCheckStatus::Unhealthy { since, .. } = i.health_check { since } else { None }
        });
        let replaced_at =
            failing().filter(|i| i.state == InstanceState::Failed).filter_map(|i| i.exit.as_ref()?.at);
        let since = told.chain(replaced_at).min();
        // The listed instances may be more than desired, because ECS replaces unhealthy tasks by others that
        // become unhealthy in turn. Only without a desired count do the listed instances count.
        let wanted = service.desired.map_or_else(
            || service.instances.iter().filter(|i| i.counts_toward_health()).count(),
            |desired| desired as usize,
        );
        let noun = service.kind.instance_noun();
        // The failing instances are not subtracted from the serving ones. They come in addition, as during a
        // deployment.
        let what = match (sick, replaced) {
            (0, replaced) => format!(
                "health check failed on {}{}, which {} stopped",
                minimum_mark(service),
                count_label(replaced, noun),
                if replaced == 1 { "has" } else { "have" }
            ),
            (sick, _) if sick < running && running > wanted => {
                format!("health check failing on {sick} of {running} {noun}s")
            }
            (sick, _) => format!("health check failing on {}", count_label(sick, noun)),
        };
        let reason = format!("{what}; {serving} of {wanted} serving{output}");
        drafts.push(FindingDraft::about_service(
            service,
            severity,
            since,
            reason,
            "check the output of the health check and the log",
        ));
    }
}
