//! The edges of the selected service, one of them with everything it rests on; from edge to edge one walks along the
//! system, and back the same way.

mod draw;
mod rows;
pub mod words;

use super::{
    Canvas, Hits, Scene, View,
    widget::{scroll::Scroll, table::moved},
};
use crate::{command::Command, effect::Effect, model::NodeId, store::Store};
use ratatui::layout::Rect;
use rows::{Row, Spot, rows};

/// The edges of the selected service.
#[derive(Default)]
pub struct Why {
    /// Whose edges they are.
    of: Option<NodeId>,
    /// The selected edge.
    spot: Option<Spot>,
    /// The nodes that were walked over to this one, with the edge that was taken at each.
    trail: Vec<(NodeId, Option<Spot>)>,
    /// How far the evidence is scrolled.
    scroll: Scroll,
}

impl View for Why {
    fn update(&mut self, command: Command, store: &Store) -> Vec<Effect> {
        match command {
            Command::Open => return self.walk(store),
            Command::Back => return self.back(store),
            // Where all of the evidence is in sight, scrolling moves the selection instead.
            Command::ScrollUp | Command::ScrollDown if self.scroll.is_needed() => self.scroll.go(command),
            _ => {
                let rows = self.rows(store);
                if let Some(row) = moved(command, self.here(&rows), rows.len()).and_then(|row| rows.get(row))
                {
                    self.select(Some(row.spot()));
                }
            }
        }
        Vec::new()
    }

    fn offers(&self) -> &'static [Command] {
        use Command::{Back, Card, Edges, Help, Logs, Map, Open};
        &[Open, Back, Logs, Card, Map, Edges, Help]
    }

    fn follow(&mut self, scene: Scene<'_>, area: Rect, _shown: bool) -> Vec<Effect> {
        let store = scene.store;
        if self.of != store.selected {
            *self = Self { of: store.selected.clone(), ..Self::default() };
        }
        let rows = self.rows(store);
        let here = self.here(&rows);
        self.spot = rows.get(here).map(Row::spot);
        let detail = draw::areas(area, rows.len()).1;
        let width = usize::from(detail.width.saturating_sub(4));
        let lines = match (rows.get(here), store.node()) {
            (Some(row), Some(node)) => draw::evidence(row, node, scene, width).len(),
            _ => 0,
        };
        self.scroll.fit(lines, usize::from(detail.height.saturating_sub(2)));
        Vec::new()
    }

    fn steps_back(&self) -> bool {
        !self.trail.is_empty()
    }

    fn close(&mut self) {
        self.trail.clear();
    }

    fn pick(&mut self, row: usize, store: &Store) -> Vec<Effect> {
        let spot = self.rows(store).get(row).map(Row::spot);
        if spot.is_some() && spot == self.spot {
            return self.walk(store);
        }
        self.select(spot);
        Vec::new()
    }

    fn copied(&self, store: &Store) -> Option<String> {
        let rows = self.rows(store);
        let (from, to) = rows.get(self.here(&rows))?.ends(store.node()?);
        Some(words::explain(store, from, to?, false))
    }

    fn draw(&self, scene: Scene<'_>, area: Rect, buf: &mut Canvas<'_>) -> Hits {
        draw::draw(self, scene, area, buf)
    }
}

impl Why {
    /// Selects an edge, and shows what it rests on from the beginning.
    fn select(&mut self, spot: Option<Spot>) {
        self.spot = spot;
        self.scroll.reset();
    }

    fn rows<'a>(&self, store: &'a Store) -> Vec<Row<'a>> {
        let node = self.of.as_ref().and_then(|of| store.topology().nodes.get(of));
        node.map(|node| rows(store, &node.id)).unwrap_or_default()
    }

    /// The number of the selected row; the first where it is gone.
    fn here(&self, rows: &[Row<'_>]) -> usize {
        rows.iter().position(|row| Some(row.spot()) == self.spot).unwrap_or(0)
    }

    /// Goes along the selected edge to its other end, where the next one in the same direction is selected.
    fn walk(&mut self, store: &Store) -> Vec<Effect> {
        let rows = self.rows(store);
        let Some((row, of)) = rows.get(self.here(&rows)).zip(self.of.clone()) else { return Vec::new() };
        let Some(peer) = row.peer(store).map(|peer| peer.id.clone()) else {
            return vec![Effect::Say("nothing here answers to that address".to_owned())];
        };
        let taken = row.spot();
        let out = !matches!(row, Row::Edge { out: false, .. });
        let next = |row: &&Row<'_>| matches!(row, Row::Edge { out: same, .. } if *same == out);
        let spot = rows::rows(store, &peer).iter().find(next).map(Row::spot);
        self.trail.push((of, Some(taken)));
        self.of = Some(peer.clone());
        self.select(spot);
        vec![Effect::Select(peer)]
    }

    /// Goes back to the node before, and to the edge that was taken there.
    fn back(&mut self, store: &Store) -> Vec<Effect> {
        while let Some((node, spot)) = self.trail.pop() {
            if store.topology().nodes.contains_key(&node) {
                self.of = Some(node.clone());
                self.select(spot);
                return vec![Effect::Select(node)];
            }
        }
        Vec::new()
    }
}
