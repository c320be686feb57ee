//! Messages of the engine's event stream, decoded into events for the history.

use super::exit_history::LifecycleEvent;
use crate::{
    model::{Event, EventKind, InstanceId, SourceId, Text, Timestamp, ending_signal_number},
    source::docker::{
        api_types::{EventMessage, is_valid_id},
        decode::Owner,
    },
};

/// Maximum length of a container's name in an event, in characters.
const MAX_NAME_CHARS: usize = 200;

/// Event actions requested from the engine, in the terms of Docker and of Podman (libpod, `events.Status`).
/// Portolan does not request the `exec` actions, because every health check causes some.
pub(in crate::source::docker) const EVENT_ACTIONS: [&str; 18] = [
    "create",
    "init",
    "start",
    "die",
    "died",
    "cleanup",
    "stop",
    "kill",
    "oom",
    "pause",
    "unpause",
    "destroy",
    "remove",
    "rename",
    "update",
    "health_status",
    "connect",
    "disconnect",
];

/// Returns the time of an event, or `None` if the message has no time in nanoseconds.
pub(super) fn event_time(message: &EventMessage) -> Option<Timestamp> {
    message.time_nano.and_then(|nanos| Timestamp::from_nanosecond(nanos.into()).ok())
}

/// Returns the lifecycle event in a message, or `None` if the message does not help to explain an exit.
pub(super) fn lifecycle_event(message: &EventMessage) -> Option<LifecycleEvent> {
    let attribute = |key: &str| message.actor.as_ref()?.attributes.as_ref()?.get(key).map(String::as_str);
    Some(match message.action.as_deref()? {
        "start" => LifecycleEvent::Start,
        "die" | "died" => {
            let code = attribute("exitCode").or_else(|| attribute("containerExitCode"));
            LifecycleEvent::Die(code.and_then(|code| code.parse().ok()))
        }
        "oom" => LifecycleEvent::OutOfMemory,
        "stop" => LifecycleEvent::Stop,
        "update" => LifecycleEvent::Update,
        "kill" => LifecycleEvent::Kill(ending_signal_number(attribute("signal")?)?),
        _ => return None,
    })
}

/// Returns the container id in a message, with the event if users need to see it. Returns `None` if the
/// message is about no container, or if its action is not in [`EVENT_ACTIONS`].
pub(super) fn decode_message(source: &SourceId, message: &EventMessage) -> Option<(String, Option<Event>)> {
    let actor = message.actor.as_ref()?;
    let action = message.action.as_deref()?;
    // Docker appends details to the action: `health_status: healthy`, `exec_start: sh`.
    if !EVENT_ACTIONS.contains(&action.split(':').next()?) {
        return None;
    }
    let attribute = |key: &str| actor.attributes.as_ref().and_then(|a| a.get(key)).map(String::as_str);
    let id = actor.id.as_deref().filter(|id| is_valid_id(id));
    if message.typ.as_deref() == Some("network") {
        // Docker puts the container in an attribute, Podman in the actor's id.
        let container = attribute("container").filter(|id| is_valid_id(id)).or(id)?;
        return Some((container.to_owned(), None));
    }
    let id = id?.to_owned();
    let name = Text::with_max_chars(attribute("name").unwrap_or(&id), MAX_NAME_CHARS);
    let code = attribute("exitCode").or_else(|| attribute("containerExitCode"));
    let event = describe_action(action, code, attribute("health_status")).map(|(kind, text)| {
        let service = Owner::of(&name, attribute).id(source);
        let instance = Some(InstanceId::of(source, &id));
        let at = event_time(message).unwrap_or_else(Timestamp::now);
        Event { at, service, instance, kind, text: format!("{name} {text}").into() }
    });
    Some((id, event))
}

