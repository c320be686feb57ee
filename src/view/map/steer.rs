//! Moving about: from what is selected to the nearest thing that way, linked ones first.

use super::Chart;
use crate::{
    command::Command,
    layout::{Direction, Rect as Cells},
    model::NodeId,
    store::Store,
};

/// The nearest node in a direction; of what stands for several, the one that stands for them.
///
/// A row counts as two columns, as cells are twice as tall as wide; what lies aside counts twice, and along the flow what
/// is linked with this one is taken for three times nearer.
pub(super) fn nearest(chart: &Chart, from: &NodeId, direction: Command) -> Option<NodeId> {
    let plan = &chart.plan;
    let start = plan.index(from)?;
    let here = middle(chart.place(from)?);
    let linked = |other: usize| {
        plan.calls.iter().any(|calls| calls.ends == (start, other) || calls.ends == (other, start))
    };
    let sideways = matches!(direction, Command::Left | Command::Right);
    let along = sideways == (chart.diagram.direction == Direction::LeftToRight);
    let cost = |index: usize| {
        let there = middle(*chart.diagram.nodes.get(index)?);
        let (dx, dy) = (there.0 - here.0, 2 * (there.1 - here.1));
        let (ahead, aside) = match direction {
            Command::Left => (-dx, dy),
            Command::Right => (dx, dy),
            Command::Up => (-dy, dx),
            _ => (dy, dx),
        };
        let distance = ahead + 2 * aside.abs();
        (ahead > 0).then(|| if along && linked(index) { distance / 3 } else { distance })
    };
    let others = (0..plan.items.len()).filter(|index| *index != start);
    let face = |index: usize| plan.items[index].face();
    others.filter_map(|index| Some((cost(index)?, face(index)?))).min().map(|(_, id)| id.clone())
}

/// A round of neighbours: whose they are, and the one that was reached last.
pub(super) type Round = (NodeId, NodeId);

/// The next step round the neighbours of what is selected, what it calls first, then who calls it. `before` is the
/// step before this one: as long as nothing else was selected since, the round goes on.
pub(super) fn neighbour(
    chart: &Chart,
    store: &Store,
    before: Option<&Round>,
    forward: bool,
) -> Option<Round> {
    let plan = &chart.plan;
    let selected = store.selected.as_ref()?;
    let center = before.filter(|(_, reached)| reached == selected).map_or(selected, |(center, _)| center);
    let middle = plan.index(center)?;
    let calls = plan.calls.iter().filter(|c| c.ends.0 == middle).map(|c| c.ends.1);
    let callers = plan.calls.iter().filter(|c| c.ends.1 == middle).map(|c| c.ends.0);
    let mut round: Vec<usize> = calls.chain(callers).filter(|index| *index != middle).collect();
    if !forward {
        round.reverse();
    }
    let here = plan.index(selected);
    let next = round.iter().position(|index| Some(*index) == here).map_or(0, |at| (at + 1) % round.len());
    let face = round.get(next).and_then(|index| plan.items[*index].face())?;
    Some((center.clone(), face.clone()))
}

/// The first or the last node in reading order.
pub(super) fn end(chart: &Chart, last: bool) -> Option<NodeId> {
    let order = |(_, place): &(_, &Cells)| (place.x, place.y);
    let items = chart.plan.items.iter().zip(&chart.diagram.nodes);
    let end = if last { items.max_by_key(order) } else { items.min_by_key(order) };
    end.and_then(|(item, _)| item.face()).cloned()
}

fn middle(place: Cells) -> (i32, i32) {
    (place.x + place.width / 2, place.y + place.height / 2)
}
