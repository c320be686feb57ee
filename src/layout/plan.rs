//! The pipeline for one level: cycles, layers, lanes, order, rows, and from there to cells.
use super::diagram::{Point, Quality};
use super::drawing::Drawing;
use super::graph::Key;
use super::layered::{Layered, Occupant, Vertex};
use super::level::{Item, Level, Role};
use super::rank::{self, Shape};
use super::wired::Wired;
use super::{cycle, lone, order, place, turn};
use std::collections::BTreeMap;
use std::sync::Arc;

/// A finished level; its upper left corner is (0, 0).
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Plan {
    /// The upper left corner of every item.
    pub at: Vec<Point>,
    /// The way of every link, from the cell right of its start to the cell left of its target; gates included.
    pub paths: Vec<Vec<Point>>,
    pub size: (i32, i32),
    pub quality: Quality,
    pub memory: Memory,
}

/// What the next layout of a level should know about this one.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Memory {
    pub ranks: BTreeMap<Key, i32>,
    pub rows: BTreeMap<Key, i32>,
    /// Rows of lanes, by target, direction and layer.
    pub lanes: BTreeMap<(Key, bool, i32), i32>,
    /// Widths of layers and of the gaps left of them, by layer.
    pub columns: Vec<i32>,
    pub gaps: Vec<i32>,
    /// What crossed the gaps, and how.
    pub channels: Vec<Arc<Wired>>,
    pub lone: lone::Slots,
    /// Who was joined with whom, sorted.
    pub joined: Vec<(Key, Key)>,
}

/// Lays one level out, close to the previous drawing if there is one.
pub fn plan(level: &Level, memory: Option<&Memory>) -> Plan {
    let none = Memory::default();
    let memory = memory.unwrap_or(&none);
    let Layers { of, count, shift } = layers(level, memory);
    let mut graph = Layered::new(level, &of, count);
    let mut anchors = anchors(level, &graph, memory, shift);
    let crossings = order::order(&mut graph, &mut anchors);
    let rows = place::rows(&graph, (level.gap, level.airy), &anchors);
    let mut drawing = Drawing::new(level, graph, rows);
    drawing.route(memory, shift);
    drawing.widen(memory, shift);
    let mut plan = drawing.finish(crossings, memory);
    plan.memory.joined = joined_keys(level);
    plan
}

/// The layering of a level.
struct Layers {
    /// The layer of each item that takes part in the layered picture.
    of: Vec<Option<usize>>,
    count: usize,
    /// How far the known layers were shifted.
    shift: i32,
}

fn layers(level: &Level, memory: &Memory) -> Layers {
    let placed = placed(level, memory);
    let boxes: Vec<usize> =
        (0..level.items.len()).filter(|&i| placed[i] && level.items[i].role == Role::Box).collect();
    let mut number = vec![usize::MAX; level.items.len()];
    boxes.iter().enumerate().for_each(|(n, &item)| number[item] = n);
    let mut arcs: Vec<(usize, usize)> = level
        .links
        .iter()
        .map(|l| (number[l.from], number[level.targets[l.target].item]))
        .filter(|&(from, to)| from != usize::MAX && to != usize::MAX && from != to)
        .collect();
    arcs.sort_unstable();
    arcs.dedup();
    let mut known: Vec<Option<i32>> =
        boxes.iter().map(|&i| memory.ranks.get(&level.items[i].key).copied()).collect();
    turn::turn(&arcs, &mut known);
    let guessed = cycle::guess(&arcs, &known);
    let against = cycle::against(boxes.len(), &arcs, &guessed);
    let mut forward: Vec<(usize, usize)> =
        arcs.iter().zip(against).map(|(&(a, b), back)| if back { (b, a) } else { (a, b) }).collect();
    forward.sort_unstable();
    forward.dedup();
    let bound = bound(level);
    let rewired = rewired(level, memory);
    let shape = |&i: &usize| {
        let Item { hint, width, height, .. } = level.items[i];
        Shape { hint, width, height, rewired: rewired[i], bound: bound[i] }
    };
    let shapes: Vec<Shape> = boxes.iter().map(shape).collect();
    let (ranks, shift) = rank::ranks(&forward, &known, &shapes, level.down);
    let layers = ranks.iter().max().map_or(0, |&r| r + 1);
    let first = i32::from(level.bordered);
    let place = |item: usize| match level.items[item].role {
        Role::Box => placed[item].then(|| ranks[number[item]] + first),
        Role::Entry => Some(0),
        Role::Exit => Some(layers + first),
    };
    let of = (0..level.items.len()).map(|i| place(i).and_then(|l| usize::try_from(l).ok())).collect();
    Layers { of, count: usize::try_from(layers + 2 * first).unwrap_or(0), shift }
}

/// Which items take part in the layered picture: those with lines, and those that had some, as who lost the last one must
/// not jump for it.
fn placed(level: &Level, memory: &Memory) -> Vec<bool> {
    let stays = |item: &Item| item.role == Role::Box && memory.ranks.contains_key(&item.key);
    let mut placed: Vec<bool> = level.items.iter().map(stays).collect();
    for link in &level.links {
        placed[link.from] = true;
        placed[level.targets[link.target].item] = true;
    }
    placed
}

/// The items that links join.
fn joined(level: &Level) -> impl Iterator<Item = (usize, usize)> {
    level.links.iter().map(|link| (link.from, level.targets[link.target].item))
}

/// The names of those, where the layering asks for them.
fn joined_keys(level: &Level) -> Vec<(Key, Key)> {
    if level.items.len() > rank::SIMPLEX_LIMIT {
        return Vec::new();
    }
    let key = |item: usize| level.items[item].key.clone();
    let mut joined: Vec<(Key, Key)> = joined(level).map(|(from, to)| (key(from), key(to))).collect();
    joined.sort_unstable();
    joined
}

/// Which items have a link that they had not before, where the layering asks for them.
fn rewired(level: &Level, memory: &Memory) -> Vec<bool> {
    let mut rewired = vec![false; level.items.len()];
    if level.items.len() > rank::SIMPLEX_LIMIT {
        return rewired;
    }
    let key = |item: usize| &level.items[item].key;
    for (from, to) in joined(level) {
        let known = memory.joined.binary_search_by(|(a, b)| (a, b).cmp(&(key(from), key(to)))).is_ok();
        rewired[from] |= !known;
        rewired[to] |= !known;
    }
    rewired
}

/// Which items are joined with a gate.
fn bound(level: &Level) -> Vec<bool> {
    let mut bound = vec![false; level.items.len()];
    for link in &level.links {
        let to = level.targets[link.target].item;
        let gate = |item: usize| level.items[item].role != Role::Box;
        bound[link.from] |= gate(to);
        bound[to] |= gate(link.from);
    }
    bound
}

/// The row each vertex had last time.
fn anchors(level: &Level, graph: &Layered, memory: &Memory, shift: i32) -> Vec<Option<i32>> {
    let row = |vertex: &Vertex| match vertex.role {
        Occupant::Item(item) => memory.rows.get(&level.items[item].key).copied(),
        Occupant::Lane { target, back } => {
            let layer = i32::try_from(vertex.layer).unwrap_or(0) - shift;
            memory.lanes.get(&(level.targets[target].key.clone(), back, layer)).copied()
        }
    };
    graph.vertices.iter().map(row).collect()
}
