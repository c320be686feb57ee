//! The lines of a diagram as cells: made once, then asked for any part of the picture.
//!
//! A cell knows the edges of each of its arms, so a crossing is never mistaken for a join, and pointing at a line is
//! a lookup. How an edge looks is asked at each draw; the cost of a draw depends on the part that is drawn.
mod frame;
mod glyph;
mod lines;
mod marks;

use super::diagram::{Diagram, Point, Rect};
use super::graph::Direction;
use frame::Frame;
pub use glyph::{Arms, Glyphs};
use lines::{Lines, Piece, Run};
pub use marks::Mark;

/// A side of a cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Side {
    /// Up.
    North,
    /// To the right.
    East,
    /// Down.
    South,
    /// To the left.
    West,
}

/// The kind of a line; of several on the same cells the last of these wins.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stroke {
    /// `┈`
    Dotted,
    /// `╌`
    Dashed,
    /// `─`
    #[default]
    Solid,
    /// `━`
    Heavy,
}

/// How an edge looks at this draw; where edges share cells, the higher stroke and the higher tone are painted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Style {
    /// The kind of its line.
    pub stroke: Stroke,
    /// Whatever the view makes of it: a colour, a rank of importance.
    pub tone: u8,
}

/// A cell to paint.
#[derive(Clone, Copy, Debug)]
pub struct Cell<'a> {
    /// Where, in the cells of the diagram.
    pub at: Point,
    /// What.
    pub glyph: char,
    /// The highest tone of the edges here.
    pub tone: u8,
    /// The strokes towards north, east, south and west.
    pub arms: Arms,
    /// A tick or arrow head that is drawn instead of the line.
    pub mark: Option<Mark>,
    /// The edges of each arm, in the same order, as indices into the edges of the graph.
    pub edges: [&'a [u32]; 4],
}

/// The lines of a diagram, with their marks. Inside, the flow always runs from left to right.
#[derive(Clone, Debug, Default)]
pub struct Raster {
    rows: Lines,
    columns: Lines,
    /// Cells in which an edge turns, by row and column.
    turns: Vec<(i32, i32)>,
    marks: Vec<((i32, i32), Mark)>,
    turned: bool,
}

impl Raster {
    /// Prepares the lines of a diagram.
    #[must_use]
    pub fn new(diagram: &Diagram) -> Self {
        let turned = diagram.direction == Direction::TopDown;
        let turn = |p: &Point| if turned { Point { x: p.y, y: p.x } } else { *p };
        let routes: Vec<Vec<Point>> =
            diagram.routes.iter().map(|r| r.points.iter().map(turn).collect()).collect();
        let (mut across, mut down, mut turns) = (Vec::new(), Vec::new(), Vec::new());
        for (edge, points) in routes.iter().enumerate() {
            let edge = u32::try_from(edge).unwrap_or(u32::MAX);
            for ends in points.windows(2) {
                let (a, b) = (ends[0], ends[1]);
                if a.y == b.y {
                    across.push(Run { line: a.y, from: a.x.min(b.x), to: a.x.max(b.x), edge });
                } else {
                    down.push(Run { line: a.x, from: a.y.min(b.y), to: a.y.max(b.y), edge });
                }
            }
            turns.extend(points.windows(3).map(|corner| (corner[1].y, corner[1].x)));
        }
        turns.sort_unstable();
        turns.dedup();
        let mut raster =
            Self { rows: Lines::new(across), columns: Lines::new(down), turns, marks: Vec::new(), turned };
        raster.marks = marks::place(&raster, &routes);
        raster
    }

    /// The edges that own a cell of the diagram, in ascending order.
    #[must_use]
    pub fn edges_at(&self, at: Point) -> Vec<usize> {
        let mut found: Vec<usize> =
            self.edges_by_side(self.turn(at)).into_iter().flatten().map(|&e| e as usize).collect();
        found.sort_unstable();
        found.dedup();
        found
    }

    /// The cells that have a mark in place of a line.
    #[must_use]
    pub fn marked(&self) -> Vec<Point> {
        self.marks.iter().map(|((y, x), _)| self.turn(Point { x: *x, y: *y })).collect()
    }

    /// Paints the part of the diagram that lies in `view`, row by row (by column, if the flow runs down).
    ///
    /// `look` says how an edge looks, or `None` if it is not to be drawn now.
    pub fn draw(
        &self,
        view: Rect,
        glyphs: Glyphs,
        look: &dyn Fn(usize) -> Option<Style>,
        paint: &mut dyn FnMut(Cell<'_>),
    ) {
        let mut frame = Frame::new(self, self.turn_rect(view));
        frame.fill(look);
        frame.emit(glyphs, paint);
    }

    const fn turn(&self, at: Point) -> Point {
        if self.turned { Point { x: at.y, y: at.x } } else { at }
    }

    const fn turn_rect(&self, r: Rect) -> Rect {
        if self.turned { Rect { x: r.y, y: r.x, width: r.height, height: r.width } } else { r }
    }

    /// The pieces north, east, south and west of a cell.
    fn sides(&self, at: Point) -> [Option<&Piece>; 4] {
        [
            self.columns.link(at.x, at.y - 1),
            self.rows.link(at.y, at.x),
            self.columns.link(at.x, at.y),
            self.rows.link(at.y, at.x - 1),
        ]
    }

    fn edges_by_side(&self, at: Point) -> [&[u32]; 4] {
        let [north, east, south, west] = self.sides(at);
        [(&self.columns, north), (&self.rows, east), (&self.columns, south), (&self.rows, west)]
            .map(|(lines, piece)| piece.map_or(&[][..], |p| lines.edges(p)))
    }

    /// Whether a line runs north, east, south and west of a cell of the diagram.
    #[cfg(test)]
    pub(super) fn sides_at(&self, at: Point) -> [bool; 4] {
        let sides = self.sides(self.turn(at)).map(|piece| piece.is_some());
        if self.turned { [sides[3], sides[2], sides[1], sides[0]] } else { sides }
    }

    fn turns_at(&self, at: Point) -> bool {
        self.turns.binary_search(&(at.y, at.x)).is_ok()
    }

    /// The columns of a row, in a range, where something turns.
    fn turns_between(&self, y: i32, low: i32, high: i32) -> impl Iterator<Item = i32> + '_ {
        let first = self.turns.partition_point(|&t| t < (y, low));
        self.turns[first..].iter().take_while(move |&&t| t <= (y, high)).map(|t| t.1)
    }
}
