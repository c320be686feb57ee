//! One draw: the pieces of lines in the part that is looked at, cell by cell.
use super::glyph::{self, Arms, Glyphs};
use super::marks::Mark;
use super::{Cell, Raster, Side, Style};
use crate::layout::diagram::{Point, Rect};

/// The part of a raster that is being drawn.
pub struct Frame<'a> {
    raster: &'a Raster,
    view: Rect,
    /// For each cell and side, which of `shown` lies there, counted from 1.
    cells: Vec<[u32; 4]>,
    shown: Vec<(Style, &'a [u32])>,
}

impl<'a> Frame<'a> {
    pub fn new(raster: &'a Raster, view: Rect) -> Self {
        let area = i64::from(view.width.max(0)) * i64::from(view.height.max(0));
        Self { raster, view, cells: vec![[0; 4]; usize::try_from(area).unwrap_or(0)], shown: Vec::new() }
    }

    /// Finds what lies in the part.
    pub fn fill(&mut self, look: &dyn Fn(usize) -> Option<Style>) {
        let Rect { x, y, width, height } = self.view;
        let raster = self.raster;
        for row in y..y + height.max(0) {
            for piece in raster.rows.touching(row, x, x + width - 1) {
                let Some(shown) = self.show(raster.rows.edges(piece), look) else { continue };
                for cell in piece.from.max(x)..=piece.to.min(x + width - 1) {
                    let sides = self.cell(cell, row);
                    sides[Side::East as usize].set_if(cell < piece.to, shown);
                    sides[Side::West as usize].set_if(cell > piece.from, shown);
                }
            }
        }
        for column in x..x + width.max(0) {
            for piece in raster.columns.touching(column, y, y + height - 1) {
                let Some(shown) = self.show(raster.columns.edges(piece), look) else { continue };
                for cell in piece.from.max(y)..=piece.to.min(y + height - 1) {
                    let sides = self.cell(column, cell);
                    sides[Side::South as usize].set_if(cell < piece.to, shown);
                    sides[Side::North as usize].set_if(cell > piece.from, shown);
                }
            }
        }
    }

    /// Notes a piece with the highest stroke and tone of its edges; nothing if all of them are hidden.
    fn show(&mut self, edges: &'a [u32], look: &dyn Fn(usize) -> Option<Style>) -> Option<u32> {
        let styles = edges.iter().filter_map(|&e| look(e as usize));
        let style =
            styles.reduce(|a, b| Style { stroke: a.stroke.max(b.stroke), tone: a.tone.max(b.tone) })?;
        self.shown.push((style, edges));
        u32::try_from(self.shown.len()).ok()
    }

    fn cell(&mut self, x: i32, y: i32) -> &mut [u32; 4] {
        let index = i64::from(y - self.view.y) * i64::from(self.view.width) + i64::from(x - self.view.x);
        &mut self.cells[usize::try_from(index).unwrap_or(0)]
    }

    /// Paints it.
    pub fn emit(&self, glyphs: Glyphs, paint: &mut dyn FnMut(Cell<'_>)) {
        let width = usize::try_from(self.view.width.max(1)).unwrap_or(1);
        let all = &self.raster.marks;
        for (row, cells) in (self.view.y..).zip(self.cells.chunks(width)) {
            let mut marks = all[all.partition_point(|m| m.0 < (row, self.view.x))..].iter().peekable();
            for (column, sides) in (self.view.x..).zip(cells) {
                let mark = marks.next_if(|m| m.0 == (row, column)).map(|m| m.1);
                if *sides != [0; 4] {
                    paint(self.resolve(Point { x: column, y: row }, *sides, mark, glyphs));
                }
            }
        }
    }

    fn resolve(&self, at: Point, sides: [u32; 4], mut mark: Option<Mark>, glyphs: Glyphs) -> Cell<'a> {
        let shown = sides.map(|s| (s as usize).checked_sub(1).and_then(|i| self.shown.get(i)));
        let mut arms: Arms = shown.map(|s| s.map(|(style, _)| style.stroke));
        let mut edges = shown.map(|s| s.map_or(&[][..], |&(_, edges)| edges));
        let tone = shown.iter().flatten().map(|(style, _)| style.tone).max().unwrap_or(0);
        let join = arms.iter().all(Option::is_some) && self.raster.turns_at(at);
        if self.raster.turned {
            arms = glyph::turned_arms(arms);
            edges = [edges[3], edges[2], edges[1], edges[0]];
            mark = mark.map(glyph::turned_mark);
        }
        Cell { at: self.raster.turn(at), glyph: glyphs.of(arms, join, mark), tone, arms, mark, edges }
    }
}

/// A place that keeps what it has unless told otherwise.
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
