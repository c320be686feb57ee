//! The reading test: follow the ink from each caller, as a person would, and compare with the truth.
//!
//! The reader sees characters only. It goes straight over `┼`, may take any arm of a join, never passes a tick against
//! its way, and goes left only where `◂` says so.
use super::picture::{Picture, graph};
use super::sample::SHOP;
use super::shapes::{Dice, numbered, system};
use crate::layout::{Diagram, Direction, Glyphs, Graph, Options, Point, Rect, layout};
use std::collections::BTreeSet;

/// North, east, south, west.
const STEPS: [(i32, i32); 4] = [(0, -1), (1, 0), (0, 1), (-1, 0)];

/// The sides a character reaches, and the one way through it, if it is a tick or a head.
fn arms(glyph: char) -> [bool; 4] {
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
        '▴' | '▾' => "ns",
        '▸' | '◂' => "ew",
        _ => "",
    };
    ['n', 'e', 's', 'w'].map(|side| sides.contains(side))
}

struct Reader<'a> {
    picture: &'a Picture,
    diagram: &'a Diagram,
}

impl Reader<'_> {
    fn glyph(&self, at: (i32, i32)) -> char {
        let row = usize::try_from(at.1).ok().and_then(|y| self.picture.cells.get(y));
        row.and_then(|r| usize::try_from(at.0).ok().and_then(|x| r.get(x))).copied().unwrap_or(' ')
    }

    /// The line to the left of here is marked as running left, before anything joins it.
    fn runs_left(&self, (mut x, y): (i32, i32)) -> bool {
        loop {
            x -= 1;
            match self.glyph((x, y)) {
                '─' | '┼' => {}
                '◂' => return true,
                _ => return false,
            }
        }
    }

    /// The nodes that a reader who starts at a box arrives at.
    fn reached(&self, start: usize) -> BTreeSet<usize> {
        let r = self.diagram.nodes[start];
        let (mut seen, mut reached) = (BTreeSet::new(), BTreeSet::new());
        let mut open = vec![((r.x + r.width, r.y + (r.height - 1) / 2), 1)];
        while let Some((at, heading)) = open.pop() {
            let glyph = self.glyph(at);
            let arms = arms(glyph);
            if !arms[(heading + 2) % 4] || !seen.insert((at, heading)) {
                continue;
            }
            if glyph == '▸' && heading == 1 {
                let next = Point { x: at.0 + 1, y: at.1 };
                reached.extend(self.diagram.nodes.iter().position(|r| r.contains(next)));
            }
            let only = match glyph {
                '▴' => Some(0),
                '▸' => None,
                '▾' => Some(2),
                '◂' => Some(3),
                '┼' => Some(heading),
                _ => None,
            };
            for side in 0..4 {
                let back = side == (heading + 2) % 4;
                let allowed = only.is_none_or(|o| o == side && o == heading);
                if arms[side]
                    && !back
                    && allowed
                    && glyph != '▸'
                    && (side != 3 || self.may_go_left(at, glyph))
                {
                    open.push(((at.0 + STEPS[side].0, at.1 + STEPS[side].1), side));
                }
            }
        }
        reached
    }

    fn may_go_left(&self, at: (i32, i32), glyph: char) -> bool {
        matches!(glyph, '─' | '┼' | '◂') || self.runs_left(at)
    }
}

/// Calls that a reader sees but that do not exist, and calls that exist but can not be seen.
fn misread(graph: &Graph, options: &Options) -> (usize, usize) {
    let diagram = layout(graph, None, options);
    let picture = Picture::new(graph, &diagram, Glyphs::Unicode);
    let (picture, diagram) =
        if options.direction == Direction::TopDown { turned(&picture, &diagram) } else { (picture, diagram) };
    let reader = Reader { picture: &picture, diagram: &diagram };
    let (mut wrong, mut missing) = (0, 0);
    for node in 0..graph.nodes.len() {
        let truth: BTreeSet<usize> =
            graph.edges.iter().filter(|e| e.from == node && e.to != node).map(|e| e.to).collect();
        let read = reader.reached(node);
        wrong += read.difference(&truth).count();
        missing += truth.difference(&read).count();
        if std::env::var_os("SHOW").is_some() && read != truth {
            println!("{} reads {read:?} but calls {truth:?}", graph.nodes[node].key);
            println!("{}", picture.text_of());
        }
    }
    (wrong, missing)
}

