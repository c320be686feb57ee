//! Conversion of a layered graph to terminal cells: routes the lines in the gaps between layers, measures the
//! columns, traces the path of each link, and packs the isolated nodes below the layers.
use super::isolated_nodes;
use crate::layout::{
    geometry::Point,
    graph::Key,
    layering::layered_graph::{LayeredGraph, Pin, VertexKind},
    quality::Quality,
    routing::{
        channel::Bend,
        channel_cache::CachedChannel,
        channel_net::{ChannelNet, ChannelPin},
    },
    subgraph::{Link, NodeRole, Subgraph},
    subgraph_layout::{GridSlots, SubgraphLayout, SubgraphSeed},
};
use std::sync::Arc;

/// Columns between the left edge of a gap and its trunks. A gap is the space between two layers, and a trunk
/// is a vertical line in it.
const STEM_COLUMNS: i32 = 1;
/// Columns between the trunks (vertical lines) of a gap and its right edge: one for the line and one for the
/// arrow head. A top-down diagram needs only one of these columns.
const ARROW_HEAD_COLUMNS: i32 = 2;
/// Width in columns of an empty gap between two layers. A gap is empty if it contains no lines.
const EMPTY_GAP_COLUMNS: i32 = 2;
/// Width in columns of an empty gap between a border and a layer. A gap is empty if it contains no lines.
const BORDER_GAP_COLUMNS: i32 = 1;
/// Maximum number of columns by which a gap or layer may be wider than necessary to keep its previous width.
const MAX_SPARE_COLUMNS: i32 = 6;
/// Number of tracks for which a gap gets one spare column. A track is a column for vertical lines. In the
/// spare columns, a few more lines fit without moving anything.
const TRACKS_PER_SPARE_COLUMN: i32 = 24;

/// The state of the conversion of one subgraph from layers to terminal cells: rows, column widths, and routes
/// in the gaps.
pub struct CellLayout<'a> {
    subgraph: &'a Subgraph,
    graph: LayeredGraph,
    /// Top row of each vertex.
    rows: Vec<i32>,
    /// Width of each layer, in columns.
    layer_widths: Vec<i32>,
    /// Width of the gap left of each layer, and of the gap right of the last layer, in columns.
    gap_widths: Vec<i32>,
    /// Routing of the lines in each gap, from left to right.
    channels: Vec<GapRouting>,
}

/// The routing of all lines in one gap, with the indices of their nets. A net consists of the lines to one
/// target.
struct GapRouting {
    cached: Arc<CachedChannel>,
    /// For each routed net, its index in [`LayeredGraph::nets`].
    nets: Vec<usize>,
}

impl<'a> CellLayout<'a> {
    /// Begins the conversion of a layered graph. `rows` holds the top row of each vertex.
    pub const fn new(subgraph: &'a Subgraph, graph: LayeredGraph, rows: Vec<i32>) -> Self {
        Self { subgraph, graph, rows, layer_widths: Vec::new(), gap_widths: Vec::new(), channels: Vec::new() }
    }

    fn pin_row(&self, pin: &Pin) -> i32 {
        self.rows[pin.vertex] + pin.row
    }

    /// Routes the lines in all gaps. A gap with the same nets as in the seed keeps its routing. `shift` is
    /// the number by which the layer numbers are higher than in the seed.
    pub fn route_channels(&mut self, seed: &SubgraphSeed, shift: i32) {
        let mut by_gap = vec![Vec::new(); self.graph.layers.len() + 1];
        for (net, wires) in self.graph.nets.iter().enumerate() {
            by_gap[wires.gap].push(net);
        }
        let to_channel_pin = |pin: &Pin| ChannelPin { row: self.pin_row(pin), right: pin.right };
        let to_channel_net = |&net: &usize| {
            let net = &self.graph.nets[net];
            ChannelNet {
                inputs: net.inputs.iter().map(to_channel_pin).collect(),
                output: to_channel_pin(&net.output),
            }
        };
        let routed = by_gap.into_iter().enumerate().map(|(gap, nets)| {
            let channel_nets: Vec<ChannelNet> = nets.iter().map(to_channel_net).collect();
            let before = previous_index(gap, shift).and_then(|gap| seed.channels.get(gap));
            GapRouting { cached: CachedChannel::route_or_reuse(channel_nets, before), nets }
        });
        self.channels = routed.collect();
    }

