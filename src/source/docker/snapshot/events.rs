//! Subscription to the engine's events. Each event is kept for the history and marks its container as
//! changed. A burst of events gives one change notification.

use super::{
    cache::ContainerEvent,
    event_message::{EVENT_ACTIONS, decode_message, event_time, lifecycle_event},
};
use crate::{
    model::{Failure, FailureKind, Timestamp},
    source::docker::{
        DockerState,
        api_types::EventMessage,
        engine::event_stream::{EventStream, StreamedEvent},
    },
};
use bollard::query_parameters::{EventsOptions, EventsOptionsBuilder};
use futures::{
    StreamExt,
    stream::{self, BoxStream},
};
use std::{collections::HashMap, sync::Arc, time::Duration};
use tokio::time::{Instant, sleep_until, timeout_at};

/// Time for which a burst of events is collected before the notification.
const BURST_WINDOW: Duration = Duration::from_millis(200);
/// Length of the period before now for which Portolan requests past events, in seconds.
const HISTORY_SECONDS: i64 = 3_600;
/// Time after the start of a subscription in which the engine replays older events. A replayed event goes
/// into the history, but does not mark its container as changed.
const REPLAY_WINDOW: Duration = Duration::from_secs(2);
/// Time limit for loading the events of the last hour.
const HISTORY_TIMEOUT: Duration = Duration::from_secs(1);

/// Maximum plausible time by which the engine's clock is ahead of this machine's clock, in seconds. If the
/// time of an event is further ahead, Portolan does not use this time as the start of the next subscription.
const MAX_CLOCK_SKEW_SECONDS: i64 = 86_400;

/// Open event stream, with the time of its start by the monotonic clock and in UTC.
struct EventSubscription {
    stream: EventStream,
    started: (Instant, Timestamp),
    _guard: SubscriptionGuard,
}

/// Guard that marks the engine as subscribed in the cache until it is dropped.
struct SubscriptionGuard(Arc<DockerState>);

impl SubscriptionGuard {
    /// Marks the engine as subscribed. Earlier changes are unknown, so the next poll lists all containers.
    fn open(shared: &Arc<DockerState>) -> Self {
        shared.cache().set_subscribed(true);
        Self(Arc::clone(shared))
    }
}

impl Drop for SubscriptionGuard {
    fn drop(&mut self) {
        self.0.cache().set_subscribed(false);
    }
}

/// Returns a stream with one item for each burst of changes. The stream ends when the connection is lost.
pub(in crate::source::docker) fn change_notifications(shared: Arc<DockerState>) -> BoxStream<'static, ()> {
    stream::unfold(None, move |listener| {
        let shared = Arc::clone(&shared);
        async move {
            match listener {
                None => {
                    let (listener, again) = subscribe(&shared).await?;
                    if again { Some(((), Some(listener))) } else { next_burst(&shared, listener).await }
                }
                Some(listener) => next_burst(&shared, listener).await,
            }
        }
    })
    .boxed()
}

/// Opens a subscription, or returns `None` if that fails. Also returns true if this is not the first
/// subscription, because events since the earlier one may be missing.
async fn subscribe(shared: &Arc<DockerState>) -> Option<(EventSubscription, bool)> {
    let asks_again = shared.cache().events_retry_at();
    if let Some(at) = asks_again {
        sleep_until(at).await;
    }
    let now = Timestamp::now();
    let options = {
        let memory = shared.cache();
        let since =
            memory.latest_event_nanos.map_or_else(|| (now.as_second() - HISTORY_SECONDS, 0), next_nanosecond);
        events_options(since, memory.needs_unfiltered_events())
    };
    match shared.engine.events(&options).await {
        Ok(feed) => {
            let ear = SubscriptionGuard::open(shared);
            let mut memory = shared.cache();
            let again = std::mem::replace(&mut memory.was_subscribed, true);
            if again {
                memory.clear_records();
            }
            Some((EventSubscription { stream: feed, started: (Instant::now(), now), _guard: ear }, again))
        }
        Err(failure) => {
            if is_lasting_refusal(&failure) {
                shared.cache().note_events_refused(Instant::now(), failure);
            }
            None
        }
    }
}

/// Returns true if the engine is reachable but refuses events, so that an early retry is useless.
fn is_lasting_refusal(failure: &Failure) -> bool {
    matches!(failure.kind, FailureKind::Denied | FailureKind::Missing | FailureKind::Invalid)
}

/// Builds the options that request events since `since`: of all actions if `all` is true, otherwise only of
/// [`EVENT_ACTIONS`].
fn events_options(since: (i64, i64), all: bool) -> EventsOptions {
    let mut filters: HashMap<&str, Vec<&str>> = HashMap::from([("type", vec!["container", "network"])]);
    if !all {
        filters.insert("event", EVENT_ACTIONS.to_vec());
    }
    EventsOptionsBuilder::new().since(&format!("{}.{:09}", since.0, since.1)).filters(&filters).build()
}