/// A picture that flows down, held so that it flows to the right.
fn turned(picture: &Picture, diagram: &Diagram) -> (Picture, Diagram) {
    const PAIRS: [(char, char); 6] = [('─', '│'), ('╮', '╰'), ('├', '┬'), ('┤', '┴'), ('▴', '◂'), ('▸', '▾')];
    let turn = |glyph: char| {
        let pair = PAIRS.iter().find_map(|&(a, b)| match glyph {
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
    (Picture { cells: (0..width).map(column).collect() }, Diagram { nodes, ..diagram.clone() })
}

fn pills() -> Options {
    Options { gap_rows: 1, ..Options::default() }
}

fn airy() -> Options {
    Options { airy: true, ..pills() }
}

#[test]
fn the_sample_is_read_right() {
    assert_eq!(misread(&graph(SHOP, 3), &Options::default()), (0, 0));
    assert_eq!(misread(&graph(SHOP, 1), &pills()), (0, 0));
    assert_eq!(misread(&graph(SHOP, 1), &airy()), (0, 0));
    assert_eq!(misread(&graph(SHOP, 1), &Options::default()), (0, 0));
}

#[test]
fn calls_in_circles_are_read_right() {
    let circles = ["a > b\nb > a", "a > b c\nb > c\nc > a", "a > b\nb > c a\nc > d b\nd > a"];
    for text in circles {
        for height in [1, 3] {
            assert_eq!(misread(&graph(text, height), &pills()), (0, 0), "{text}");
        }
    }
}

#[test]
fn small_systems_are_read_right() {
    for seed in (0..16).chain([136, 206, 350, 454, 978, 1107, 1325]) {
        for (height, options) in [(3, Options::default()), (1, airy()), (1, pills()), (1, Options::default())]
        {
            for groups in [0, 3] {
                let graph = system(15, seed, height, groups);
                assert_eq!(
                    misread(&graph, &options),
                    (0, 0),
                    "seed {seed}, height {height}, {groups} groups"
                );
            }
        }
    }
}

fn down(options: Options) -> Options {
    Options { direction: Direction::TopDown, ..options }
}

#[test]
fn small_systems_are_read_right_from_above() {
    assert_eq!(misread(&graph(SHOP, 3), &down(Options::default())), (0, 0));
    assert_eq!(misread(&graph(SHOP, 1), &down(pills())), (0, 0));
    for seed in 0..16 {
        for (height, options) in [(3, Options::default()), (1, pills())] {
            for groups in [0, 3] {
                let graph = system(15, seed, height, groups);
                let case = format!("seed {seed}, height {height}, {groups} groups");
                assert_eq!(misread(&graph, &down(options)), (0, 0), "{case}");
            }
        }
    }
}

#[test]
fn a_system_of_sixty_is_read_right() {
    for seed in 0..3 {
        for (height, options) in [(3, Options::default()), (1, airy()), (1, pills())] {
            for options in [options, down(options)] {
                let graph = system(60, seed, height, 0);
                let (wrong, missing) = misread(&graph, &options);
                println!("seed {seed}, {height}, {:?}: {wrong} of {}", options.direction, graph.edges.len());
                assert_eq!(missing, 0);
                assert!(wrong * 20 <= graph.edges.len(), "{wrong} of {}", graph.edges.len());
            }
        }
    }
}

/// Lines that meet boxes and each other on every second row only have room for ticks, and need no loops for want of it.
#[test]
fn an_airy_picture_keeps_lines_apart() {
    for (seed, height) in (0..8).flat_map(|seed| [1, 3, 4].map(|height| (seed, height))) {
        let graph = system(30, seed, height, 0);
        let routes = layout(&graph, None, &airy()).routes;
        let ends = routes.iter().flat_map(|r| [r.points.first(), r.points.last()]).flatten();
        let sides: BTreeSet<i32> = ends.map(|end| end.y % 2).collect();
        assert_eq!(sides.len(), 1, "seed {seed}, height {height}");
    }
}

#[test]
fn everything_calling_everything_is_read_right() {
    let edges: Vec<(usize, usize)> = (0..6).flat_map(|a| (0..6).map(move |b| (a, b))).collect();
    assert_eq!(misread(&numbered(6, &edges, 3, 0), &Options::default()), (0, 0));
}

#[test]
fn tangles_are_read_right() {
    for seed in (0..30).chain([795]) {
        let mut dice = Dice(seed);
        let edges: Vec<(usize, usize)> = (0..24).map(|_| (dice.roll(9), dice.roll(9))).collect();
        for (height, options) in [(3, Options::default()), (1, airy()), (1, pills())] {
            assert_eq!(misread(&numbered(9, &edges, height, 0), &options), (0, 0), "seed {seed}");
        }
    }
}
