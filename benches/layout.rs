//! Cost of a layout, of its update, and of a frame, for systems of growing size.

mod program_allocator;

use divan::{Bencher, black_box};
use portolan::layout::{
    Diagram, Edge, Glyphs, Graph, Group, Key, LineStyle, Node, Options, RankHint, Raster, Rect, layout,
};

fn main() {
    divan::main();
}

/// Returns a system of tiers whose services mostly call later tiers, with shared stores and a few calls back.
fn tiered_graph(count: usize, groups: usize) -> Graph {
    let mut state = 7_u64;
    let mut roll = |sides: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((state >> 33) as usize) % sides.max(1)
    };
    let tier = |n: usize| n * 9 / count;
    let mut edges = Vec::new();
    for _ in 0..count * 9 / 5 {
        let (mut from, mut to) = (roll(count), roll(count));
        if groups > 0 && roll(4) > 0 {
            to = (to / groups * groups + from % groups).min(count - 1);
        }
        if tier(from) > tier(to) && roll(40) > 0 {
            (from, to) = (to, from);
        }
        if roll(5) == 0 {
            to = count - 1 - roll(count / 20 + 1);
        }
        edges.push(Edge::new(from, to));
    }
    let node = |n: usize| Node {
        key: Key::from(format!("service-{n:05}")),
        width: 12 + (n * 7 % 11) as u16,
        height: 3,
        group: (groups > 0).then(|| n % groups),
        hint: RankHint::Free,
    };
    let group = |g: usize| Group { key: Key::from(format!("group-{g}")), title_width: 8 };
    Graph { nodes: (0..count).map(node).collect(), edges, groups: (0..groups).map(group).collect() }
}

/// Returns the same system plus one service with one caller and two dependencies.
fn with_one_more_node(graph: &Graph) -> Graph {
    let mut more = graph.clone();
    let new = more.nodes.len();
    more.nodes.push(Node { key: Key::from("service-00010x"), ..graph.nodes[new / 2].clone() });
    more.edges.push(Edge::new(new / 5, new));
    more.edges.push(Edge::new(new, new * 3 / 4));
    more.edges.push(Edge::new(new, new - 1));
    more
}

const NODE_COUNTS: [usize; 5] = [30, 200, 1_000, 3_000, 10_000];

#[divan::bench(args = NODE_COUNTS, sample_count = 5, sample_size = 1)]
fn fresh_layout(bencher: Bencher<'_, '_>, count: usize) {
    let graph = tiered_graph(count, 0);
    bencher.bench_local(|| layout(black_box(&graph), None, &Options::default()));
}

#[divan::bench(args = NODE_COUNTS, sample_count = 5, sample_size = 1)]
fn fresh_grouped_layout(bencher: Bencher<'_, '_>, count: usize) {
    let graph = tiered_graph(count, group_count(count));
    bencher.bench_local(|| layout(black_box(&graph), None, &Options::default()));
}

#[divan::bench(args = NODE_COUNTS, sample_count = 5, sample_size = 1)]
fn add_node(bencher: Bencher<'_, '_>, count: usize) {
    bench_update(bencher, &tiered_graph(count, 0));
}

#[divan::bench(args = NODE_COUNTS, sample_count = 5, sample_size = 1)]
fn add_node_in_a_group(bencher: Bencher<'_, '_>, count: usize) {
    bench_update(bencher, &tiered_graph(count, group_count(count)));
}

#[divan::bench(args = NODE_COUNTS, sample_count = 5, sample_size = 1)]
fn raster(bencher: Bencher<'_, '_>, count: usize) {
    let diagram = fresh_diagram(count);
    bencher.bench_local(|| Raster::new(black_box(&diagram)));
}

#[divan::bench(args = NODE_COUNTS, sample_count = 50, sample_size = 1)]
fn frame(bencher: Bencher<'_, '_>, count: usize) {
    let diagram = fresh_diagram(count);
    let raster = Raster::new(&diagram);
    let view = Rect { x: diagram.size.0 / 3, y: diagram.size.1 / 3, width: 300, height: 80 };
    bencher.bench_local(|| {
        let mut cells = 0;
        raster.draw(view, Glyphs::Unicode, &|_| Some(LineStyle::default()), &mut |cell| {
            cells += 1;
            black_box(cell);
        });
        cells
    });
}

fn group_count(count: usize) -> usize {
    count.isqrt() * 5 / 8 + 1
}

fn bench_update(bencher: Bencher<'_, '_>, graph: &Graph) {
    let seed = layout(graph, None, &Options::default()).seed;
    let more = with_one_more_node(graph);
    bencher.bench_local(|| layout(black_box(&more), Some(&seed), &Options::default()));
}

fn fresh_diagram(count: usize) -> Diagram {
    layout(&tiered_graph(count, 0), None, &Options::default())
}
