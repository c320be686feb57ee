//! The frames of open groups.

use super::Painter;
use crate::{
    layout::{Point, Rect as Cells},
    view::{Canvas, theme::Glyphs, widget::text},
};
use ratatui::style::Style;

impl Painter<'_> {
    /// The frames of the groups, with their titles; lines that cross a frame stay.
    pub(super) fn groups(&self, buf: &mut Canvas<'_>) {
        let theme = self.scene.theme;
        let chart = &self.map.chart;
        for ((_, title), cells) in chart.plan.groups.iter().zip(&chart.diagram.groups) {
            let Some((rect, left, top)) = self.viewport.clip(*cells) else { continue };
            let whole = i32::from(rect.width) == cells.width && i32::from(rect.height) == cells.height;
            let style = Style::from(theme.ink.border);
            for (x, y, glyph) in border(*cells, theme.glyphs) {
                let place = self.viewport.cell(Point { x, y }).and_then(|at| buf.cell_mut(at));
                if let Some(place) = place.filter(|place| place.symbol() == " ") {
                    place.set_symbol(glyph).set_style(style);
                }
            }
            let room = usize::from(rect.width).saturating_sub(if whole { 4 } else { 2 });
            if top == 0 && room > 2 {
                let title = format!(" {} ", text::cut(title, room - 2, theme.glyphs.ellipsis));
                let x = rect.x + if left == 0 { 2 } else { 0 };
                buf.set_stringn(x, rect.y, title, room, Style::from(theme.ink.dim));
            }
        }
    }
}

/// The cells of a rectangle's border with their glyphs.
fn border(cells: Cells, glyphs: &'static Glyphs) -> Vec<(i32, i32, &'static str)> {
    let (right, bottom) = (cells.x + cells.width - 1, cells.y + cells.height - 1);
    let mut all = vec![
        (cells.x, cells.y, glyphs.corners[0]),
        (right, cells.y, glyphs.corners[1]),
        (cells.x, bottom, glyphs.corners[2]),
        (right, bottom, glyphs.corners[3]),
    ];
    all.extend((cells.x + 1..right).flat_map(|x| [(x, cells.y, glyphs.across), (x, bottom, glyphs.across)]));
    all.extend((cells.y + 1..bottom).flat_map(|y| [(cells.x, y, glyphs.down), (right, y, glyphs.down)]));
    all
}
