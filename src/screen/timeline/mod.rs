//! Timeline screen: the events of services and sources with a time axis. It covers all services, the selected
//! service with its neighbours, or the selected service alone. Enter opens the logs at the time of an event.

mod axis;
mod draw;
mod scope;

use super::{
    Canvas, ClickPlace, HitMap, Scene, Screen, ScreenId, ScreenRequest,
    describe::node_text::event_group_text,
    widget::table::{moves_cursor, row_after_command},
};
use crate::{
    command::Command,
    history::{Entry, EventGroup, EventKindSpec, Subject, coalesce},
    model::{EventKind, NodeId, Timestamp},
    store::{GroupFilter, Search, Store},
};
use ratatui::layout::Rect;
use scope::TimelineScope;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// Screen with the events of services and sources on a time axis.
#[derive(Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Timeline {
    scope: TimelineScope,
    /// Only event kind to show; `None` shows all kinds.
    kind_filter: Option<EventKind>,
    /// Node whose history the timeline shows, alone or with its neighbours. Unused while the scope is `All`.
    centre: Option<NodeId>,
    /// Node that the user last selected by moving the cursor to its row. Such a selection leaves `centre`
    /// unchanged, so that the timeline keeps its rows while the cursor moves.
    selected_by_cursor: Option<NodeId>,
    /// Earliest time of the events to show; `None` shows all events.
    since: Option<Timestamp>,
    /// First entry of the selected row; `None` while the timeline follows new events.
    cursor: Option<Arc<Entry>>,
    #[serde(skip)]
    rows: Vec<EventGroup>,
    #[serde(skip)]
    row_inputs: Option<RowInputs>,
}

/// Inputs from which the rows were built. The timeline rebuilds its rows only if one of these changes.
#[derive(PartialEq)]
struct RowInputs {
    /// Versions of the history and of the topology.
    versions: (u64, u64),
    scope: TimelineScope,
    kind: Option<EventKind>,
    since: Option<Timestamp>,
    centre: Option<NodeId>,
    only_group: Option<GroupFilter>,
    search: Search,
}

impl Timeline {
    /// Shows the events of all services, or of the group to which the screens are limited.
    pub fn show_all(&mut self) {
        *self = Self::default();
    }

    /// Limits the timeline to `node`.
    pub fn show_only(&mut self, node: NodeId) {
        (self.scope, self.centre, self.cursor) = (TimelineScope::ServiceOnly, Some(node), None);
    }
}

impl Screen for Timeline {
    fn update(&mut self, command: Command, store: &Store) -> Vec<ScreenRequest> {
        match command {
            Command::Open => return self.open_row(store),
            Command::NextTimelineScope => {
                if self.scope == TimelineScope::All {
                    self.centre.clone_from(&store.session.selected);
                }
                self.scope = self.scope.next();
            }
            Command::NextEventKind | Command::PreviousEventKind => {
                self.kind_filter =
                    EventKindSpec::cycle_filter(self.kind_filter, command == Command::NextEventKind);
            }
            _ => {
                let (here, rows) = (self.cursor_row(), self.rows.len());
                let ends = matches!(command, Command::Down | Command::ScrollDown) && here + 1 >= rows;
                match row_after_command(command, here, rows) {
                    Some(_) if ends || command == Command::Bottom => self.cursor = None,
                    Some(row) => return self.move_to_row(row),
                    None => {}
                }
            }
        }
        self.rebuild_rows(store);
        Vec::new()
    }

    fn applies(&self, command: Command, _store: &Store) -> bool {
        match command {
            Command::NextTimelineScope | Command::NextEventKind | Command::PreviousEventKind => true,
            Command::Open => !self.rows.is_empty(),
            _ => moves_cursor(command, self.rows.len()),
        }
    }

