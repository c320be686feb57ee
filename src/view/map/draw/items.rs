//! What stands on the map: each thing is drawn whole into a buffer of its own, of which the visible part is copied.

use super::{Painter, pile};
use crate::{
    layout::Rect as Cells,
    model::Health,
    topology::{Node, finding::Role},
    view::{
        Canvas, Hits, Target,
        map::{
            item::{INSTANCE_ROWS, Item, Kind},
            level::Level,
        },
        summary,
        widget::{canvas::OffScreen, frame::outline, text},
    },
};
use ratatui::{layout::Rect, style::Style};

impl Painter<'_> {
    /// All that is on the screen, on top of everything. A click on what holds the selected node means that one.
    pub(super) fn items(&self, buf: &mut Canvas<'_>) -> Hits {
        let mut hits = Hits::default();
        let chart = &self.map.chart;
        for (index, (item, cells)) in chart.plan.items.iter().zip(&chart.diagram.nodes).enumerate() {
            let Some(clip) = self.viewport.clip(*cells) else { continue };
            let picture = self.picture(index, item, *cells);
            copy(&picture, clip, buf);
            let selected = self.id.filter(|_| self.selected == Some(index));
            if let Some(id) = selected.or(item.face()) {
                hits.add(clip.0, Target::Node(id.clone()));
            }
        }
        hits
    }

    /// One thing, whole.
    fn picture(&self, index: usize, item: &Item, cells: Cells) -> OffScreen {
        let own = Rect::new(0, 0, cells.width as u16, cells.height as u16);
        let mut whole = OffScreen::new(own.width, own.height);
        let mut picture = whole.canvas();
        let tally = self.map.chart.looks.item(index);
        let border = self.border(index, tally.worst);
        if own.height > 1 {
            outline(own, self.scene.theme, border, &mut picture);
        }
        match &item.kind {
            Kind::Node => {
                if let Some(node) = item.nodes(self.scene.store).next() {
                    self.node(node, (index, item), own, border, &mut picture);
                }
            }
            Kind::Pile(_, title) => {
                let overview = self.map.chart.plan.level == Level::Overview;
                pile::draw(self.scene, (item, tally), title, overview, own, &mut picture);
            }
            Kind::Ghost(title, _) => self.ghost(title, item.members.len(), own, &mut picture),
        }
        // Within a frame, which they would break; a single row has them in place of its brackets.
        let inset = u16::from(own.height > 1);
        if self.selected == Some(index) {
            let inside = Rect { x: 1, y: inset, width: own.width.saturating_sub(2), height: 1 };
            picture.set_style(inside.intersection(own), Style::from(self.scene.theme.ink.selected));
        }
        self.part(tally.role, own, &mut picture);
        if self.scene.store.marks.iter().any(|mark| self.map.chart.plan.index(mark) == Some(index)) {
            let mark = if self.scene.theme.glyphs.ascii { "#" } else { "◆" };
            let x = if self.is_tight() { own.width.saturating_sub(1) } else { inset };
            picture.set_string(x, inset, mark, Style::from(self.scene.theme.ink.accent));
        }
        whole
    }

    /// The sign of the part that it plays in what is wrong, at its right edge. It must not look like the head of a line.
    fn part(&self, role: Option<Role>, own: Rect, picture: &mut Canvas<'_>) {
        let theme = self.scene.theme;
        let Some(role) = role else { return };
        let (glyph, style) = match role {
            Role::Cause => (theme.glyphs.cause, theme.health(Health::Failing)),
            Role::Victim => (theme.glyphs.victim, theme.health(Health::Failing)),
            Role::Affected => (theme.glyphs.affected, theme.health(Health::Degraded)),
        };
        let inset = u16::from(own.height > 1);
        picture.set_string(own.width.saturating_sub(1 + inset), inset, glyph, style);
    }

    /// The colour of its frame.
    fn border(&self, index: usize, health: Health) -> Style {
        let theme = self.scene.theme;
        match () {
            () if self.selected == Some(index) => theme.ink.near.into(),
            () if health >= Health::Degraded => theme.health(health),
            () if self.near.contains(&index) || self.hovered.is_some_and(|h| h.has_item(index)) => {
                theme.ink.near.into()
            }
            () => Style::from(theme.ink.border),
        }
    }

    /// One node: its label, a line about what happens where there is room, and its instances.
    fn node(
        &self,
        node: &Node,
        (index, item): (usize, &Item),
        own: Rect,
        border: Style,
        picture: &mut Canvas<'_>,
    ) {
        let theme = self.scene.theme;
        let framed = own.height > 1;
        let inset = if framed { 2 } else { 1 };
        if !framed {
            let brackets = if theme.glyphs.ascii { ["[", "]"] } else { ["▐", "▌"] };
            picture.set_string(0, 0, brackets[0], border);
            picture.set_string(own.width.saturating_sub(1), 0, brackets[1], border);
        }
        let row =
            Rect { x: inset, y: u16::from(framed), width: own.width.saturating_sub(2 * inset), height: 1 };
        self.label(node, (index, item), row, picture);
        if own.height < 4 {
            return;
        }
        let mut lines = vec![summary::status(self.scene, node)];
        if usize::from(own.height) > INSTANCE_ROWS {
            lines.extend(summary::instances(self.scene, node, INSTANCE_ROWS));
        }
        for (y, line) in (2..own.height - 1).zip(lines) {
            let line = text::cut(&line, usize::from(row.width), theme.glyphs.ellipsis);
            picture.set_string(row.x, y, line, Style::from(theme.ink.dim));
        }
    }

    /// What lies outside the focus: how many, and of which group.
    fn ghost(&self, title: &str, count: usize, own: Rect, picture: &mut Canvas<'_>) {
        let ink = &self.scene.theme.ink;
        let brackets = if self.scene.theme.glyphs.ascii { ["(", ")"] } else { ["┊", "┊"] };
        picture.set_string(0, 0, brackets[0], Style::from(ink.possible));
        picture.set_string(own.width.saturating_sub(1), 0, brackets[1], Style::from(ink.possible));
        picture.set_string(1, 0, format!("+{count}"), Style::from(ink.text));
        let x = 3 + count.to_string().len() as u16;
        let room = usize::from(own.width.saturating_sub(x + 1));
        picture.set_string(
            x,
            0,
            text::cut(title, room, self.scene.theme.glyphs.ellipsis),
            Style::from(ink.dim),
        );
    }
}

/// Copies the part of a picture that is on the screen.
fn copy(picture: &OffScreen, (rect, left, top): (Rect, i32, i32), buf: &mut Canvas<'_>) {
    for dy in 0..rect.height {
        for dx in 0..rect.width {
            let from = (left as u16 + dx, top as u16 + dy);
            if let (Some(cell), Some(place)) = (picture.cell(from), buf.cell_mut((rect.x + dx, rect.y + dy)))
            {
                *place = cell.clone();
                if dx + 1 == rect.width && text::width(cell.symbol()) > 1 {
                    // Its second half is cut off, and half of a character is none.
                    place.set_symbol(" ");
                }
            }
        }
    }
}
