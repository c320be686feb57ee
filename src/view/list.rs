//! All nodes as a list: the same selection as the map, in rows.

use super::{
    Canvas, Hits, Scene, Target, Theme, View, time,
    widget::table::{Cell, Column, moved, table},
};
use crate::{
    command::Command,
    effect::{Effect, Screen},
    model::Severity,
    store::Store,
    topology::Node,
};
use ratatui::{layout::Rect, style::Style};

/// The list. It has no state of its own: which row is selected follows from the selected node.
pub struct List;

/// Its columns.
const COLUMNS: &[Column] = &[
    Column::names("", 1, 0),
    Column::names("NAME", 14, 3),
    Column::names("GROUP", 10, 2),
    Column::names("RUN", 5, 0),
    Column::names("HEALTH", 10, 0),
    Column::names("VERSION", 8, 2),
    Column::names("AGE", 3, 0),
    Column::prose("WHAT IS WRONG", 13, 6),
];

impl View for List {
    fn update(&mut self, command: Command, store: &Store) -> Vec<Effect> {
        if command == Command::Open {
            return vec![Effect::Show(Screen::Card)];
        }
        let rows = rows(store);
        let here = rows.iter().position(|n| Some(&n.id) == store.selected.as_ref()).unwrap_or(0);
        let there = moved(command, here, rows.len()).and_then(|row| rows.get(row));
        there.map(|node| Effect::Select(node.id.clone())).into_iter().collect()
    }

    fn offers(&self) -> &'static [Command] {
        use Command::{Card, Findings, Help, Logs, Map, OnlyFaulty, Palette, Search, Why};
        &[Logs, Card, Why, Map, Findings, Search, OnlyFaulty, Palette, Help]
    }

    fn draw(&self, scene: Scene<'_>, area: Rect, buf: &mut Canvas<'_>) -> Hits {
        let rows = rows(scene.store);
        let selected = rows.iter().position(|n| Some(&n.id) == scene.store.selected.as_ref());
        let cells = |index: usize| cells(rows[index], scene);
        let hit = |index: usize| Target::Node(rows[index].id.clone());
        table(COLUMNS, rows.len(), selected, cells, hit, scene.theme, area, buf)
    }
}

/// The nodes in the list: those that the search finds.
fn rows(store: &Store) -> Vec<&Node> {
    store.listed().into_iter().filter(|node| store.finds(node)).collect()
}

/// The cells of a node's row.
fn cells(node: &Node, scene: Scene<'_>) -> Vec<Cell> {
    let Scene { store, theme, .. } = scene;
    let (text, dim) = (Style::from(theme.ink.text), Style::from(theme.ink.dim));
    let service = store.service_of(node);
    let newest = service.and_then(|s| s.instances.iter().filter_map(|i| i.started).max());
    let version = service.and_then(|s| s.instances.iter().find_map(|i| i.version.clone()));
    let wrong = store.findings_on(&node.id).find(|finding| finding.severity > Severity::Info);
    let run = match (service, node.desired) {
        (None, _) => String::new(),
        (_, Some(desired)) => format!("{}/{desired}", node.running),
        (_, None) => node.running.to_string(),
    };
    let word = if service.is_some() { node.health.word() } else { node.kind.word() };
    vec![
        (Theme::mark(theme, node.health).to_owned(), theme.health(node.health)),
        (node.name.clone(), text),
        (node.home.clone().unwrap_or_default(), dim),
        (run, text),
        (word.to_owned(), theme.health(node.health)),
        (version.unwrap_or_default().to_string(), dim),
        (newest.map(|at| time::age(at, store.now)).unwrap_or_default(), dim),
        wrong.map_or_else(Cell::default, |f| {
            (f.reason.to_string(), theme.health(Theme::severity(f.severity)))
        }),
    ]
}
