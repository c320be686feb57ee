//! Moving about: from a node to the nearest one that way, linked ones first.

use super::Chart;
use crate::{command::Command, layout::Rect as Cells, model::NodeId, store::Store};

/// The nearest node in a direction.
///
/// A row counts as two columns, as cells are twice as tall as wide; what lies aside counts twice, and a node that is
/// linked with this one is taken for three times nearer.
pub(super) fn nearest(chart: &Chart, from: &NodeId, direction: Command) -> Option<NodeId> {
    let here = middle(chart.place(from)?);
    let linked = |other: &NodeId| {
        chart.plan.edges.iter().any(|(a, b)| (a == from && b == other) || (b == from && a == other))
    };
    let cost = |id: &NodeId| {
        let there = middle(chart.place(id)?);
        let (dx, dy) = (there.0 - here.0, 2 * (there.1 - here.1));
        let (ahead, aside) = match direction {
            Command::Left => (-dx, dy),
            Command::Right => (dx, dy),
            Command::Up => (-dy, dx),
            _ => (dy, dx),
        };
        let distance = ahead + 2 * aside.abs();
        let sideways = matches!(direction, Command::Left | Command::Right);
        (ahead > 0).then(|| if sideways && linked(id) { distance / 3 } else { distance })
    };
    let others = chart.plan.nodes.iter().filter(|id| *id != from);
    others.filter_map(|id| cost(id).map(|cost| (cost, id))).min().map(|(_, id)| id.clone())
}

/// A round of neighbours: whose they are, and the one that was reached last.
pub(super) type Round = (NodeId, NodeId);

/// The next step round the neighbours of the selected node, what it calls first, then who calls it. `before` is the
/// step before this one: as long as nothing else was selected since, the round goes on.
pub(super) fn neighbour(
    chart: &Chart,
    store: &Store,
    before: Option<&Round>,
    forward: bool,
) -> Option<Round> {
    let selected = store.selected.as_ref()?;
    let hub = before.filter(|(_, reached)| reached == selected).map_or(selected, |(hub, _)| hub);
    let calls = store.topology().calls(hub).map(|(id, _)| id);
    let callers = store.topology().callers(hub).map(|(id, _)| id);
    let mut round: Vec<_> = calls.chain(callers).filter(|id| chart.place(id).is_some()).collect();
    if !forward {
        round.reverse();
    }
    let next = round.iter().position(|id| *id == selected).map_or(0, |here| (here + 1) % round.len());
    round.get(next).map(|id| (hub.clone(), (*id).clone()))
}

/// The first or the last node in reading order.
pub(super) fn end(chart: &Chart, last: bool) -> Option<NodeId> {
    let order = |id: &&NodeId| chart.place(id).map(|place| (place.x, place.y));
    let nodes = chart.plan.nodes.iter();
    if last { nodes.max_by_key(order) } else { nodes.min_by_key(order) }.cloned()
}

fn middle(place: Cells) -> (i32, i32) {
    (place.x + place.width / 2, place.y + place.height / 2)
}
