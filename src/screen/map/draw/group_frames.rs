//! Frames of expanded groups.

use super::Painter;
use crate::{
    layout::{Point, Rect as Cells},
    screen::{Canvas, theme::Glyphs, widget::text},
};
use ratatui::style::Style;

impl Painter<'_> {
    /// Draws the frames of the expanded groups with their titles. Where a line crosses a frame, the line
    /// stays visible.
    pub(super) fn draw_group_frames(&self, buf: &mut Canvas<'_>) {
        let theme = self.scene.theme;
        let chart = &self.map.drawn;
        for ((_, title), cells) in chart.graph.groups.iter().zip(&chart.diagram.groups) {
            let Some((rect, left, top)) = self.viewport.clip(*cells) else { continue };
            let whole = i32::from(rect.width) == cells.width && i32::from(rect.height) == cells.height;
            let style = Style::from(theme.styles.border);
            for (x, y, glyph) in border_cells(*cells, theme.glyphs) {
                let place = self.viewport.to_screen(Point { x, y }).and_then(|at| buf.cell_mut(at));
                if let Some(place) = place.filter(|place| place.symbol() == " ") {
                    place.set_symbol(glyph).set_style(style);
                }
            }
            let room = usize::from(rect.width).saturating_sub(if whole { 4 } else { 2 });
            if top == 0 && room > 2 {
                let title = format!(" {} ", text::cut_end(title, room - 2, theme.glyphs.ellipsis));
                let x = rect.x + if left == 0 { 2 } else { 0 };
                buf.set_stringn(x, rect.y, title, room, Style::from(theme.styles.dim));
            }
        }
    }
}

/// Returns the border cells of a rectangle with their glyphs.
fn border_cells(cells: Cells, glyphs: &'static Glyphs) -> Vec<(i32, i32, &'static str)> {
    let (right, bottom) = (cells.x + cells.width - 1, cells.y + cells.height - 1);
    let mut all = vec![
        (cells.x, cells.y, glyphs.corners[0]),
        (right, cells.y, glyphs.corners[1]),
        (cells.x, bottom, glyphs.corners[2]),
        (right, bottom, glyphs.corners[3]),
    ];
    all.extend(
        (cells.x + 1..right).flat_map(|x| [(x, cells.y, glyphs.horizontal), (x, bottom, glyphs.horizontal)]),
    );
    all.extend(
        (cells.y + 1..bottom).flat_map(|y| [(cells.x, y, glyphs.vertical), (right, y, glyphs.vertical)]),
    );
    all
}
