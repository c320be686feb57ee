//! Drawing of items, which are the boxes on the map: nodes, collapsed groups, and stubs (which stand for
//! nodes outside the shown part of the map). Renders each item into its own buffer and copies the visible
//! part to the screen.

use super::{Painter, collapsed_group};
use crate::{
    diagnosis::FaultRole,
    layout::Rect as Cells,
    model::Health,
    screen::{
        Canvas, ClickTarget, HitMap,
        describe::node_text,
        map::graph::{
            detail_level::DetailLevel,
            item::{INSTANCE_ROWS, Item, ItemKind},
        },
        widget::{canvas::OffScreenBuffer, frame::draw_outline, text},
    },
    topology::Node,
};
use ratatui::{layout::Rect, style::Style};

impl Painter<'_> {
    /// Draws all visible items over lines and frames, and returns their click areas. A click selects the
    /// least healthy node of an item, or keeps the selected node if it is in that item.
    pub(super) fn draw_items(&self, buf: &mut Canvas<'_>) -> HitMap {
        let mut hits = HitMap::default();
        let chart = &self.map.drawn;
        for (index, (item, cells)) in chart.graph.items.iter().zip(&chart.diagram.nodes).enumerate() {
            let Some(clip) = self.viewport.clip(*cells) else { continue };
            let picture = self.render_item(index, item, *cells);
            copy_visible(&picture, clip, buf);
            let selected = self.selected_node.filter(|_| self.selected_item == Some(index));
            if let Some(id) = selected.or(item.representative()) {
                hits.add(clip.0, ClickTarget::Node(id.clone()));
            }
        }
        hits
    }

    /// Renders one whole item into a buffer.
    fn render_item(&self, index: usize, item: &Item, cells: Cells) -> OffScreenBuffer {
        let own = Rect::new(0, 0, cells.width as u16, cells.height as u16);
        let mut whole = OffScreenBuffer::new(own.width, own.height);
        let mut picture = whole.canvas();
        let tally = self.map.drawn.styles.item_totals(index);
        let border = self.border_style(index, tally.worst);
        if own.height > 1 {
            draw_outline(own, self.scene.theme, border, &mut picture);
        }
        match &item.kind {
            ItemKind::Node => {
                if let Some(node) = item.nodes(self.scene.store).next() {
                    self.draw_node((node, item), tally.fault_role, own, &mut picture);
                }
            }
            ItemKind::CollapsedGroup(_, title) => {
                let overview = self.map.drawn.graph.level == DetailLevel::Overview;
                collapsed_group::draw_collapsed_group(
                    self.scene,
                    (item, tally),
                    title,
                    overview,
                    own,
                    &mut picture,
                );
            }
            ItemKind::Stub(title, _) => self.draw_stub(title, item.members.len(), own, &mut picture),
        }
        // The highlight stays within the frame of a box. Without a frame, it leaves the cell in front of the
        // line free.
        let inset = u16::from(own.height > 1);
        if self.selected_item == Some(index) {
            let gap = self.map.drawn.graph.label_width.gap_cells() as u16;
            let width = own.width.saturating_sub(if inset > 0 { 2 } else { gap });
            let inside = Rect { x: inset, y: inset, width, height: 1 };
            picture.set_style(inside.intersection(own), Style::from(self.scene.theme.styles.selected));
        }
        if self
            .scene
            .store
            .session
            .marks
            .iter()
            .any(|mark| self.map.drawn.graph.item_index(mark) == Some(index))
        {
            picture.set_string(
                own.width.saturating_sub(1 + inset),
                inset,
                self.scene.theme.glyphs.mark,
                Style::from(self.scene.theme.styles.accent),
            );
        }
        whole
    }

    /// Returns the style of an item's border.
    fn border_style(&self, index: usize, health: Health) -> Style {
        let theme = self.scene.theme;
        match () {
            () if self.selected_item == Some(index) => theme.styles.near.into(),
            () if health >= Health::Degraded => theme.health_style(health),
            () if self.neighbours.contains(&index)
                || self.hovered.is_some_and(|h| h.highlights_item(index)) =>
            {
                theme.styles.near.into()
            }
            () => Style::from(theme.styles.border),
        }
    }

    /// Draws the label of a node, and below it status line and instances if the box is tall enough.
    fn draw_node(
        &self,
        (node, item): (&Node, &Item),
        role: Option<FaultRole>,
        own: Rect,
        picture: &mut Canvas<'_>,
    ) {
        let theme = self.scene.theme;
        let framed = own.height > 1;
        let gap = self.map.drawn.graph.label_width.gap_cells() as u16;
        let (left, right) = if framed { (2, 2) } else { (0, gap) };
        let row =
            Rect { x: left, y: u16::from(framed), width: own.width.saturating_sub(left + right), height: 1 };
        self.draw_label((node, item), role, row, picture);
        if own.height < 4 {
            return;
        }
        let mut lines = vec![node_text::status_line(self.scene, node)];
        if usize::from(own.height) > INSTANCE_ROWS {
            lines.extend(node_text::instance_lines(self.scene, node, INSTANCE_ROWS));
        }
        for (y, line) in (2..own.height - 1).zip(lines) {
            let line = text::cut_end(&line, usize::from(row.width), theme.glyphs.ellipsis);
            picture.set_string(row.x, y, line, Style::from(theme.styles.dim));
        }
    }

    /// Draws a stub, which stands for nodes outside the shown part of the map: the number of these nodes, and
    /// the title of their group.
    fn draw_stub(&self, title: &str, count: usize, own: Rect, picture: &mut Canvas<'_>) {
        let ink = &self.scene.theme.styles;
        picture.set_string(0, 0, "(", Style::from(ink.possible));
        picture.set_string(own.width.saturating_sub(1), 0, ")", Style::from(ink.possible));
        picture.set_string(1, 0, format!("+{count}"), Style::from(ink.text));
        let x = 3 + count.to_string().len() as u16;
        let room = usize::from(own.width.saturating_sub(x + 1));
        picture.set_string(
            x,
            0,
            text::cut_end(title, room, self.scene.theme.glyphs.ellipsis),
            Style::from(ink.dim),
        );
    }
}

/// Copies the visible part of a rendered item to the screen.
fn copy_visible(picture: &OffScreenBuffer, (rect, left, top): (Rect, i32, i32), buf: &mut Canvas<'_>) {
    for dy in 0..rect.height {
        for dx in 0..rect.width {
            let from = (left as u16 + dx, top as u16 + dy);
            if let (Some(cell), Some(place)) = (picture.cell(from), buf.cell_mut((rect.x + dx, rect.y + dy)))
            {
                *place = cell.clone();
                if dx + 1 == rect.width && text::display_width(cell.symbol()) > 1 {
                    // A wide character whose second half is cut off becomes a space.
                    place.set_symbol(" ");
                }
            }
        }
    }
}
