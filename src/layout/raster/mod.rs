//! Raster: the lines of a diagram as cells with characters. It is built once for a diagram, and then draws
//! any part of it.
//!
//! For each cell, the raster knows the edges that run to each of its four sides. So a crossing never looks
//! like a join, and a lookup finds the edges under the mouse pointer. The caller supplies the style of each
//! edge at each draw. The cost of a draw depends only on the size of the visible part.
mod painter;
mod glyph;
mod segments;
mod feedback;

use super::diagram::Diagram;
use super::geometry::{Point, Rect};
use super::graph::Direction;
pub use feedback::FeedbackStretch;
pub use glyph::{Arms, Glyphs};
use painter::RasterPainter;
use segments::{EdgeRun, Segment, SegmentIndex};
use std::collections::BTreeMap;

/// A side of a cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Side {
    /// Upper side.
    North,
    /// Right side.
    East,
    /// Lower side.
    South,
    /// Left side.
    West,
}

/// The stroke of a line. If edges with different strokes share a cell, the greatest stroke is drawn; the
/// variants are in ascending order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stroke {
    /// Dotted line: `┈`.
    Dotted,
    /// Dashed line: `╌`.
    Dashed,
    /// Solid line: `─`.
    #[default]
    Solid,
    /// Heavy line: `━`.
    Heavy,
}

/// The style of an edge, which may be different at each draw. If edges share a cell, the greatest stroke and
/// the greatest tone apply.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LineStyle {
    /// Stroke of the line.
    pub stroke: Stroke,
    /// A number such as a colour or an importance. The caller gives it a meaning.
    pub tone: u8,
}

/// A cell with a line, ready to paint.
#[derive(Clone, Copy, Debug)]
pub struct LineCell<'a> {
    /// Position of the cell in the diagram.
    pub at: Point,
    /// Character to paint in the cell.
    pub glyph: char,
    /// Greatest tone of the edges in this cell.
    pub tone: u8,
    /// Strokes of the line towards north, east, south and west.
    pub arms: Arms,
    /// Direction of the arrow head that is drawn instead of the line; `None` if no edge ends here.
    pub arrow_head: Option<Side>,
    /// For each side, in the order of `arms`, the edges on it, as indices into the edges of the graph.
    pub edges: [&'a [u32]; 4],
}

/// The lines and arrow heads of a diagram, indexed by row and column. A raster draws any part of them, and
/// finds the edges in a cell. In the raster, the flow always runs from left to right.
#[derive(Clone, Debug, Default)]
pub struct Raster {
    /// Horizontal lines, by row.
    rows: SegmentIndex,
    /// Vertical lines, by column.
    columns: SegmentIndex,
    /// Cells in which an edge turns, as (row, column), sorted.
    turns: Vec<(i32, i32)>,
    /// Cells with an arrow head, as (row, column), sorted, each with the direction of its arrow head.
    arrow_heads: Vec<((i32, i32), Side)>,
    /// For each edge, true if any part of it runs against the flow.
    runs_backward: Vec<bool>,
    /// Stretches of rows on which edges run against the flow.
    feedback: Vec<FeedbackStretch>,
    /// True if the diagram is top-down, so that rows and columns are swapped in the raster.
    transposed: bool,
}

impl Raster {
    /// Builds the raster of a diagram.
    #[must_use]
    pub fn new(diagram: &Diagram) -> Self {
        let transposed = diagram.direction == Direction::TopDown;
        let turn = |p: &Point| if transposed { Point { x: p.y, y: p.x } } else { *p };
        let routes: Vec<Vec<Point>> =
            diagram.routes.iter().map(|r| r.points.iter().map(turn).collect()).collect();
        let (mut across, mut down, mut turns) = (Vec::new(), Vec::new(), Vec::new());
        for (edge, points) in routes.iter().enumerate() {
            let edge = u32::try_from(edge).unwrap_or(u32::MAX);
            for ends in points.windows(2) {
                let (a, b) = (ends[0], ends[1]);
                if a.y == b.y {
                    across.push(EdgeRun { line: a.y, from: a.x.min(b.x), to: a.x.max(b.x), edge });
                } else {
                    down.push(EdgeRun { line: a.x, from: a.y.min(b.y), to: a.y.max(b.y), edge });
                }
            }
            turns.extend(points.windows(3).map(|corner| (corner[1].y, corner[1].x)));
        }
        turns.sort_unstable();
        turns.dedup();
        let mut raster = Self {
            rows: SegmentIndex::new(across),
            columns: SegmentIndex::new(down),
            turns,
            arrow_heads: arrow_heads(&routes),
            runs_backward: feedback::runs_backward(&routes, diagram.direction),
            feedback: Vec::new(),
            transposed,
        };
        if diagram.direction == Direction::LeftToRight {
            raster.feedback = feedback::feedback_stretches(&raster, &routes);
        }
        raster
    }

