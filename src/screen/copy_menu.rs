//! Copy menu: ids, links and commands about the selected node, one per row, to copy or to open.

use super::{
    Canvas, ClickPlace, ClickTarget, HitMap, Scene, Screen, ScreenRequest,
    describe::hand_over::{CopyItem, copy_items, is_web_link},
    widget::{
        frame::draw_frame,
        table::{Column, TableShape, draw_table, moves_cursor, row_after_command},
    },
};
use crate::{command::Command, model::NodeId, store::Store};
use ratatui::layout::Rect;
use serde::{Deserialize, Serialize};

/// Columns of the menu.
const COPY_COLUMNS: &[Column] = &[Column::cut_end("WHAT", 22, 0), Column::cut_end("TEXT", 30, 1)];

/// Screen that lists the texts that the user can copy about the selected node, such as ids, links and
/// commands.
#[derive(Default, Serialize, Deserialize)]
#[serde(default)]
pub struct CopyMenu {
    /// Node whose texts the menu listed at the last `sync`. If the selection has changed since, the cursor
    /// goes to the top.
    shown_node: Option<NodeId>,
    selected_row: usize,
}

impl Screen for CopyMenu {
    fn update(&mut self, command: Command, store: &Store) -> Vec<ScreenRequest> {
        if command == Command::Open {
            return self.copy_selected(store);
        }
        if let Some(row) = row_after_command(command, self.selected_row, items(store).len()) {
            self.selected_row = row;
        }
        Vec::new()
    }

    fn applies(&self, command: Command, store: &Store) -> bool {
        let rows = items(store).len();
        moves_cursor(command, rows) || (command == Command::Open && rows > 0)
    }

    fn footer_commands(&self) -> &'static [Command] {
        use Command::{Back, Browse, Copy, Help};
        &[Copy, Browse, Back, Help]
    }

    fn sync(&mut self, scene: Scene<'_>, _area: Rect, _shown: bool) -> Vec<ScreenRequest> {
        if self.shown_node != scene.store.session.selected {
            *self = Self { shown_node: scene.store.session.selected.clone(), selected_row: 0 };
        }
        self.selected_row = self.selected_row.min(items(scene.store).len().saturating_sub(1));
        Vec::new()
    }

    fn click(&mut self, at: ClickPlace, store: &Store) -> Vec<ScreenRequest> {
        let ClickPlace::Row(row) = at else { return Vec::new() };
        if row == self.selected_row {
            return self.copy_selected(store);
        }
        self.selected_row = row;
        Vec::new()
    }

    fn clipboard_text(&self, store: &Store) -> Option<String> {
        self.selected_item(store).map(|item| item.text)
    }

    fn link(&self, store: &Store) -> Option<String> {
        self.selected_item(store).map(|item| item.text).filter(|text| is_web_link(text))
    }

    fn draw(&self, scene: Scene<'_>, area: Rect, buf: &mut Canvas<'_>) -> HitMap {
        let Some(node) = scene.store.selected_node() else { return HitMap::default() };
        let items = items(scene.store);
        let inner = draw_frame(area, &format!("copy: {}", node.label()), scene.theme, buf);
        let styles = &scene.theme.styles;
        let cells = |index: usize| {
            let CopyItem { label, text } = &items[index];
            vec![(label.clone(), styles.dim.into()), (text.clone(), styles.text.into())]
        };
        let shape = TableShape::new(COPY_COLUMNS, items.len(), Some(self.selected_row)).wrapped();
        draw_table(shape, cells, ClickTarget::Row, scene.theme, inner, buf)
    }
}

impl CopyMenu {
    fn selected_item(&self, store: &Store) -> Option<CopyItem> {
        items(store).into_iter().nth(self.selected_row)
    }

    fn copy_selected(&self, store: &Store) -> Vec<ScreenRequest> {
        self.selected_item(store).map(|item| ScreenRequest::CopyText(item.text)).into_iter().collect()
    }
}

/// Returns the rows for the selected node.
fn items(store: &Store) -> Vec<CopyItem> {
    store.selected_node().map(|node| copy_items(&store.world, node)).unwrap_or_default()
}
