//! Stopped and paused services. A stopped service is a finding if the last exit of its instances was
//! requested or due to a signal, or if running services call it. A completed job that no service calls is not
//! a finding.

use crate::{
    diagnosis::{FindingDraft, RuleContext, call_index::CallIndex, join_names},
    model::{EventKind, Exit, ExitCause, Health, Instance, InstanceState, NodeId, Service, Severity, Text},
};

pub(in crate::diagnosis) fn find(context: &RuleContext<'_>, drafts: &mut Vec<FindingDraft>) {
    let web = &context.calls;
    for service in context.inventory.services().filter(|s| Health::of_service(s) == Health::Stopped) {
        let callers = running_callers(web, context, service);
        let newest = service.instances.iter().filter_map(|i| i.exit.as_ref()).max_by_key(|exit| exit.at);
        let asked = newest.is_some_and(|exit| exit.cause == ExitCause::StopRequested);
        let scaled = service.desired == Some(0);
        let killed = newest.is_some_and(|exit| exit.cause == ExitCause::KilledBySignal);
        if callers.is_empty() && !asked && !killed {
            continue;
        }
        let what = match (scaled, asked) {
            (true, _) => "scaled to zero".to_owned(),
            (_, true) => format!("stopped on request{}", exit_code_suffix(newest)),
            (_, false) => {
                format!("exited: {}", newest.map_or_else(|| "no exit code".to_owned(), Exit::describe))
            }
        };
        let still = if callers.is_empty() {
            String::new()
        } else {
            let verb = if callers.len() == 1 { "calls" } else { "call" };
            format!(", but {} {verb} it", join_names(&callers))
        };
        let severity = if callers.is_empty() { Severity::Info } else { Severity::Critical };
        let next = "start it again if needed, or remove it from its callers' configuration";
        let since = newest.and_then(|exit| exit.at);
        drafts.push(FindingDraft::about_service(service, severity, since, format!("{what}{still}"), next));
    }
}

/// Returns the labels of the running services that call `service`.
fn running_callers(web: &CallIndex<'_>, context: &RuleContext<'_>, service: &Service) -> Vec<String> {
    let Some(number) = web.index_of(&NodeId::from(&service.id)) else { return Vec::new() };
    let runs = |caller: &&usize| {
        let node = context.topology.nodes.get(web.node_id(**caller));
        node.is_some_and(|node| node.is_service() && node.running > 0)
    };
    web.callers(number).iter().filter(runs).map(|caller| web.label(*caller)).collect()
}

/// Returns a comma and the exit code, or an empty text if the code is unknown.
fn exit_code_suffix(exit: Option<&Exit>) -> String {
    exit.and_then(|exit| exit.code).map(|code| format!(", exit code {code}")).unwrap_or_default()
}

/// Finds services with paused instances.
pub(in crate::diagnosis) fn find_paused(context: &RuleContext<'_>, drafts: &mut Vec<FindingDraft>) {
    for service in context.inventory.services() {
        let paused: Vec<&Instance> =
            service.instances.iter().filter(|i| i.state == InstanceState::Paused).collect();
        if paused.is_empty() {
            continue;
        }
        let names: Vec<Text> = paused.iter().map(|instance| instance.name.clone()).collect();
        let severity = if service.instances.iter().any(Instance::is_serving) {
            Severity::Warning
        } else {
            Severity::Critical
        };
        let verb = if paused.len() == 1 { "is" } else { "are" };
        let reason = format!("{} {verb} paused", join_names(&names));
        // The engine's API does not report when a pause started, but its events do. The newest pause event
        // belongs to the current pause.
        let held = |instance: &&Instance| {
            let events = context.inventory.snapshot(&service.source()).map(|snapshot| &snapshot.events);
            let pauses = events.into_iter().flatten().filter(|event| event.kind == EventKind::Pause);
            pauses.filter(|event| event.instance.as_ref() == Some(&instance.id)).map(|event| event.at).max()
        };
        let since = paused.iter().filter_map(held).min();
        drafts.push(FindingDraft::about_service(
            service,
            severity,
            since,
            reason,
            "resume it: docker unpause",
        ));
    }
}

#[cfg(test)]
mod tests {
    use crate::{
        diagnosis::tests::findings_of,
        model::{fixtures::*, *},
    };

    #[test]
    fn it_is_paused_since_it_was_paused_last() {
        let told = |one: &str, seconds, kind| Event {
            at: ago(seconds),
            service: service_id("web"),
            instance: Some(instance(one).id),
            kind,
            text: String::new().into(),
        };
        let held = Instance { state: InstanceState::Paused, ..instance("web-1") };
        let web = Service { instances: vec![held, instance("web-2")], ..service("web") };
        let mut seen = snapshot("docker", vec![web]);
        seen.events = vec![
            told("web-1", 900, EventKind::Pause),
            told("web-1", 800, EventKind::Unpause),
            told("web-1", 300, EventKind::Pause),
            told("web-2", 200, EventKind::Pause),
            told("web-2", 100, EventKind::Unpause),
        ];
        let mut inventory = Inventory::default();
        inventory.replace_snapshot(std::sync::Arc::new(seen));
        let paused = findings_of(&inventory).remove(0);
        assert_eq!((paused.reason.as_str(), paused.since), ("web-1 is paused", Some(ago(300))));
    }
}
