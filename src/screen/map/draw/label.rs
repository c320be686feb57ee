//! Labels of nodes: one row with glyphs, name, badges and count.

use super::Painter;
use crate::{
    model::{Health, Service},
    screen::{
        Canvas, Scene,
        map::graph::{
            item::{Item, badges_text, hub_text},
            node_glyphs,
        },
        widget::text,
    },
    topology::Node,
};
use ratatui::{layout::Rect, style::Style};

impl Painter<'_> {
    /// Draws the label of a node into `room`, an area of one row.
    pub(super) fn draw_label(
        &self,
        node: &Node,
        (index, item): (usize, &Item),
        room: Rect,
        buf: &mut Canvas<'_>,
    ) {
        let Scene { store, theme, .. } = self.scene;
        let found = !store.session.search.is_empty() && store.matches_search(node);
        let lost = !store.session.search.is_empty() && !found;
        let name_style = match () {
            () if found => theme.styles.found,
            () if lost || node.health == Health::Stopped => theme.styles.dim,
            () => theme.styles.text,
        };
        // The deployment glyph takes a cell that exists anyway, so that a deployment does not change the
        // width of the box.
        let (marked, first, deploying) = if self.hides_bracket() {
            (room.x.saturating_sub(1), room.x, room.right())
        } else {
            (room.x, room.x + 2, room.x + 1)
        };
        buf.set_string(
            marked,
            room.y,
            node_glyphs::node_glyph(node, self.scene),
            theme.health_style(node.health),
        );
        if store.world.service_of(node).is_some_and(Service::is_deploying) {
            buf.set_string(deploying, room.y, theme.glyphs.deploying, Style::from(theme.styles.accent));
        }
        let role = node_glyphs::role_glyph(node, self.scene).filter(|_| room.right() > first + 2);
        if let Some(role) = role {
            buf.set_string(first, room.y, role.to_string(), theme.styles.dim.0);
        }
        let start = first + if role.is_some() { 2 } else { 0 };
        let mut end = room.right();
        let parts = [self.count_text(node), self.badges_text(index), self.hub_text(item)];
        for (words, style) in parts.into_iter().flatten() {
            let x = end.saturating_sub(text::display_width(&words) as u16);
            if x > start {
                buf.set_string(x, room.y, words, style);
                end = x.saturating_sub(1);
            }
        }
        let cells = usize::from(end.saturating_sub(start));
        let name = text::cut_middle(&node.name, cells, theme.glyphs.ellipsis);
        buf.set_string(start, room.y, name, name_style.0);
    }

    /// Returns true if the health glyph replaces the left bracket to save space.
    pub(super) fn hides_bracket(&self) -> bool {
        self.map.drawn.graph.label_width.hides_bracket()
    }

    /// Returns the number of running and desired instances, such as `2/3`, with its style.
    fn count_text(&self, node: &Node) -> Option<(String, Style)> {
        let theme = self.scene.theme;
        let desired = node.desired.filter(|_| !self.map.drawn.graph.label_width.hides_counts());
        let count = desired.map(|desired| format!("{}/{desired}", node.running))?;
        let faulty = node.health >= Health::Degraded;
        Some((count, if faulty { theme.health_style(node.health) } else { theme.styles.dim.into() }))
    }

    /// Returns the badges of the item at `index`, with their style: the numbers of the hubs that it calls and
    /// that call it.
    fn badges_text(&self, index: usize) -> Option<(String, Style)> {
        let theme = self.scene.theme;
        badges_text(self.map.drawn.styles.badges(index), theme.glyphs.ascii)
            .map(|words| (words, theme.styles.line.into()))
    }

    /// Returns the number and the caller count of a hub with their style, or `None` if the item is no hub.
    fn hub_text(&self, item: &Item) -> Option<(String, Style)> {
        let theme = self.scene.theme;
        item.hub.map(|hub| (hub_text(hub, theme.glyphs.ascii), theme.styles.line.into()))
    }
}
