//! The service card: everything that is known about the selected node.

use super::{
    Canvas, Hits, Scene, View, summary,
    widget::{frame::frame, scroll::Scroll},
};
use crate::{
    command::Command,
    effect::{Effect, Subscription},
    model::NodeId,
    store::{Store, usage_target},
};
use ratatui::layout::Rect;
use std::collections::BTreeSet;

/// The card.
#[derive(Default)]
pub struct Card {
    of: Option<NodeId>,
    scroll: Scroll,
}

impl View for Card {
    fn update(&mut self, command: Command, _store: &Store) -> Vec<Effect> {
        self.scroll.go(command);
        Vec::new()
    }

    fn wants(&self, store: &Store) -> BTreeSet<Subscription> {
        store.service().and_then(usage_target).map(Subscription::Usage).into_iter().collect()
    }

    fn offers(&self) -> &'static [Command] {
        use Command::{Back, Findings, Help, Logs, Map, NextFinding, Why};
        &[Logs, Why, Map, Findings, NextFinding, Back, Help]
    }

    fn follow(&mut self, scene: Scene<'_>, area: Rect, _shown: bool) -> Vec<Effect> {
        if self.of != scene.store.selected {
            *self = Self { of: scene.store.selected.clone(), ..Self::default() };
        }
        let width = usize::from(area.width.saturating_sub(4));
        let rows = scene.store.node().map_or(0, |node| summary::whole(scene, node, width).len());
        self.scroll.fit(rows, usize::from(area.height.saturating_sub(2)));
        Vec::new()
    }

    fn draw(&self, scene: Scene<'_>, area: Rect, buf: &mut Canvas<'_>) -> Hits {
        let Some(node) = scene.store.node() else { return Hits::default() };
        let inner = frame(area, &node.label(), scene.theme, buf);
        let lines = summary::whole(scene, node, usize::from(inner.width.saturating_sub(2)));
        for (y, line) in (inner.y..inner.bottom()).zip(lines.iter().skip(self.scroll.at())) {
            buf.set_line(inner.x + 1, y, line, inner.width.saturating_sub(1));
        }
        Hits::default()
    }
}
