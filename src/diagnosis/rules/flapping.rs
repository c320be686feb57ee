//! Flapping services: an instance that runs now has restarted several times lately, or a health check keeps
//! alternating between passing and failing.

use crate::{
    diagnosis::{FindingDraft, RuleContext, restart_counts::RECENT_PERIOD},
    model::{
        Event, EventKind, Exit, ExitCause, Instance, InstanceId, InstanceState, ServiceId, Severity,
        Timestamp,
    },
};
use std::collections::BTreeMap;

/// Minimum number of recent restarts for an instance to count as flapping.
const MIN_RESTARTS: u32 = 3;

/// Minimum number of times that a health check returns to its previous state. The sequence failing, passing,
/// failing, passing has two returns.
const MIN_REVERSALS: usize = 2;

pub(in crate::diagnosis) fn find(context: &RuleContext<'_>, drafts: &mut Vec<FindingDraft>) {
    let flips = health_reversals(context);
    for service in context.inventory.services() {
        let lately = |at: Timestamp| context.now.duration_since(at) <= RECENT_PERIOD;
        let unsteady = |instance: &&Instance| {
            let exit = instance.exit.as_ref().filter(|exit| exit.cause != ExitCause::StopRequested);
            let ended = exit.and_then(|exit| exit.at).is_some_and(lately);
            instance.state == InstanceState::Running
                && ended
                && context.recent_restarts(instance) >= MIN_RESTARTS
        };
        let restarted = service.instances.iter().find(unsteady);
        let (reason, since) = match (restarted, flips.get(&service.id)) {
            (Some(instance), _) => {
                let how = instance.exit.as_ref().map(Exit::describe).unwrap_or_default();
                let reason = format!(
                    "{} restarted {} times within {} min, most recently after {how}; currently running",
                    instance.name,
                    context.recent_restarts(instance),
                    RECENT_PERIOD.as_mins()
                );
                (reason, None)
            }
            (None, Some((first, returns))) => {
                let changes = returns + 2;
                (format!("health check flapping: {changes} changes"), Some(*first))
            }
            (None, None) => continue,
        };
        let next = "check its log at the times in the timeline, and the thresholds of its health check";
        drafts.push(FindingDraft::about_service(service, Severity::Warning, since, reason, next));
    }
}

/// Returns the services whose health checks recently alternated, with the time of the first change and the
/// number of returns to the previous state. If several instances of a service alternated, the one with the
/// most returns counts. Instances are examined one by one, because three instances that each changed once are
/// not flapping. If the events name no instance, their texts tell the instances apart.
fn health_reversals<'a>(context: &RuleContext<'a>) -> BTreeMap<&'a ServiceId, (Timestamp, usize)> {
    let mut said: BTreeMap<(&ServiceId, Option<&InstanceId>), Vec<&Event>> = BTreeMap::new();
    let events = context.inventory.snapshots().flat_map(|snapshot| &snapshot.events);
    let lately = |event: &&Event| context.now.duration_since(event.at) <= RECENT_PERIOD;
    for event in events.filter(|event| event.kind == EventKind::Health).filter(lately) {
        said.entry((&event.service, event.instance.as_ref())).or_default().push(event);
    }
    let mut flips: BTreeMap<&ServiceId, (Timestamp, usize)> = BTreeMap::new();
    for ((service, _), mut events) in said {
        events.sort_by_key(|event| event.at);
        let returns = events
            .windows(3)
            .filter(|three| three[0].text == three[2].text && three[0].text != three[1].text);
        let count = returns.count();
        let worst = flips.get(service).map_or(0, |(_, count)| *count);
        if count >= MIN_REVERSALS && count > worst {
            flips.insert(service, (events[0].at, count));
        }
    }
    flips
}

#[cfg(test)]
mod tests {
    use crate::{
        diagnosis::tests::finding_lines_with_events,
        model::{fixtures::*, *},
    };

    fn back(restarts: u32, minutes: i64) -> Vec<String> {
        let exit = Exit { code: Some(1), at: Some(ago(60 * minutes)), ..Exit::default() };
        let made = Some(ago(60 * minutes + 300));
        let web = Instance { restarts, created: made, exit: Some(exit), ..instance("web") };
        finding_lines_with_events(vec![Service { instances: vec![web], ..service("web") }], Vec::new())
    }

    #[test]
    fn what_was_started_again_often_and_lately_is_told() {
        assert_eq!(
            back(4, 3),
            [
                "flapping warning web restarted 4 times within 15 min, most recently after exit code 1; currently running"
            ]
        );
        assert_eq!(
            back(4, 0),
            ["crash-loop critical crash loop: exit code 1; 4 restarts"],
            "it may end at once"
        );
        assert_eq!(back(4, 20), Vec::<String>::new(), "it has held since");
        assert_eq!(back(1, 0), Vec::<String>::new(), "once is an accident");
    }

    #[test]
    fn a_check_that_changes_its_mind_again_and_again_is_told() {
        // The events are one minute apart. Each text begins with the instance's name.
        let said = |words: &[&str]| {
            let event = |(number, text): (usize, &&str)| Event {
                at: ago(600 - 60 * number as i64),
                service: service("web").id,
                instance: text.split_once(' ').map(|(name, _)| InstanceId::new(format!("docker/{name}"))),
                kind: EventKind::Health,
                text: (*text).into(),
            };
            finding_lines_with_events(vec![service("web")], words.iter().enumerate().map(event).collect())
        };
        let (up, down) = ("web is healthy", "web is unhealthy");
        assert_eq!(said(&[down, up, down, up]), ["flapping warning health check flapping: 4 changes"]);
        assert_eq!(said(&[up, down, up]), Vec::<String>::new());
        let flapping = ["flapping warning health check flapping: 4 changes"];
        let (a, b) = (["a is unhealthy", "a is healthy"], ["b is unhealthy", "b is healthy"]);
        assert_eq!(said(&[a[0], b[0], a[1], b[1], a[0], b[0], a[1], b[1]]), flapping, "two side by side");
        let c = ["c is unhealthy", "c is healthy"];
        let once = [a[0], b[0], c[0], a[1], b[1], c[1]];
        assert_eq!(said(&once), Vec::<String>::new(), "each of three once");
        assert_eq!(said(&[a[0], a[1], b[0], b[1], c[0], c[1]]), Vec::<String>::new(), "one after the other");
    }
}
