//! Marks that keep a reader on the right way: arrow heads, and ticks where a line could be read two ways.
//!
//! The grammar of the drawing, for a flow from left to right: lines run to the right unless `◂` marks them; a tick
//! `▴` or `▾` on a trunk beside a line that runs on says that the line feeds the trunk, and not the other way round.
use super::{Raster, Side};
use crate::layout::diagram::Point;
use std::collections::{BTreeMap, BTreeSet};

/// A mark that takes the place of the line in its cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mark {
    /// The flow on this line runs this way.
    Tick(Side),
    /// An edge ends here.
    Head(Side),
}

/// All marks of a raster whose lines and turns are known, by row and column.
pub fn place(raster: &Raster, routes: &[Vec<Point>]) -> Vec<((i32, i32), Mark)> {
    let mut marks = Marks { raster, found: BTreeMap::new(), seen: BTreeSet::new() };
    for points in routes {
        if let Some(end) = points.last() {
            marks.found.insert((end.y, end.x), Mark::Head(end_of(points)));
        }
        for corner in points.windows(3) {
            marks.fork(corner[0], corner[1], corner[2]);
        }
        for ends in points.windows(2).filter(|ends| ends[1].x < ends[0].x) {
            marks.backward(ends[0], ends[1]);
        }
    }
    marks.found.into_iter().collect()
}

/// The way in which a route comes to its end.
fn end_of(points: &[Point]) -> Side {
    let ends = points.len().checked_sub(2).map(|before| (points[before], points[before + 1]));
    match ends {
        Some((a, b)) if b.y > a.y => Side::South,
        Some((a, b)) if b.y < a.y => Side::North,
        Some((a, b)) if b.x < a.x => Side::West,
        _ => Side::East,
    }
}

struct Marks<'a> {
    raster: &'a Raster,
    found: BTreeMap<(i32, i32), Mark>,
    /// Backward stretches that are done: edges share them.
    seen: BTreeSet<(i32, i32, i32)>,
}

impl Marks<'_> {
    /// Where an edge leaves a line that runs on, for a trunk that others use too.
    fn fork(&mut self, before: Point, corner: Point, after: Point) {
        let runs_on = self.raster.rows.link(corner.y, corner.x).is_some();
        if before.x >= corner.x || after.x != corner.x || !runs_on {
            return;
        }
        let down = after.y > corner.y;
        let way = if down { 1 } else { -1 };
        let first = self.raster.columns.link(corner.x, corner.y.min(corner.y + way));
        let alone = first.is_some_and(|p| p.from <= after.y.min(corner.y) && after.y.max(corner.y) <= p.to);
        if alone && self.raster.sides(after).iter().flatten().count() == 2 {
            return;
        }
        let mut at = corner.y + way;
        while at != after.y && !self.raster.turns_at(Point { x: corner.x, y: at }) {
            if self.raster.rows.link(at, corner.x).is_none() {
                let side = if down { Side::South } else { Side::North };
                self.found.insert((at, corner.x), Mark::Tick(side));
                return;
            }
            at += way;
        }
    }

    /// Along a stretch against the flow: on both sides of every cell where something turns.
    fn backward(&mut self, start: Point, end: Point) {
        if !self.seen.insert((start.y, end.x, start.x)) {
            return;
        }
        for turn in self.raster.turns_between(start.y, end.x, start.x) {
            self.mark_beside(start.y, turn, end.x, -1);
            self.mark_beside(start.y, turn, start.x, 1);
        }
    }

    /// Puts a backward tick on the first plain cell from `turn` towards `end`.
    fn mark_beside(&mut self, y: i32, turn: i32, end: i32, way: i32) {
        let mut x = turn + way;
        while (end - x) * way >= 0 && !self.raster.turns_at(Point { x, y }) {
            let crossed =
                self.raster.columns.link(x, y).is_some() || self.raster.columns.link(x, y - 1).is_some();
            if !crossed {
                self.found.entry((y, x)).or_insert(Mark::Tick(Side::West));
                return;
            }
            x += way;
        }
    }
}
