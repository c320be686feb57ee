//! The calls, as lines.

use super::Painter;
use crate::{
    layout::{Cell, Glyphs, Stroke, Style as Look},
    view::{
        Canvas,
        map::{Chart, looks::tone, plan::Calls},
    },
};
use ratatui::style::Style;

impl Painter<'_> {
    /// The calls.
    pub(super) fn lines(&self, buf: &mut Canvas<'_>) {
        let chart = &self.map.chart;
        let viewport = &self.viewport;
        let glyphs = if self.scene.theme.glyphs.ascii { Glyphs::Ascii } else { Glyphs::Unicode };
        let look = |edge: usize| chart.plan.calls.get(edge).and_then(|calls| self.look(edge, calls));
        let mut paint = |cell: Cell<'_>| {
            if let Some(place) = viewport.cell(cell.at).and_then(|at| buf.cell_mut(at)) {
                place.set_char(cell.glyph).set_style(self.ink(cell.tone));
            }
        };
        chart.raster.draw(viewport.seen(), glyphs, &look, &mut paint);
        self.revealed(glyphs, buf);
    }

    /// The calls that are drawn only because one of their ends is selected. Where they meet ink they cross it.
    fn revealed(&self, glyphs: Glyphs, buf: &mut Canvas<'_>) {
        let Chart { plan, revealed, .. } = &self.map.chart;
        let viewport = &self.viewport;
        let look =
            |route: usize| revealed.calls.get(route).and_then(|line| self.look(*line, &plan.calls[*line]));
        let mut paint = |cell: Cell<'_>| {
            if let Some(place) = viewport.cell(cell.at).and_then(|at| buf.cell_mut(at)) {
                let crossing = glyphs.of([Some(Stroke::Solid); 4], false, None);
                let glyph = if place.symbol() == " " { cell.glyph } else { crossing };
                place.set_char(glyph).set_style(self.ink(cell.tone));
            }
        };
        revealed.raster.draw(viewport.seen(), glyphs, &look, &mut paint);
    }

    /// How the calls between two items look now. What is selected, or under the mouse, stands out.
    fn look(&self, line: usize, calls: &Calls) -> Option<Look> {
        let (from, to) = calls.ends;
        let hovered = self.hovered.is_some_and(|hovered| hovered.has_line(line, calls));
        let selected = hovered || self.selected == Some(from) || self.selected == Some(to);
        let look = self.map.chart.looks.line(line)?;
        Some(if selected { Look { tone: tone::SELECTED, ..look } } else { look })
    }

    fn ink(&self, tone: u8) -> Style {
        let ink = &self.scene.theme.ink;
        match tone {
            tone::SELECTED => ink.near,
            tone::TO_FAULT => ink.degraded,
            tone::OBSERVED => ink.observed,
            tone::PLAIN => ink.line,
            _ => ink.possible,
        }
        .into()
    }
}
