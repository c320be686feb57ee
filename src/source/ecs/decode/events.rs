//! Service events as ECS words them, without the steady state it repeats, and the stops they do not explain.

use super::words::{said, time};
use crate::model::{Deployment, Ending, Event, EventKind, Instance, InstanceId, ServiceId, SourceId, State};
use aws_sdk_ecs::types as sdk;

/// How many of a service's events are kept, the newest.
const KEPT: usize = 20;

/// The events of one service: what ECS says, when its deployments began, and why its tasks ended.
pub(crate) fn events(
    id: &ServiceId,
    raw: &[sdk::ServiceEvent],
    deployments: &[Deployment],
    instances: &[Instance],
) -> Vec<Event> {
    let mut found = told(id, raw);
    found.retain(|event| !is_told_better(event, instances));
    found.extend(deployments.iter().filter_map(|d| {
        let difference = d.difference().map(|words| format!("; {words}")).unwrap_or_default();
        let text = format!("deployment of {} began{difference}", d.version);
        Some(Event {
            at: d.created?,
            service: id.clone(),
            instance: None,
            kind: EventKind::Deployment,
            text: text.into(),
        })
    }));
    found.extend(stops(id, instances));
    found
}

/// Why tasks ended; ECS's own events tell only that they did.
pub(crate) fn stops(id: &ServiceId, instances: &[Instance]) -> Vec<Event> {
    let ended = instances.iter().filter(|i| matches!(i.state, State::Failed | State::Stopped));
    let event = |instance: &Instance| {
        let exit = instance.exit.as_ref()?;
        let reason = exit.cause().unwrap_or_else(|| "no reason given".to_owned());
        let text = format!("task {} ended: {reason}", instance.name);
        let kind = if exit.ending == Ending::OutOfMemory { EventKind::OutOfMemory } else { EventKind::Stop };
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

/// Whether it tells only that tasks were stopped, or that their checks failed, of which it is known, each by itself, why
/// they ended.
fn is_told_better(event: &Event, instances: &[Instance]) -> bool {
    let mut named = event.text.split("(task ").skip(1).map(|rest| rest.split(')').next().unwrap_or(rest));
    let ended = |name: &str| {
        instances.iter().any(|i| i.name == name && i.exit.as_ref().is_some_and(|exit| exit.at.is_some()))
    };
    let of_an_end = matches!(event.kind, EventKind::Stop | EventKind::Health);
    of_an_end && event.text.contains("(task ") && named.all(ended)
}

fn told(id: &ServiceId, raw: &[sdk::ServiceEvent]) -> Vec<Event> {
    let event = |event: &sdk::ServiceEvent| {
        let whole = said(event.message());
        let (text, instance) = (short(&whole), only_task(id, &whole));
        Some(Event {
            at: time(event.created_at())?,
            service: id.clone(),
            instance,
            kind: kind(&text),
            text: text.into(),
        })
    };
    raw.iter().filter_map(event).collect()
}

/// The task that a sentence is about, where it names one alone.
fn only_task(service: &ServiceId, text: &str) -> Option<InstanceId> {
    let mut tasks = text.split("(task ").skip(1).filter_map(|rest| rest.split(')').next());
    let only = tasks.next().filter(|_| tasks.next().is_none())?;
    Some(InstanceId::of(&SourceId::from(service), only))
}

/// The sentence with the ids of tasks as short as they are shown elsewhere: 32 digits each are most of it.
fn short(text: &str) -> String {
    let task = |word: &str| word.len() == 32 && word.bytes().all(|b| b.is_ascii_hexdigit());
    let parts = text.split_inclusive(|c: char| !c.is_ascii_alphanumeric());
    parts
        .map(|part| {
            let word = part.trim_end_matches(|c: char| !c.is_ascii_alphanumeric());
            if task(word) { format!("{}{}", &word[..8], &part[32..]) } else { part.to_owned() }
        })
        .collect()
}

/// The newest events, without the steady state that ECS repeats every few hours: of a row of them the oldest, which
/// ended something, stays. A hundred events a service, as ECS sends them, are most of its answer. The last steady state
/// and what followed it first stay as well: they tell since when a service is not steady.
pub(crate) fn thin(mut raw: Vec<sdk::ServiceEvent>) -> Vec<sdk::ServiceEvent> {
    raw.sort_by_key(|e| std::cmp::Reverse(time(e.created_at())));
    let steady: Vec<bool> = raw.iter().map(|e| is_steady(e.message().unwrap_or_default())).collect();
    let repeats = |index: usize| steady[index] && steady.get(index + 1) == Some(&true);
    let mut index = 0;
    raw.retain(|_| {
        index += 1;
        !repeats(index - 1)
    });
    let steady = raw.iter().position(|e| is_steady(e.message().unwrap_or_default()));
    let first = steady.and_then(|steady| raw[..steady].iter().rposition(moves_tasks));
    let mut index = 0;
    raw.retain(|_| {
        index += 1;
        index <= KEPT || [steady, first].contains(&Some(index - 1))
    });
    raw.shrink_to_fit();
    raw
}

/// Whether it tells that something happened to tasks: of a service that is not steady, the first such event tells since when.
pub(super) fn moves_tasks(event: &sdk::ServiceEvent) -> bool {
    let kind = kind(event.message().unwrap_or_default());
    matches!(kind, EventKind::Start | EventKind::Stop | EventKind::Health | EventKind::Placement)
}

pub(super) fn is_steady(text: &str) -> bool {
    text.contains("reached a steady state")
}

/// The kind of an event, from the fixed parts of ECS's sentences: "Amazon ECS service event messages", developer guide.
fn kind(text: &str) -> EventKind {
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
    use super::{events, kind, short, thin};
    use crate::model::{EventKind, Exit, Instance, InstanceId, ServiceId, State, sample};
    use aws_sdk_ecs::{primitives::DateTime, types::ServiceEvent};

    fn event(second: i64, message: &str) -> ServiceEvent {
        ServiceEvent::builder().created_at(DateTime::from_secs(second)).message(message).build()
    }

    #[test]
    fn a_repeated_steady_state_is_told_once() {
        let steady = "(service a) has reached a steady state.";
        let raw = vec![
            event(40, steady),
            event(30, steady),
            event(20, steady),
            event(10, "(service a) has started 1 tasks: (task 1)."),
        ];
        let told = events(&ServiceId::new("ecs/c/a"), &thin(raw), &[], &[]);
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
        let mut times: Vec<i64> = thin(raw).iter().map(|e| e.created_at().unwrap().secs()).collect();
        times.sort_unstable();
        assert_eq!((times[0], times[1], times[2], times.len()), (1, 3, 40, 22));
    }

    #[test]
    fn tasks_are_named_as_short_as_elsewhere() {
        let text = "(service a) has started 1 tasks: (task 90acc58b4206b2fc335e15b28913881b).";
        assert_eq!(short(text), "(service a) has started 1 tasks: (task 90acc58b).");
        assert_eq!(
            short("(deployment ecs-svc/7052260320167280376)é"),
            "(deployment ecs-svc/7052260320167280376)é"
        );
    }

    #[test]
    fn kinds_follow_the_sentences() {
        assert_eq!(kind("(service a) has started 1 tasks: (task 1)."), EventKind::Start);
        assert_eq!(kind("(service a) has stopped 1 running tasks: (task 1)."), EventKind::Stop);
        assert_eq!(kind("(service a) (task 1) failed container health checks."), EventKind::Health);
        assert_eq!(kind("(service a) (deployment ecs-svc/1) deployment completed."), EventKind::Deployment);
        assert_eq!(kind("(service a) was unable to place a task."), EventKind::Placement);
        assert_eq!(kind("(service a) is unable to consistently start tasks."), EventKind::Message);
    }

    #[test]
    fn an_end_is_told_once() {
        let ended = |name: &str| Instance {
            name: name.into(),
            state: State::Stopped,
            exit: Some(Exit { at: Some(sample::ago(5)), ..Exit::default() }),
            ..sample::instance(name)
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
        let told = events(&ServiceId::new("ecs/c/a"), &raw, &[], &[ended("90acc58b")]);
        let texts: Vec<_> = told.iter().map(|event| event.text.as_str()).collect();
        assert_eq!(
            texts,
            [
                "(service a) has stopped 2 running tasks: (task 00000000) (task 90acc58b).",
                "task 90acc58b ended: no reason given",
            ],
            "that a task which is known was stopped says less than why it ended"
        );
    }
}
