//! Keyboard navigation on the map: moves the selection to the nearest node in a direction, or from neighbour
//! to neighbour.

use crate::{
    command::Command,
    layout::{Direction, Rect as Cells},
    model::NodeId,
    screen::map::DrawnMap,
    store::Store,
};
use std::collections::BTreeSet;

/// Cost of one row in the search for the nearest item of an outline. Sideways, it is added for an item
/// without a connection. It exceeds any distance on a screen.
const OUTLINE_ROW_COST: i32 = 10_000;

/// Returns the least healthy node of the nearest item in `direction`, seen from the item that contains
/// `from`.
///
/// The distance in rows counts twice, because cells are twice as tall as wide, and the distance across
/// `direction` counts twice too. If `direction` is parallel to the flow of the map, a connected item counts
/// as three times closer.
///
/// In an outline, up and down move row by row. Left and right move to the nearest connected item with less or
/// more indentation.
pub(in crate::screen::map) fn nearest_in_direction(
    drawn: &DrawnMap,
    from: &NodeId,
    direction: Command,
) -> Option<NodeId> {
    let graph = &drawn.graph;
    let start = graph.item_index(from)?;
    let is_outline = drawn.diagram.direction == Direction::Outline;
    let anchor = |place: Cells| if is_outline { (place.x, place.y) } else { center_of(place) };
    let here = anchor(drawn.rect_of(from)?);
    let linked = |other: usize| {
        graph.edges.iter().any(|calls| calls.ends == (start, other) || calls.ends == (other, start))
    };
    let sideways = matches!(direction, Command::Left | Command::Right);
    let along = sideways == (drawn.diagram.direction != Direction::TopDown);
    let cost = |index: usize| {
        let there = anchor(*drawn.diagram.nodes.get(index)?);
        let (dx, dy) = (there.0 - here.0, 2 * (there.1 - here.1));
        let (ahead, aside) = match direction {
            Command::Left => (-dx, dy),
            Command::Right => (dx, dy),
            Command::Up => (-dy, dx),
            _ => (dy, dx),
        };
        let distance = match (is_outline, sideways) {
            (true, false) => ahead * OUTLINE_ROW_COST + aside.abs(),
            (true, true) if !linked(index) => OUTLINE_ROW_COST + ahead + 2 * aside.abs(),
            _ => ahead + 2 * aside.abs(),
        };
        (ahead > 0).then(|| if along && linked(index) { distance / 3 } else { distance })
    };
    let others = (0..graph.items.len()).filter(|index| *index != start);
    let face = |index: usize| graph.items[index].representative();
    others.filter_map(|index| Some((cost(index)?, face(index)?))).min().map(|(_, id)| id.clone())
}

/// Position in the cycle of neighbours: the node whose neighbours are visited, and the neighbour selected
/// last.
pub(in crate::screen::map) type NeighbourCycle = (NodeId, NodeId);

/// Returns the next neighbour, or the previous one if `forward` is false. Callees come before callers.
/// Continues the cycle in `before` if the neighbour that it reached is still selected. Otherwise begins a
/// cycle through the neighbours of the selected node.
pub(in crate::screen::map) fn next_neighbour(
    drawn: &DrawnMap,
    store: &Store,
    before: Option<&NeighbourCycle>,
    forward: bool,
) -> Option<NeighbourCycle> {
    let graph = &drawn.graph;
    let selected = store.session.selected.as_ref()?;
    let center = before.filter(|(_, reached)| reached == selected).map_or(selected, |(center, _)| center);
    let middle = graph.item_index(center)?;
    let calls = graph.edges.iter().filter(|c| c.ends.0 == middle).map(|c| c.ends.1);
    let callers = graph.edges.iter().filter(|c| c.ends.1 == middle).map(|c| c.ends.0);
    let mut seen = BTreeSet::from([middle]);
    let mut neighbours: Vec<usize> = calls.chain(callers).filter(|index| seen.insert(*index)).collect();
    if !forward {
        neighbours.reverse();
    }
    let here = graph.item_index(selected);
    let next =
        neighbours.iter().position(|index| Some(*index) == here).map_or(0, |at| (at + 1) % neighbours.len());
    let face = neighbours.get(next).and_then(|index| graph.items[*index].representative())?;
    Some((center.clone(), face.clone()))
}

/// Returns the least healthy node of the leftmost item, or of the rightmost item if `last` is true. If
/// several items begin at that column, takes the uppermost of them, or the lowermost if `last` is true.
pub(in crate::screen::map) fn first_or_last(drawn: &DrawnMap, last: bool) -> Option<NodeId> {
    let order = |(_, place): &(_, &Cells)| (place.x, place.y);
    let items = drawn.graph.items.iter().zip(&drawn.diagram.nodes);
    let end = if last { items.max_by_key(order) } else { items.min_by_key(order) };
    end.and_then(|(item, _)| item.representative()).cloned()
}

fn center_of(place: Cells) -> (i32, i32) {
    (place.x + place.width / 2, place.y + place.height / 2)
}
