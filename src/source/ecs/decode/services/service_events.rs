//! Events of a service: the messages of ECS without repeated steady states, one event for each deployment,
//! and one for each stopped task.

use crate::{
    model::{
        Deployment, Event, EventKind, ExitCause, Instance, InstanceId, InstanceState, ServiceId, SourceId,
    },
    source::ecs::decode::text::{clean_sentence, to_timestamp},
};
use aws_sdk_ecs::types as sdk;

/// Maximum number of events that Portolan keeps for a service, newest first.
const MAX_KEPT_EVENTS: usize = 20;

/// Returns the events of one service: the messages of ECS, the starts of its deployments, and its stopped
/// tasks.
pub(crate) fn service_events(
    id: &ServiceId,
    raw: &[sdk::ServiceEvent],
    deployments: &[Deployment],
    instances: &[Instance],
) -> Vec<Event> {
    let mut found = decode_events(id, raw);
    found.retain(|event| !is_redundant(event, instances));
    found.extend(deployments.iter().filter_map(|d| {
        let difference = d.describe_changes().map(|words| format!("; {words}")).unwrap_or_default();
        let text = format!("deployment of {} started{difference}", d.version);
        Some(Event {
            at: d.created?,
            service: id.clone(),
            instance: None,
            kind: EventKind::Deployment,
            text: text.into(),
        })
    }));
    found.extend(stop_events(id, instances));
    found
}

/// Returns an event for each stopped task, with the reason for the stop. The messages of ECS do not contain
/// the reason.
pub(crate) fn stop_events(id: &ServiceId, instances: &[Instance]) -> Vec<Event> {
    let ended =
        instances.iter().filter(|i| matches!(i.state, InstanceState::Failed | InstanceState::Stopped));
    let event = |instance: &Instance| {
        let exit = instance.exit.as_ref()?;
        let reason = exit.reason_text().unwrap_or_else(|| "no reason given".to_owned());
        let text = format!("task {} stopped: {reason}", instance.name);
        let kind =
            if exit.cause == ExitCause::OutOfMemory { EventKind::OutOfMemory } else { EventKind::Stop };
        Some(Event {
            at: exit.at?,
            service: id.clone(),
            instance: Some(instance.id.clone()),
            kind,
            text: text.into(),
        })
    };
    ended.filter_map(event).collect()
}

/// Returns true if an event is redundant: it reports a stop or a failed health check, and each task in its
/// text has a stop event as well.
fn is_redundant(event: &Event, instances: &[Instance]) -> bool {
    let mut named = event.text.split("(task ").skip(1).map(|rest| rest.split(')').next().unwrap_or(rest));
    let ended = |name: &str| {
        instances.iter().any(|i| i.name == name && i.exit.as_ref().is_some_and(|exit| exit.at.is_some()))
    };
    let of_an_end = matches!(event.kind, EventKind::Stop | EventKind::Health);
    of_an_end && event.text.contains("(task ") && named.all(ended)
}

fn decode_events(id: &ServiceId, raw: &[sdk::ServiceEvent]) -> Vec<Event> {
    let event = |event: &sdk::ServiceEvent| {
        let whole = clean_sentence(event.message()).unwrap_or_default();
        let (text, instance) = (shorten_task_ids(&whole), single_task(id, &whole));
        Some(Event {
            at: to_timestamp(event.created_at())?,
            service: id.clone(),
            instance,
            kind: event_kind(&text),
            text: text.into(),
        })
    };
    raw.iter().filter_map(event).collect()
}

/// Returns the task that `text` names. Returns `None` if `text` names no task or several tasks.
fn single_task(service: &ServiceId, text: &str) -> Option<InstanceId> {
    let mut tasks = text.split("(task ").skip(1).filter_map(|rest| rest.split(')').next());
    let only = tasks.next().filter(|_| tasks.next().is_none())?;
    Some(InstanceId::of(&SourceId::from(service), only))
}

