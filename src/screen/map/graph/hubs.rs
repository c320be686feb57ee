//! Hubs: items with so many callers that lines to them would hide the rest.
//!
//! A hub and its callers get numbered badges instead of lines. A line appears while the item at one of its
//! ends is selected. The layout reserves no space for such lines: in the OpenTelemetry demo, lines to hubs
//! made the map 1.8 times as large, with 12 times as many crossings.

use super::{
    item::{Hub, HubBadges, ItemKind},
    map_edge::{EdgeVisibility, MapEdge},
    map_graph::MapGraph,
    view_state::{Focus, ViewState},
};
use crate::store::Store;

/// Minimum number of callers of a hub.
const MIN_HUB_CALLERS: usize = 8;
/// Divisor of the number of items: a hub has more callers than the quotient.
const HUB_SHARE_DIVISOR: usize = 3;

/// Minimum number of items that a collector calls.
///
/// A collector is a hub that more than half of all items call, such as a telemetry collector. Its own calls
/// become badges too, because they say nothing about the flow between the other items.
const MIN_COLLECTOR_CALLS: usize = 4;

/// Maximum number of hubs, because a badge has one digit. Further hubs, with fewer callers, keep their lines.
const MAX_HUBS: usize = 9;

/// Finds the hubs of `graph` and replaces the lines to them by badges. The center of a focus never becomes a
/// hub, because the user wants to see its lines.
pub(in crate::screen::map) fn mark_hubs(graph: &mut MapGraph, store: &Store, view_state: &ViewState) {
    let center = match &view_state.focus {
        Some(Focus::Around(center, _)) => graph.item_index(center),
        _ => None,
    };
    let (mut caller_counts, mut callee_counts) = (vec![0; graph.items.len()], vec![0; graph.items.len()]);
    for (from, to) in graph.edges.iter().map(|calls| calls.ends).filter(|(from, to)| from != to) {
        caller_counts[to] += 1;
        callee_counts[from] += 1;
    }
    let mut hubs: Vec<usize> = (0..graph.items.len())
        .filter(|&index| {
            let many = caller_counts[index] >= MIN_HUB_CALLERS
                && caller_counts[index] * HUB_SHARE_DIVISOR > graph.items.len();
            graph.items[index].kind == ItemKind::Node
                && Some(index) != center
                && caller_counts[index] > 0
                && (many || is_configured_hub(graph, index, store))
        })
        .collect();
    hubs.sort_by_key(|&index| (std::cmp::Reverse(caller_counts[index]), graph.items[index].key()));
    hubs.truncate(MAX_HUBS);
    for (place, &index) in hubs.iter().enumerate() {
        graph.items[index].hub = Some(Hub { number: place + 1, caller_count: caller_counts[index] });
    }
    let place = |item: usize| hubs.iter().position(|&hub| hub == item);
    let serves_most =
        |hub: usize| caller_counts[hub] * 2 > graph.items.len() && callee_counts[hub] >= MIN_COLLECTOR_CALLS;
    let is_collector: Vec<bool> = hubs.iter().map(|&hub| serves_most(hub)).collect();
    for edge in graph.edges.iter_mut().filter(|calls| calls.ends.0 != calls.ends.1) {
        let (from, to) = edge.ends;
        if place(to).is_some() || place(from).is_some_and(|place| is_collector[place]) {
            edge.visibility = EdgeVisibility::Badge;
        }
    }
    let badges = hub_badges(graph, |_| true);
    graph.items.iter_mut().zip(badges).for_each(|(item, ties)| item.badges = ties);
}

/// Returns the badges of each item, in the order of the items. Ignores edges whose index `is_let_through`
/// rejects.
pub(in crate::screen::map) fn hub_badges(
    graph: &MapGraph,
    is_let_through: impl Fn(usize) -> bool,
) -> Vec<HubBadges> {
    let mut badges = vec![HubBadges::default(); graph.items.len()];
    let number = |item: usize| graph.items[item].hub.map(|hub| hub.number);
    let marked =
        graph.edges.iter().enumerate().filter(|(_, calls)| calls.visibility == EdgeVisibility::Badge);
    for (_, MapEdge { ends: (from, to), .. }) in marked.filter(|(index, _)| is_let_through(*index)) {
        match (number(*to), number(*from)) {
            (Some(hub), _) => badges[*from].callees.push(hub),
            (None, Some(hub)) => badges[*to].callers.push(hub),
            (None, None) => {}
        }
    }
    for ties in &mut badges {
        ties.callees.sort_unstable();
        ties.callers.sort_unstable();
    }
    badges
}

/// Removes the badges from all items to save space; the hubs keep their numbers. A line that a badge replaced
/// still appears while the item at one of its ends is selected.
pub(in crate::screen::map) fn hide_badges(graph: &mut MapGraph) {
    graph.items.iter_mut().for_each(|item| item.badges = HubBadges::default());
    for calls in graph.edges.iter_mut().filter(|calls| calls.visibility == EdgeVisibility::Badge) {
        calls.visibility = EdgeVisibility::PanelOnly;
    }
}

/// Returns true if the configuration names the item at `index` as a hub.
fn is_configured_hub(graph: &MapGraph, index: usize, store: &Store) -> bool {
    let names = &store.session.map_settings.hub_names;
    graph.items[index].nodes(store).any(|node| {
        names.iter().any(|name| *name == node.name || *name == node.label() || name == node.id.as_str())
    })
}
