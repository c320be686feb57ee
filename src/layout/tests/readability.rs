//! Tests of readability: a simulated reader follows the lines from each caller, and the result must equal the
//! graph.
//!
//! The reader sees the characters, and the colour of the lines that run against the flow. At `┼` the reader
//! goes straight on, and at a join takes any arm. On a row in that colour the reader goes left, and on all
//! other rows right. Arrow heads stand only at the ends of lines, so they don't help on the way.
use super::invariants::{Random, numbered_graph, route_cells, service_graph};
use super::sample::SHOP_CALLS;
use super::text_drawing::{TextDrawing, parse_graph};
use crate::layout::{Diagram, Direction, Glyphs, Graph, Options, Point, Raster, Rect, Route, layout};
use std::collections::BTreeSet;

/// Offsets (x, y) of the steps north, east, south and west.
const STEP_OFFSETS: [(i32, i32); 4] = [(0, -1), (1, 0), (0, 1), (-1, 0)];

/// Returns the sides that a character connects: north, east, south and west.
fn glyph_arms(glyph: char) -> [bool; 4] {
    let sides = match glyph {
        '─' => "ew",
        '│' => "ns",
        '╭' => "es",
        '╮' => "sw",
        '╰' => "ne",
        '╯' => "nw",
        '├' => "nes",
        '┤' => "nsw",
        '┬' => "esw",
        '┴' => "new",
        '┼' | '╋' => "nesw",
        '▸' | '◂' => "ew",
        _ => "",
    };
    ['n', 'e', 's', 'w'].map(|side| sides.contains(side))
}

/// A simulated reader of a drawing, who follows its lines from cell to cell.
struct LineReader<'a> {
    picture: &'a TextDrawing,
    diagram: &'a Diagram,
    /// Cells of the lines that run to the left.
    backward: BTreeSet<(i32, i32)>,
}

impl LineReader<'_> {
    fn glyph(&self, at: (i32, i32)) -> char {
        let row = usize::try_from(at.1).ok().and_then(|y| self.picture.cells.get(y));
        row.and_then(|r| usize::try_from(at.0).ok().and_then(|x| r.get(x))).copied().unwrap_or(' ')
    }

    /// Returns the nodes that the reader reaches by following lines from the box of the node `start`.
    fn reached_nodes(&self, start: usize) -> BTreeSet<usize> {
        let r = self.diagram.nodes[start];
        let (mut seen, mut reached) = (BTreeSet::new(), BTreeSet::new());
        let mut open = vec![((r.x + r.width, r.y + (r.height - 1) / 2), 1)];
        while let Some((at, heading)) = open.pop() {
            let glyph = self.glyph(at);
            let arms = glyph_arms(glyph);
            if !arms[(heading + 2) % 4] || !seen.insert((at, heading)) {
                continue;
            }
            if glyph == '▸' {
                let next = Point { x: at.0 + 1, y: at.1 };
                reached.extend(self.diagram.nodes.iter().position(|r| r.contains(next)));
                continue;
            }
            for side in (0..4).filter(|side| arms[*side] && *side != (heading + 2) % 4) {
                let next = (at.0 + STEP_OFFSETS[side].0, at.1 + STEP_OFFSETS[side].1);
                let runs_left = self.backward.contains(&at) && self.backward.contains(&next);
                let is_allowed = match side {
                    1 => !runs_left,
                    3 => runs_left,
                    _ => true,
                };
                if is_allowed && (glyph != '┼' || side == heading) {
                    open.push((next, side));
                }
            }
        }
        reached
    }
}

/// Returns the cells of routes that run to the left.
fn backward_cells(diagram: &Diagram) -> BTreeSet<(i32, i32)> {
    let runs = diagram.routes.iter().flat_map(|route| route.points.windows(2)).filter(|e| e[1].x < e[0].x);
    runs.flat_map(|ends| (ends[1].x..=ends[0].x).map(|x| (x, ends[0].y))).collect()
}

/// Returns the number of calls that the reader finds although the graph lacks them, and the number of calls
/// that the reader misses.
fn misread_calls(graph: &Graph, options: &Options) -> (usize, usize) {
    let diagram = layout(graph, None, options);
    let picture = TextDrawing::new(graph, &diagram, Glyphs::Unicode);
    let (picture, diagram) = if options.direction == Direction::TopDown {
        transposed(&picture, &diagram)
    } else {
        (picture, diagram)
    };
    let reader = LineReader { picture: &picture, diagram: &diagram, backward: backward_cells(&diagram) };
    let (mut wrong, mut missing) = (0, 0);
    for node in 0..graph.nodes.len() {
        let truth: BTreeSet<usize> =
            graph.edges.iter().filter(|e| e.from == node && e.to != node).map(|e| e.to).collect();
        let read = reader.reached_nodes(node);
        wrong += read.difference(&truth).count();
        missing += truth.difference(&read).count();
        if std::env::var_os("SHOW").is_some() && read != truth {
            println!("{} reads {read:?} but calls {truth:?}", graph.nodes[node].key);
            println!("{}", picture.to_text());
        }
    }
    (wrong, missing)
}

