//! Hubs: items with very many callers. Lines from all these callers would hide the rest of the map.
//!
//! Instead of drawing these lines, the map's status text names each hub with the number of its callers. A
//! line appears while the item at one of its ends is selected. The layout reserves no space for such lines:
//! in the OpenTelemetry demo, lines to hubs made the map 1.8 times as large, with 12 times as many crossings.

use super::{
    item::ItemKind,
    map_choices::{Focus, MapChoices},
    map_edge::EdgeVisibility,
    map_graph::MapGraph,
};
use crate::{screen::widget::text, store::Store};

/// Minimum number of callers of a hub that the configuration does not name.
const MIN_HUB_CALLERS: usize = 8;
/// Divisor of the number of items. An item that the configuration does not name is a hub only if it has more
/// callers than the quotient.
const HUB_SHARE_DIVISOR: usize = 4;

/// Minimum number of items that a collector calls.
///
/// A collector is a hub, such as a telemetry collector, that more than half of all items call. The map draws
/// no lines for the collector's own calls either, because they say nothing about the flow between the other
/// items.
const MIN_COLLECTOR_CALLS: usize = 4;

/// Finds the hubs of `graph`, and hides the lines to them and the lines from collectors. If the map shows
/// only the neighbourhood of one node, that node is never a hub, because the user wants to see its lines.
pub(in crate::screen::map) fn hide_hub_lines(graph: &mut MapGraph, store: &Store, choices: &MapChoices) {
    let center = match &choices.focus {
        Some(Focus::Around(center, _)) => graph.item_index(center),
        _ => None,
    };
    let count = graph.items.len();
    let (mut caller_counts, mut callee_counts) = (vec![0; count], vec![0; count]);
    for (from, to) in graph.edges.iter().map(|calls| calls.ends).filter(|(from, to)| from != to) {
        caller_counts[to] += 1;
        callee_counts[from] += 1;
    }
    let is_hub = |index: usize| {
        let callers = caller_counts[index];
        let many = callers >= MIN_HUB_CALLERS && callers * HUB_SHARE_DIVISOR > count;
        graph.items[index].kind == ItemKind::Node
            && Some(index) != center
            && callers > 0
            && (many || is_configured_hub(graph, index, store))
    };
    let hubs: Vec<bool> = (0..count).map(is_hub).collect();
    let is_collector = |index: usize| {
        hubs[index] && caller_counts[index] * 2 > count && callee_counts[index] >= MIN_COLLECTOR_CALLS
    };
    let collectors: Vec<bool> = (0..count).map(is_collector).collect();
    for edge in graph.edges.iter_mut().filter(|calls| calls.ends.0 != calls.ends.1) {
        let (from, to) = edge.ends;
        if hubs[to] {
            edge.visibility = EdgeVisibility::ToHub;
        } else if collectors[from] {
            edge.visibility = EdgeVisibility::FromHub;
        }
    }
}

/// Describes the hidden lines of hubs, such as `hidden: 21 calls to otel-collector and 5 from it`. The hub
/// with the most hidden lines comes first. Counts only edges for whose index `is_hidden` returns true.
pub(in crate::screen::map) fn hidden_calls_text(
    graph: &MapGraph,
    store: &Store,
    is_hidden: impl Fn(usize) -> bool,
) -> Option<String> {
    let mut counts = vec![(0_usize, 0_usize); graph.items.len()];
    for (index, edge) in graph.edges_without_line() {
        match edge.visibility {
            EdgeVisibility::ToHub if is_hidden(index) => counts[edge.ends.1].0 += 1,
            EdgeVisibility::FromHub if is_hidden(index) => counts[edge.ends.0].1 += 1,
            _ => {}
        }
    }
    let mut hubs: Vec<usize> = (0..counts.len()).filter(|&index| counts[index] != (0, 0)).collect();
    hubs.sort_by_key(|&index| std::cmp::Reverse(counts[index].0 + counts[index].1));
    let words = hubs.iter().map(|&index| {
        let (to, from) = counts[index];
        let name = graph.items[index].title(store);
        match (to, from) {
            (0, from) => format!("{} from {name}", text::pluralize(from, "call")),
            (to, 0) => format!("{} to {name}", text::pluralize(to, "call")),
            (to, from) => format!("{} to {name} and {from} from it", text::pluralize(to, "call")),
        }
    });
    let words: Vec<String> = words.collect();
    (!words.is_empty()).then(|| format!("hidden: {}", words.join(", ")))
}

/// Returns true if the user's configuration names the item at `index` as a hub.
fn is_configured_hub(graph: &MapGraph, index: usize, store: &Store) -> bool {
    let names = &store.session.map_settings.hub_names;
    graph.items[index].nodes(store).any(|node| {
        names.iter().any(|name| *name == node.name || *name == node.label() || name == node.id.as_str())
    })
}
