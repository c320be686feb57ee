//! Drawing of edges as lines on the map.

use super::Painter;
use crate::{
    layout::{FeedbackStretch, Glyphs, LineCell, LineStyle as Look, Point, Rect, Stroke},
    screen::{
        Canvas,
        map::{DrawnMap, draw::map_styles::tone, graph::map_edge::MapEdge},
        widget::text,
    },
};
use ratatui::style::Style;

impl Painter<'_> {
    /// Draws the permanent lines, then the on-demand lines, which appear only while an item at one of their
    /// ends is selected, and then the labels of lines against the flow.
    pub(super) fn draw_edges(&self, buf: &mut Canvas<'_>) {
        let chart = &self.map.drawn;
        let viewport = &self.viewport;
        let glyphs = if self.scene.theme.glyphs.ascii { Glyphs::Ascii } else { Glyphs::Unicode };
        let look = |edge: usize| chart.graph.edges.get(edge).and_then(|calls| self.edge_style(edge, calls));
        let mut paint = |cell: LineCell<'_>| {
            if let Some(place) = viewport.to_screen(cell.at).and_then(|at| buf.cell_mut(at)) {
                place.set_char(cell.glyph).set_style(self.tone_style(cell.tone));
            }
        };
        chart.raster.draw(viewport.visible_cells(), glyphs, &look, &mut paint);
        self.draw_on_demand_edges(glyphs, buf);
        let visible = viewport.visible_cells();
        let is_visible = |stretch: &&FeedbackStretch| {
            let Point { x, y } = stretch.start;
            visible.overlaps(&Rect { x, y, width: stretch.width, height: 1 })
        };
        for stretch in chart.raster.feedback_stretches().iter().filter(is_visible) {
            self.draw_feedback_label(stretch, glyphs, buf);
        }
    }

    /// Writes the name of the called item on a line that runs against the flow, such as `to orders`. Keeps
    /// two cells of the line free at each end. Writes nothing if on-demand lines leave no room.
    fn draw_feedback_label(&self, stretch: &FeedbackStretch, glyphs: Glyphs, buf: &mut Canvas<'_>) {
        let graph = &self.map.drawn.graph;
        let edge = graph.edges.get(stretch.edge);
        let Some((edge, look)) = edge.and_then(|edge| Some((edge, self.edge_style(stretch.edge, edge)?)))
        else {
            return;
        };
        let title = graph.items[edge.ends.1].title(self.scene.store);
        let room = usize::try_from(stretch.width - 4).unwrap_or(0);
        let words = text::cut_end(&format!(" to {title} "), room, self.scene.theme.glyphs.ellipsis);
        let spare = stretch.width - text::display_width(&words) as i32;
        let cells = |shift: i32| {
            let points = (stretch.start.x + spare / 2 + shift..).map(|x| Point { x, ..stretch.start });
            points.map(|point| self.viewport.to_screen(point)).zip(words.chars())
        };
        let crossing = crossing_glyph(glyphs);
        let is_free = |shift: &i32| {
            let mut on_screen = cells(*shift).filter_map(|(at, _)| buf.cell(at?));
            on_screen.all(|cell| !cell.symbol().starts_with(crossing))
        };
        let shifts = (0..(spare / 2 - 1).max(1)).flat_map(|shift| [shift, -shift]);
        let Some(shift) = shifts.into_iter().find(is_free) else { return };
        for (at, symbol) in cells(shift) {
            if let Some(place) = at.and_then(|at| buf.cell_mut(at)) {
                place.set_char(symbol).set_style(self.tone_style(look.tone));
            }
        }
    }

    /// Draws the on-demand lines, which are visible only while the item at one end is selected. Draws a
    /// crossing wherever such a line meets a character that is already there.
    fn draw_on_demand_edges(&self, glyphs: Glyphs, buf: &mut Canvas<'_>) {
        let DrawnMap { graph: plan, on_demand_edges: revealed, .. } = &self.map.drawn;
        let viewport = &self.viewport;
        let look = |route: usize| {
            revealed.edges.get(route).and_then(|line| self.edge_style(*line, &plan.edges[*line]))
        };
        let mut paint = |cell: LineCell<'_>| {
            if let Some(place) = viewport.to_screen(cell.at).and_then(|at| buf.cell_mut(at)) {
                let glyph = if place.symbol() == " " { cell.glyph } else { crossing_glyph(glyphs) };
                place.set_char(glyph).set_style(self.tone_style(cell.tone));
            }
        };
        revealed.raster.draw(viewport.visible_cells(), glyphs, &look, &mut paint);
    }

    /// Returns the style of `calls`, the edge with the index `line`, or `None` if a filter hides it. Edges of
    /// the selected item and edges under the mouse stand out.
    fn edge_style(&self, line: usize, calls: &MapEdge) -> Option<Look> {
        let (from, to) = calls.ends;
        let hovered = self.hovered.is_some_and(|hovered| hovered.highlights_line(line, calls));
        let selected = hovered || self.selected_item == Some(from) || self.selected_item == Some(to);
        let look = self.map.drawn.styles.edge_style(line)?;
        let against = look.tone < tone::AGAINST_FLOW && self.map.drawn.raster.is_feedback(line);
        let look = if against { Look { tone: tone::AGAINST_FLOW, ..look } } else { look };
        Some(if selected { Look { tone: tone::SELECTED, ..look } } else { look })
    }

    fn tone_style(&self, tone: u8) -> Style {
        let ink = &self.scene.theme.styles;
        match tone {
            tone::SELECTED => ink.near,
            tone::TO_FAULT => ink.degraded,
            tone::AGAINST_FLOW => ink.feedback,
            tone::OBSERVED => ink.observed,
            tone::PLAIN => ink.line,
            _ => ink.possible,
        }
        .into()
    }
}

/// Returns the character for a crossing of two lines.
fn crossing_glyph(glyphs: Glyphs) -> char {
    glyphs.glyph_for([Some(Stroke::Solid); 4], false, None)
}