/// Transposes a top-down drawing so that it flows to the right.
fn transposed(picture: &TextDrawing, diagram: &Diagram) -> (TextDrawing, Diagram) {
    const TRANSPOSED_GLYPHS: [(char, char); 6] =
        [('─', '│'), ('╮', '╰'), ('├', '┬'), ('┤', '┴'), ('▴', '◂'), ('▸', '▾')];
    let swap = |p: &Point| Point { x: p.y, y: p.x };
    let turn = |glyph: char| {
        let pair = TRANSPOSED_GLYPHS.iter().find_map(|&(a, b)| match glyph {
            g if g == a => Some(b),
            g if g == b => Some(a),
            _ => None,
        });
        pair.unwrap_or(glyph)
    };
    let width = picture.cells.first().map_or(0, Vec::len);
    let column = |x: usize| picture.cells.iter().map(|row| turn(row[x])).collect();
    let nodes = diagram.nodes.iter();
    let nodes = nodes.map(|r| Rect { x: r.y, y: r.x, width: r.height, height: r.width }).collect();
    let routes = diagram.routes.iter().map(|route| Route { points: route.points.iter().map(swap).collect() });
    let routes = routes.collect();
    (TextDrawing { cells: (0..width).map(column).collect() }, Diagram { nodes, routes, ..diagram.clone() })
}

fn with_row_gap() -> Options {
    Options { gap_rows: 1, ..Options::default() }
}

fn with_line_gaps() -> Options {
    Options { row_gap_between_lines: true, ..with_row_gap() }
}

#[test]
fn the_sample_is_read_right() {
    assert_eq!(misread_calls(&parse_graph(SHOP_CALLS, 3), &Options::default()), (0, 0));
    assert_eq!(misread_calls(&parse_graph(SHOP_CALLS, 1), &with_row_gap()), (0, 0));
    assert_eq!(misread_calls(&parse_graph(SHOP_CALLS, 1), &with_line_gaps()), (0, 0));
    assert_eq!(misread_calls(&parse_graph(SHOP_CALLS, 1), &Options::default()), (0, 0));
}

#[test]
fn cycles_are_read_right() {
    let circles = ["a > b\nb > a", "a > b c\nb > c\nc > a", "a > b\nb > c a\nc > d b\nd > a"];
    for text in circles {
        for height in [1, 3] {
            assert_eq!(misread_calls(&parse_graph(text, height), &with_row_gap()), (0, 0), "{text}");
        }
    }
}

#[test]
fn small_systems_are_read_right() {
    for seed in (0..16).chain([136, 206, 350, 454, 978, 1107, 1325]) {
        for (height, options) in
            [(3, Options::default()), (1, with_line_gaps()), (1, with_row_gap()), (1, Options::default())]
        {
            for groups in [0, 3] {
                let graph = service_graph(15, seed, height, groups);
                assert_eq!(
                    misread_calls(&graph, &options),
                    (0, 0),
                    "seed {seed}, height {height}, {groups} groups"
                );
            }
        }
    }
}

fn top_down(options: Options) -> Options {
    Options { direction: Direction::TopDown, ..options }
}

#[test]
fn small_systems_are_read_right_from_above() {
    assert_eq!(misread_calls(&parse_graph(SHOP_CALLS, 3), &top_down(Options::default())), (0, 0));
    assert_eq!(misread_calls(&parse_graph(SHOP_CALLS, 1), &top_down(with_row_gap())), (0, 0));
    for seed in 0..16 {
        for (height, options) in [(3, Options::default()), (1, with_row_gap())] {
            for groups in [0, 3] {
                let graph = service_graph(15, seed, height, groups);
                let case = format!("seed {seed}, height {height}, {groups} groups");
                assert_eq!(misread_calls(&graph, &top_down(options)), (0, 0), "{case}");
            }
        }
    }
}

#[test]
fn a_system_of_sixty_is_read_right() {
    for seed in 0..3 {
        for (height, options) in [(3, Options::default()), (1, with_line_gaps()), (1, with_row_gap())] {
            for options in [options, top_down(options)] {
                let graph = service_graph(60, seed, height, 0);
                let (wrong, missing) = misread_calls(&graph, &options);
                println!("seed {seed}, {height}, {:?}: {wrong} of {}", options.direction, graph.edges.len());
                assert_eq!(missing, 0);
                assert!(wrong * 20 <= graph.edges.len(), "{wrong} of {}", graph.edges.len());
            }
        }
    }
}

