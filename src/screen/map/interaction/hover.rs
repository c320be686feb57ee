//! Mouse hover: highlights the item or lines under the mouse, and describes them in one line of text.

use crate::{
    layout::Point,
    screen::{
        Scene,
        describe::node_text,
        map::{
            Map,
            graph::{item::Item, map_edge::MapEdge},
        },
    },
};
use std::collections::BTreeMap;

/// Item or lines under the mouse, as indices into the drawn map graph.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::screen::map) enum HoverTarget {
    /// Index of an item.
    Item(usize),
    /// Indices of the edges whose lines share the cell under the mouse.
    Lines(Vec<usize>),
}

/// Maximum number of callers in the description of a line.
const MAX_NAMED_CALLERS: usize = 3;

impl HoverTarget {
    /// Returns the item or the lines at the screen cell `cell`, or `None` if nothing is drawn there.
    pub(in crate::screen::map) fn at(map: &Map, cell: (u16, u16)) -> Option<Self> {
        let at = map.viewport.to_diagram(cell)?;
        let chart = &map.drawn;
        let item = chart.diagram.nodes.iter().rposition(|node| node.contains(at));
        item.map(Self::Item).or_else(|| Self::lines_at(map, at))
    }

    fn lines_at(map: &Map, at: Point) -> Option<Self> {
        let edges = map.drawn.raster.edges_at(at);
        (!edges.is_empty()).then_some(Self::Lines(edges))
    }

    /// Returns true if the item at `index` is highlighted.
    pub(in crate::screen::map) fn highlights_item(&self, index: usize) -> bool {
        *self == Self::Item(index)
    }

    /// Returns true if the line of `edge` is highlighted. `line` is the index of `edge` in the map graph.
    pub(in crate::screen::map) fn highlights_line(&self, line: usize, edge: &MapEdge) -> bool {
        match self {
            Self::Item(index) => edge.ends.0 == *index || edge.ends.1 == *index,
            Self::Lines(lines) => lines.contains(&line),
        }
    }

    /// Describes the item or lines in one line of text. The text is empty if a filter hides all the lines.
    pub(in crate::screen::map) fn description(&self, map: &Map, scene: Scene<'_>) -> String {
        let graph = &map.drawn.graph;
        match self {
            Self::Item(index) => {
                graph.items.get(*index).map(|item| item_description(item, scene)).unwrap_or_default()
            }
            Self::Lines(lines) => {
                let edges = lines.iter().filter_map(|line| graph.edges.get(*line));
                let mut targets: BTreeMap<usize, Vec<&MapEdge>> = BTreeMap::new();
                edges.for_each(|calls| targets.entry(calls.ends.1).or_default().push(calls));
                let nets = targets
                    .iter()
                    .filter_map(|(target, calls)| callers_description(map, scene, *target, calls));
                nets.collect::<Vec<_>>().join("; ")
            }
        }
    }
}

/// Describes an item in one line: its name, count, health and status.
fn item_description(item: &Item, scene: Scene<'_>) -> String {
    match item.nodes(scene.store).next().filter(|_| item.members.len() == 1) {
        Some(node) => {
            let count =
                node.desired.map(|desired| format!(" {}/{desired}", node.running)).unwrap_or_default();
            let health = node.health.as_str();
            let status = node_text::status_line(scene, node);
            let more = if status.is_empty() || status == health { status } else { format!(", {status}") };
            let health = if more == health { "" } else { health };
            format!("{}{count} {health}{more}", node.label())
        }
        None => format!("{}, {}", item.title(scene.store), item.member_count_text(scene.store)),
    }
}

/// Describes the edges `calls` to the item `target`: the callers, the target, and the strongest evidence.
/// Returns `None` if a filter hides all of them.
fn callers_description(map: &Map, scene: Scene<'_>, target: usize, calls: &[&MapEdge]) -> Option<String> {
    let store = scene.store;
    let title = |index: usize| map.drawn.graph.items.get(index).map(|item| item.title(store));
    let edges = &store.world.topology().edges;
    let shown_strength = |calls: &MapEdge| {
        let known = calls.calls.iter().filter_map(|pair| Some((pair, edges.get(pair)?)));
        known
            .filter(|(pair, edge)| store.shows_edge(&pair.0, &pair.1, edge))
            .map(|(_, edge)| edge.strength())
            .max()
    };
    let lines: Vec<_> =
        calls.iter().filter_map(|calls| Some((title(calls.ends.0)?, shown_strength(calls)?))).collect();
    let strength = lines.iter().map(|(_, strength)| *strength).max()?;
    let mut names: Vec<String> = lines.iter().take(MAX_NAMED_CALLERS).map(|(name, _)| name.clone()).collect();
    if lines.len() > MAX_NAMED_CALLERS {
        names.push(format!("{} more", lines.len() - MAX_NAMED_CALLERS));
    }
    let arrow = if scene.theme.glyphs.ascii { "->" } else { "→" };
    Some(format!("{} {arrow} {}, {}", names.join(", "), title(target)?, strength.as_str()))
}
