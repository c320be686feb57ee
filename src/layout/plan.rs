//! The pipeline for one level: cycles, layers, lanes, order, rows, channels, columns, and the lone ones below.
use super::channel::{self, Bend, Tap, Wiring};
use super::diagram::{Point, Quality};
use super::graph::{Key, RankHint};
use super::layered::{Layered, Occupant, Pin};
use super::level::{Level, Role};
use super::{cycle, lone, order, place, rank};
use std::collections::BTreeMap;

/// The least columns of a gap that lines cross: a stem, one more, the arrow head.
const GAP: i32 = 3;
/// Of these, the ones right of the trunks.
const HEAD: i32 = 2;
/// The columns of an inner gap that no line crosses, and of one inside a border.
const EMPTY_GAP: i32 = 2;
const BORDER_GAP: i32 = 1;
/// A gap or column that was wider last time by up to this much stays so.
const SPARE: i32 = 6;

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
    pub lone: lone::Slots,
}

/// Lays one level out, close to the previous drawing if there is one.
pub fn plan(level: &Level, memory: Option<&Memory>) -> Plan {
    let none = Memory::default();
    let memory = memory.unwrap_or(&none);
    let Layers { of, count, shift } = layers(level, memory);
    let mut graph = Layered::new(level, &of, count);
    let anchors = anchors(level, &graph, memory, shift);
    let crossings = order::order(&mut graph, &anchors);
    let rows = place::rows(&graph, level.gap, &anchors);
    let mut drawing =
        Drawing { level, graph, rows, columns: Vec::new(), gaps: Vec::new(), channels: Vec::new() };
    drawing.route();
    drawing.widen(memory, shift);
    drawing.finish(crossings, memory)
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
    let linked = linked(level);
    let boxes: Vec<usize> =
        (0..level.items.len()).filter(|&i| linked[i] && level.items[i].role == Role::Box).collect();
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
    let known: Vec<Option<i32>> =
        boxes.iter().map(|&i| memory.ranks.get(&level.items[i].key).copied()).collect();
    let guessed = cycle::guess(&arcs, &known);
    let roots = cycle::roots(boxes.len(), &arcs, &guessed);
    let against = cycle::against(boxes.len(), &arcs, &guessed, &roots);
    let mut forward: Vec<(usize, usize)> =
        arcs.iter().zip(against).map(|(&(a, b), back)| if back { (b, a) } else { (a, b) }).collect();
    forward.sort_unstable();
    forward.dedup();
    let hints: Vec<RankHint> = boxes.iter().map(|&i| level.items[i].hint).collect();
    let (ranks, shift) = rank::ranks(&forward, &known, &hints);
    let layers = ranks.iter().max().map_or(0, |&r| r + 1);
    let first = i32::from(level.bordered);
    let place = |item: usize| match level.items[item].role {
        Role::Box => linked[item].then(|| ranks[number[item]] + first),
        Role::Entry => Some(0),
        Role::Exit => Some(layers + first),
    };
    let of = (0..level.items.len()).map(|i| place(i).and_then(|l| usize::try_from(l).ok())).collect();
    Layers { of, count: usize::try_from(layers + 2 * first).unwrap_or(0), shift }
}

fn linked(level: &Level) -> Vec<bool> {
    let mut linked = vec![false; level.items.len()];
    for link in &level.links {
        linked[link.from] = true;
        linked[level.targets[link.target].item] = true;
    }
    linked
}

/// The row each vertex had last time.
fn anchors(level: &Level, graph: &Layered, memory: &Memory, shift: i32) -> Vec<Option<i32>> {
    let row = |vertex: &super::layered::Vertex| match vertex.role {
        Occupant::Item(item) => memory.rows.get(&level.items[item].key).copied(),
        Occupant::Lane { target, back } => {
            let layer = i32::try_from(vertex.layer).unwrap_or(0) - shift;
            memory.lanes.get(&(level.targets[target].key.clone(), back, layer)).copied()
        }
    };
    graph.vertices.iter().map(row).collect()
}

/// A level on its way to cells.
struct Drawing<'a> {
    level: &'a Level,
    graph: Layered,
    rows: Vec<i32>,
    columns: Vec<i32>,
    /// Widths of the gaps left of each layer, and right of the last.
    gaps: Vec<i32>,
    channels: Vec<Routed>,
}

/// A net's place in its routed channel.
struct Routed {
    channel: channel::Channel,
    nets: Vec<usize>,
}