/// With row gaps, lines run only on every second row, so two lines are never adjacent.
#[test]
fn line_gaps_keep_lines_apart() {
    for (seed, height) in (0..8).flat_map(|seed| [1, 3, 4].map(|height| (seed, height))) {
        let graph = service_graph(30, seed, height, 0);
        let routes = layout(&graph, None, &with_line_gaps()).routes;
        let ends = routes.iter().flat_map(|r| [r.points.first(), r.points.last()]).flatten();
        let sides: BTreeSet<i32> = ends.map(|end| end.y % 2).collect();
        assert_eq!(sides.len(), 1, "seed {seed}, height {height}");
    }
}

#[test]
fn everything_calling_everything_is_read_right() {
    let edges: Vec<(usize, usize)> = (0..6).flat_map(|a| (0..6).map(move |b| (a, b))).collect();
    assert_eq!(misread_calls(&numbered_graph(6, &edges, 3, 0), &Options::default()), (0, 0));
}

#[test]
fn random_graphs_are_read_right() {
    for seed in (0..30).chain([795]) {
        let mut dice = Random(seed);
        let edges: Vec<(usize, usize)> = (0..24).map(|_| (dice.below(9), dice.below(9))).collect();
        for (height, options) in [(3, Options::default()), (1, with_line_gaps()), (1, with_row_gap())] {
            assert_eq!(misread_calls(&numbered_graph(9, &edges, height, 0), &options), (0, 0), "seed {seed}");
        }
    }
}

/// Returns graphs of fifteen services with lines of three classes.
fn classed_graphs() -> impl Iterator<Item = Graph> {
    (0..12).map(|seed| {
        let mut graph = service_graph(15, seed, 1, usize::try_from(seed % 3).unwrap_or(0));
        graph.edges.sort_unstable_by_key(|edge| (edge.from, edge.to));
        graph.edges.dedup();
        graph.edges.iter_mut().enumerate().for_each(|(index, edge)| edge.class = (index % 3) as u8);
        graph
    })
}

#[test]
fn an_arrow_head_stands_only_at_the_called_end() {
    for graph in classed_graphs() {
        let diagram = layout(&graph, None, &with_line_gaps());
        let view = Rect { x: 0, y: 0, width: diagram.size.0, height: diagram.size.1 };
        Raster::new(&diagram).draw(
            view,
            Glyphs::Unicode,
            &|_| Some(crate::layout::LineStyle::default()),
            &mut |cell| {
                let is_head = "▴▸▾◂".contains(cell.glyph);
                let beside = diagram.nodes.iter().any(|r| r.contains(Point { x: cell.at.x + 1, ..cell.at }));
                assert!(!is_head || beside, "a head inside a line at {:?}", cell.at);
                assert_eq!(is_head, cell.arrow_head.is_some());
            },
        );
    }
}

/// Returns the steps from cell to cell on a path, each as its two cells in ascending order.
fn steps(points: &[Point]) -> BTreeSet<(Point, Point)> {
    let cells = route_cells(points);
    cells.windows(2).map(|ends| (ends[0].min(ends[1]), ends[0].max(ends[1]))).collect()
}

/// Lines of different classes share cells only on the first stretch from a common caller, and on the last
/// stretch to a common callee.
#[test]
fn no_trunk_carries_two_classes() {
    for graph in classed_graphs() {
        let diagram = layout(&graph, None, &with_line_gaps());
        let routed = graph.edges.iter().zip(&diagram.routes).filter(|(_, route)| route.points.len() > 1);
        let routed: Vec<_> = routed.map(|(edge, route)| (edge, &route.points[..])).collect();
        for (index, (a, first)) in routed.iter().enumerate() {
            for (b, second) in routed[index + 1..].iter().filter(|(b, _)| b.class != a.class) {
                let allowed = match () {
                    () if a.from == b.from => steps(&first[..2]),
                    () if a.to == b.to => steps(&first[first.len() - 2..]),
                    () => BTreeSet::new(),
                };
                let shared: BTreeSet<_> = steps(first).intersection(&steps(second)).copied().collect();
                let trunk: Vec<_> = shared.difference(&allowed).collect();
                assert!(trunk.is_empty(), "{a:?} and {b:?} share {trunk:?}");
            }
        }
    }
}

/// A line against the flow has room for the name of the node that it leads to.
#[test]
fn each_line_against_the_flow_has_room_for_a_name() {
    for seed in 0..12 {
        let graph = service_graph(20, seed, 1, 0);
        let diagram = layout(&graph, None, &with_line_gaps());
        let raster = Raster::new(&diagram);
        let back = (0..graph.edges.len()).filter(|&edge| raster.is_feedback(edge)).count();
        assert!(back == 0 || !raster.feedback_stretches().is_empty());
        assert!(raster.feedback_stretches().iter().all(|stretch| stretch.width >= 6));
    }
}