/// Shortens the task ids in `text` from 32 to 8 digits, as Portolan shows them elsewhere.
fn shorten_task_ids(text: &str) -> String {
    let task = |word: &str| word.len() == 32 && word.bytes().all(|b| b.is_ascii_hexdigit());
    let parts = text.split_inclusive(|c: char| !c.is_ascii_alphanumeric());
    parts
        .map(|part| {
            let word = part.trim_end_matches(|c: char| !c.is_ascii_alphanumeric());
            if task(word) { format!("{}{}", &word[..8], &part[32..]) } else { part.to_owned() }
        })
        .collect()
}

/// Drops repeated steady states, and all but the newest [`MAX_KEPT_EVENTS`] events. ECS sends a hundred
/// events for each service, which make up most of the response.
///
/// ECS repeats the steady state event every few hours. Of consecutive steady state events, only the oldest
/// stays, because it marks the end of a change. The last steady state and the first later event about a task
/// always stay, because they show since when a service is not steady.
pub(crate) fn compact_events(mut raw: Vec<sdk::ServiceEvent>) -> Vec<sdk::ServiceEvent> {
    raw.sort_by_key(|e| std::cmp::Reverse(to_timestamp(e.created_at())));
    let steady: Vec<bool> = raw.iter().map(|e| is_steady_state(e.message().unwrap_or_default())).collect();
    let repeats = |index: usize| steady[index] && steady.get(index + 1) == Some(&true);
    let mut index = 0;
    raw.retain(|_| {
        index += 1;
        !repeats(index - 1)
    });
    let steady = raw.iter().position(|e| is_steady_state(e.message().unwrap_or_default()));
    let first = steady.and_then(|steady| raw[..steady].iter().rposition(affects_tasks));
    let first_failure = steady.and_then(|steady| raw[..steady].iter().rposition(reports_failure));
    let mut index = 0;
    raw.retain(|_| {
        index += 1;
        index <= MAX_KEPT_EVENTS || [steady, first, first_failure].contains(&Some(index - 1))
    });
    raw.shrink_to_fit();
    raw
}

/// Returns true if the event reports a start, stop, health check or placement of tasks. The first of these
/// events after a steady state marks the start of an outage.
pub(in crate::source::ecs::decode) fn affects_tasks(event: &sdk::ServiceEvent) -> bool {
    let kind = event_kind(event.message().unwrap_or_default());
    matches!(kind, EventKind::Start | EventKind::Stop | EventKind::Health | EventKind::Placement)
}

/// Returns true if the event reports a failed health check, or a task that ECS could not place.
pub(in crate::source::ecs::decode) fn reports_failure(event: &sdk::ServiceEvent) -> bool {
    let kind = event_kind(event.message().unwrap_or_default());
    matches!(kind, EventKind::Health | EventKind::Placement)
}

/// Returns true if the event text reports a steady state.
pub(in crate::source::ecs::decode) fn is_steady_state(text: &str) -> bool {
    text.contains("reached a steady state")
}

/// Returns the kind of an event, derived from the fixed parts of ECS's messages ("Amazon ECS service event
/// messages", developer guide).
fn event_kind(text: &str) -> EventKind {
    let has = |words: &[&str]| words.iter().any(|w| text.contains(w));
    if has(&["unhealthy", "health check"]) {
        EventKind::Health
    } else if has(&["unable to place a task"]) {
        EventKind::Placement
    } else if has(&["has started", "has begun"]) && !has(&["deployment"]) {
        EventKind::Start
    } else if has(&["has stopped", "draining"]) {
        EventKind::Stop
    } else if has(&["deployment", "rolling back", "steady state"]) {
        EventKind::Deployment
    } else if has(&["desired count", "scaling"]) {
        EventKind::Scaling
    } else {
        EventKind::Message
    }
}

#[cfg(test)]
mod tests {
    use super::{compact_events, event_kind, service_events, shorten_task_ids};
    use crate::model::{EventKind, Exit, Instance, InstanceId, InstanceState, ServiceId, fixtures};
    use aws_sdk_ecs::{primitives::DateTime, types::ServiceEvent};

