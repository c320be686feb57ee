//! How lines and items look, apart from what is selected: drawn from what they stand for when that changes, as a line
//! between two groups may stand for thousands of calls, and a frame has no time to ask each.

use super::{
    hub,
    item::Ties,
    plan::{Calls, Plan, Shown},
    tally::Tally,
};
use crate::{
    layout::{Stroke, Style as Look},
    model::{Health, NodeId},
    store::{Search, Store},
    topology::{Edge, EdgeFilter, Strength},
};

/// How important a line is; the highest of several on the same cells is painted.
pub(super) mod tone {
    pub(in crate::view::map) const QUIET: u8 = 0;
    pub(in crate::view::map) const PLAIN: u8 = 1;
    pub(in crate::view::map) const OBSERVED: u8 = 2;
    pub(in crate::view::map) const TO_FAULT: u8 = 3;
    pub(in crate::view::map) const SELECTED: u8 = 4;
}

/// From this many calls on a line that stands for several is heavy.
const HEAVY: usize = 3;

/// How the lines and items of a plan look.
#[derive(Debug, Default)]
pub(super) struct Looks {
    /// What the lines were drawn from: the version of the topology, the filter, and the minute, as what was seen grows old.
    lines_from: Option<(u64, EdgeFilter, i64)>,
    /// Each line's look, and the strength of the strongest of its calls, whether that is drawn or not.
    lines: Vec<(Option<Look>, Option<Strength>)>,
    /// What the items were drawn from: the version of the topology, that of the findings, and the search.
    items_from: Option<(u64, u64, Search)>,
    items: Vec<Tally>,
    /// The hubs that each item is joined with by marks, as far as the filter lets their calls through.
    ties: Vec<Ties>,
}

impl Looks {
    /// Follows what the lines and items of `plan` stand for. A plan in the place of another one needs new looks.
    pub(super) fn follow(&mut self, plan: &Plan, store: &Store) {
        let from = Some((store.version, store.edges, store.now.as_second() / 60));
        if self.lines_from != from {
            self.lines_from = from;
            self.lines =
                plan.calls.iter().map(|calls| (look(calls, store), strongest(calls, store))).collect();
            self.ties = hub::ties(plan, |call| self.line(call).is_some());
        }
        let from = |known: &(u64, u64, Search)| {
            known.0 == store.version && known.1 == store.judgements && known.2 == store.search
        };
        if !self.items_from.as_ref().is_some_and(from) {
            self.items_from = Some((store.version, store.judgements, store.search.clone()));
            self.items = plan.items.iter().map(|item| Tally::of(item, store)).collect();
        }
    }

    /// How the line of that index looks; none where it is not drawn.
    pub(super) fn line(&self, line: usize) -> Option<Look> {
        self.lines.get(line)?.0
    }

    /// How sure the surest of the calls of that line is.
    pub(super) fn strength(&self, line: usize) -> Option<Strength> {
        self.lines.get(line)?.1
    }

    /// The hubs that the item of that index is joined with by marks now.
    pub(super) fn ties(&self, item: usize) -> &Ties {
        const NONE: &Ties = &Ties { called: Vec::new(), callers: Vec::new() };
        self.ties.get(item).unwrap_or(NONE)
    }

    /// What the item of that index comes to; nothing where nobody has followed yet.
    pub(super) fn item(&self, item: usize) -> &Tally {
        const NOTHING: &Tally = &Tally::NOTHING;
        self.items.get(item).unwrap_or(NOTHING)
    }
}

/// How the calls between two items look now; none where all are gone or filtered out, so that a filter moves nothing. The
/// strongest of them decides the line, the most important one its colour.
fn look(calls: &Calls, store: &Store) -> Option<Look> {
    let edges = &store.topology().edges;
    let mut look: Option<Look> = None;
    let mut count = 0;
    for pair in &calls.pairs {
        let Some(edge) = edges.get(pair).filter(|edge| store.shows(&pair.0, &pair.1, edge)) else { continue };
        count += 1;
        let own = importance(&pair.1, edge, store);
        let is_dim = calls.shown == Shown::Dim && own < tone::TO_FAULT;
        let tone = if is_dim { tone::QUIET } else { own };
        let stroke = stroke(edge);
        let best = look.get_or_insert(Look { stroke, tone });
        *best = Look { stroke: best.stroke.max(stroke), tone: best.tone.max(tone) };
    }
    let is_heavy = |look: &Look| count >= HEAVY && look.stroke == Stroke::Solid;
    look.map(|look| if is_heavy(&look) { Look { stroke: Stroke::Heavy, ..look } } else { look })
}

/// How important a call is. What was seen long ago grows dim.
fn importance(to: &NodeId, edge: &Edge, store: &Store) -> u8 {
    let failing = store.topology().nodes.get(to).is_some_and(|n| n.health >= Health::Degraded);
    match edge.strength() {
        _ if failing => tone::TO_FAULT,
        Strength::Possible => tone::QUIET,
        _ if edge.is_faded(store.now) => tone::QUIET,
        Strength::Observed => tone::OBSERVED,
        Strength::Declared => tone::PLAIN,
    }
}

/// How sure the surest of those calls is.
fn strongest(calls: &Calls, store: &Store) -> Option<Strength> {
    let edges = &store.topology().edges;
    calls.pairs.iter().filter_map(|pair| edges.get(pair)).map(Edge::strength).max()
}

fn stroke(edge: &Edge) -> Stroke {
    match edge.strength() {
        Strength::Observed => Stroke::Solid,
        Strength::Declared => Stroke::Dashed,
        Strength::Possible => Stroke::Dotted,
    }
}
