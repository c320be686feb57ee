//! A layered picture turned into cells: channels routed, columns measured, lines followed, lone items below.
use super::channel::{Bend, Tap, Wiring};
use super::diagram::{Point, Quality};
use super::graph::Key;
use super::layered::{Layered, Occupant, Pin};
use super::level::{Level, Link, Role};
use super::lone;
use super::plan::{Memory, Plan};
use super::wired::Wired;
use std::sync::Arc;

/// The columns of a gap left and right of the trunks: a stem; one more and the arrow head, of which one is saved where
/// columns become rows.
const STEM: i32 = 1;
const HEAD: i32 = 2;
/// The columns of an inner gap that no line crosses, and of one inside a border.
const EMPTY_GAP: i32 = 2;
const BORDER_GAP: i32 = 1;
/// A gap or column that was wider last time by up to this much stays so.
const SPARE: i32 = 6;
/// A wide gap gets a spare track for each so many, so that a few more lines move nothing.
const TRACKS_FOR_A_SPARE: i32 = 24;

/// A level on its way to cells.
pub struct Drawing<'a> {
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
    wired: Arc<Wired>,
    nets: Vec<usize>,
}

impl<'a> Drawing<'a> {
    /// Starts with a layered picture whose rows are known.
    pub const fn new(level: &'a Level, graph: Layered, rows: Vec<i32>) -> Self {
        Self { level, graph, rows, columns: Vec::new(), gaps: Vec::new(), channels: Vec::new() }
    }

    fn pin_row(&self, pin: &Pin) -> i32 {
        self.rows[pin.vertex] + pin.row
    }

    /// Routes all channels; one that is wired as last time is taken over.
    pub fn route(&mut self, memory: &Memory, shift: i32) {
        let mut by_gap = vec![Vec::new(); self.graph.layers.len() + 1];
        for (net, wires) in self.graph.nets.iter().enumerate() {
            by_gap[wires.gap].push(net);
        }
        let tap = |pin: &Pin| Tap { row: self.pin_row(pin), right: pin.right };
        let wiring = |&net: &usize| {
            let net = &self.graph.nets[net];
            Wiring { ins: net.ins.iter().map(tap).collect(), out: tap(&net.out) }
        };
        let routed = by_gap.into_iter().enumerate().map(|(gap, nets)| {
            let wirings: Vec<Wiring> = nets.iter().map(wiring).collect();
            let before = before(gap, shift).and_then(|gap| memory.channels.get(gap));
            Routed { wired: Wired::route(wirings, before), nets }
        });
        self.channels = routed.collect();
    }

