//! Stopped: nothing of it runs since somebody told it to stop, or since it ended without an error, and others call it.
//!
//! A job that has done its work and that nobody calls is no finding.

use super::{Draft, Evidence, listed, web::Web};
use crate::model::{Ending, EventKind, Exit, Health, Instance, NodeId, Service, Severity, State, Text};

pub(super) fn find(evidence: &Evidence<'_>, drafts: &mut Vec<Draft>) {
    let web = &evidence.web;
    for service in evidence.inventory.services().filter(|s| Health::of(s) == Health::Stopped) {
        let callers = callers(web, evidence, service);
        let newest = service.instances.iter().filter_map(|i| i.exit.as_ref()).max_by_key(|exit| exit.at);
        let asked = newest.is_some_and(|exit| exit.ending == Ending::Asked);
        let scaled = service.desired == Some(0);
        let killed = newest.is_some_and(|exit| exit.ending == Ending::Killed);
        if callers.is_empty() && !asked && !killed {
            continue;
        }
        let what = match (scaled, asked) {
            (true, _) => "none is wanted and none runs".to_owned(),
            (_, true) => format!("was told to stop{}", code(newest)),
            (_, false) => format!("ended: {}", newest.map_or_else(|| "no exit code".to_owned(), Exit::words)),
        };
        let still =
            if callers.is_empty() { String::new() } else { format!(", and {} calls it", listed(&callers)) };
        let severity = if callers.is_empty() { Severity::Info } else { Severity::Critical };
        let next = "start it again if it is needed, or take it out of what its callers are told";
        let since = newest.and_then(|exit| exit.at);
        drafts.push(Draft::of(service, severity, since, format!("{what}{still}"), next));
    }
}

/// Who calls it and has something that runs, by name.
fn callers(web: &Web<'_>, evidence: &Evidence<'_>, service: &Service) -> Vec<String> {
    let Some(number) = web.number(&NodeId::from(&service.id)) else { return Vec::new() };
    let runs = |caller: &&usize| {
        let node = evidence.topology.nodes.get(web.id(**caller));
        node.is_some_and(|node| node.is_service() && node.running > 0)
    };
    web.callers(number).iter().filter(runs).map(|caller| web.label(*caller)).collect()
}

fn code(exit: Option<&Exit>) -> String {
    exit.and_then(|exit| exit.code).map(|code| format!(", exit code {code}")).unwrap_or_default()
}

/// Those that the engine holds.
pub(super) fn find_paused(evidence: &Evidence<'_>, drafts: &mut Vec<Draft>) {
    for service in evidence.inventory.services() {
        let paused: Vec<&Instance> = service.instances.iter().filter(|i| i.state == State::Paused).collect();
        if paused.is_empty() {
            continue;
        }
        let names: Vec<Text> = paused.iter().map(|instance| instance.name.clone()).collect();
        let severity = if service.instances.iter().any(Instance::serves) {
            Severity::Warning
        } else {
            Severity::Critical
        };
        let verb = if paused.len() == 1 { "is" } else { "are" };
        let reason = format!("{} {verb} paused", listed(&names));
        // An engine's answer does not say since when; its events do, while they are heard. Of one that is held now, the
        // newest is of this hold.
        let held = |instance: &&Instance| {
            let events = evidence.inventory.snapshot(&service.source()).map(|snapshot| &snapshot.events);
            let pauses = events.into_iter().flatten().filter(|event| event.kind == EventKind::Pause);
            pauses.filter(|event| event.instance.as_ref() == Some(&instance.id)).map(|event| event.at).max()
        };
        let since = paused.iter().filter_map(held).min();
        drafts.push(Draft::of(service, severity, since, reason, "let it go on: docker unpause"));
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::of;
    use crate::model::{sample::*, *};

    #[test]
    fn it_is_paused_since_it_was_paused_last() {
        let told = |one: &str, seconds, kind| Event {
            at: ago(seconds),
            service: id("web"),
            instance: Some(instance(one).id),
            kind,
            text: String::new().into(),
        };
        let held = Instance { state: State::Paused, ..instance("web-1") };
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
        inventory.replace(std::sync::Arc::new(seen));
        let paused = of(&inventory).remove(0);
        assert_eq!((paused.reason.as_str(), paused.since), ("web-1 is paused", Some(ago(300))));
    }
}