    fn footer_commands(&self) -> &'static [Command] {
        use Command::{
            Back, Card, Findings, Help, Logs, Map, NextEventKind, NextTimelineScope, Open, Search,
        };
        &[Open, NextTimelineScope, NextEventKind, Search, Logs, Card, Map, Findings, Back, Help]
    }

    fn sync(&mut self, scene: Scene<'_>, _area: Rect, _shown: bool) -> Vec<ScreenRequest> {
        if self.selected_by_cursor != scene.store.session.selected {
            self.selected_by_cursor.clone_from(&scene.store.session.selected);
            self.centre.clone_from(&scene.store.session.selected);
        }
        self.rebuild_rows(scene.store);
        Vec::new()
    }

    fn click(&mut self, at: ClickPlace, store: &Store) -> Vec<ScreenRequest> {
        let ClickPlace::Row(row) = at else { return Vec::new() };
        if self.cursor.is_some() && row == self.cursor_row() {
            self.open_row(store)
        } else {
            self.move_to_row(row)
        }
    }

    fn clipboard_text(&self, store: &Store) -> Option<String> {
        let row = self.rows.get(self.cursor_row())?;
        Some(format!(
            "{} {}: {}",
            row.last.at,
            row.last.subject.name(),
            event_group_text(row, store.world.now, true)
        ))
    }

    fn draw(&self, scene: Scene<'_>, area: Rect, buf: &mut Canvas<'_>) -> HitMap {
        draw::draw(self, scene, area, buf)
    }
}

impl Timeline {
    /// Shows only events since this time, and follows new events.
    pub fn show_since(&mut self, since: Timestamp) {
        *self = Self { since: Some(since), ..Self::default() };
    }

    /// Rebuilds the rows if their inputs changed.
    fn rebuild_rows(&mut self, store: &Store) {
        let made = RowInputs {
            versions: (store.world.history.version(), store.world.topology_version),
            scope: self.scope,
            kind: self.kind_filter,
            since: self.since,
            centre: self.centre.clone().filter(|_| self.scope != TimelineScope::All),
            only_group: store.session.only_group.clone(),
            search: store.session.search.clone(),
        };
        if self.row_inputs.as_ref() == Some(&made) {
            return;
        }
        let nodes = self.scope.nodes(store, self.centre.as_ref());
        let reached = |entry: &Entry| {
            nodes.as_ref().is_none_or(|all| entry.subject.node().is_some_and(|n| all.contains(n)))
        };
        let found = |entry: &Entry| {
            let text = || format!("{} {} {}", entry.subject.name(), entry.kind_spec().title, entry.text);
            store.session.search.is_empty() || store.session.search.matches(&text())
        };
        let shown = |entry: &&Arc<Entry>| {
            self.since.is_none_or(|since| entry.at > since)
                && self.kind_filter.is_none_or(|kind| entry.kind == kind)
                && reached(entry)
                && found(entry)
        };
        self.rows = coalesce(store.world.history.entries().filter(shown));
        self.row_inputs = Some(made);
    }

    /// Returns the index of the selected row, or of the last row while the timeline follows new events.
    ///
    /// If the selected row no longer exists, returns the first row at or after its time.
    fn cursor_row(&self) -> usize {
        let last = self.rows.len().saturating_sub(1);
        let Some(cursor) = &self.cursor else { return last };
        let same = self.rows.iter().position(|row| row.first == *cursor);
        same.unwrap_or_else(|| self.rows.partition_point(|row| row.last.at < cursor.at).min(last))
    }

    /// Moves the cursor to a row and selects its node.
    fn move_to_row(&mut self, row: usize) -> Vec<ScreenRequest> {
        let Some(row) = self.rows.get(row) else { return Vec::new() };
        self.cursor = Some(Arc::clone(&row.first));
        let node = row.last.subject.node().cloned();
        self.selected_by_cursor = node.clone().or(self.selected_by_cursor.take());
        node.map(ScreenRequest::Select).into_iter().collect()
    }

    /// Opens the logs of the selected event's service at the time of the event. For an event of a source,
    /// opens the sources screen. For a node that is not a service, opens the node's card.
    fn open_row(&mut self, store: &Store) -> Vec<ScreenRequest> {
        let Some(last) = self.rows.get(self.cursor_row()).map(|row| &row.last) else { return Vec::new() };
        let node = match &last.subject {
            Subject::Source(_) => return vec![ScreenRequest::ShowScreen(ScreenId::Sources)],
            Subject::Node(node) => node,
        };
        match store.world.topology().nodes.get(node).map(|node| store.world.service_of(node).is_some()) {
            Some(true) => vec![ScreenRequest::ShowLogsAt(node.clone(), last.at)],
            Some(false) => {
                vec![ScreenRequest::Select(node.clone()), ScreenRequest::ShowScreen(ScreenId::Card)]
            }
            None => vec![ScreenRequest::Notify(format!("{} was removed", last.subject.name()))],
        }
    }
}