    /// Widths of layers and gaps; what shrank a little keeps its width, so that nothing right of it moves.
    pub fn widen(&mut self, memory: &Memory, shift: i32) {
        let layers = self.graph.layers.len();
        let old = |widths: &[i32], index: usize| before(index, shift).and_then(|i| widths.get(i).copied());
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
            let (least, before) = (self.gap_width(gap, layers), old(&memory.gaps, gap));
            let room =
                i32::try_from(self.channels[gap].wired.channel.tracks).unwrap_or(0) / TRACKS_FOR_A_SPARE;
            let before = before.filter(|_| !self.channels[gap].nets.is_empty());
            before.filter(|&b| b >= least && b - least <= SPARE + 2 * room).unwrap_or(least + room)
        });
        self.gaps = gaps.collect();
        self.columns = columns;
    }

    /// The columns a gap needs.
    fn gap_width(&self, gap: usize, layers: usize) -> i32 {
        let tracks = i32::try_from(self.channels[gap].wired.channel.tracks).unwrap_or(0);
        let outer = gap == 0 || gap == layers;
        let beside_border = self.level.bordered && (gap == 1 || gap + 1 == layers);
        let head = HEAD - i32::from(self.level.down);
        match (self.channels[gap].nets.is_empty(), outer) {
            (false, false) => STEM + tracks + head,
            (false, true) if gap == 0 => tracks + head,
            (false, true) => STEM + tracks,
            (true, true) => 0,
            (true, false) if beside_border => BORDER_GAP,
            (true, false) => EMPTY_GAP,
        }
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
        let stem = if gap > 0 { STEM } else { 0 };
        let before = if gap == 0 { 0 } else { lefts[gap - 1] + self.columns[gap - 1] };
        before + stem + i32::try_from(track).unwrap_or(0)
    }

    /// Everything in cells, moved so that the upper left corner is (0, 0).
    pub fn finish(mut self, crossings: usize, memory: &Memory) -> Plan {
        let level = self.level;
        let border = i32::from(level.bordered);
        let alone = self.alone();
        let packed = self.pack(&alone, memory);
        let wide = (packed.size.0 + 4 * border).max(level.least.0);
        self.reach_width(wide);
        let lefts = self.lefts();
        let mut paths = self.paths(&lefts);
        let (low, high) = self.extent(&paths);
        let down = border - low;
        paths.iter_mut().flatten().for_each(|p| p.y += down);
        let mut at = vec![Point::default(); level.items.len()];
        for (vertex, &row) in self.graph.vertices.iter().zip(&self.rows) {
            if let Occupant::Item(item) = vertex.role {
                at[item] = Point { x: lefts[vertex.layer], y: row + down };
            }
        }
        let layered_bottom = high + 1 + down;
        let apart = self.graph.vertices.is_empty() || alone.is_empty();
        let top = layered_bottom + if apart { 0 } else { level.gap.max(1) };
        for (&item, spot) in alone.iter().zip(&packed.at) {
            at[item] = Point { x: spot.x + 2 * border, y: spot.y + top };
        }
        let width = lefts.last().copied().unwrap_or(0).max(wide);
        let height = (top + packed.size.1 + border).max(level.least.1);
        let quality = Quality {
            crossings,
            against: self.graph.against,
            doglegs: self.channels.iter().map(|c| c.wired.channel.doglegs).sum(),
            ..Quality::default()
        };
        Plan { at, paths, size: (width, height), quality, memory: self.remember(packed.slots) }
    }

    /// The grid of those without lines.
    fn pack(&self, alone: &[usize], memory: &Memory) -> lone::Packed {
        let items = alone.iter().map(|&i| &self.level.items[i]);
        let sizes: Vec<(Key, i32, i32)> = items.map(|i| (i.key.clone(), i.width, i.height)).collect();
        let width = self.lefts().last().copied().unwrap_or(0) - 4 * i32::from(self.level.bordered);
        // Where columns become rows, one is enough between two of them.
        let gaps = (2 - i32::from(self.level.down), self.level.gap);
        lone::pack(&sizes, width, gaps, &memory.lone)
    }

    /// Moves the right border out, if there is one.
    fn reach_width(&mut self, wide: i32) {
        let width = self.lefts().last().copied().unwrap_or(0);
        let inner_gap = self.graph.layers.len().checked_sub(1);
        if let Some(gap) = inner_gap.filter(|_| self.level.bordered && wide > width) {
            self.gaps[gap] += wide - width;
        }
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

    fn path(&self, link: &Link, hops: &[(usize, usize)], place: &[usize], lefts: &[i32]) -> Vec<Point> {
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
            let wired = &self.channels[gap].wired;
            let bends: &[Bend] = &wired.channel.bends[place[net]][entry];
            let point = |b: &Bend| Point { x: self.track(gap, b.track, lefts), y: b.row + wired.top };
            points.extend(bends.iter().map(point));
        }
        let end = self.graph.nets[last].out;
        let gate = self.level.items[self.level.targets[link.target].item].role == Role::Exit;
        let x = lefts[self.graph.vertices[end.vertex].layer] - i32::from(!gate);
        points.push(Point { x, y: self.pin_row(&end) });
        points
    }

    fn remember(self, lone: lone::Slots) -> Memory {
        let first = i32::from(self.level.bordered);
        let channels = self.channels.into_iter().map(|routed| routed.wired).collect();
        let mut memory =
            Memory { columns: self.columns, gaps: self.gaps, channels, lone, ..Memory::default() };
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

/// Where a layer or a gap was last time, when the layers were shifted by so much.
fn before(index: usize, shift: i32) -> Option<usize> {
    i32::try_from(index).ok().and_then(|i| usize::try_from(i - shift).ok())
}
