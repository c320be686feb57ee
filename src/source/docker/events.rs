//! The engine's event stream: what it says becomes history, the containers it names are looked at again, and a burst
//! is one nudge.

use super::{
    Shared,
    answer::{EventMessage, is_id},
    decode::Owner,
    ends::Sign,
    feed::{Feed, Heard},
    memory::Told,
};
use crate::model::{Event, EventKind, Failure, FailureKind, InstanceId, SourceId, Text, Timestamp};
use bollard::query_parameters::{EventsOptions, EventsOptionsBuilder};
use futures::{
    StreamExt,
    stream::{self, BoxStream},
};
use std::{collections::HashMap, sync::Arc, time::Duration};
use tokio::time::{Instant, sleep_until, timeout_at};

/// How long a burst is gathered before it is passed on.
const BURST: Duration = Duration::from_millis(200);
/// How far back the engine is asked for what it remembers, in seconds.
const HISTORY: i64 = 3_600;
/// How long after the stream began old events are taken for history.
const REPLAY: Duration = Duration::from_secs(2);
/// How long the engine may take to tell what it remembers.
const RECALL: Duration = Duration::from_secs(1);

/// How much later than our own clock the engine's may be, in seconds, for its times to be taken for times.
const MAX_AHEAD: i64 = 86_400;
/// The most characters of a container's name in an event.
const MAX_NAME_CHARS: usize = 200;

