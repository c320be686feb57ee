//! Hubs: what so many call that lines to it would hide the rest. It and its callers get a mark instead, and stand out when
//! one of both is selected. The layout knows nothing of those lines: room for them would cost the others what the marks
//! are to save. In the OpenTelemetry demo it made the map 1.8 times as large, with 12 times as many crossings.

use super::{
    item::{Hub, Kind},
    plan::{Plan, Shown},
    sight::{Focus, Sight},
};
use crate::store::Store;

/// The least callers of a hub, and how many times more items the map has at most.
const LEAST: usize = 8;
const SHARE: usize = 3;

/// The most hubs that are numbered; those with fewer callers keep their lines.
const MOST: usize = 9;

/// Finds the hubs of a plan, and marks them and their callers. Around what is in focus the lines are what somebody wants.
pub(super) fn find(plan: &mut Plan, store: &Store, sight: &Sight) {
    let center = match &sight.focus {
        Some(Focus::Around(center, _)) => plan.index(center),
        _ => None,
    };
    let mut callers = vec![0; plan.items.len()];
    for calls in plan.calls.iter().filter(|calls| calls.ends.0 != calls.ends.1) {
        callers[calls.ends.1] += 1;
    }
    let mut hubs: Vec<usize> = (0..plan.items.len())
        .filter(|&index| {
            let many = callers[index] >= LEAST && callers[index] * SHARE > plan.items.len();
            plan.items[index].kind == Kind::Node
                && Some(index) != center
                && callers[index] > 0
                && (many || is_named(plan, index, store))
        })
        .collect();
    hubs.sort_by_key(|&index| (std::cmp::Reverse(callers[index]), plan.items[index].key()));
    hubs.truncate(MOST);
    for (place, &index) in hubs.iter().enumerate() {
        plan.items[index].hub = Some(Hub { number: place + 1, callers: callers[index] });
    }
    for calls in &mut plan.calls {
        let (from, to) = calls.ends;
        if let Some(place) = hubs.iter().position(|&hub| hub == to).filter(|_| from != to) {
            calls.shown = Shown::Marked;
            plan.items[from].calls_hubs.push(place + 1);
        }
    }
    plan.items.iter_mut().for_each(|item| item.calls_hubs.sort_unstable());
}

/// Whether the configuration names it as one.
fn is_named(plan: &Plan, index: usize, store: &Store) -> bool {
    let names = &store.charting.hubs;
    plan.items[index].nodes(store).any(|node| {
        names.iter().any(|name| *name == node.name || *name == node.label() || name == node.id.as_str())
    })
}