    /// Measures the widths of layers and gaps. A width that would shrink only a little stays as in the seed,
    /// so that nothing to the right of it moves.
    pub fn measure_widths(&mut self, seed: &SubgraphSeed, shift: i32) {
        let layers = self.graph.layers.len();
        let old =
            |widths: &[i32], index: usize| previous_index(index, shift).and_then(|i| widths.get(i).copied());
        let keep = |now: i32, before: Option<i32>| match before {
            Some(before) if before > now && before - now <= MAX_SPARE_COLUMNS => before,
            _ => now,
        };
        let border = |layer: usize| self.subgraph.bordered && (layer == 0 || layer + 1 == layers);
        let column = |layer: usize| {
            let items = self.graph.layers[layer].iter().map(|&v| match self.graph.vertices[v].kind {
                VertexKind::Node(item) => self.subgraph.nodes[item].width,
                VertexKind::Dummy { .. } => 1,
            });
            items.max().unwrap_or(1)
        };
        let columns: Vec<i32> = (0..layers)
            .map(|l| if border(l) { 1 } else { keep(column(l), old(&seed.layer_widths, l)) })
            .collect();
        let gaps = (0..=layers).map(|gap| {
            let (least, before) = (self.min_gap_width(gap, layers), old(&seed.gap_widths, gap));
            let room = i32::try_from(self.channels[gap].cached.channel.track_count).unwrap_or(0)
                / TRACKS_PER_SPARE_COLUMN;
            let before = before.filter(|_| !self.channels[gap].nets.is_empty());
            before
                .filter(|&b| b >= least && b - least <= MAX_SPARE_COLUMNS + 2 * room)
                .unwrap_or(least + room)
        });
        self.gap_widths = gaps.collect();
        self.layer_widths = columns;
    }

    /// Returns the minimum width of a gap, in columns.
    fn min_gap_width(&self, gap: usize, layers: usize) -> i32 {
        let tracks = i32::try_from(self.channels[gap].cached.channel.track_count).unwrap_or(0);
        let outer = gap == 0 || gap == layers;
        let beside_border = self.subgraph.bordered && (gap == 1 || gap + 1 == layers);
        let head = ARROW_HEAD_COLUMNS - i32::from(self.subgraph.top_down);
        match (self.channels[gap].nets.is_empty(), outer) {
            (false, false) => STEM_COLUMNS + tracks + head,
            (false, true) if gap == 0 => tracks + head,
            (false, true) => STEM_COLUMNS + tracks,
            (true, true) => 0,
            (true, false) if beside_border => BORDER_GAP_COLUMNS,
            (true, false) => EMPTY_GAP_COLUMNS,
        }
    }

    /// Returns the left edge of each layer, followed by the right edge of the whole subgraph.
    fn layer_lefts(&self) -> Vec<i32> {
        let mut at = 0;
        let mut lefts = Vec::with_capacity(self.gap_widths.len());
        for (layer, gap) in self.gap_widths.iter().enumerate() {
            at += gap;
            lefts.push(at);
            at += self.layer_widths.get(layer).copied().unwrap_or(0);
        }
        lefts
    }

    /// Returns the column of a track in a gap. `lefts` holds the left edges of the layers.
    fn track_column(&self, gap: usize, track: usize, lefts: &[i32]) -> i32 {
        let stem = if gap > 0 { STEM_COLUMNS } else { 0 };
        let before = if gap == 0 { 0 } else { lefts[gap - 1] + self.layer_widths[gap - 1] };
        before + stem + i32::try_from(track).unwrap_or(0)
    }

    /// Returns the finished layout, with its upper left corner at (0, 0).
    pub fn into_layout(mut self, crossings: usize, seed: &SubgraphSeed) -> SubgraphLayout {
        let subgraph = self.subgraph;
        let border = i32::from(subgraph.bordered);
        let isolated = self.isolated_nodes();
        let packed = self.pack_isolated(&isolated, seed);
        let wide = (packed.size.0 + 4 * border).max(subgraph.min_size.0);
        self.widen_to(wide);
        let lefts = self.layer_lefts();
        let mut paths = self.paths(&lefts);
        let (low, high) = self.row_extent(&paths);
        let down = border - low;
        paths.iter_mut().flatten().for_each(|p| p.y += down);
        let mut at = vec![Point::default(); subgraph.nodes.len()];
        for (vertex, &row) in self.graph.vertices.iter().zip(&self.rows) {
            if let VertexKind::Node(item) = vertex.kind {
                at[item] = Point { x: lefts[vertex.layer], y: row + down };
            }
        }
        let layered_bottom = high + 1 + down;
        let apart = self.graph.vertices.is_empty() || isolated.is_empty();
        let top = layered_bottom + if apart { 0 } else { subgraph.row_gap.max(1) };
        for (&item, position) in isolated.iter().zip(&packed.positions) {
            at[item] = Point { x: position.x + 2 * border, y: position.y + top };
        }
        let width = lefts.last().copied().unwrap_or(0).max(wide);
        let height = (top + packed.size.1 + border).max(subgraph.min_size.1);
        let quality = Quality {
            crossings,
            back_edges: self.graph.back_links,
            doglegs: self.channels.iter().map(|c| c.cached.channel.dogleg_count).sum(),
            ..Quality::default()
        };
        SubgraphLayout {
            positions: at,
            paths,
            size: (width, height),
            quality,
            seed: self.into_seed(packed.slots),
        }
    }

