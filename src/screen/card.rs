//! Card: a screen with all data on the selected node, in most cases a service.

use super::{
    Canvas, HitMap, Scene, Screen, ScreenRequest,
    describe::node_text,
    widget::{frame::draw_frame, scroll::Scroll},
};
use crate::{
    command::Command,
    model::NodeId,
    store::{Store, usage_target},
    subscription::Subscription,
};
use ratatui::layout::Rect;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// Screen with all data on the selected node, in most cases a service.
#[derive(Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Card {
    /// Node that the card showed at the last `sync`. If the selection has changed since, the card scrolls to
    /// the top.
    shown_node: Option<NodeId>,
    scroll: Scroll,
}

impl Screen for Card {
    fn update(&mut self, command: Command, _store: &Store) -> Vec<ScreenRequest> {
        self.scroll.apply(command);
        Vec::new()
    }

    fn subscriptions(&self, store: &Store) -> BTreeSet<Subscription> {
        store.selected_service().and_then(usage_target).map(Subscription::Usage).into_iter().collect()
    }

    fn applies(&self, command: Command, _store: &Store) -> bool {
        self.scroll.applies(command)
    }

    fn footer_commands(&self) -> &'static [Command] {
        use Command::{Actions, Back, Findings, Help, Logs, Map, NextFinding, Why};
        &[Logs, Why, Actions, Map, Findings, NextFinding, Back, Help]
    }

    fn sync(&mut self, scene: Scene<'_>, area: Rect, _shown: bool) -> Vec<ScreenRequest> {
        if self.shown_node != scene.store.session.selected {
            *self = Self { shown_node: scene.store.session.selected.clone(), ..Self::default() };
        }
        let width = usize::from(area.width.saturating_sub(4));
        let rows =
            scene.store.selected_node().map_or(0, |node| node_text::card_lines(scene, node, width).len());
        self.scroll.set_size(rows, usize::from(area.height.saturating_sub(2)));
        Vec::new()
    }

    fn draw(&self, scene: Scene<'_>, area: Rect, buf: &mut Canvas<'_>) -> HitMap {
        let Some(node) = scene.store.selected_node() else { return HitMap::default() };
        let inner = draw_frame(area, &node.label(), scene.theme, buf);
        let lines = node_text::card_lines(scene, node, usize::from(inner.width.saturating_sub(2)));
        for (y, line) in (inner.y..inner.bottom()).zip(lines.iter().skip(self.scroll.first_row())) {
            buf.set_line(inner.x + 1, y, line, inner.width.saturating_sub(1));
        }
        HitMap::default()
    }
}
