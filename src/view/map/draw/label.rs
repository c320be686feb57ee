//! The row that tells which node it is.

use super::Painter;
use crate::{
    model::{Health, Service},
    topology::Node,
    view::{
        Canvas, Scene,
        map::{
            item::{Item, hub_words, ties_words},
            mark,
        },
        widget::text,
    },
};
use ratatui::{layout::Rect, style::Style};

impl Painter<'_> {
    /// The mark, the name, the hubs and the count of a node, in one row.
    pub(super) fn label(&self, node: &Node, (index, item): (usize, &Item), room: Rect, buf: &mut Canvas<'_>) {
        let Scene { store, theme, .. } = self.scene;
        let found = !store.search.is_empty() && store.finds(node);
        let lost = !store.search.is_empty() && !found;
        let name_style = match () {
            () if found => theme.ink.found,
            () if lost || node.health == Health::Stopped => theme.ink.dim,
            () => theme.ink.text,
        };
        // The mark and the name, and what tells of a deployment in a place that is there anyway, so that a box is as wide
        // as ever.
        let (marked, first, deploying) = if self.is_tight() {
            (room.x.saturating_sub(1), room.x, room.right())
        } else {
            (room.x, room.x + 2, room.x + 1)
        };
        buf.set_string(marked, room.y, mark::mark(node, self.scene), theme.health(node.health));
        if store.service_of(node).is_some_and(Service::is_deploying) {
            buf.set_string(deploying, room.y, theme.glyphs.deploying, Style::from(theme.ink.accent));
        }
        let role = mark::of_service(node, self.scene).filter(|_| room.right() > first + 2);
        if let Some(role) = role {
            buf.set_string(first, room.y, role.to_string(), theme.ink.dim.0);
        }
        let start = first + if role.is_some() { 2 } else { 0 };
        let mut end = room.right();
        let parts = [self.count(node), self.ties(index), self.hub(item)];
        for (words, style) in parts.into_iter().flatten() {
            let x = end.saturating_sub(text::width(&words) as u16);
            if x > start {
                buf.set_string(x, room.y, words, style);
                end = x.saturating_sub(1);
            }
        }
        let cells = usize::from(end.saturating_sub(start));
        let name = text::squeeze(&node.name, cells, theme.glyphs.ellipsis);
        buf.set_string(start, room.y, name, name_style.0);
    }

    /// Whether the mark stands in place of the left bracket, for want of space.
    pub(super) fn is_tight(&self) -> bool {
        self.map.chart.plan.space.is_tight()
    }

    /// How many run of how many.
    fn count(&self, node: &Node) -> Option<(String, Style)> {
        let theme = self.scene.theme;
        let desired = node.desired.filter(|_| !self.map.chart.plan.space.is_little());
        let count = desired.map(|desired| format!("{}/{desired}", node.running))?;
        let faulty = node.health >= Health::Degraded;
        Some((count, if faulty { theme.health(node.health) } else { theme.ink.dim.into() }))
    }

    /// Which hubs it calls, and which call it.
    fn ties(&self, index: usize) -> Option<(String, Style)> {
        let theme = self.scene.theme;
        ties_words(self.map.chart.looks.ties(index), theme.glyphs.ascii)
            .map(|words| (words, theme.ink.line.into()))
    }

    /// That it is a hub, and how many call it.
    fn hub(&self, item: &Item) -> Option<(String, Style)> {
        let theme = self.scene.theme;
        item.hub.map(|hub| (hub_words(hub, theme.glyphs.ascii), theme.ink.line.into()))
    }
}