    /// Returns the edges that run through the cell `at` of the diagram, in ascending order.
    #[must_use]
    pub fn edges_at(&self, at: Point) -> Vec<usize> {
        let mut found: Vec<usize> =
            self.edges_by_side(self.transpose(at)).into_iter().flatten().map(|&e| e as usize).collect();
        found.sort_unstable();
        found.dedup();
        found
    }

    /// Returns true if any part of the edge runs against the flow.
    #[must_use]
    pub fn is_feedback(&self, edge: usize) -> bool {
        self.runs_backward.get(edge).copied().unwrap_or(false)
    }

    /// Returns the stretches of rows on which edges run to the left. There are none in a top-down diagram,
    /// because a column has no room for text, and none in an outline.
    #[must_use]
    pub fn feedback_stretches(&self) -> &[FeedbackStretch] {
        &self.feedback
    }

    /// Calls `paint_cell` for each cell with a line in `view`, a part of the diagram. The order is row by
    /// row, or column by column in a top-down diagram.
    ///
    /// `style_of` returns the style of an edge, or `None` to hide the edge.
    pub fn draw(
        &self,
        view: Rect,
        glyphs: Glyphs,
        style_of: &dyn Fn(usize) -> Option<LineStyle>,
        paint_cell: &mut dyn FnMut(LineCell<'_>),
    ) {
        let mut frame = RasterPainter::new(self, self.transpose_rect(view));
        frame.collect_segments(style_of);
        frame.paint(glyphs, paint_cell);
    }

    const fn transpose(&self, at: Point) -> Point {
        if self.transposed { Point { x: at.y, y: at.x } } else { at }
    }

    const fn transpose_rect(&self, r: Rect) -> Rect {
        if self.transposed { Rect { x: r.y, y: r.x, width: r.height, height: r.width } } else { r }
    }

    /// Returns the segments from the cell `at` to the north, east, south and west.
    fn segments_around(&self, at: Point) -> [Option<&Segment>; 4] {
        [
            self.columns.segment_after(at.x, at.y - 1),
            self.rows.segment_after(at.y, at.x),
            self.columns.segment_after(at.x, at.y),
            self.rows.segment_after(at.y, at.x - 1),
        ]
    }

    fn edges_by_side(&self, at: Point) -> [&[u32]; 4] {
        let [north, east, south, west] = self.segments_around(at);
        [(&self.columns, north), (&self.rows, east), (&self.columns, south), (&self.rows, west)]
            .map(|(lines, segment)| segment.map_or(&[][..], |p| lines.edges_of(p)))
    }

    /// Returns for each side of a cell (north, east, south, west) true if a line reaches it.
    #[cfg(test)]
    pub(super) fn sides_at(&self, at: Point) -> [bool; 4] {
        let sides = self.segments_around(self.transpose(at)).map(|segment| segment.is_some());
        if self.transposed { [sides[3], sides[2], sides[1], sides[0]] } else { sides }
    }

    fn has_turn_at(&self, at: Point) -> bool {
        self.turns.binary_search(&(at.y, at.x)).is_ok()
    }
}

/// Returns the cells in which routes end, with the directions of their arrow heads, sorted by (row, column).
fn arrow_heads(routes: &[Vec<Point>]) -> Vec<((i32, i32), Side)> {
    let side = |points: &[Point]| match points {
        [.., a, b] if b.y > a.y => Side::South,
        [.., a, b] if b.y < a.y => Side::North,
        [.., a, b] if b.x < a.x => Side::West,
        _ => Side::East,
    };
    let ends = routes.iter().filter_map(|points| points.last().map(|end| ((end.y, end.x), side(points))));
    ends.collect::<BTreeMap<_, _>>().into_iter().collect()
}