    fn event(second: i64, message: &str) -> ServiceEvent {
        ServiceEvent::builder().created_at(DateTime::from_secs(second)).message(message).build()
    }

    #[test]
    fn a_repeated_steady_state_is_kept_once() {
        let steady = "(service a) has reached a steady state.";
        let raw = vec![
            event(40, steady),
            event(30, steady),
            event(20, steady),
            event(10, "(service a) has started 1 tasks: (task 1)."),
        ];
        let told = service_events(&ServiceId::new("ecs/c/a"), &compact_events(raw), &[], &[]);
        let times: Vec<i64> = told.iter().map(|e| e.at.as_second()).collect();
        assert_eq!(times, [20, 10]);
        let instances: Vec<_> = told.iter().map(|e| e.instance.as_ref().map(InstanceId::as_str)).collect();
        assert_eq!(instances, [None, Some("ecs/1")], "whom it is about, where it names one");
    }

    #[test]
    fn the_last_steady_state_and_what_followed_it_first_stay() {
        let started = "(service a) has started 1 tasks: (task 1).";
        let mut raw = vec![event(1, "(service a) has reached a steady state.")];
        raw.extend([event(2, "(service a) (deployment ecs-svc/1) deployment completed."), event(3, started)]);
        raw.extend((10..60).map(|second| event(second, started)));
        let mut times: Vec<i64> =
            compact_events(raw).iter().map(|e| e.created_at().unwrap().secs()).collect();
        times.sort_unstable();
        assert_eq!((times[0], times[1], times[2], times.len()), (1, 3, 40, 22));
    }

    #[test]
    fn tasks_are_named_as_short_as_elsewhere() {
        let text = "(service a) has started 1 tasks: (task 90acc58b4206b2fc335e15b28913881b).";
        assert_eq!(shorten_task_ids(text), "(service a) has started 1 tasks: (task 90acc58b).");
        assert_eq!(
            shorten_task_ids("(deployment ecs-svc/7052260320167280376)é"),
            "(deployment ecs-svc/7052260320167280376)é"
        );
    }

    #[test]
    fn kinds_follow_the_sentences() {
        assert_eq!(event_kind("(service a) has started 1 tasks: (task 1)."), EventKind::Start);
        assert_eq!(event_kind("(service a) has stopped 1 running tasks: (task 1)."), EventKind::Stop);
        assert_eq!(event_kind("(service a) (task 1) failed container health checks."), EventKind::Health);
        assert_eq!(
            event_kind("(service a) (deployment ecs-svc/1) deployment completed."),
            EventKind::Deployment
        );
        assert_eq!(event_kind("(service a) was unable to place a task."), EventKind::Placement);
        assert_eq!(event_kind("(service a) is unable to consistently start tasks."), EventKind::Message);
    }

    #[test]
    fn a_stopped_task_has_one_event() {
        let ended = |name: &str| Instance {
            name: name.into(),
            state: InstanceState::Stopped,
            exit: Some(Exit { at: Some(fixtures::ago(5)), ..Exit::default() }),
            ..fixtures::instance(name)
        };
        let raw = vec![
            event(40, "(service a) has stopped 1 running tasks: (task 90acc58b4206b2fc335e15b28913881b)."),
            event(
                30,
                "(service a) has stopped 2 running tasks: (task 00000000000000000000000000000001) (task \
                       90acc58b4206b2fc335e15b28913881b).",
            ),
        ];
        let check = "(service a) (task 90acc58b4206b2fc335e15b28913881b) failed container health checks.";
        let raw = [raw, vec![event(20, check)]].concat();
        let told = service_events(&ServiceId::new("ecs/c/a"), &raw, &[], &[ended("90acc58b")]);
        let texts: Vec<_> = told.iter().map(|event| event.text.as_str()).collect();
        assert_eq!(
            texts,
            [
                "(service a) has stopped 2 running tasks: (task 00000000) (task 90acc58b).",
                "task 90acc58b stopped: no reason given",
            ],
            "that a task which is known was stopped says less than why it ended"
        );
    }
}
