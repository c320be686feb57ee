//! SVG paths that run along terminal cells and have rounded corners.

use crate::layout::Point;
use std::fmt::Write;

/// Width and height of a cell, in pixels.
pub(super) const CELL_PIXELS: (i32, i32) = (8, 16);

/// Radius of a corner, in pixels.
const CORNER_RADIUS: f64 = 6.0;

/// Position in pixels.
pub(super) type PixelPoint = (f64, f64);

/// Returns the centre of a cell.
pub(super) fn cell_centre(at: Point) -> PixelPoint {
    (f64::from(at.x * CELL_PIXELS.0 + CELL_PIXELS.0 / 2), f64::from(at.y * CELL_PIXELS.1 + CELL_PIXELS.1 / 2))
}

/// Returns the point at a distance of `far` pixels from `from` in the direction of `to`.
pub(super) fn point_towards(from: PixelPoint, to: PixelPoint, far: f64) -> PixelPoint {
    let (x, y) = (to.0 - from.0, to.1 - from.1);
    let length = x.hypot(y);
    if length == 0.0 { from } else { (from.0 + x / length * far, from.1 + y / length * far) }
}

/// Returns true if `a`, `b` and `c` lie on a straight line.
pub(super) fn is_straight(a: PixelPoint, b: PixelPoint, c: PixelPoint) -> bool {
    ((a.0 - b.0) * (b.1 - c.1) - (a.1 - b.1) * (b.0 - c.0)).abs() < f64::EPSILON
}

/// Returns an SVG path through the points, with rounded turns.
pub(super) fn rounded_path(places: &[PixelPoint]) -> String {
    let mut out = String::new();
    let Some(first) = places.first() else { return out };
    let _ = write!(out, "M{}", format_point(*first));
    for (index, turn) in places.windows(3).enumerate() {
        let (before, at, after) = (turn[0], turn[1], turn[2]);
        if is_straight(before, at, after) {
            continue;
        }
        // Two turns share the stretch between them, so each of them can use one half. The first and the last
        // stretch belong to a single turn.
        let own = |length: f64, alone: bool| if alone { length } else { length / 2.0 };
        let reach = |a: PixelPoint, b: PixelPoint| (a.0 - b.0).hypot(a.1 - b.1);
        let room = own(reach(before, at), index == 0).min(own(reach(at, after), index + 3 == places.len()));
        let radius = CORNER_RADIUS.min(room);
        let (start, end) = (point_towards(at, before, radius), point_towards(at, after, radius));
        let _ = write!(out, "L{}Q{} {}", format_point(start), format_point(at), format_point(end));
    }
    if let [.., last] = &places[1..] {
        let _ = write!(out, "L{}", format_point(*last));
    }
    out
}

/// Formats a position for a path, with at most one decimal place.
fn format_point((x, y): PixelPoint) -> String {
    let short = |n: f64| format!("{n:.1}").trim_end_matches('0').trim_end_matches('.').to_owned();
    format!("{} {}", short(x), short(y))
}

#[cfg(test)]
mod tests {
    use super::rounded_path;

    #[test]
    fn corners_are_rounded_and_straight_runs_stay_straight() {
        assert_eq!(rounded_path(&[(0.0, 0.0), (8.0, 0.0), (16.0, 0.0)]), "M0 0L16 0");
        assert_eq!(rounded_path(&[(0.0, 0.0), (20.0, 0.0), (20.0, 40.0)]), "M0 0L14 0Q20 0 20 6L20 40");
        assert_eq!(rounded_path(&[]), "");
    }
}
