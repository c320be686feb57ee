//! Why screen: the edges of the selected node, with the evidence that explains why the selected edge is on
//! the map. The user can follow an edge to the node at its other end, and return step by step.

mod draw;
mod evidence_lines;
mod rows;

use super::{
    Canvas, ClickPlace, HitMap, Scene, Screen, ScreenRequest,
    widget::{
        scroll::Scroll,
        table::{moves_cursor, row_after_command},
    },
};
use crate::{command::Command, model::NodeId, store::Store};
use ratatui::layout::Rect;
use rows::{RowKey, WhyRow, why_rows};
use serde::{Deserialize, Serialize};

/// Screen that lists the edges of the selected node with the evidence for the selected edge.
#[derive(Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Why {
    /// Node whose edges are shown.
    shown_node: Option<NodeId>,
    /// Key of the selected row.
    selected_key: Option<RowKey>,
    /// Nodes that the user left by following an edge, the latest last. Each comes with the row that the user
    /// followed.
    back_stack: Vec<(NodeId, Option<RowKey>)>,
    /// Scroll position in the evidence of the selected row.
    scroll: Scroll,
}

impl Screen for Why {
    fn update(&mut self, command: Command, store: &Store) -> Vec<ScreenRequest> {
        match command {
            Command::Open => return self.follow_edge(store),
            Command::Back => return self.go_back(store),
            // If all of the evidence is visible, scroll commands move the selection instead.
            Command::ScrollUp | Command::ScrollDown if self.scroll.is_needed() => self.scroll.apply(command),
            _ => {
                let rows = self.rows(store);
                if let Some(row) = row_after_command(command, self.selected_index(&rows), rows.len())
                    .and_then(|row| rows.get(row))
                {
                    self.select_row(Some(row.key()));
                }
            }
        }
        Vec::new()
    }

    fn applies(&self, command: Command, store: &Store) -> bool {
        match command {
            Command::Back => !self.back_stack.is_empty(),
            Command::Open => !self.rows(store).is_empty(),
            _ => self.scroll.applies(command) || moves_cursor(command, self.rows(store).len()),
        }
    }

    fn footer_commands(&self) -> &'static [Command] {
        use Command::{Back, Card, Help, Logs, Map, NextEdgeFilter, Open};
        &[Open, Back, Logs, Card, Map, NextEdgeFilter, Help]
    }

    fn sync(&mut self, scene: Scene<'_>, area: Rect, _shown: bool) -> Vec<ScreenRequest> {
        let store = scene.store;
        if self.shown_node != store.session.selected {
            *self = Self { shown_node: store.session.selected.clone(), ..Self::default() };
        }
        let rows = self.rows(store);
        let here = self.selected_index(&rows);
        self.selected_key = rows.get(here).map(WhyRow::key);
        let detail = draw::split_areas(area, rows.len()).1;
        let width = usize::from(detail.width.saturating_sub(4));
        let lines = match (rows.get(here), store.selected_node()) {
            (Some(row), Some(node)) => evidence_lines::evidence_lines(row, node, scene, width).len(),
            _ => 0,
        };
        self.scroll.set_size(lines, usize::from(detail.height.saturating_sub(2)));
        Vec::new()
    }

    fn click(&mut self, at: ClickPlace, store: &Store) -> Vec<ScreenRequest> {
        let ClickPlace::Row(row) = at else { return Vec::new() };
        let spot = self.rows(store).get(row).map(WhyRow::key);
        if spot.is_some() && spot == self.selected_key {
            return self.follow_edge(store);
        }
        self.select_row(spot);
        Vec::new()
    }

    fn clipboard_text(&self, store: &Store) -> Option<String> {
        let rows = self.rows(store);
        let (from, to) = rows.get(self.selected_index(&rows))?.caller_and_callee(store.selected_node()?);
        Some(crate::screen::describe::edge_text::explain(&store.world, from, to?, false))
    }

    fn draw(&self, scene: Scene<'_>, area: Rect, buf: &mut Canvas<'_>) -> HitMap {
        draw::draw(self, scene, area, buf)
    }
}

impl Why {
    /// Returns caller and callee of the selected row, or `None` if the row is not a call.
    #[must_use]
    pub fn selected_call(&self, store: &Store) -> Option<(NodeId, NodeId)> {
        let rows = self.rows(store);
        let (caller, callee) =
            rows.get(self.selected_index(&rows))?.caller_and_callee(store.selected_node()?);
        Some((caller.id.clone(), callee?.id.clone()))
    }

    /// Forgets the nodes that `Back` would return to, because the user closed the screen.
    pub fn clear_back_stack(&mut self) {
        self.back_stack.clear();
    }

    /// Selects a row and scrolls its evidence to the top.
    fn select_row(&mut self, spot: Option<RowKey>) {
        self.selected_key = spot;
        self.scroll.reset();
    }

    fn rows<'a>(&self, store: &'a Store) -> Vec<WhyRow<'a>> {
        let node = self.shown_node.as_ref().and_then(|of| store.world.topology().nodes.get(of));
        node.map(|node| why_rows(store, &node.id)).unwrap_or_default()
    }

    /// Returns the index of the selected row, or 0 if the row no longer exists.
    fn selected_index(&self, rows: &[WhyRow<'_>]) -> usize {
        rows.iter().position(|row| Some(row.key()) == self.selected_key).unwrap_or(0)
    }

    /// Selects the node at the other end of the selected edge. In the list of that node, selects the first
    /// edge in the same direction.
    fn follow_edge(&mut self, store: &Store) -> Vec<ScreenRequest> {
        let rows = self.rows(store);
        let Some((row, of)) = rows.get(self.selected_index(&rows)).zip(self.shown_node.clone()) else {
            return Vec::new();
        };
        let Some(peer) = row.peer(store).map(|peer| peer.id.clone()) else {
            return vec![ScreenRequest::Notify("no known service has this address".to_owned())];
        };
        let taken = row.key();
        let out = !matches!(row, WhyRow::Edge { out: false, .. });
        let next = |row: &&WhyRow<'_>| matches!(row, WhyRow::Edge { out: same, .. } if *same == out);
        let spot = rows::why_rows(store, &peer).iter().find(next).map(WhyRow::key);
        self.back_stack.push((of, Some(taken)));
        self.shown_node = Some(peer.clone());
        self.select_row(spot);
        vec![ScreenRequest::Select(peer)]
    }

    /// Returns to the latest node on the back stack that still exists, and to the row that the user followed
    /// from there.
    fn go_back(&mut self, store: &Store) -> Vec<ScreenRequest> {
        while let Some((node, spot)) = self.back_stack.pop() {
            if store.world.topology().nodes.contains_key(&node) {
                self.shown_node = Some(node.clone());
                self.select_row(spot);
                return vec![ScreenRequest::Select(node)];
            }
        }
        Vec::new()
    }
}
