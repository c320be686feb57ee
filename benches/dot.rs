//! Compares the layout engine with `dot` (Gansner et al. 1993) on the same graphs: CPU time and edge
//! crossings.
//!
//! `scripts/bench-layout` builds and runs it. CPU time is user plus system time from the kernel's accounting,
//! of this process and of `dot`, never wall-clock time.

mod program_allocator;

use portolan::layout::{
    Edge, Glyphs, Graph, Key, LineStyle, Node, Options, RankHint, Raster, Rect, layout as lay,
};
use std::{
    fmt::Write as _,
    hint::black_box,
    io::Write as _,
    process::{Command, Stdio},
};

/// Clock ticks per second in the kernel's CPU accounting on Linux.
const TICKS_PER_SECOND: f64 = 100.0;
/// Size of a cell for `dot`, in inches. It does not affect the crossings.
const INCHES_PER_CELL: f64 = 0.1;
/// Time limit of `dot` for one graph, in seconds.
const DOT_TIMEOUT_SECONDS: &str = "400";

/// Returns a system of nine tiers in domains, with shared stores and a few calls back, as in
/// `benches/layout.rs`.
fn tiered_graph(count: usize, seed: u64) -> Graph {
    let mut state = seed;
    let mut roll = |sides: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((state >> 33) as usize) % sides.max(1)
    };
    let domains = (count.isqrt() * 5 / 8).max(1);
    let tier = |n: usize| n * 9 / count;
    let mut edges = Vec::new();
    while edges.len() < count * 9 / 5 {
        let from = roll(count);
        let next = (tier(from) + 1 + roll(2)).min(8);
        let (low, high) = (next * count / 9, (next + 1) * count / 9);
        let mut to = low + roll(high - low);
        if roll(4) > 0 {
            to = (to / domains * domains + from % domains).min(count - 1);
        }
        if roll(100) < 18 {
            to = count - 1 - roll(count / 20 + 1);
        }
        if from != to {
            edges.push(if roll(40) == 0 { Edge::new(to, from) } else { Edge::new(from, to) });
        }
    }
    let node = |n: usize| Node {
        key: Key::from(format!("service-{n:05}")),
        width: 12 + (n * 7 % 11) as u16,
        height: 3,
        group: None,
        hint: RankHint::Free,
    };
    Graph { nodes: (0..count).map(node).collect(), edges, groups: Vec::new() }
}

/// Returns the graph in DOT.
fn to_dot(graph: &Graph) -> String {
    let mut text = String::from("digraph g { node [shape=box fixedsize=true label=\"\"];\n");
    for (index, node) in graph.nodes.iter().enumerate() {
        let (width, height) =
            (f64::from(node.width) * INCHES_PER_CELL, f64::from(node.height) * 2.0 * INCHES_PER_CELL);
        let _ = writeln!(text, "{index} [width={width:.1} height={height:.1}];");
    }
    for edge in &graph.edges {
        let _ = writeln!(text, "{} -> {};", edge.from, edge.to);
    }
    text + "}\n"
}

/// Returns the CPU seconds used by this process, and by the children it has waited for.
fn cpu_seconds() -> (f64, f64) {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields: Vec<f64> =
        stat.rsplit(')').next().unwrap_or("").split(' ').map(|f| f.parse().unwrap_or(0.0)).collect();
    // Counted from the process state as field 1: fields 12 to 15 are user and system time, then both of the
    // children.
    ((fields[12] + fields[13]) / TICKS_PER_SECOND, (fields[14] + fields[15]) / TICKS_PER_SECOND)
}

