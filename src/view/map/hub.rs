//! Hubs: what so many call that lines to it would hide the rest. It and its callers get a mark instead, and stand out when
//! one of both is selected. The layout knows nothing of those lines: room for them would cost the others what the marks
//! are to save. In the OpenTelemetry demo it made the map 1.8 times as large, with 12 times as many crossings.

use super::{
    item::{Hub, Kind, Ties},
    plan::{Calls, Plan, Shown},
    sight::{Focus, Sight},
};
use crate::store::Store;

/// The least callers of a hub, and how many times more items the map has at most.
const LEAST: usize = 8;
const SHARE: usize = 3;

/// What more than half of all call serves the others, as a collector of telemetry does, and is no part of their flow: if
/// it calls so many itself, those lines are marks as well.
const MANY_CALLED: usize = 4;

/// The most hubs that are numbered; those with fewer callers keep their lines.
const MOST: usize = 9;

/// Finds the hubs of a plan, and marks them and their callers. Around what is in focus the lines are what somebody wants.
pub(super) fn find(plan: &mut Plan, store: &Store, sight: &Sight) {
    let center = match &sight.focus {
        Some(Focus::Around(center, _)) => plan.index(center),
        _ => None,
    };
    let (mut callers, mut called) = (vec![0; plan.items.len()], vec![0; plan.items.len()]);
    for (from, to) in plan.calls.iter().map(|calls| calls.ends).filter(|(from, to)| from != to) {
        callers[to] += 1;
        called[from] += 1;
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
    let place = |item: usize| hubs.iter().position(|&hub| hub == item);
    let serves_most = |hub: usize| callers[hub] * 2 > plan.items.len() && called[hub] >= MANY_CALLED;
    let busy: Vec<bool> = hubs.iter().map(|&hub| serves_most(hub)).collect();
    for calls in plan.calls.iter_mut().filter(|calls| calls.ends.0 != calls.ends.1) {
        let (from, to) = calls.ends;
        if place(to).is_some() || place(from).is_some_and(|place| busy[place]) {
            calls.shown = Shown::Marked;
        }
    }
    let ties = ties(plan, |_| true);
    plan.items.iter_mut().zip(ties).for_each(|(item, ties)| item.ties = ties);
}

/// The hubs that each item is joined with by marks, as far as their calls, by index, are let through.
pub(super) fn ties(plan: &Plan, is_let_through: impl Fn(usize) -> bool) -> Vec<Ties> {
    let mut ties = vec![Ties::default(); plan.items.len()];
    let number = |item: usize| plan.items[item].hub.map(|hub| hub.number);
    let marked = plan.calls.iter().enumerate().filter(|(_, calls)| calls.shown == Shown::Marked);
    for (_, Calls { ends: (from, to), .. }) in marked.filter(|(index, _)| is_let_through(*index)) {
        match (number(*to), number(*from)) {
            (Some(hub), _) => ties[*from].called.push(hub),
            (None, Some(hub)) => ties[*to].callers.push(hub),
            (None, None) => {}
        }
    }
    for ties in &mut ties {
        ties.called.sort_unstable();
        ties.callers.sort_unstable();
    }
    ties
}

/// Takes the marks away from all but the hubs: their lines are drawn when one of their ends is selected.
pub(super) fn untie(plan: &mut Plan) {
    plan.items.iter_mut().for_each(|item| item.ties = Ties::default());
    for calls in plan.calls.iter_mut().filter(|calls| calls.shown == Shown::Marked) {
        calls.shown = Shown::Told;
    }
}

/// Whether the configuration names it as one.
fn is_named(plan: &Plan, index: usize, store: &Store) -> bool {
    let names = &store.charting.hubs;
    plan.items[index].nodes(store).any(|node| {
        names.iter().any(|name| *name == node.name || *name == node.label() || name == node.id.as_str())
    })
}
