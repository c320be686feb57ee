//! Ways as paths: from cells to pixels, with round corners.

use crate::layout::Point;
use std::fmt::Write;

/// The pixels of a cell: across and down.
pub(super) const CELL: (i32, i32) = (8, 16);

/// The radius of a corner.
const RADIUS: f64 = 6.0;

/// A place in pixels.
pub(super) type Place = (f64, f64);

/// The middle of a cell.
pub(super) fn middle(at: Point) -> Place {
    (f64::from(at.x * CELL.0 + CELL.0 / 2), f64::from(at.y * CELL.1 + CELL.1 / 2))
}

/// The place so many pixels from `from` on the way to `to`.
pub(super) fn towards(from: Place, to: Place, far: f64) -> Place {
    let (x, y) = (to.0 - from.0, to.1 - from.1);
    let length = x.hypot(y);
    if length == 0.0 { from } else { (from.0 + x / length * far, from.1 + y / length * far) }
}

/// Whether the way from the first to the third place does not turn at the second.
pub(super) fn straight(a: Place, b: Place, c: Place) -> bool {
    ((a.0 - b.0) * (b.1 - c.1) - (a.1 - b.1) * (b.0 - c.0)).abs() < f64::EPSILON
}

/// A path through those places, round where it turns.
pub(super) fn round(places: &[Place]) -> String {
    let mut out = String::new();
    let Some(first) = places.first() else { return out };
    let _ = write!(out, "M{}", shown(*first));
    for (index, turn) in places.windows(3).enumerate() {
        let (before, at, after) = (turn[0], turn[1], turn[2]);
        if straight(before, at, after) {
            continue;
        }
        // A stretch between two turns is shared by both; the first and the last are their one turn's alone.
        let own = |length: f64, alone: bool| if alone { length } else { length / 2.0 };
        let reach = |a: Place, b: Place| (a.0 - b.0).hypot(a.1 - b.1);
        let room = own(reach(before, at), index == 0).min(own(reach(at, after), index + 3 == places.len()));
        let radius = RADIUS.min(room);
        let (start, end) = (towards(at, before, radius), towards(at, after, radius));
        let _ = write!(out, "L{}Q{} {}", shown(start), shown(at), shown(end));
    }
    if let [.., last] = &places[1..] {
        let _ = write!(out, "L{}", shown(*last));
    }
    out
}

/// A place as paths have it. All lie on whole and half pixels, or on tenths of them.
fn shown((x, y): Place) -> String {
    let short = |n: f64| format!("{n:.1}").trim_end_matches('0').trim_end_matches('.').to_owned();
    format!("{} {}", short(x), short(y))
}

#[cfg(test)]
mod tests {
    use super::round;

    #[test]
    fn corners_are_round_and_what_is_straight_stays_so() {
        assert_eq!(round(&[(0.0, 0.0), (8.0, 0.0), (16.0, 0.0)]), "M0 0L16 0");
        assert_eq!(round(&[(0.0, 0.0), (20.0, 0.0), (20.0, 40.0)]), "M0 0L14 0Q20 0 20 6L20 40");
        assert_eq!(round(&[]), "");
    }
}
