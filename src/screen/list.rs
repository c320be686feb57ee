//! Service list: all nodes as rows, with the same selection as the map.

use super::{
    Canvas, ClickTarget, HitMap, Scene, Screen, Theme,
    describe::time,
    widget::table::{Column, TableCell, draw_table, row_after_command},
};
use crate::{
    command::Command,
    effect::{Effect, ScreenId},
    model::Severity,
    store::Store,
    topology::Node,
};
use ratatui::{layout::Rect, style::Style};

/// Screen with all nodes as rows. It has no state, because the selected row follows from the selected node.
pub struct List;

/// Columns of the list.
const LIST_COLUMNS: &[Column] = &[
    Column::cut_middle("", 1, 0),
    Column::cut_middle("NAME", 14, 3),
    Column::cut_middle("GROUP", 10, 2),
    Column::cut_middle("RUN", 5, 0),
    Column::cut_middle("HEALTH", 10, 0),
    Column::cut_middle("VERSION", 8, 2),
    Column::cut_middle("AGE", 3, 0),
    Column::cut_end("FINDING", 13, 6),
];

impl Screen for List {
    fn update(&mut self, command: Command, store: &Store) -> Vec<Effect> {
        if command == Command::Open {
            return vec![Effect::ShowScreen(ScreenId::Card)];
        }
        let rows = listed_nodes(store);
        let here = rows.iter().position(|n| Some(&n.id) == store.session.selected.as_ref()).unwrap_or(0);
        let there = row_after_command(command, here, rows.len()).and_then(|row| rows.get(row));
        there.map(|node| Effect::Select(node.id.clone())).into_iter().collect()
    }

    fn footer_commands(&self) -> &'static [Command] {
        use Command::{Card, CommandPalette, FaultsOnly, Findings, Help, Logs, Map, Search, Why};
        &[Logs, Card, Why, Map, Findings, Search, FaultsOnly, CommandPalette, Help]
    }

    fn draw(&self, scene: Scene<'_>, area: Rect, buf: &mut Canvas<'_>) -> HitMap {
        let rows = listed_nodes(scene.store);
        let selected = rows.iter().position(|n| Some(&n.id) == scene.store.session.selected.as_ref());
        let cells = |index: usize| row_cells(rows[index], scene);
        let hit = |index: usize| ClickTarget::Node(rows[index].id.clone());
        draw_table(LIST_COLUMNS, rows.len(), selected, cells, hit, scene.theme, area, buf)
    }
}

/// Returns the nodes that match the search.
fn listed_nodes(store: &Store) -> Vec<&Node> {
    store.visible_nodes().into_iter().filter(|node| store.session.matches_search(node)).collect()
}

/// Returns the cells of a node's row.
fn row_cells(node: &Node, scene: Scene<'_>) -> Vec<TableCell> {
    let Scene { store, theme, .. } = scene;
    let (text, dim) = (Style::from(theme.styles.text), Style::from(theme.styles.dim));
    let service = store.world.service_of(node);
    let newest = service.and_then(|s| s.instances.iter().filter_map(|i| i.started).max());
    let version = service.and_then(|s| s.instances.iter().find_map(|i| i.version.clone()));
    let worst = store.world.findings_on(&node.id).find(|finding| finding.severity > Severity::Info);
    let run = match (service, node.desired) {
        (None, _) => String::new(),
        (_, Some(desired)) => format!("{}/{desired}", node.running),
        (_, None) => node.running.to_string(),
    };
    let word = if service.is_some() { node.health.as_str() } else { node.kind.as_str() };
    vec![
        (Theme::health_glyph(theme, node.health).to_owned(), theme.health_style(node.health)),
        (node.name.clone(), text),
        (node.display_group.clone().unwrap_or_default(), dim),
        (run, text),
        (word.to_owned(), theme.health_style(node.health)),
        (version.unwrap_or_default().to_string(), dim),
        (newest.map(|at| time::age(at, store.world.now)).unwrap_or_default(), dim),
        worst.map_or_else(TableCell::default, |f| {
            (f.reason.to_string(), theme.health_style(Theme::severity_health(f.severity)))
        }),
    ]
}
