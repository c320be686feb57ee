//! Findings from log signals: a stream has fallen silent, or a log group does not exist. Portolan reads no
//! logs for these rules. Only logs that the user reads give signals.

use crate::{
    diagnosis::{FindingDraft, LogSignalKind, RuleContext, join_names},
    model::{InstanceState, Service, ServiceId, Severity, SourceState, Timestamp},
};
use jiff::SignedDuration;
use std::collections::BTreeMap;

/// Time for which a missing log group is reported after the last failed attempt to read it.
const MAX_MISSING_GROUP_AGE: SignedDuration = SignedDuration::from_mins(15);
/// Minimum run time of an instance before its missing log group is reported, because the first log line of
/// the instance may create the group.
const MIN_RUN_TIME: SignedDuration = SignedDuration::from_mins(2);

/// Finds services whose log has fallen silent.
pub(in crate::diagnosis) fn find_silent(context: &RuleContext<'_>, drafts: &mut Vec<FindingDraft>) {
    for sign in context.log_signals {
        let LogSignalKind::Silent {
            instance,
            last_line_at: last,
            last_line_received_at: since,
            steady_for: steady,
            longest_pause: longest,
        } = &sign.kind
        else {
            continue;
        };
        let Some(service) = context.inventory.service(&sign.service) else { continue };
        // A restart or a deployment would explain the silence.
        let runs_on = service.instances.iter().any(|i| {
            i.id == *instance
                && i.state == InstanceState::Running
                && i.started.is_none_or(|started| started <= *last)
        });
        if !runs_on || service.is_deploying() || !source_read_since(context, service, *since) {
            continue;
        }
        let minutes = |span: &SignedDuration| span.as_mins();
        let reason = format!(
            "no log lines from {} for {} min; before that steady for {} min, at most {} s apart",
            sign.label,
            minutes(&context.now.duration_since(*since)),
            minutes(steady),
            longest.as_secs().max(1)
        );
        let next = "check whether it hangs or is idle";
        drafts.push(FindingDraft::about_service(service, Severity::Info, Some(*since), reason, next));
    }
}

/// Returns true if Portolan has read the service's source after `since`. If it has not, the source may be
/// unreachable.
fn source_read_since(context: &RuleContext<'_>, service: &Service, since: Timestamp) -> bool {
    let source = service.source();
    let mut statuses = context.sources.iter().filter(|status| status.id == source);
    statuses.any(|status| {
        status.state == SourceState::Live
            && (status.pushes_changes || status.last_read.is_some_and(|at| at > since))
    })
}

/// Finds running services whose log group does not exist.
pub(in crate::diagnosis) fn find_missing_log_group(
    context: &RuleContext<'_>,
    drafts: &mut Vec<FindingDraft>,
) {
    let mut places: BTreeMap<&ServiceId, Vec<(Timestamp, String)>> = BTreeMap::new();
    for sign in context.log_signals {
        if let LogSignalKind::LogGroupMissing { reported_at: at } = sign.kind
            && context.now.duration_since(at) <= MAX_MISSING_GROUP_AGE
        {
            places.entry(&sign.service).or_default().push((at, sign.label.to_string()));
        }
    }
    for (id, places) in places {
        let Some(service) = context.inventory.service(id) else { continue };
        let told = places.iter().map(|(at, _)| *at).max();
        let settled = |started| told.is_some_and(|at| at.duration_since(started) >= MIN_RUN_TIME);
        let mut running = service.instances.iter().filter(|i| i.state == InstanceState::Running);
        if !running.any(|instance| instance.started.is_some_and(settled)) {
            continue;
        }
        let names: Vec<String> = places.into_iter().map(|(_, name)| name).collect();
        let (noun, verb) = if names.len() == 1 { ("group", "does") } else { ("groups", "do") };
        let reason =
            format!("running, but log {noun} {} {verb} not exist: its output is lost", join_names(&names));
        let next = "create the log group, or set awslogs-create-group and allow logs:CreateLogGroup";
        drafts.push(FindingDraft::about_service(service, Severity::Info, None, reason, next));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        diagnosis::{LogSignal, OutageTracker, RuleContext, RuleInput, findings, tests::rule_input},
        model::{Instance, SourceId, SourceStatus, fixtures::*},
        topology::infer,
    };

    /// Returns the findings from one signal about a service that started `started` seconds ago. Its source
    /// was read `read` seconds ago.
    fn found(started: i64, told: LogSignalKind, read: i64) -> Vec<String> {
        let web = Instance { started: Some(ago(started)), ..instance("web") };
        let inventory = inventory(vec![Service { instances: vec![web], ..service("web") }]);
        let topology = infer(&inventory);
        let mut status = SourceStatus::new(SourceId::new("docker"), "docker", String::new());
        status.record_success(ago(read), &[]);
        let signs = [LogSignal { service: service_id("web"), label: "web".into(), kind: told }];
        let estate = RuleInput {
            log_signals: &signs,
            sources: std::slice::from_ref(&status),
            ..rule_input(&inventory, &topology)
        };
        let all = findings(&RuleContext::new(estate, OutageTracker::default(), ago(0)));
        all.into_iter().map(|f| format!("{} {} {}", f.kind, f.severity.as_str(), f.reason)).collect()
    }

    #[test]
    fn a_silence_counts_where_it_runs_on_and_its_source_is_read() {
        let silent = || LogSignalKind::Silent {
            instance: instance("web").id,
            last_line_at: ago(900),
            last_line_received_at: ago(900),
            steady_for: SignedDuration::from_mins(45),
            longest_pause: SignedDuration::from_secs(12),
        };
        let told = "log-silence info no log lines from web for 15 min; before that steady for 45 min, at \
                    most 12 s apart";
        assert_eq!(found(7_200, silent(), 5), [told]);
        assert_eq!(found(600, silent(), 5), Vec::<String>::new(), "it was started again since");
        assert_eq!(found(7_200, silent(), 1_000), Vec::<String>::new(), "its source was not read since");
    }

    #[test]
    fn a_log_without_a_place_is_told_of_what_runs_for_a_while() {
        let absent = |at| LogSignalKind::LogGroupMissing { reported_at: ago(at) };
        let told = "log-missing info running, but log group web does not exist: its output is lost";
        assert_eq!(found(600, absent(60), 5), [told]);
        assert_eq!(found(90, absent(60), 5), Vec::<String>::new(), "its first line may make it");
        assert_eq!(found(7_200, absent(1_000), 5), Vec::<String>::new(), "nobody has looked since");
    }
}