/// What the engine is asked to tell: Docker's words, and Podman's for the same (libpod, `events.Status`). The commands that
/// health checks run are not among it.
pub(super) const ACTIONS: [&str; 18] = [
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

/// A listener: the stream, and since when it listens.
struct Listener {
    feed: Feed,
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
    let asks_again = shared.memory().asks_again();
    if let Some(at) = asks_again {
        sleep_until(at).await;
    }
    let now = Timestamp::now();
    let options = {
        let memory = shared.memory();
        let since = memory.latest.map_or_else(|| (now.as_second() - HISTORY, 0), split);
        options(since, memory.wants_all_events())
    };
    match shared.engine.events(&options).await {
        Ok(feed) => {
            let ear = Ear::open(shared);
            let mut memory = shared.memory();
            let again = std::mem::replace(&mut memory.listened, true);
            if again {
                memory.doubt();
            }
            Some((Listener { feed, began: (Instant::now(), now), _ear: ear }, again))
        }
        Err(failure) => {
            if refuses(&failure) {
                shared.memory().refuse(Instant::now(), failure);
            }
            None
        }
    }
}

/// Whether the engine is there and will not tell events, however soon it is asked again.
fn refuses(failure: &Failure) -> bool {
    matches!(failure.kind, FailureKind::Denied | FailureKind::Missing | FailureKind::Invalid)
}

/// What the engine is asked to tell from then on.
fn options(since: (i64, i64), all: bool) -> EventsOptions {
    let mut filters: HashMap<&str, Vec<&str>> = HashMap::from([("type", vec!["container", "network"])]);
    if !all {
        filters.insert("event", ACTIONS.to_vec());
    }
    EventsOptionsBuilder::new().since(&format!("{}.{:09}", since.0, since.1)).filters(&filters).build()
}

/// Takes in what the engine remembers of the last hour, once, so that a single look knows it as well as the screen that
/// listens. Where that is refused or takes too long, nothing is known of it.
pub(super) async fn recall(shared: &Shared) {
    if std::mem::replace(&mut shared.memory().recalled, true) {
        return;
    }
    let until = Timestamp::now();
    let mut wanted = options((until.as_second() - HISTORY, 0), false);
    wanted.until = Some(until.as_second().to_string());
    let deadline = Instant::now() + RECALL;
    let Ok(Ok(mut feed)) = timeout_at(deadline, shared.engine.events(&wanted)).await else { return };
    while let Ok(Some(Ok(heard))) = timeout_at(deadline, feed.next()).await {
        if let Heard::Event(message) = heard {
            take(shared, &message, until);
        }
    }
}

/// The moment after `nanos`, as seconds and nanoseconds.
fn split(nanos: i64) -> (i64, i64) {
    let after = nanos.saturating_add(1);
    (after / 1_000_000_000, after % 1_000_000_000)
}

/// Waits for the next burst, or for the answer of a container that was slow.
async fn next(shared: &Shared, mut listener: Listener) -> Option<((), Option<Listener>)> {
    loop {
        let message = tokio::select! {
            message = listener.feed.next() => message?.ok()?,
            () = shared.inspects.late.notified() => return Some(((), Some(listener))),
            () = shared.resubscribe.notified() => return None,
        };
        if !hear(shared, &listener, &message) {
            continue;
        }
        let deadline = Instant::now() + BURST;
        while let Ok(message) = timeout_at(deadline, listener.feed.next()).await {
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
fn hear(shared: &Shared, listener: &Listener, heard: &Heard) -> bool {
    shared.memory().heard();
    let Heard::Event(message) = heard else {
        shared.memory().mistrust();
        return true;
    };
    let Some((container, is_news)) = take(shared, message, listener.began.1) else { return false };
    let old = message.time.is_some_and(|at| at < listener.began.1.as_second());
    // Only what comes at once can be history: the engine's clock may be behind ours.
    if !(old && listener.began.0.elapsed() < REPLAY) {
        shared.memory().soil([container]);
    }
    is_news
}

/// Keeps what a message tells. Gives the container it is about, and whether that is worth another look. `now` is the time by
/// our own clock.
fn take(shared: &Shared, message: &EventMessage, now: Timestamp) -> Option<(String, bool)> {
    let (container, event) = decode(&shared.id, message)?;
    let mut memory = shared.memory();
    if let (Some(sign), Some(at)) = (sign(message), time(message)) {
        memory.note_end(&container, sign, at);
    }
    let ahead = |at: i64| at.saturating_sub(now.as_second()) > MAX_AHEAD;
    let at = message.time_nano.filter(|nanos| !ahead(nanos / 1_000_000_000));
    memory.latest = memory.latest.max(at);
    let is_news = event.is_none_or(|event| memory.tell(Told { container: container.clone(), event }));
    Some((container, is_news))
}

/// When it happened.
fn time(message: &EventMessage) -> Option<Timestamp> {
    message.time_nano.and_then(|nanos| Timestamp::from_nanosecond(nanos.into()).ok())
}

/// Signals that ask a process to end, or end it, as engines write them: by number, or by name.
const ENDING_SIGNALS: [&str; 8] = ["2", "3", "9", "15", "SIGINT", "SIGQUIT", "SIGKILL", "SIGTERM"];

/// What a message tells of the end of its container, where it bears on that.
fn sign(message: &EventMessage) -> Option<Sign> {
    let attribute = |key: &str| message.actor.as_ref()?.attributes.as_ref()?.get(key).map(String::as_str);
    Some(match message.action.as_deref()? {
        "start" => Sign::Start,
        "die" | "died" => {
            let code = attribute("exitCode").or_else(|| attribute("containerExitCode"));
            Sign::Die(code.and_then(|code| code.parse().ok()))
        }
        "oom" => Sign::OutOfMemory,
        "stop" => Sign::Stop,
        "kill" if attribute("signal").is_some_and(|signal| ENDING_SIGNALS.contains(&signal)) => Sign::Kill,
        _ => return None,
    })
}

/// The container that a message is about, and what there is to tell of it.
fn decode(source: &SourceId, message: &EventMessage) -> Option<(String, Option<Event>)> {
    let actor = message.actor.as_ref()?;
    let action = message.action.as_deref()?;
    // Docker writes more behind the name: `health_status: healthy`, `exec_start: sh`.
    if !ACTIONS.contains(&action.split(':').next()?) {
        return None;
    }
    let attribute = |key: &str| actor.attributes.as_ref().and_then(|a| a.get(key)).map(String::as_str);
    let id = actor.id.as_deref().filter(|id| is_id(id));
    if message.typ.as_deref() == Some("network") {
        // Docker names the container beside the network, Podman in its place.
        let container = attribute("container").filter(|id| is_id(id)).or(id)?;
        return Some((container.to_owned(), None));
    }
    let id = id?.to_owned();
    let name = Text::within(attribute("name").unwrap_or(&id), MAX_NAME_CHARS);
    let code = attribute("exitCode").or_else(|| attribute("containerExitCode"));
    let event = told(action, code, attribute("health_status")).map(|(kind, text)| {
        let service = Owner::of(&name, attribute).id(source);
        let instance = Some(InstanceId::of(source, &id));
        let at = time(message).unwrap_or_else(Timestamp::now);
        Event { at, service, instance, kind, text: format!("{name} {text}").into() }
    });
    Some((id, event))
}

/// What an action means, in words; none for those that say nothing to people. Docker tells the health behind the action,
/// Podman beside it.
fn told(action: &str, code: Option<&str>, health: Option<&str>) -> Option<(EventKind, String)> {
    let (kind, text) = match action {
        "start" => (EventKind::Start, "started".to_owned()),
        "die" | "died" => {
            (EventKind::Stop, format!("exited with code {}", Text::new(code.unwrap_or("unknown"))))
        }
        "oom" => (EventKind::OutOfMemory, "ran out of memory".to_owned()),
        "pause" => (EventKind::Pause, "was paused".to_owned()),
        "unpause" => (EventKind::Unpause, "goes on".to_owned()),
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
    use super::{EventKind, EventMessage, SourceId, decode, options, split, told};

    #[test]
    fn actions_are_told_in_words() {
        let told = |action, code| told(action, code, Some("unhealthy"));
        for die in ["die", "died"] {
            assert_eq!(told(die, Some("3")), Some((EventKind::Stop, "exited with code 3".into())));
        }
        assert_eq!(told("health_status: healthy", None), Some((EventKind::Health, "is healthy".into())));
        assert_eq!(told("health_status", None), Some((EventKind::Health, "is unhealthy".into())));
        assert_eq!(told("pause", None), Some((EventKind::Pause, "was paused".into())));
        assert_eq!(told("unpause", None), Some((EventKind::Unpause, "goes on".into())));
        for removed in ["destroy", "remove"] {
            assert_eq!(told(removed, None), Some((EventKind::Message, "was removed".into())));
        }
        assert_eq!(told("create", None), None);
    }

    #[test]
    fn messages_of_both_engines_name_their_container() {
        let about = |json: &str| {
            let message: EventMessage = serde_json::from_str(json).unwrap();
            decode(&SourceId::new("docker"), &message).map(|(id, event)| (id, event.map(|event| event.text)))
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

    #[test]
    fn an_engine_is_asked_for_what_is_read_or_for_everything() {
        let asked = |all| serde_urlencoded::to_string(options((1, 0), all)).unwrap();
        assert!(asked(false).contains("died") && !asked(true).contains("died"));
    }

    #[test]
    fn listening_goes_on_after_the_last_event() {
        assert_eq!(split(1_999_999_999), (2, 0));
        assert_eq!(split(i64::MAX).0, i64::MAX / 1_000_000_000);
    }
}
