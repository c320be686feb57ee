//! Hubs: what so many call that lines to it would hide the rest. Its callers get a mark, and lines only when one of
//! both is selected; the layout keeps room for them, so that showing them moves nothing.

use super::{
    item::{Hub, Kind},
    plan::Plan,
};
use crate::store::Store;

/// The least callers of a hub, and how many times more items the map has at most.
const LEAST: usize = 8;
const SHARE: usize = 3;

/// The most hubs that are numbered; those with fewer callers keep their lines.
const MOST: usize = 9;

/// Finds the hubs of a plan, hides the lines to them and marks their callers.
pub(super) fn find(plan: &mut Plan, store: &Store) {
    let mut callers = vec![0; plan.items.len()];
    for calls in plan.calls.iter().filter(|calls| calls.ends.0 != calls.ends.1) {
        callers[calls.ends.1] += 1;
    }
    let mut hubs: Vec<usize> = (0..plan.items.len())
        .filter(|&index| {
            let many = callers[index] >= LEAST && callers[index] * SHARE > plan.items.len();
            plan.items[index].kind == Kind::Node
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
            calls.hidden = true;
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
