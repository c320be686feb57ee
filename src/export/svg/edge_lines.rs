//! Lines of edges in the SVG. Each stretch of line is drawn only once, in the style of the most important
//! edge that shares it, because a dashed line that is drawn twice can look solid.

use super::path::{PixelPoint, cell_centre, is_straight, point_towards, rounded_path};
use crate::{
    layout::{Direction, Point},
    screen::map::export_model::{EdgeStyle, ExportEdgeTone, MapExport},
};
use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write,
};

/// Pair of neighbouring cells, which identifies a piece of a line. The upper or left cell comes first.
type CellPair = (Point, Point);

/// Length of an arrowhead, in pixels.
const ARROW_HEAD_LENGTH: f64 = 8.0;

/// Length of the bend with which a line joins another line, in pixels.
const JOIN_BEND_LENGTH: f64 = 6.0;

/// Extends the points of an edge at both ends to the boxes of caller and callee. Returns an empty list for an
/// edge without points.
pub(super) fn extend_to_borders(points: &[Point], direction: Direction) -> Vec<Point> {
    let ([start, ..], [.., end]) = (points, points) else { return Vec::new() };
    let (x, y) = if direction == Direction::LeftToRight { (1, 0) } else { (0, 1) };
    let mut way = vec![Point { x: start.x - x, y: start.y - y }];
    way.extend(points);
    way.push(Point { x: end.x + x, y: end.y + y });
    way
}

/// Returns an edge as an SVG path that ends at the base of its arrowhead.
pub(super) fn edge_path(way: &[Point]) -> String {
    let mut places: Vec<PixelPoint> = way.iter().copied().map(cell_centre).collect();
    trim_for_arrow_head(&mut places);
    // The visible lines are drawn from callee to caller too.
    places.reverse();
    rounded_path(&places)
}

/// Returns the SVG of all lines and arrowheads of a map.
pub(super) fn draw_edges(map: &MapExport<'_>) -> String {
    let routes: Vec<_> = map
        .edges
        .iter()
        .map(|line| (cells_along(&extend_to_borders(&line.points, map.direction)), line.style))
        .collect();
    let mut styles: BTreeMap<CellPair, EdgeStyle> = BTreeMap::new();
    for (cells, look) in &routes {
        for pair in cells.windows(2) {
            let most = styles.entry(ordered_pair(pair[0], pair[1])).or_insert(*look);
            *most = EdgeStyle { tone: most.tone.max(look.tone), strength: most.strength.max(look.strength) };
        }
    }
    let mut out = String::new();
    let mut drawn = BTreeSet::new();
    for (cells, _) in &routes {
        draw_new_stretches(cells, &styles, &mut drawn, &mut out);
    }
    draw_arrow_heads(&routes, &styles, &mut out);
    out
}

/// Returns every cell along the line of an edge, from the callee to the caller. With this order, the dashes
/// of joined lines coincide.
fn cells_along(way: &[Point]) -> Vec<Point> {
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

fn ordered_pair(a: Point, b: Point) -> CellPair {
    if (a.y, a.x) <= (b.y, b.x) { (a, b) } else { (b, a) }
}

/// Draws the stretches of an edge that no earlier edge has drawn. A stretch is a run of cells with the same
/// style.
fn draw_new_stretches(
    cells: &[Point],
    styles: &BTreeMap<CellPair, EdgeStyle>,
    drawn: &mut BTreeSet<CellPair>,
    out: &mut String,
) {
    let links: Vec<CellPair> = cells.windows(2).map(|pair| ordered_pair(pair[0], pair[1])).collect();
    let undrawn: Vec<Option<EdgeStyle>> =
        links.iter().map(|link| drawn.insert(*link).then(|| styles.get(link).copied()).flatten()).collect();
    let mut start = 0;
    for same in undrawn.chunk_by(|a, b| a == b) {
        let end = start + same.len();
        if let Some(look) = same[0] {
            let mut places: Vec<PixelPoint> = cells[start..=end].iter().copied().map(cell_centre).collect();
            if start == 0 {
                places.reverse();
                trim_for_arrow_head(&mut places);
                places.reverse();
            }
            // A stretch ends with a bend into the line that it joins.
            let bend = |at: usize, other: usize| {
                point_towards(cell_centre(cells[at]), cell_centre(cells[other]), JOIN_BEND_LENGTH)
            };
            if start > 0 {
                places.insert(0, bend(start, start - 1));
            }
            if end + 1 < cells.len() {
                places.push(bend(end, end + 1));
            }
            let turns = turning_points(&places);
            let _ = writeln!(out, "<path class=\"ink {}\" d=\"{}\"/>", css_class(look), rounded_path(&turns));
        }
        start = end;
    }
}

/// Returns the ends and turns of a line, without the points on straight pieces between them.
fn turning_points(places: &[PixelPoint]) -> Vec<PixelPoint> {
    let mut kept: Vec<PixelPoint> = Vec::new();
    for &place in places {
        if let [.., a, b] = kept.as_slice()
            && is_straight(*a, *b, place)
        {
            kept.pop();
        }
        kept.push(place);
    }
    kept
}

/// Shortens a line at its end by about the length of an arrowhead.
fn trim_for_arrow_head(places: &mut [PixelPoint]) {
    if let [.., before, last] = places {
        *last = point_towards(*last, *before, ARROW_HEAD_LENGTH - 1.0);
    }
}

/// Draws the arrowheads: one at the callee's end of each edge, and one within each long stretch that runs
/// against the direction of the map.
fn draw_arrow_heads(
    routes: &[(Vec<Point>, EdgeStyle)],
    styles: &BTreeMap<CellPair, EdgeStyle>,
    out: &mut String,
) {
    let mut found: BTreeMap<(i32, i32), (PixelPoint, PixelPoint, EdgeStyle)> = BTreeMap::new();
    for (cells, _) in routes {
        let look = |a: Point, b: Point| styles.get(&ordered_pair(a, b)).copied();
        if let [tip, base, ..] = cells.as_slice()
            && let Some(look) = look(*tip, *base)
        {
            found.insert((tip.y, tip.x), (cell_centre(*tip), cell_centre(*base), look));
        }
        for back in cells.chunk_by(|a, b| a.y == b.y && b.x > a.x).filter(|back| back.len() > 5) {
            let (tip, base) = (back[back.len() / 2], back[back.len() / 2 + 1]);
            if let Some(look) = look(tip, base) {
                found.entry((tip.y, tip.x)).or_insert((cell_centre(tip), cell_centre(base), look));
            }
        }
    }
    for (tip, base, look) in found.into_values() {
        let back = point_towards(tip, base, ARROW_HEAD_LENGTH);
        let aside = ((back.1 - tip.1) / 2.0, (tip.0 - back.0) / 2.0);
        let corner = |sign: f64| format!("{} {}", back.0 + sign * aside.0, back.1 + sign * aside.1);
        let _ = writeln!(
            out,
            "<path class=\"head {}\" d=\"M{} {}L{}L{}z\"/>",
            css_class(look),
            tip.0,
            tip.1,
            corner(1.0),
            corner(-1.0)
        );
    }
}

/// Returns the CSS classes for a style.
fn css_class(look: EdgeStyle) -> String {
    let tone = match look.tone {
        ExportEdgeTone::Quiet => " quiet",
        ExportEdgeTone::Plain => "",
        ExportEdgeTone::ToFault => " fault",
    };
    format!("{}{tone}", look.strength.as_str())
}
