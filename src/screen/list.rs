//! Service list: all nodes as rows, with the same selection as the map. The user sorts it by any column.

pub mod columns;
mod sort;

use super::{
    Canvas, ClickPlace, ClickTarget, HitMap, Scene, Screen, ScreenId, ScreenRequest,
    widget::table::{Column, TableShape, draw_table, first_visible_row, moves_cursor, row_after_command},
};
use crate::{
    command::Command,
    model::{Finding, Severity},
    store::{Store, World, usage_target},
    subscription::Subscription,
    topology::Node,
};
use columns::{NodeColumn, SortValue};
use ratatui::layout::Rect;
use serde::{Deserialize, Serialize};
use sort::SortOrder;
use std::collections::BTreeSet;

/// Maximum number of services whose CPU and memory are measured at the same time, about one screen of rows.
const MAX_MEASURED_SERVICES: usize = 40;

/// Minimum width of the column with the worst finding, in cells, while a service has a finding. Narrow screens
/// drop other columns for it.
const MIN_REASON_WIDTH: u16 = 30;

/// Screen with all nodes as rows. The selected row is always the row of the selected node.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct List {
    /// Order of the rows; `None` for the order of `Store::visible_nodes`.
    sort: Option<SortOrder>,
    /// Area at the last `sync`.
    #[serde(skip)]
    area: Rect,
}

impl Screen for List {
    fn update(&mut self, command: Command, store: &Store) -> Vec<ScreenRequest> {
        match command {
            Command::Open => return vec![ScreenRequest::ShowScreen(ScreenId::Card)],
            Command::NextSortColumn | Command::PreviousSortColumn => {
                let columns = shown_columns(store, self.area.width);
                let sort = SortOrder::step(self.sort, &columns, command == Command::NextSortColumn);
                return self.set_sort(sort);
            }
            Command::ReverseSort => return self.set_sort(self.sort.map(SortOrder::reversed)),
            _ => {}
        }
        let rows = self.listed_nodes(store);
        let here = rows.iter().position(|n| Some(&n.id) == store.session.selected.as_ref()).unwrap_or(0);
        let there = row_after_command(command, here, rows.len()).and_then(|row| rows.get(row));
        there.map(|node| ScreenRequest::Select(node.id.clone())).into_iter().collect()
    }

    fn applies(&self, command: Command, store: &Store) -> bool {
        match command {
            Command::Open => store.selected_node().is_some(),
            Command::NextSortColumn | Command::PreviousSortColumn => true,
            Command::ReverseSort => self.sort.is_some(),
            _ => moves_cursor(command, self.listed_nodes(store).len()),
        }
    }

    fn footer_commands(&self) -> &'static [Command] {
        use Command::{
            Actions, Card, CommandPalette, FaultsOnly, Findings, Help, Logs, Map, Mark, NextSortColumn,
            Search, Why,
        };
        &[
            Logs,
            Card,
            Why,
            Actions,
            Map,
            NextSortColumn,
            Search,
            Findings,
            FaultsOnly,
            Mark,
            CommandPalette,
            Help,
        ]
    }

    fn subscriptions(&self, store: &Store) -> BTreeSet<Subscription> {
        let columns = shown_columns(store, self.area.width);
        if !columns.iter().any(|column| column.is_measured) {
            return BTreeSet::new();
        }
        let rows = self.listed_nodes(store);
        let height = usize::from(self.area.height.saturating_sub(1));
        let selected = rows.iter().position(|node| Some(&node.id) == store.session.selected.as_ref());
        let first = first_visible_row(selected.unwrap_or(0), rows.len(), height);
        let shown = rows.into_iter().skip(first).take(height.min(MAX_MEASURED_SERVICES));
        let services = shown.filter_map(|node| store.world.service_of(node));
        services.filter_map(usage_target).map(Subscription::Usage).collect()
    }

    fn sync(&mut self, _scene: Scene<'_>, area: Rect, _shown: bool) -> Vec<ScreenRequest> {
        self.area = area;
        Vec::new()
    }

    fn click(&mut self, at: ClickPlace, store: &Store) -> Vec<ScreenRequest> {
        let ClickPlace::Heading(index) = at else { return Vec::new() };
        let columns = shown_columns(store, self.area.width);
        let Some(column) = columns.get(index) else { return Vec::new() };
        self.set_sort(Some(SortOrder::toggled(self.sort, column.id)))
    }

    fn draw(&self, scene: Scene<'_>, area: Rect, buf: &mut Canvas<'_>) -> HitMap {
        let Scene { store, theme, .. } = scene;
        let rows = self.listed_nodes(store);
        let columns = shown_columns(store, area.width);
        let sorted = self.sort.and_then(|sort| sort.shown_in(&columns));
        let layout = table_columns(&columns, &store.world);
        let selected = rows.iter().position(|n| Some(&n.id) == store.session.selected.as_ref());
        let shape = TableShape::new(&layout, rows.len(), selected).sortable(sorted);
        let cells = |index: usize| {
            let node = rows[index];
            let mut cells: Vec<_> = columns.iter().map(|c| (c.cell)(node, &store.world, theme)).collect();
            if store.session.marks.contains(&node.id) {
                let marked = columns.iter().position(|column| column.id == "name");
                if let Some((text, style)) = marked.and_then(|name| cells.get_mut(name)) {
                    *text = format!("{} {text}", theme.glyphs.mark);
                    *style = theme.styles.found.into();
                }
            }
            cells
        };
        let hit = |index: usize| ClickTarget::Node(rows[index].id.clone());
        draw_table(shape, cells, hit, theme, area, buf)
    }
}

