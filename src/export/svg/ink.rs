//! The drawn lines. Edges share stretches, and a dashed line drawn twice would look solid: each stretch is drawn once,
//! as the most important of its edges looks.

use super::path::{Place, middle, round, straight, towards};
use crate::{
    layout::{Direction, Point},
    view::map::sketch::{Look, Sketch, Tone},
};
use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write,
};

/// Two neighbouring cells, the lesser first.
type Link = (Point, Point);

/// How long an arrow head is.
const HEAD: f64 = 8.0;

/// How far a line that joins another one bends into it.
const BEND: f64 = 6.0;

/// The whole way of an edge: from the border of the one box to that of the other.
pub(super) fn way(points: &[Point], direction: Direction) -> Vec<Point> {
    let ([start, ..], [.., end]) = (points, points) else { return Vec::new() };
    let (x, y) = if direction == Direction::LeftToRight { (1, 0) } else { (0, 1) };
    let mut way = vec![Point { x: start.x - x, y: start.y - y }];
    way.extend(points);
    way.push(Point { x: end.x + x, y: end.y + y });
    way
}

/// A way as a path that ends where its arrow head begins.
pub(super) fn whole(way: &[Point]) -> String {
    let mut places: Vec<Place> = way.iter().copied().map(middle).collect();
    shorten(&mut places);
    // From the called to the caller, as the drawn lines run.
    places.reverse();
    round(&places)
}

/// All lines and arrow heads of a map.
pub(super) fn draw(sketch: &Sketch<'_>) -> String {
    let ways: Vec<_> =
        sketch.lines.iter().map(|line| (steps(&way(&line.points, sketch.direction)), line.look)).collect();
    let mut looks: BTreeMap<Link, Look> = BTreeMap::new();
    for (cells, look) in &ways {
        for pair in cells.windows(2) {
            let most = looks.entry(link(pair[0], pair[1])).or_insert(*look);
            *most = Look { tone: most.tone.max(look.tone), strength: most.strength.max(look.strength) };
        }
    }
    let mut out = String::new();
    let mut drawn = BTreeSet::new();
    for (cells, _) in &ways {
        stretches(cells, &looks, &mut drawn, &mut out);
    }
    heads(&ways, &looks, &mut out);
    out
}

/// Every cell of a way, the called first: so dashes of lines that meet lie on each other.
fn steps(way: &[Point]) -> Vec<Point> {
    let mut cells: Vec<Point> = way.first().copied().into_iter().collect();
    for ends in way.windows(2) {
        let (a, b) = (ends[0], ends[1]);
        let (x, y) = ((b.x - a.x).signum(), (b.y - a.y).signum());
        let far = (b.x - a.x).abs().max((b.y - a.y).abs());
        cells.extend((1..=far).map(|step| Point { x: a.x + x * step, y: a.y + y * step }));
    }
    cells.reverse();
    cells
}

fn link(a: Point, b: Point) -> Link {
    if (a.y, a.x) <= (b.y, b.x) { (a, b) } else { (b, a) }
}

/// Draws what of a way is not drawn yet, in stretches of one look.
fn stretches(cells: &[Point], looks: &BTreeMap<Link, Look>, drawn: &mut BTreeSet<Link>, out: &mut String) {
    let links: Vec<Link> = cells.windows(2).map(|pair| link(pair[0], pair[1])).collect();
    let fresh: Vec<Option<Look>> =
        links.iter().map(|link| drawn.insert(*link).then(|| looks.get(link).copied()).flatten()).collect();
    let mut start = 0;
    for same in fresh.chunk_by(|a, b| a == b) {
        let end = start + same.len();
        if let Some(look) = same[0] {
            let mut places: Vec<Place> = cells[start..=end].iter().copied().map(middle).collect();
            if start == 0 {
                places.reverse();
                shorten(&mut places);
                places.reverse();
            }
            // Where it turns into another line, it bends into it.
            let bend = |at: usize, other: usize| towards(middle(cells[at]), middle(cells[other]), BEND);
            if start > 0 {
                places.insert(0, bend(start, start - 1));
            }
            if end + 1 < cells.len() {
                places.push(bend(end, end + 1));
            }
            let turns = corners(&places);
            let _ = writeln!(out, "<path class=\"ink {}\" d=\"{}\"/>", class(look), round(&turns));
        }
        start = end;
    }
}

/// The ends and the turns. A bend that goes on straight is left out.
fn corners(places: &[Place]) -> Vec<Place> {
    let mut kept: Vec<Place> = Vec::new();
    for &place in places {
        if let [.., a, b] = kept.as_slice()
            && straight(*a, *b, place)
        {
            kept.pop();
        }
        kept.push(place);
    }
    kept
}

/// Takes from the end of a way what its arrow head covers.
fn shorten(places: &mut [Place]) {
    if let [.., before, last] = places {
        *last = towards(*last, *before, HEAD - 1.0);
    }
}

/// The arrow heads: at each end once, and within stretches that run against the flow.
fn heads(ways: &[(Vec<Point>, Look)], looks: &BTreeMap<Link, Look>, out: &mut String) {
    let mut found: BTreeMap<(i32, i32), (Place, Place, Look)> = BTreeMap::new();
    for (cells, _) in ways {
        let look = |a: Point, b: Point| looks.get(&link(a, b)).copied();
        if let [tip, base, ..] = cells.as_slice()
            && let Some(look) = look(*tip, *base)
        {
            found.insert((tip.y, tip.x), (middle(*tip), middle(*base), look));
        }
        for back in cells.chunk_by(|a, b| a.y == b.y && b.x > a.x).filter(|back| back.len() > 5) {
            let (tip, base) = (back[back.len() / 2], back[back.len() / 2 + 1]);
            if let Some(look) = look(tip, base) {
                found.entry((tip.y, tip.x)).or_insert((middle(tip), middle(base), look));
            }
        }
    }
    for (tip, base, look) in found.into_values() {
        let back = towards(tip, base, HEAD);
        let aside = ((back.1 - tip.1) / 2.0, (tip.0 - back.0) / 2.0);
        let corner = |sign: f64| format!("{} {}", back.0 + sign * aside.0, back.1 + sign * aside.1);
        let _ = writeln!(
            out,
            "<path class=\"head {}\" d=\"M{} {}L{}L{}z\"/>",
            class(look),
            tip.0,
            tip.1,
            corner(1.0),
            corner(-1.0)
        );
    }
}

/// The classes of a look.
fn class(look: Look) -> String {
    let tone = match look.tone {
        Tone::Quiet => " quiet",
        Tone::Plain => "",
        Tone::ToFault => " fault",
    };
    format!("{}{tone}", look.strength.word())
}