impl Drawing<'_> {
    fn pin_row(&self, pin: &Pin) -> i32 {
        self.rows[pin.vertex] + pin.row
    }

    fn route(&mut self) {
        let mut by_gap = vec![Vec::new(); self.graph.layers.len() + 1];
        for (net, wires) in self.graph.nets.iter().enumerate() {
            by_gap[wires.gap].push(net);
        }
        let tap = |pin: &Pin| Tap { row: self.pin_row(pin), right: pin.right };
        let wiring = |&net: &usize| {
            let net = &self.graph.nets[net];
            Wiring { ins: net.ins.iter().map(tap).collect(), out: tap(&net.out) }
        };
        let routed = by_gap.into_iter().map(|nets| {
            let wirings: Vec<Wiring> = nets.iter().map(wiring).collect();
            Routed { channel: channel::route(&wirings), nets }
        });
        self.channels = routed.collect();
    }

    /// Widths of layers and gaps; what shrank a little keeps its width, so that nothing right of it moves.
    fn widen(&mut self, memory: &Memory, shift: i32) {
        let layers = self.graph.layers.len();
        let old = |widths: &[i32], index: usize| {
            let index = i32::try_from(index).ok().and_then(|i| usize::try_from(i - shift).ok());
            index.and_then(|i| widths.get(i).copied())
        };
        let keep = |now: i32, before: Option<i32>| match before {
            Some(before) if before > now && before - now <= SPARE => before,
            _ => now,
        };
        let border = |layer: usize| self.level.bordered && (layer == 0 || layer + 1 == layers);
        let column = |layer: usize| {
            let items = self.graph.layers[layer].iter().map(|&v| match self.graph.vertices[v].role {
                Occupant::Item(item) => self.level.items[item].width,
                Occupant::Lane { .. } => 1,
            });
            items.max().unwrap_or(1)
        };
        let columns: Vec<i32> = (0..layers)
            .map(|l| if border(l) { 1 } else { keep(column(l), old(&memory.columns, l)) })
            .collect();
        let gaps = (0..=layers).map(|gap| {
            let outer = gap == 0 || gap == layers;
            let lines = !self.channels[gap].nets.is_empty();
            let tracks = i32::try_from(self.channels[gap].channel.tracks).unwrap_or(0);
            let beside_border = self.level.bordered && (gap == 1 || gap + 1 == layers);
            let need = match (lines, outer) {
                (true, false) => (tracks + 1 + HEAD).max(GAP),
                (true, true) if gap == 0 => tracks + HEAD,
                (true, true) => tracks + 1,
                (false, true) => 0,
                (false, false) if beside_border => BORDER_GAP,
                (false, false) => EMPTY_GAP,
            };
            keep(need, old(&memory.gaps, gap).filter(|_| lines))
        });
        self.gaps = gaps.collect();
        self.columns = columns;
    }

    /// The left edges of the layers, and the right edge of it all.
    fn lefts(&self) -> Vec<i32> {
        let mut at = 0;
        let mut lefts = Vec::with_capacity(self.gaps.len());
        for (layer, gap) in self.gaps.iter().enumerate() {
            at += gap;
            lefts.push(at);
            at += self.columns.get(layer).copied().unwrap_or(0);
        }
        lefts
    }

    /// The column of a track.
    fn track(&self, gap: usize, track: usize, lefts: &[i32]) -> i32 {
        let stem = i32::from(gap > 0);
        let before = if gap == 0 { 0 } else { lefts[gap - 1] + self.columns[gap - 1] };
        before + stem + i32::try_from(track).unwrap_or(0)
    }

    /// Everything in cells, moved so that the upper left corner is (0, 0).
    fn finish(mut self, crossings: usize, memory: &Memory) -> Plan {
        let level = self.level;
        let layered_width = self.lefts().last().copied().unwrap_or(0);
        let border = i32::from(level.bordered);
        let alone = self.alone();
        let sizes: Vec<(Key, i32, i32)> = alone
            .iter()
            .map(|&i| (level.items[i].key.clone(), level.items[i].width, level.items[i].height))
            .collect();
        let packed = lone::pack(&sizes, layered_width - 4 * border, level.gap, &memory.lone);
        let wide = (packed.size.0 + 4 * border).max(level.least.0);
        let bare = self.graph.vertices.is_empty();
        if let Some(last) = self.inner_gap().filter(|_| level.bordered && wide > layered_width) {
            self.gaps[last] += wide - layered_width;
        }
        let lefts = self.lefts();
        let paths = self.paths(&lefts);
        let (low, high) = self.extent(&paths);
        let top = border - low;
        let below = if bare { border } else { top + high + 1 };
        let gap_above = if bare || alone.is_empty() { 0 } else { level.gap.max(1) };
        let mut at = vec![Point::default(); level.items.len()];
        for (vertex, &row) in self.graph.vertices.iter().zip(&self.rows) {
            if let Occupant::Item(item) = vertex.role {
                at[item] = Point { x: lefts[vertex.layer], y: row + top };
            }
        }
        for (&item, spot) in alone.iter().zip(&packed.at) {
            at[item] = Point { x: spot.x + 2 * border, y: spot.y + below + gap_above };
        }
        let inner = if alone.is_empty() { below } else { below + gap_above + packed.size.1 };
        let width = lefts.last().copied().unwrap_or(0).max(wide);
        let paths: Vec<Vec<Point>> = paths
            .into_iter()
            .map(|path| path.into_iter().map(|p| Point { y: p.y + top, ..p }).collect())
            .collect();
        let quality = Quality {
            crossings,
            against: self.graph.against,
            doglegs: self.channels.iter().map(|c| c.channel.doglegs).sum(),
            ..Quality::default()
        };
        let memory = self.remember(packed.slots);
        Plan { at, paths, size: (width, (inner + border).max(level.least.1)), quality, memory }
    }

    /// Items that are not part of the layered picture.
    fn alone(&self) -> Vec<usize> {
        let mut alone = vec![true; self.level.items.len()];
        for vertex in &self.graph.vertices {
            if let Occupant::Item(item) = vertex.role {
                alone[item] = false;
            }
        }
        (0..alone.len()).filter(|&i| alone[i]).collect()
    }

    /// The gap in front of the right border.
    fn inner_gap(&self) -> Option<usize> {
        self.graph.layers.len().checked_sub(1)
    }

    /// The first and last row that anything takes.
    fn extent(&self, paths: &[Vec<Point>]) -> (i32, i32) {
        let vertices = self.graph.vertices.iter().zip(&self.rows).map(|(v, &row)| (row, row + v.height - 1));
        let lines = paths.iter().flatten().map(|p| (p.y, p.y));
        let both = vertices.chain(lines).reduce(|(a, b), (c, d)| (a.min(c), b.max(d)));
        both.unwrap_or((0, -1))
    }

    fn paths(&self, lefts: &[i32]) -> Vec<Vec<Point>> {
        let mut place = vec![0; self.graph.nets.len()];
        for routed in &self.channels {
            routed.nets.iter().enumerate().for_each(|(index, &net)| place[net] = index);
        }
        let links = self.level.links.iter().zip(&self.graph.hops);
        links.map(|(link, hops)| self.path(link, hops, &place, lefts)).collect()
    }

    fn path(
        &self,
        link: &super::level::Link,
        hops: &[(usize, usize)],
        place: &[usize],
        lefts: &[i32],
    ) -> Vec<Point> {
        let (Some(&(first, entry)), Some(&(last, _))) = (hops.first(), hops.last()) else {
            return Vec::new();
        };
        let start = self.graph.nets[first].ins[entry];
        let layer = self.graph.vertices[start.vertex].layer;
        let source = &self.level.items[link.from];
        let gate = source.role == Role::Entry;
        let mut points =
            vec![Point { x: lefts[layer] + if gate { 0 } else { source.width }, y: self.pin_row(&start) }];
        for &(net, entry) in hops {
            let gap = self.graph.nets[net].gap;
            let bends: &[Bend] = &self.channels[gap].channel.bends[place[net]][entry];
            points.extend(bends.iter().map(|b| Point { x: self.track(gap, b.track, lefts), y: b.row }));
        }
        let end = self.graph.nets[last].out;
        let gate = self.level.items[self.level.targets[link.target].item].role == Role::Exit;
        let x = lefts[self.graph.vertices[end.vertex].layer] - i32::from(!gate);
        points.push(Point { x, y: self.pin_row(&end) });
        points
    }

    fn remember(self, lone: lone::Slots) -> Memory {
        let first = i32::from(self.level.bordered);
        let mut memory = Memory { columns: self.columns, gaps: self.gaps, lone, ..Memory::default() };
        for (vertex, &row) in self.graph.vertices.iter().zip(&self.rows) {
            let layer = i32::try_from(vertex.layer).unwrap_or(0);
            match vertex.role {
                Occupant::Item(item) => {
                    let item = &self.level.items[item];
                    memory.rows.insert(item.key.clone(), row);
                    if item.role == Role::Box {
                        memory.ranks.insert(item.key.clone(), layer - first);
                    }
                }
                Occupant::Lane { target, back } => {
                    memory.lanes.insert((self.level.targets[target].key.clone(), back, layer), row);
                }
            }
        }
        memory
    }
}
