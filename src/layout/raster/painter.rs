//! Painter for one draw of a raster. It collects the line segments in the visible part, and paints them cell
//! by cell.
use super::glyph::{self, Arms, Glyphs};
use super::{LineCell, LineStyle, Raster, Side};
use crate::layout::geometry::{Point, Rect};

/// Painter of the visible part of a raster.
pub struct RasterPainter<'a> {
    raster: &'a Raster,
    view: Rect,
    /// For each side of each visible cell, the number of its segment: the index in `styled` plus 1, or 0 for
    /// no segment.
    cells: Vec<[u32; 4]>,
    /// Style and edges of each visible segment.
    styled: Vec<(LineStyle, &'a [u32])>,
}

impl<'a> RasterPainter<'a> {
    pub fn new(raster: &'a Raster, view: Rect) -> Self {
        let area = i64::from(view.width.max(0)) * i64::from(view.height.max(0));
        Self { raster, view, cells: vec![[0; 4]; usize::try_from(area).unwrap_or(0)], styled: Vec::new() }
    }

    /// Collects the segments in the visible part. Omits segments whose edges are all hidden.
    pub fn collect_segments(&mut self, style_of: &dyn Fn(usize) -> Option<LineStyle>) {
        let Rect { x, y, width, height } = self.view;
        let raster = self.raster;
        for row in y..y + height.max(0) {
            for segment in raster.rows.segments_in(row, x, x + width - 1) {
                let Some(shown) = self.add_styled(raster.rows.edges_of(segment), style_of) else { continue };
                for cell in segment.from.max(x)..=segment.to.min(x + width - 1) {
                    let sides = self.sides_of_cell(cell, row);
                    sides[Side::East as usize].set_if(cell < segment.to, shown);
                    sides[Side::West as usize].set_if(cell > segment.from, shown);
                }
            }
        }
        for column in x..x + width.max(0) {
            for segment in raster.columns.segments_in(column, y, y + height - 1) {
                let Some(shown) = self.add_styled(raster.columns.edges_of(segment), style_of) else {
                    continue;
                };
                for cell in segment.from.max(y)..=segment.to.min(y + height - 1) {
                    let sides = self.sides_of_cell(column, cell);
                    sides[Side::South as usize].set_if(cell < segment.to, shown);
                    sides[Side::North as usize].set_if(cell > segment.from, shown);
                }
            }
        }
    }

    /// Adds a segment with the greatest stroke and tone of its edges. Returns its number for `cells`, or
    /// `None` if all its edges are hidden.
    fn add_styled(&mut self, edges: &'a [u32], style_of: &dyn Fn(usize) -> Option<LineStyle>) -> Option<u32> {
        let styles = edges.iter().filter_map(|&e| style_of(e as usize));
        let style =
            styles.reduce(|a, b| LineStyle { stroke: a.stroke.max(b.stroke), tone: a.tone.max(b.tone) })?;
        self.styled.push((style, edges));
        u32::try_from(self.styled.len()).ok()
    }

    fn sides_of_cell(&mut self, x: i32, y: i32) -> &mut [u32; 4] {
        let index = i64::from(y - self.view.y) * i64::from(self.view.width) + i64::from(x - self.view.x);
        &mut self.cells[usize::try_from(index).unwrap_or(0)]
    }

    /// Calls `paint_cell` for each visible cell with a line.
    pub fn paint(&self, glyphs: Glyphs, paint_cell: &mut dyn FnMut(LineCell<'_>)) {
        let width = usize::try_from(self.view.width.max(1)).unwrap_or(1);
        let all = &self.raster.arrow_heads;
        for (row, cells) in (self.view.y..).zip(self.cells.chunks(width)) {
            let mut heads = all[all.partition_point(|head| head.0 < (row, self.view.x))..].iter().peekable();
            for (column, sides) in (self.view.x..).zip(cells) {
                let head = heads.next_if(|head| head.0 == (row, column)).map(|head| head.1);
                if *sides != [0; 4] {
                    paint_cell(self.line_cell(Point { x: column, y: row }, *sides, head, glyphs));
                }
            }
        }
    }

    fn line_cell(&self, at: Point, sides: [u32; 4], mut head: Option<Side>, glyphs: Glyphs) -> LineCell<'a> {
        let shown = sides.map(|s| (s as usize).checked_sub(1).and_then(|i| self.styled.get(i)));
        let mut arms: Arms = shown.map(|s| s.map(|(style, _)| style.stroke));
        let mut edges = shown.map(|s| s.map_or(&[][..], |&(_, edges)| edges));
        let tone = shown.iter().flatten().map(|(style, _)| style.tone).max().unwrap_or(0);
        let join = arms.iter().all(Option::is_some) && self.raster.has_turn_at(at);
        if self.raster.transposed {
            arms = glyph::transpose_arms(arms);
            edges = [edges[3], edges[2], edges[1], edges[0]];
            head = head.map(Side::transposed);
        }
        LineCell {
            at: self.raster.transpose(at),
            glyph: glyphs.glyph_for(arms, join, head),
            tone,
            arms,
            arrow_head: head,
            edges,
        }
    }
}

/// Conditional assignment, which keeps the painter's loops short.
trait SetIf {
    fn set_if(&mut self, condition: bool, value: u32);
}

impl SetIf for u32 {
    fn set_if(&mut self, condition: bool, value: u32) {
        if condition {
            *self = value;
        }
    }
}
