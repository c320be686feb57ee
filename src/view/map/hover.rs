//! What the mouse is over: a node or the lines in a cell, lit up and named.

use super::{Map, item::Item, plan::Calls};
use crate::{
    layout::Point,
    view::{Scene, summary},
};
use std::collections::BTreeMap;

/// What the mouse is over, as indices into the plan that is drawn.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Hovered {
    /// An item.
    Item(usize),
    /// The lines that share a cell.
    Lines(Vec<usize>),
}

/// How many callers of a line are named.
const NAMED: usize = 3;

impl Hovered {
    /// What is drawn in that cell of the screen.
    pub(super) fn at(map: &Map, cell: (u16, u16)) -> Option<Self> {
        let at = map.viewport.under(cell)?;
        let chart = &map.chart;
        let item = chart.diagram.nodes.iter().rposition(|node| node.contains(at));
        item.map(Self::Item).or_else(|| Self::lines(map, at))
    }

    fn lines(map: &Map, at: Point) -> Option<Self> {
        let edges = map.chart.raster.edges_at(at);
        (!edges.is_empty()).then_some(Self::Lines(edges))
    }

    /// Whether that item is lit up.
    pub(super) fn has_item(&self, index: usize) -> bool {
        *self == Self::Item(index)
    }

    /// Whether the line of that index is lit up.
    pub(super) fn has_line(&self, line: usize, calls: &Calls) -> bool {
        match self {
            Self::Item(index) => calls.ends.0 == *index || calls.ends.1 == *index,
            Self::Lines(lines) => lines.contains(&line),
        }
    }

    /// What it is, in a line. Nothing for lines that a filter hides.
    pub(super) fn words(&self, map: &Map, scene: Scene<'_>) -> String {
        let plan = &map.chart.plan;
        match self {
            Self::Item(index) => plan.items.get(*index).map(|item| about(item, scene)).unwrap_or_default(),
            Self::Lines(lines) => {
                let calls = lines.iter().filter_map(|line| plan.calls.get(*line));
                let mut targets: BTreeMap<usize, Vec<&Calls>> = BTreeMap::new();
                calls.for_each(|calls| targets.entry(calls.ends.1).or_default().push(calls));
                let nets = targets.iter().filter_map(|(target, calls)| net(map, scene, *target, calls));
                nets.collect::<Vec<_>>().join("; ")
            }
        }
    }
}

/// An item in a line.
fn about(item: &Item, scene: Scene<'_>) -> String {
    match item.nodes(scene.store).next().filter(|_| item.members.len() == 1) {
        Some(node) => {
            let count =
                node.desired.map(|desired| format!(" {}/{desired}", node.running)).unwrap_or_default();
            let health = node.health.word();
            let status = summary::status(scene, node);
            let more = if status.is_empty() || status == health { status } else { format!(", {status}") };
            let health = if more == health { "" } else { health };
            format!("{}{count} {health}{more}", node.label())
        }
        None => format!("{}, {}", item.title(scene.store), item.counted(scene.store)),
    }
}

/// Who calls the item of that index over these lines, and how sure the surest of them is.
fn net(map: &Map, scene: Scene<'_>, target: usize, calls: &[&Calls]) -> Option<String> {
    let store = scene.store;
    let title = |index: usize| map.chart.plan.items.get(index).map(|item| item.title(store));
    let edges = &store.topology().edges;
    let shown = |calls: &Calls| {
        let known = calls.pairs.iter().filter_map(|pair| Some((pair, edges.get(pair)?)));
        known
            .filter(|(pair, edge)| store.shows(&pair.0, &pair.1, edge))
            .map(|(_, edge)| edge.strength())
            .max()
    };
    let lines: Vec<_> =
        calls.iter().filter_map(|calls| Some((title(calls.ends.0)?, shown(calls)?))).collect();
    let strength = lines.iter().map(|(_, strength)| *strength).max()?;
    let mut names: Vec<String> = lines.iter().take(NAMED).map(|(name, _)| name.clone()).collect();
    if lines.len() > NAMED {
        names.push(format!("{} more", lines.len() - NAMED));
    }
    let arrow = if scene.theme.glyphs.ascii { "->" } else { "→" };
    Some(format!("{} {arrow} {}, {}", names.join(", "), title(target)?, strength.word()))
}
