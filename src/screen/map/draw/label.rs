//! Labels of nodes. A label is one row with sign, name and instance count.

use super::Painter;
use crate::{
    diagnosis::FaultRole,
    model::Health,
    screen::{
        Canvas, Scene,
        map::graph::{
            item::{Item, SIGN_CELLS},
            node_glyphs,
        },
        widget::text,
    },
    topology::Node,
};
use ratatui::{
    layout::Rect,
    style::{Modifier, Style},
};

impl Painter<'_> {
    /// Draws the label of a node into `room`, an area of one row. `role` is the node's role in a fault, which
    /// colours its name.
    pub(super) fn draw_label(
        &self,
        (node, item): (&Node, &Item),
        role: Option<FaultRole>,
        room: Rect,
        buf: &mut Canvas<'_>,
    ) {
        let Scene { store, theme, .. } = self.scene;
        let found = !store.session.search.is_empty() && store.matches_search(node);
        let lost = !store.session.search.is_empty() && !found;
        let name_style = match () {
            () if found => theme.styles.found.into(),
            () if lost || node.health == Health::Stopped => theme.styles.dim.into(),
            () => role.map_or(theme.styles.text.into(), |role| self.fault_style(role)),
        };
        let (sign, style) = node_glyphs::node_sign(node, self.scene);
        buf.set_string(room.x, room.y, sign, style);
        let start = room.x + SIGN_CELLS as u16;
        let mut end = room.right();
        if let Some((words, style)) = self.count_text(node) {
            let x = end.saturating_sub(text::display_width(&words) as u16);
            if x > start {
                buf.set_string(x, room.y, words, style);
                end = x.saturating_sub(1);
            }
        }
        let cells = usize::from(end.saturating_sub(start));
        let name = text::cut_middle(&item.name_of(node), cells, theme.glyphs.ellipsis);
        buf.set_string(start, room.y, name, name_style);
    }

    /// Returns the style for the name of a node that has this role in a fault. The cause is bold, so that it
    /// also stands out without colours.
    fn fault_style(&self, role: FaultRole) -> Style {
        let theme = self.scene.theme;
        match role {
            FaultRole::Cause => theme.health_style(Health::Failing).add_modifier(Modifier::BOLD),
            FaultRole::Victim => theme.health_style(Health::Failing),
            FaultRole::Affected => theme.health_style(Health::Degraded),
        }
    }

    /// Returns the numbers of running and desired instances, such as `2/3`, with their style. Returns `None`
    /// if the label has no room for them or if no desired count is known.
    fn count_text(&self, node: &Node) -> Option<(String, Style)> {
        let theme = self.scene.theme;
        let desired = node.desired.filter(|_| self.map.drawn.graph.label_width.has_counts);
        let count = desired.map(|desired| format!("{}/{desired}", node.running))?;
        let faulty = node.health >= Health::Degraded;
        Some((count, if faulty { theme.health_style(node.health) } else { theme.styles.dim.into() }))
    }
}