    /// Packs the isolated nodes, which have no links, in a grid.
    fn pack_isolated(&self, isolated: &[usize], seed: &SubgraphSeed) -> isolated_nodes::PackedGrid {
        let items = isolated.iter().map(|&i| &self.subgraph.nodes[i]);
        let sizes: Vec<(Key, i32, i32)> = items.map(|i| (i.key.clone(), i.width, i.height)).collect();
        let width = self.layer_lefts().last().copied().unwrap_or(0) - 4 * i32::from(self.subgraph.bordered);
        // In a top-down diagram, these columns become rows. One row between two nodes is enough.
        let gaps = (2 - i32::from(self.subgraph.top_down), self.subgraph.row_gap);
        isolated_nodes::pack_grid(&sizes, width, gaps, &seed.isolated_slots)
    }

    /// Widens a subgraph with a border to at least `wide` columns. The gap in front of the right border
    /// grows.
    fn widen_to(&mut self, wide: i32) {
        let width = self.layer_lefts().last().copied().unwrap_or(0);
        let inner_gap = self.graph.layers.len().checked_sub(1);
        if let Some(gap) = inner_gap.filter(|_| self.subgraph.bordered && wide > width) {
            self.gap_widths[gap] += wide - width;
        }
    }

    /// Returns the isolated nodes, which are not in the layered graph.
    fn isolated_nodes(&self) -> Vec<usize> {
        let mut isolated = vec![true; self.subgraph.nodes.len()];
        for vertex in &self.graph.vertices {
            if let VertexKind::Node(item) = vertex.kind {
                isolated[item] = false;
            }
        }
        (0..isolated.len()).filter(|&i| isolated[i]).collect()
    }

    /// Returns the first and the last row of all vertices and paths; (0, -1) if there are none.
    fn row_extent(&self, paths: &[Vec<Point>]) -> (i32, i32) {
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
        let links = self.subgraph.links.iter().zip(&self.graph.hops);
        links.map(|(link, hops)| self.path(link, hops, &place, lefts)).collect()
    }

    fn path(&self, link: &Link, hops: &[(usize, usize)], place: &[usize], lefts: &[i32]) -> Vec<Point> {
        let (Some(&(first, entry)), Some(&(last, _))) = (hops.first(), hops.last()) else {
            return Vec::new();
        };
        let start = self.graph.nets[first].inputs[entry];
        let layer = self.graph.vertices[start.vertex].layer;
        let source = &self.subgraph.nodes[link.from];
        let is_port = source.role == NodeRole::EntryPort;
        let mut points =
            vec![Point { x: lefts[layer] + if is_port { 0 } else { source.width }, y: self.pin_row(&start) }];
        for &(net, entry) in hops {
            let gap = self.graph.nets[net].gap;
            let cached = &self.channels[gap].cached;
            let bends: &[Bend] = &cached.channel.bends[place[net]][entry];
            let point =
                |b: &Bend| Point { x: self.track_column(gap, b.track, lefts), y: b.row + cached.top_row };
            points.extend(bends.iter().map(point));
        }
        let end = self.graph.nets[last].output;
        let is_port = self.subgraph.nodes[self.subgraph.targets[link.target].node].role == NodeRole::ExitPort;
        let x = lefts[self.graph.vertices[end.vertex].layer] - i32::from(!is_port);
        points.push(Point { x, y: self.pin_row(&end) });
        points
    }

    fn into_seed(self, isolated_slots: GridSlots) -> SubgraphSeed {
        let first = i32::from(self.subgraph.bordered);
        let channels = self.channels.into_iter().map(|routed| routed.cached).collect();
        let mut seed = SubgraphSeed {
            layer_widths: self.layer_widths,
            gap_widths: self.gap_widths,
            channels,
            isolated_slots,
            ..SubgraphSeed::default()
        };
        for (vertex, &row) in self.graph.vertices.iter().zip(&self.rows) {
            let layer = i32::try_from(vertex.layer).unwrap_or(0);
            match vertex.kind {
                VertexKind::Node(item) => {
                    let item = &self.subgraph.nodes[item];
                    seed.rows.insert(item.key.clone(), row);
                    if item.role == NodeRole::Box {
                        seed.ranks.insert(item.key.clone(), layer - first);
                    }
                }
                VertexKind::Dummy { target, backward: back } => {
                    seed.dummy_rows.insert((self.subgraph.targets[target].key.clone(), back, layer), row);
                }
            }
        }
        seed
    }
}

/// Returns the index that a layer or gap has in the seed; `None` if the layer or gap is new. `shift` is the
/// number by which `index` is higher than in the seed.
fn previous_index(index: usize, shift: i32) -> Option<usize> {
    i32::try_from(index).ok().and_then(|i| usize::try_from(i - shift).ok())
}
