//! What a source tells that it did not tell before.

use crate::model::Event;

/// How far ahead of the last one an event is looked for among those that were told before.
const AHEAD: usize = 64;

/// How far apart, in seconds, two tellings of the same thing may be: an engine's event and the time in its container.
const SAME: i64 = 2;

/// The events of a look that are not among those of the look before. Sources tell them in an order that stays, so each
/// is looked for a little ahead only; what is not found there is taken for new, and who keeps them knows better.
pub(super) fn fresh<'a>(old: &[Event], new: &'a [Event]) -> Vec<&'a Event> {
    let mut here = 0;
    let known = |event: &Event| {
        let steps = old[here..].iter().take(AHEAD).position(|told| told == event);
        here += steps.map_or(0, |steps| steps + 1);
        steps.is_some()
    };
    let mut known = known;
    new.iter().filter(|event| !known(event)).collect()
}

/// What was told before and is told no longer, because `event` tells the same more exactly.
pub(super) fn outdone<'a>(event: &Event, old: &'a [Event], new: &[Event]) -> Option<&'a Event> {
    let near = |was: &&Event| (was.at.as_second() - event.at.as_second()).abs() <= SAME;
    let same = |was: &&Event| was.service == event.service && was.kind.is_akin(event.kind);
    old.iter().filter(near).filter(same).find(|was| !new.contains(was))
}