/// Describes an action in words. Returns `None` for actions that users need not see. Docker reports the
/// health as part of the action, Podman separately in `health`.
fn describe_action(action: &str, code: Option<&str>, health: Option<&str>) -> Option<(EventKind, String)> {
    let (kind, text) = match action {
        "start" => (EventKind::Start, "started".to_owned()),
        "die" | "died" => {
            (EventKind::Stop, format!("exited with code {}", Text::new(code.unwrap_or("unknown"))))
        }
        "oom" => (EventKind::OutOfMemory, "ran out of memory".to_owned()),
        "pause" => (EventKind::Pause, "was paused".to_owned()),
        "unpause" => (EventKind::Unpause, "was unpaused".to_owned()),
        "destroy" | "remove" => (EventKind::Message, "was removed".to_owned()),
        other => {
            let behind = other.strip_prefix("health_status")?.trim_start_matches([':', ' ']);
            let health = if behind.is_empty() { health? } else { behind };
            (EventKind::Health, format!("is {}", Text::new(health)))
        }
    };
    Some((kind, text))
}

#[cfg(test)]
mod tests {
    use super::{
        EventKind, EventMessage, LifecycleEvent, SourceId, decode_message, describe_action, lifecycle_event,
    };

    #[test]
    fn actions_become_event_texts() {
        let told = |action, code| describe_action(action, code, Some("unhealthy"));
        for die in ["die", "died"] {
            assert_eq!(told(die, Some("3")), Some((EventKind::Stop, "exited with code 3".into())));
        }
        assert_eq!(told("health_status: healthy", None), Some((EventKind::Health, "is healthy".into())));
        assert_eq!(told("health_status", None), Some((EventKind::Health, "is unhealthy".into())));
        assert_eq!(told("pause", None), Some((EventKind::Pause, "was paused".into())));
        assert_eq!(told("unpause", None), Some((EventKind::Unpause, "was unpaused".into())));
        for removed in ["destroy", "remove"] {
            assert_eq!(told(removed, None), Some((EventKind::Message, "was removed".into())));
        }
        assert_eq!(told("create", None), None);
    }

    #[test]
    fn signals_that_end_no_process_explain_no_exit() {
        let killed = |signal: &str| {
            let json = format!(
                r#"{{"Action": "kill", "Actor": {{"ID": "a1", "Attributes": {{"signal": "{signal}"}}}}}}"#
            );
            lifecycle_event(&serde_json::from_str::<EventMessage>(&json).unwrap())
        };
        assert_eq!(killed("15"), Some(LifecycleEvent::Kill(15)));
        assert_eq!(killed("SIGUSR1"), Some(LifecycleEvent::Kill(10)));
        assert_eq!(killed("28"), None);
    }

    #[test]
    fn messages_of_both_engines_name_their_container() {
        let about = |json: &str| {
            let message: EventMessage = serde_json::from_str(json).unwrap();
            decode_message(&SourceId::new("docker"), &message)
                .map(|(id, event)| (id, event.map(|event| event.text)))
        };
        let docker = r#"{"Type": "container", "Action": "die", "Actor": {"ID": "a1", "Attributes": {"name": "web",
            "exitCode": "137"}}, "time": 1, "timeNano": 1000000001, "scope": "local"}"#;
        assert_eq!(about(docker), Some(("a1".into(), Some("web exited with code 137".into()))));
        let podman = r#"{"Type": "container", "Action": "died", "Actor": {"ID": "a1", "Attributes": {"name": "web",
            "containerExitCode": "1"}}, "time": "1", "timeNano": 1}"#;
        assert_eq!(about(podman), Some(("a1".into(), Some("web exited with code 1".into()))));
        let joined = r#"{"Type": "network", "Action": "connect", "Actor": {"ID": "n1", "Attributes": {"container": "a1"}}}"#;
        assert_eq!(about(joined), Some(("a1".into(), None)));
        let joined = r#"{"Type": "network", "Action": "connect", "Actor": {"ID": "a1"}}"#;
        assert_eq!(about(joined), Some(("a1".into(), None)));
        let exec = r#"{"Type": "container", "Action": "exec_start: sh", "Actor": {"ID": "a1"}}"#;
        let odd = format!(
            r#"{{"Type": "container", "Action": "stop", "Actor": {{"ID": "{}"}}}}"#,
            "i".repeat(10_000)
        );
        assert_eq!((about(exec), about(&odd), about("{}")), (None, None, None));
    }
}
