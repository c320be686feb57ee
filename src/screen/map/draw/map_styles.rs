//! Styles of lines and totals of items, without the effects of selection and mouse. Portolan computes them
//! only when the data changes, because a line between two groups can stand for thousands of calls. These are
//! too many to visit for every frame.

use crate::{
    layout::{LineStyle as Look, Stroke},
    model::{Health, NodeId},
    screen::map::graph::{
        item_totals::ItemTotals,
        map_edge::{EdgeVisibility, MapEdge},
        map_graph::MapGraph,
    },
    store::{Search, Store},
    topology::{Edge, EdgeFilter, Strength},
};

/// Tones: priorities of lines, each with its own colour. Where several lines share a cell, the line with the
/// highest tone is drawn.
pub(in crate::screen::map) mod tone {
    pub(in crate::screen::map) const QUIET: u8 = 0;
    pub(in crate::screen::map) const PLAIN: u8 = 1;
    pub(in crate::screen::map) const OBSERVED: u8 = 2;
    /// Tone of an edge that runs against the flow of the map.
    pub(in crate::screen::map) const AGAINST_FLOW: u8 = 3;
    pub(in crate::screen::map) const TO_FAULT: u8 = 4;
    pub(in crate::screen::map) const SELECTED: u8 = 5;
}

/// Number of visible calls from which a solid line is drawn thick.
const MIN_HEAVY_CALLS: usize = 3;

/// Styles of the edges of one map graph, and totals of its items.
#[derive(Debug, Default)]
pub(in crate::screen::map) struct MapStyles {
    /// Topology version, edge filter and minute from which `edges` was computed. The minute is included
    /// because observations fade with time.
    edges_from: Option<(u64, EdgeFilter, i64)>,
    /// Style and strength of each edge. The style is `None` if a filter hides the edge. The strength is that
    /// of the edge's strongest call, even if a filter hides that call.
    edges: Vec<(Option<Look>, Option<Strength>)>,
    /// Topology version, findings version and search from which `items` was computed.
    items_from: Option<(u64, u64, Search)>,
    /// Totals of each item.
    items: Vec<ItemTotals>,
}

impl MapStyles {
    /// Computes styles and totals again if their inputs have changed. The caller creates a new `MapStyles`
    /// for another `graph`.
    pub(in crate::screen::map) fn refresh(&mut self, graph: &MapGraph, store: &Store) {
        let from =
            Some((store.world.topology_version, store.session.edge_filter, store.world.now.as_second() / 60));
        if self.edges_from != from {
            self.edges_from = from;
            self.edges = graph
                .edges
                .iter()
                .map(|calls| (style_of_edge(calls, store), strongest_call(calls, store)))
                .collect();
        }
        let from = |known: &(u64, u64, Search)| {
            known.0 == store.world.topology_version
                && known.1 == store.world.findings_version
                && known.2 == store.session.search
        };
        if !self.items_from.as_ref().is_some_and(from) {
            self.items_from = Some((
                store.world.topology_version,
                store.world.findings_version,
                store.session.search.clone(),
            ));
            self.items = graph.items.iter().map(|item| ItemTotals::of(item, store)).collect();
        }
    }

    /// Returns the style of the edge with index `edge`, or `None` if a filter hides it.
    pub(in crate::screen::map) fn edge_style(&self, edge: usize) -> Option<Look> {
        self.edges.get(edge)?.0
    }

    /// Returns the strength of the strongest call in the edge with index `edge`.
    pub(in crate::screen::map) fn edge_strength(&self, edge: usize) -> Option<Strength> {
        self.edges.get(edge)?.1
    }

    /// Returns the totals of the item with index `item`. Before the first refresh, the totals are empty.
    pub(in crate::screen::map) fn item_totals(&self, item: usize) -> &ItemTotals {
        const NO_MEMBERS: &ItemTotals = &ItemTotals::EMPTY;
        self.items.get(item).unwrap_or(NO_MEMBERS)
    }
}

/// Returns the style of an edge, or `None` if a filter hides all of its calls. The strongest call decides the
/// stroke, and the call with the highest tone decides the colour.
///
/// A hidden edge keeps its space in the layout, because a filter must not move the map.
fn style_of_edge(calls: &MapEdge, store: &Store) -> Option<Look> {
    let edges = &store.world.topology().edges;
    let mut look: Option<Look> = None;
    let mut count = 0;
    for pair in &calls.calls {
        let Some(edge) = edges.get(pair).filter(|edge| store.shows_edge(&pair.0, &pair.1, edge)) else {
            continue;
        };
        count += 1;
        let own = tone_of_call(&pair.1, edge, store);
        let is_dim = calls.visibility == EdgeVisibility::Dim && own < tone::TO_FAULT;
        let tone = if is_dim { tone::QUIET } else { own };
        let stroke = stroke_of_call(edge);
        let best = look.get_or_insert(Look { stroke, tone });
        *best = Look { stroke: best.stroke.max(stroke), tone: best.tone.max(tone) };
    }
    let is_heavy = |look: &Look| count >= MIN_HEAVY_CALLS && look.stroke == Stroke::Solid;
    look.map(|look| if is_heavy(&look) { Look { stroke: Stroke::Heavy, ..look } } else { look })
}

/// Returns the tone of a call to the node `to`. A faded call, which has not been observed for a while, is
/// quiet.
fn tone_of_call(to: &NodeId, edge: &Edge, store: &Store) -> u8 {
    let failing = store.world.topology().nodes.get(to).is_some_and(|n| n.health >= Health::Degraded);
    match edge.strength() {
        _ if failing => tone::TO_FAULT,
        Strength::Possible => tone::QUIET,
        _ if edge.is_faded(store.world.now) => tone::QUIET,
        Strength::Observed => tone::OBSERVED,
        Strength::Declared => tone::PLAIN,
    }
}

/// Returns the strength of the strongest call of an edge.
fn strongest_call(calls: &MapEdge, store: &Store) -> Option<Strength> {
    let edges = &store.world.topology().edges;
    calls.calls.iter().filter_map(|pair| edges.get(pair)).map(Edge::strength).max()
}

fn stroke_of_call(edge: &Edge) -> Stroke {
    match edge.strength() {
        Strength::Observed => Stroke::Solid,
        Strength::Declared => Stroke::Dashed,
        Strength::Possible => Stroke::Dotted,
    }
}
