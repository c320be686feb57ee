//! The engine's event stream: what it says becomes history, the containers it names are looked at again, and a burst
//! is one nudge.

use super::{Shared, decode::Owner, memory::Told};
use crate::model::{Event, EventKind, InstanceId, SourceId, Text, Timestamp};
use bollard::{
    errors::Error,
    models::{EventMessage, EventMessageTypeEnum},
    query_parameters::EventsOptionsBuilder,
};
use futures::{
    StreamExt,
    stream::{self, BoxStream},
};
use std::{collections::HashMap, sync::Arc, time::Duration};
use tokio::time::{Instant, timeout_at};

/// How long a burst is gathered before it is passed on.
const BURST: Duration = Duration::from_millis(200);
/// How far back the engine is asked for what it remembers, in seconds.
const HISTORY: i64 = 3_600;
/// How long after the stream began old events are taken for history.
const REPLAY: Duration = Duration::from_secs(2);

/// What the engine is asked to tell. The commands that health checks run are not among it.
pub(super) const ACTIONS: [&str; 13] = [
    "create",
    "start",
    "die",
    "stop",
    "oom",
    "pause",
    "unpause",
    "destroy",
    "rename",
    "update",
    "health_status",
    "connect",
    "disconnect",
];

/// A listener: the stream, and since when it listens.
struct Listener {
    messages: BoxStream<'static, Result<EventMessage, Error>>,
    began: (Instant, Timestamp),
    _ear: Ear,
}

/// While it lives, the engine's events are heard.
struct Ear(Arc<Shared>);

impl Ear {
    /// Begins to hear. What changed before nobody heard, so the next look asks for everything.
    fn open(shared: &Arc<Shared>) -> Self {
        shared.memory().hear(true);
        Self(Arc::clone(shared))
    }
}

impl Drop for Ear {
    fn drop(&mut self) {
        self.0.memory().hear(false);
    }
}

/// An item whenever something changed; ends with the connection.
pub(super) fn nudges(shared: Arc<Shared>) -> BoxStream<'static, ()> {
    stream::unfold(None, move |listener| {
        let shared = Arc::clone(&shared);
        async move {
            match listener {
                None => {
                    let (listener, again) = open(&shared).await?;
                    if again { Some(((), Some(listener))) } else { next(&shared, listener).await }
                }
                Some(listener) => next(&shared, listener).await,
            }
        }
    })
    .boxed()
}

/// Begins to listen. Says whether that is a second time, so that something may have been missed.
async fn open(shared: &Arc<Shared>) -> Option<(Listener, bool)> {
    let client = shared.engine.streaming().await.ok()?;
    let (now, ear) = (Timestamp::now(), Ear::open(shared));
    let mut memory = shared.memory();
    let again = std::mem::replace(&mut memory.listened, true);
    if again {
        memory.doubt();
    }
    let since = memory.latest.map_or_else(|| (now.as_second() - HISTORY, 0), split);
    let filters: HashMap<&str, Vec<&str>> =
        HashMap::from([("type", vec!["container", "network"]), ("event", ACTIONS.to_vec())]);
    let options =
        EventsOptionsBuilder::new().since(&format!("{}.{:09}", since.0, since.1)).filters(&filters).build();
    let messages = client.events(Some(options)).fuse().boxed();
    Some((Listener { messages, began: (Instant::now(), now), _ear: ear }, again))
}

/// The moment after `nanos`, as seconds and nanoseconds.
fn split(nanos: i64) -> (i64, i64) {
    let after = nanos + 1;
    (after / 1_000_000_000, after % 1_000_000_000)
}

/// Waits for the next burst.
async fn next(shared: &Shared, mut listener: Listener) -> Option<((), Option<Listener>)> {
    loop {
        let message = listener.messages.next().await?.ok()?;
        if !hear(shared, &listener, &message) {
            continue;
        }
        let deadline = Instant::now() + BURST;
        while let Ok(message) = timeout_at(deadline, listener.messages.next()).await {
            match message {
                Some(Ok(message)) => hear(shared, &listener, &message),
                // What came before the end is still passed on; the next call finds the end again.
                _ => break,
            };
        }
        return Some(((), Some(listener)));
    }
}

/// Takes in one message. Returns whether it is worth another look.
fn hear(shared: &Shared, listener: &Listener, message: &EventMessage) -> bool {
    let Some((container, event)) = decode(&shared.id, message) else { return false };
    let mut memory = shared.memory();
    match message.action.as_deref() {
        Some("stop") => memory.asked(&container, true),
        Some("start") => memory.asked(&container, false),
        _ => {}
    }
    memory.latest = memory.latest.max(message.time_nano);
    let old = message.time.is_some_and(|at| at < listener.began.1.as_second());
    // Only what comes at once can be history: the engine's clock may be behind ours.
    if !(old && listener.began.0.elapsed() < REPLAY) {
        memory.soil([container.clone()]);
    }
    event.is_none_or(|event| memory.tell(Told { container, event }))
}

/// The container that a message is about, and what there is to tell of it.
fn decode(source: &SourceId, message: &EventMessage) -> Option<(String, Option<Event>)> {
    let actor = message.actor.as_ref()?;
    let attribute = |key: &str| actor.attributes.as_ref().and_then(|a| a.get(key)).map(String::as_str);
    if message.typ == Some(EventMessageTypeEnum::NETWORK) {
        return attribute("container").map(|container| (container.to_owned(), None));
    }
    let id = actor.id.clone()?;
    let name = Text::new(attribute("name").unwrap_or(&id));
    let event = told(message.action.as_deref()?, attribute("exitCode")).map(|(kind, text)| {
        let at = message.time_nano.and_then(|n| Timestamp::from_nanosecond(n.into()).ok());
        let service = Owner::of(&name, attribute).id(source);
        let instance = Some(InstanceId::of(source, &id));
        let at = at.unwrap_or_else(Timestamp::now);
        Event { at, service, instance, kind, text: format!("{name} {text}").into() }
    });
    Some((id, event))
}

/// What an action means, in words; none for those that say nothing to people.
fn told(action: &str, code: Option<&str>) -> Option<(EventKind, String)> {
    let (kind, text) = match action {
        "start" => (EventKind::Start, "started".to_owned()),
        "die" => (EventKind::Stop, format!("exited with code {}", Text::new(code.unwrap_or("unknown")))),
        "oom" => (EventKind::OutOfMemory, "ran out of memory".to_owned()),
        "pause" => (EventKind::Pause, "was paused".to_owned()),
        "unpause" => (EventKind::Unpause, "goes on".to_owned()),
        "destroy" => (EventKind::Message, "was removed".to_owned()),
        other => {
            let health = other.strip_prefix("health_status")?.trim_start_matches([':', ' ']);
            (EventKind::Health, format!("is {}", Text::new(health)))
        }
    };
    Some((kind, text))
}

#[cfg(test)]
mod tests {
    use super::{EventKind, split, told};

    #[test]
    fn actions_are_told_in_words() {
        assert_eq!(told("die", Some("3")), Some((EventKind::Stop, "exited with code 3".into())));
        assert_eq!(told("health_status: unhealthy", None), Some((EventKind::Health, "is unhealthy".into())));
        assert_eq!(told("pause", None), Some((EventKind::Pause, "was paused".into())));
        assert_eq!(told("unpause", None), Some((EventKind::Unpause, "goes on".into())));
        assert_eq!(told("exec_start: true", None), None);
        assert_eq!(told("create", None), None);
    }

    #[test]
    fn listening_goes_on_after_the_last_event() {
        assert_eq!(split(1_999_999_999), (2, 0));
    }
}
