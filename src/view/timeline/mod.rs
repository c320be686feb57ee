//! What happened, on one axis: all of it, around the selected service, or to it alone; enter leads to the logs of then.

mod axis;
mod draw;
mod reach;

use super::{Canvas, Hits, Scene, View, summary::event_words, widget::table::moved};
use crate::{
    command::Command,
    effect::{Effect, Screen},
    history::{Entry, Kind, Row, Subject, fold},
    model::{EventKind, NodeId},
    store::{Search, Store},
};
use ratatui::layout::Rect;
use reach::Reach;
use std::sync::Arc;

/// The timeline.
#[derive(Default)]
pub struct Timeline {
    reach: Reach,
    /// The kind that alone is shown.
    kind: Option<EventKind>,
    /// The service around which it is, while not everything is shown.
    centre: Option<NodeId>,
    /// What this screen itself selected last: walking among the rows does not move the centre.
    own: Option<NodeId>,
    /// The first entry of the row of the cursor; none while it follows what comes.
    cursor: Option<Arc<Entry>>,
    rows: Vec<Row>,
    made: Option<Made>,
}

/// What rows are made of: while it is the same, so are they.
#[derive(PartialEq)]
struct Made {
    versions: (u64, u64),
    reach: Reach,
    kind: Option<EventKind>,
    centre: Option<NodeId>,
    search: Search,
}

impl View for Timeline {
    fn update(&mut self, command: Command, store: &Store) -> Vec<Effect> {
        match command {
            Command::Open => return self.open(store),
            Command::Reach => {
                if self.reach == Reach::All {
                    self.centre.clone_from(&store.selected);
                }
                self.reach = self.reach.next();
            }
            Command::NextKind | Command::PreviousKind => {
                self.kind = Kind::beside(self.kind, command == Command::NextKind);
            }
            _ => {
                let (here, rows) = (self.here(), self.rows.len());
                let ends = matches!(command, Command::Down | Command::ScrollDown) && here + 1 >= rows;
                match moved(command, here, rows) {
                    Some(_) if ends || command == Command::Bottom => self.cursor = None,
                    Some(row) => return self.go(row),
                    None => {}
                }
            }
        }
        self.make(store);
        Vec::new()
    }

    fn offers(&self) -> &'static [Command] {
        use Command::{Back, Card, Findings, Help, Logs, Map, NextKind, Open, Reach, Search};
        &[Open, Reach, NextKind, Search, Logs, Card, Map, Findings, Back, Help]
    }

    fn follow(&mut self, scene: Scene<'_>, _area: Rect, _shown: bool) -> Vec<Effect> {
        if self.own != scene.store.selected {
            self.own.clone_from(&scene.store.selected);
            self.centre.clone_from(&scene.store.selected);
        }
        self.make(scene.store);
        Vec::new()
    }

    fn pick(&mut self, row: usize, store: &Store) -> Vec<Effect> {
        if self.cursor.is_some() && row == self.here() { self.open(store) } else { self.go(row) }
    }

    fn copied(&self, store: &Store) -> Option<String> {
        let row = self.rows.get(self.here())?;
        Some(format!("{} {}: {}", row.last.at, row.last.subject.name(), event_words(row, store.now, true)))
    }

    fn draw(&self, scene: Scene<'_>, area: Rect, buf: &mut Canvas<'_>) -> Hits {
        draw::draw(self, scene, area, buf)
    }
}

impl Timeline {
    /// Makes the rows anew, where anything they are made of has changed.
    fn make(&mut self, store: &Store) {
        let made = Made {
            versions: (store.history.version(), store.version),
            reach: self.reach,
            kind: self.kind,
            centre: self.centre.clone().filter(|_| self.reach != Reach::All),
            search: store.search.clone(),
        };
        if self.made.as_ref() == Some(&made) {
            return;
        }
        let nodes = self.reach.nodes(store, self.centre.as_ref());
        let reached = |entry: &Entry| {
            nodes.as_ref().is_none_or(|all| entry.subject.node().is_some_and(|n| all.contains(n)))
        };
        let found = |entry: &Entry| {
            let text = || format!("{} {} {}", entry.subject.name(), entry.sort().title, entry.text);
            store.search.is_empty() || store.search.matches(&text())
        };
        let shown = |entry: &&Arc<Entry>| {
            self.kind.is_none_or(|kind| entry.kind == kind) && reached(entry) && found(entry)
        };
        self.rows = fold(store.history.entries().filter(shown));
        self.made = Some(made);
    }

    /// The row of the cursor; the last one while it follows. A row that is gone leaves the cursor at its time.
    fn here(&self) -> usize {
        let last = self.rows.len().saturating_sub(1);
        let Some(cursor) = &self.cursor else { return last };
        let same = self.rows.iter().position(|row| row.first == *cursor);
        same.unwrap_or_else(|| self.rows.partition_point(|row| row.last.at < cursor.at).min(last))
    }

    /// Goes to a row, and selects what it is about.
    fn go(&mut self, row: usize) -> Vec<Effect> {
        let Some(row) = self.rows.get(row) else { return Vec::new() };
        self.cursor = Some(Arc::clone(&row.first));
        let node = row.last.subject.node().cloned();
        self.own = node.clone().or(self.own.take());
        node.map(Effect::Select).into_iter().collect()
    }

    /// Opens the logs of then, or what else tells more.
    fn open(&mut self, store: &Store) -> Vec<Effect> {
        let Some(last) = self.rows.get(self.here()).map(|row| &row.last) else { return Vec::new() };
        let node = match &last.subject {
            Subject::Source(_) => return vec![Effect::Show(Screen::Sources)],
            Subject::Node(node) => node,
        };
        match store.topology().nodes.get(node).map(|node| store.service_of(node).is_some()) {
            Some(true) => vec![Effect::LogsAt(node.clone(), last.at)],
            Some(false) => vec![Effect::Select(node.clone()), Effect::Show(Screen::Card)],
            None => vec![Effect::Say(format!("{} is no longer there", last.subject.name()))],
        }
    }
}