impl List {
    /// Sorts the list by the column with this identifier, in reverse order if the identifier begins with `-`.
    ///
    /// # Errors
    /// Returns a message with the known columns if there is no such column.
    pub fn sort_by(&mut self, column: &str) -> Result<(), String> {
        self.sort = Some(SortOrder::try_from(column.to_owned())?);
        Ok(())
    }

    fn set_sort(&mut self, sort: Option<SortOrder>) -> Vec<ScreenRequest> {
        self.sort = sort;
        vec![ScreenRequest::Notify(sort.map_or("in the default order".to_owned(), SortOrder::describe))]
    }

    /// Returns the visible nodes that match the search, one per row, in the chosen order.
    fn listed_nodes<'a>(&self, store: &'a Store) -> Vec<&'a Node> {
        let mut nodes: Vec<_> =
            store.visible_nodes().into_iter().filter(|node| store.matches_search(node)).collect();
        if let Some(sort) = self.sort {
            sort.sort(&mut nodes, &store.world);
        }
        nodes
    }
}

/// Returns the columns that fit into `width` cells. If the user has configured no columns, leaves out columns
/// in which no node has a value.
fn shown_columns(store: &Store, width: u16) -> Vec<&'static NodeColumn> {
    let configured = &store.session.list_columns;
    let mut columns = NodeColumn::chosen(configured);
    if configured.is_empty() {
        columns.retain(|column| !is_empty(column, &store.world));
    }
    let needed = |columns: &[&NodeColumn]| -> u16 {
        table_columns(columns, &store.world).iter().map(|column| column.min_width + 1).sum()
    };
    while needed(&columns) > width {
        let last = columns.iter().enumerate().filter(|(_, column)| column.drop_order > 0);
        let Some((index, _)) = last.max_by_key(|(index, column)| (column.drop_order, *index)) else { break };
        columns.remove(index);
    }
    columns
}

/// Returns the headings and widths of the columns. The column with the worst finding is wider if there is one.
fn table_columns(columns: &[&NodeColumn], world: &World) -> Vec<Column> {
    let is_of_node = |finding: &Finding| finding.severity > Severity::Info && finding.node.is_some();
    let has_finding = world.findings.iter().any(is_of_node);
    let widened = |column: &&NodeColumn| {
        let own = column.list_column?;
        let is_wide = column.id == "finding" && has_finding;
        Some(if is_wide { own.with_min_width(MIN_REASON_WIDTH) } else { own })
    };
    columns.iter().filter_map(widened).collect()
}

/// Returns true if a narrow screen may drop the column, and no node has a value in it. Measured columns never
/// count as empty, because Portolan measures only while the list shows them.
fn is_empty(column: &NodeColumn, world: &World) -> bool {
    let has_value = |node: &Node| (column.sort_value)(node, world) != SortValue::Absent;
    column.drop_order > 0 && !column.is_measured && !world.topology().nodes.values().any(has_value)
}