/// Returns CPU seconds and crossings of `dot`, or `None` if it is not installed, fails or exceeds the time
/// limit.
fn measure_dot(text: &str) -> Option<(f64, usize)> {
    let before = cpu_seconds().1;
    let mut child = Command::new("timeout")
        .args([DOT_TIMEOUT_SECONDS, "dot", "-v", "-Tplain", "-o", "/dev/null"])
        .stdin(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .ok()?;
    child.stdin.take()?.write_all(text.as_bytes()).ok()?;
    let output = child.wait_with_output().ok().filter(|o| o.status.success())?;
    let said = String::from_utf8_lossy(&output.stderr);
    let crossings = said.lines().filter(|l| l.starts_with("mincross") && l.contains(" crossings,"));
    let count =
        crossings.filter_map(|l| l.split(" crossings,").next()?.rsplit(' ').next()?.parse().ok()).max();
    Some((cpu_seconds().1 - before, count?))
}

/// Returns CPU seconds and crossings of Portolan's layout. Counts a lane that several lines share once.
/// Averages over `runs`, because the kernel's accounting is coarse.
fn measure_layout(graph: &Graph, runs: u32) -> (f64, usize) {
    let before = cpu_seconds().0;
    let mut crossings = 0;
    for _ in 0..runs {
        crossings = lay(graph, None, &Options::default()).quality.crossings;
    }
    ((cpu_seconds().0 - before) / f64::from(runs), crossings)
}

/// Returns the CPU milliseconds of an update after adding one service with one caller and two dependencies.
fn measure_update(graph: &Graph, runs: u32) -> f64 {
    let before = lay(graph, None, &Options::default());
    let (mut more, count) = (graph.clone(), graph.nodes.len());
    more.nodes.push(Node { key: Key::from("service-00007x"), ..graph.nodes[count / 4].clone() });
    for (from, to) in [(count / 4, count), (count, count / 4 + count / 3), (count, count - 1)] {
        more.edges.push(Edge::new(from, to));
    }
    let start = cpu_seconds().0;
    for _ in 0..runs {
        black_box(lay(&more, Some(&before.seed), &Options::default()));
    }
    (cpu_seconds().0 - start) / f64::from(runs) * 1e3
}

/// Returns the CPU milliseconds for the lines of one 300x80 frame in the middle of the map.
fn measure_frame(graph: &Graph, runs: u32) -> f64 {
    let diagram = lay(graph, None, &Options::default());
    let raster = Raster::new(&diagram);
    let (x, y) = ((diagram.size.0 / 2 - 150).max(0), (diagram.size.1 / 2 - 40).max(0));
    let view = Rect { x, y, width: 300, height: 80 };
    let start = cpu_seconds().0;
    let mut inked = 0_usize;
    for _ in 0..runs {
        let look = |edge: usize| Some(LineStyle { tone: (edge % 3) as u8, ..LineStyle::default() });
        raster.draw(view, Glyphs::Unicode, &look, &mut |cell| inked += usize::from(cell.glyph != ' '));
    }
    black_box(inked);
    (cpu_seconds().0 - start) / f64::from(runs) * 1e3
}

fn median(values: &mut [f64]) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}

fn compare(count: usize, seeds: u64, runs: u32, targets: &str) {
    let (mut time, mut crossed, mut text) = (Vec::new(), Vec::new(), Vec::new());
    for seed in 1..=seeds {
        let graph = tiered_graph(count, seed);
        let Some((theirs, their_crossings)) = measure_dot(&to_dot(&graph)) else {
            let milliseconds = measure_layout(&graph, runs).0 * 1e3;
            println!(
                "{count:>6} nodes: no answer of dot within {DOT_TIMEOUT_SECONDS} s; ours takes {milliseconds:.1} ms"
            );
            continue;
        };
        let (seconds, crossings) = measure_layout(&graph, runs);
        text.push((seconds * 1e3, theirs * 1e3));
        // CPU times have a resolution of 10 ms, so sum the times of small graphs before dividing.
        time.push((seconds, theirs));
        crossed.push(crossings as f64 / their_crossings.max(1) as f64);
    }
    if time.is_empty() {
        return;
    }
    let sum = |pick: fn(&(f64, f64)) -> f64| time.iter().map(pick).sum::<f64>();
    let ratio = sum(|t| t.0) / sum(|t| t.1);
    let mean = |pick: fn(&(f64, f64)) -> f64| text.iter().map(pick).sum::<f64>() / text.len().max(1) as f64;
    let worst = crossed.iter().copied().fold(0.0, f64::max);
    println!(
        "{count:>6} nodes, {} seeds: CPU {:.1} ms of {:.1} ms = {ratio:.3}; crossings median {:.2}, worst {worst:.2} ({targets})",
        text.len(),
        mean(|t| t.0),
        mean(|t| t.1),
        median(&mut crossed)
    );
}

fn main() {
    println!("an update by one service, and the lines of a frame of 300x80, in CPU time");
    for (count, runs) in [(200, 50), (1_000, 20), (3_000, 5)] {
        let graph = tiered_graph(count, 1);
        println!(
            "{count:>6} nodes: update {:.2} ms, frame {:.3} ms",
            measure_update(&graph, runs),
            measure_frame(&graph, 300)
        );
    }
    if Command::new("dot").arg("-V").stderr(Stdio::null()).status().is_err() {
        println!("skipped: there is no dot here (Debian: apt-get install graphviz)");
        return;
    }
    println!("ours : dot; both ratios are better when smaller");
    compare(30, 12, 50, "crossings <= 1.05");
    compare(100, 12, 20, "crossings <= 1.05");
    compare(200, 12, 20, "CPU <= 0.6, crossings <= 1.05");
    let asked = |option: &str| std::env::args().any(|a| a == option);
    if !asked("--small") {
        compare(1_000, 3, 5, "CPU <= 0.10, crossings <= 1.0");
    }
    if asked("--large") {
        compare(3_000, 1, 2, "CPU <= 0.03");
    }
}
