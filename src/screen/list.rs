//! Service list: all nodes as rows, with the same selection as the map.

use super::{
    Action, Canvas, ClickTarget, HitMap, Scene, Screen, ScreenId,
    describe::node_columns::NODE_COLUMNS,
    widget::table::{draw_table, moves_cursor, row_after_command},
};
use crate::{command::Command, store::Store, topology::Node};
use ratatui::layout::Rect;

/// Screen with all nodes as rows. It has no state, because the selected row follows from the selected node.
#[derive(Clone, Copy, Debug, Default)]
pub struct List;

impl Screen for List {
    fn update(&mut self, command: Command, store: &Store) -> Vec<Action> {
        if command == Command::Open {
            return vec![Action::ShowScreen(ScreenId::Card)];
        }
        let rows = listed_nodes(store);
        let here = rows.iter().position(|n| Some(&n.id) == store.session.selected.as_ref()).unwrap_or(0);
        let there = row_after_command(command, here, rows.len()).and_then(|row| rows.get(row));
        there.map(|node| Action::Select(node.id.clone())).into_iter().collect()
    }

    fn applies(&self, command: Command, store: &Store) -> bool {
        let rows = listed_nodes(store).len();
        moves_cursor(command, rows) || (command == Command::Open && store.selected_node().is_some())
    }

    fn footer_commands(&self) -> &'static [Command] {
        use Command::{Actions, Card, CommandPalette, FaultsOnly, Findings, Help, Logs, Map, Search, Why};
        &[Logs, Card, Why, Actions, Map, Findings, Search, FaultsOnly, CommandPalette, Help]
    }

    fn draw(&self, scene: Scene<'_>, area: Rect, buf: &mut Canvas<'_>) -> HitMap {
        let rows = listed_nodes(scene.store);
        let selected = rows.iter().position(|n| Some(&n.id) == scene.store.session.selected.as_ref());
        let (columns, cell_fns): (Vec<_>, Vec<_>) =
            NODE_COLUMNS.iter().filter_map(|column| Some((column.list_column?, column.cell))).unzip();
        let cells = |index: usize| {
            cell_fns.iter().map(|cell| cell(rows[index], &scene.store.world, scene.theme)).collect()
        };
        let hit = |index: usize| ClickTarget::Node(rows[index].id.clone());
        draw_table(&columns, rows.len(), selected, cells, hit, scene.theme, area, buf)
    }
}

/// Returns the visible nodes that match the search, one per row.
fn listed_nodes(store: &Store) -> Vec<&Node> {
    store.visible_nodes().into_iter().filter(|node| store.matches_search(node)).collect()
}
