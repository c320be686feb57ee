//! Search for events that are in a snapshot but not in the source's previous one. Each snapshot repeats the
//! recent events.

use crate::model::Event;

/// Maximum number of old events that each new event is compared with. The search starts after the last match.
const LOOKAHEAD_EVENTS: usize = 64;

/// Largest difference in seconds between two reports of one event. Docker reports an event twice: in its
/// event stream, and as a time in the container's state.
const MAX_SKEW_SECONDS: i64 = 2;

/// Returns the events of `new` that are not in `old`, the events of the previous snapshot.
///
/// Sources keep the order of their events, so a short search ahead is enough. If the search misses a known
/// event, that event counts as new, and the history drops the duplicate.
pub(super) fn unseen_events<'a>(old: &[Event], new: &'a [Event]) -> Vec<&'a Event> {
    let mut here = 0;
    let known = |event: &Event| {
        let steps = old[here..].iter().take(LOOKAHEAD_EVENTS).position(|told| told == event);
        here += steps.map_or(0, |steps| steps + 1);
        steps.is_some()
    };
    let mut known = known;
    new.iter().filter(|event| !known(event)).collect()
}

/// Returns the event of `old` that `event` replaces: a less exact report of the same event, which `new` no
/// longer contains. Returns `None` if there is none.
pub(super) fn superseded_event<'a>(event: &Event, old: &'a [Event], new: &[Event]) -> Option<&'a Event> {
    let near = |was: &&Event| (was.at.as_second() - event.at.as_second()).abs() <= MAX_SKEW_SECONDS;
    let same = |was: &&Event| was.service == event.service && was.kind.same_category(event.kind);
    old.iter().filter(near).filter(same).find(|was| !new.contains(was))
}
