//! Marks that guide the reader: arrow heads at the ends of edges, and ticks (small arrows on a line) where a
//! line would be ambiguous.
//!
//! Two rules let the reader follow a diagram that flows from left to right. Lines run to the right unless `◂`
//! marks them. A tick `▴` or `▾` on a vertical line, next to a horizontal line that runs on, means that edges
//! run from the horizontal line into the vertical one, not vice versa.
use super::{Raster, Side};
use crate::layout::geometry::Point;
use std::collections::{BTreeMap, BTreeSet};

/// Mark in a cell, drawn in place of the line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mark {
    /// Tick: the edges on this line run towards this side.
    Tick(Side),
    /// Arrow head: an edge ends here, heading towards this side.
    ArrowHead(Side),
}

/// Returns all marks of a raster with the cells, sorted by (row, column). The raster must have its lines and
/// turns.
pub fn place_marks(raster: &Raster, routes: &[Vec<Point>]) -> Vec<((i32, i32), Mark)> {
    let mut marks = MarkPlacer { raster, marks: BTreeMap::new(), marked_stretches: BTreeSet::new() };
    for points in routes {
        if let Some(end) = points.last() {
            marks.marks.insert((end.y, end.x), Mark::ArrowHead(arrival_side(points)));
        }
        for corner in points.windows(3) {
            marks.mark_fork(corner[0], corner[1], corner[2]);
        }
        for ends in points.windows(2).filter(|ends| ends[1].x < ends[0].x) {
            marks.mark_backward(ends[0], ends[1]);
        }
    }
    marks.marks.into_iter().collect()
}

/// Returns the side of the cell towards which a route runs at its end.
fn arrival_side(points: &[Point]) -> Side {
    let ends = points.len().checked_sub(2).map(|before| (points[before], points[before + 1]));
    match ends {
        Some((a, b)) if b.y > a.y => Side::South,
        Some((a, b)) if b.y < a.y => Side::North,
        Some((a, b)) if b.x < a.x => Side::West,
        _ => Side::East,
    }
}

/// Placer of marks, with the marks placed so far.
struct MarkPlacer<'a> {
    raster: &'a Raster,
    marks: BTreeMap<(i32, i32), Mark>,
    /// Backward stretches already marked, as (row, left end, right end). Several edges may share a stretch.
    marked_stretches: BTreeSet<(i32, i32, i32)>,
}

impl MarkPlacer<'_> {
    /// Places a tick where an edge turns from a line that runs on into a vertical line that other edges
    /// share.
    fn mark_fork(&mut self, before: Point, corner: Point, after: Point) {
        let runs_on = self.raster.rows.segment_after(corner.y, corner.x).is_some();
        if before.x >= corner.x || after.x != corner.x || !runs_on {
            return;
        }
        let down = after.y > corner.y;
        let way = if down { 1 } else { -1 };
        let first = self.raster.columns.segment_after(corner.x, corner.y.min(corner.y + way));
        let is_unshared =
            first.is_some_and(|p| p.from <= after.y.min(corner.y) && after.y.max(corner.y) <= p.to);
        if is_unshared && self.raster.segments_around(after).iter().flatten().count() == 2 {
            return;
        }
        let mut at = corner.y + way;
        while at != after.y && !self.raster.has_turn_at(Point { x: corner.x, y: at }) {
            if self.raster.rows.segment_after(at, corner.x).is_none() {
                let side = if down { Side::South } else { Side::North };
                self.marks.insert((at, corner.x), Mark::Tick(side));
                return;
            }
            at += way;
        }
    }

    /// Places ticks on a horizontal stretch that runs to the left, on both sides of every cell where a line
    /// turns.
    fn mark_backward(&mut self, start: Point, end: Point) {
        if !self.marked_stretches.insert((start.y, end.x, start.x)) {
            return;
        }
        for turn in self.raster.turns_between(start.y, end.x, start.x) {
            self.mark_beside(start.y, turn, end.x, -1);
            self.mark_beside(start.y, turn, start.x, 1);
        }
    }

    /// Places `◂` on the first cell from `turn` towards `end` that no line crosses. `way` is the direction, 1
    /// or -1.
    fn mark_beside(&mut self, y: i32, turn: i32, end: i32, way: i32) {
        let mut x = turn + way;
        while (end - x) * way >= 0 && !self.raster.has_turn_at(Point { x, y }) {
            let crossed = self.raster.columns.segment_after(x, y).is_some()
                || self.raster.columns.segment_after(x, y - 1).is_some();
            if !crossed {
                self.marks.entry((y, x)).or_insert(Mark::Tick(Side::West));
                return;
            }
            x += way;
        }
    }
}