/// Loads the events of the last hour. Only the first call does so. A single poll, which has no subscription,
/// thus knows these events too. Ignores failures, and events that arrive after the time limit.
pub(in crate::source::docker) async fn load_history(shared: &DockerState) {
    if std::mem::replace(&mut shared.cache().history_requested, true) {
        return;
    }
    let until = Timestamp::now();
    let mut wanted = events_options((until.as_second() - HISTORY_SECONDS, 0), false);
    wanted.until = Some(until.as_second().to_string());
    let deadline = Instant::now() + HISTORY_TIMEOUT;
    let Ok(Ok(mut feed)) = timeout_at(deadline, shared.engine.events(&wanted)).await else { return };
    while let Ok(Some(Ok(heard))) = timeout_at(deadline, feed.next()).await {
        if let StreamedEvent::Event(message) = heard {
            record_message(shared, &message, until);
        }
    }
}

/// Returns the moment one nanosecond after `nanos`, as seconds and nanoseconds.
fn next_nanosecond(nanos: i64) -> (i64, i64) {
    let after = nanos.saturating_add(1);
    (after / 1_000_000_000, after % 1_000_000_000)
}

/// Waits for the next burst of events, or for a late inspect response. Returns `None` if the subscription
/// ends.
async fn next_burst(
    shared: &DockerState,
    mut listener: EventSubscription,
) -> Option<((), Option<EventSubscription>)> {
    loop {
        let message = tokio::select! {
            message = listener.stream.next() => message?.ok()?,
            () = shared.inspect_pool.late_response.notified() => return Some(((), Some(listener))),
            () = shared.resubscribe.notified() => return None,
        };
        if !handle_event(shared, &listener, &message) {
            continue;
        }
        let deadline = Instant::now() + BURST_WINDOW;
        while let Ok(message) = timeout_at(deadline, listener.stream.next()).await {
            match message {
                Some(Ok(message)) => handle_event(shared, &listener, &message),
                // The events before the end of the stream still count. The next call finds the end again.
                _ => break,
            };
        }
        return Some(((), Some(listener)));
    }
}

/// Handles one event. Returns true if a new poll is worthwhile.
fn handle_event(shared: &DockerState, listener: &EventSubscription, item: &StreamedEvent) -> bool {
    shared.cache().note_event_received();
    let StreamedEvent::Event(message) = item else {
        shared.cache().expire_list();
        return true;
    };
    let Some((container, is_news)) = record_message(shared, message, Timestamp::now()) else {
        return false;
    };
    let old = message.time.is_some_and(|at| at < listener.started.1.as_second());
    // An event may seem older than the subscription because the engine's clock is behind. So an event counts
    // as replayed only if it also arrives soon after the start.
    if !(old && listener.started.0.elapsed() < REPLAY_WINDOW) {
        shared.cache().mark_dirty([container]);
    }
    is_news
}

/// Records an event message. Returns the id of its container, and true if a new poll is worthwhile. `now` is
/// the time of this machine's clock.
pub(super) fn record_message(
    shared: &DockerState,
    message: &EventMessage,
    now: Timestamp,
) -> Option<(String, bool)> {
    let (container, event) = decode_message(&shared.id, message)?;
    let mut memory = shared.cache();
    if let (Some(sign), Some(at)) = (lifecycle_event(message), event_time(message)) {
        memory.record_lifecycle(&container, sign, at);
    }
    let ahead = |at: i64| at.saturating_sub(now.as_second()) > MAX_CLOCK_SKEW_SECONDS;
    let at = message.time_nano.filter(|nanos| !ahead(nanos / 1_000_000_000));
    memory.latest_event_nanos = memory.latest_event_nanos.max(at);
    let is_news =
        event.is_none_or(|event| memory.add_event(ContainerEvent { container: container.clone(), event }));
    Some((container, is_news))
}

#[cfg(test)]
mod tests {
    use super::{events_options, next_nanosecond};

    #[test]
    fn events_are_filtered_unless_all_are_needed() {
        let asked = |all| serde_urlencoded::to_string(events_options((1, 0), all)).unwrap();
        assert!(asked(false).contains("died") && !asked(true).contains("died"));
    }

    #[test]
    fn the_next_subscription_begins_after_the_last_event() {
        assert_eq!(next_nanosecond(1_999_999_999), (2, 0));
        assert_eq!(next_nanosecond(i64::MAX).0, i64::MAX / 1_000_000_000);
    }
}
