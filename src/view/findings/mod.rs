//! Everything that is wrong, the worst first, and in full what the selected finding rests on.

mod last_words;

use super::{
    Canvas, Hits, Scene, Target, Theme, View, time,
    widget::{
        frame::frame,
        table::{Cell, Column, moved, table},
        text,
    },
};
use crate::{
    command::Command,
    effect::{Effect, Screen, Subscription},
    model::{Finding, Health, NodeId},
    store::Store,
};
use last_words::{LastWords, SHOWN};
use ratatui::{layout::Rect, style::Style};
use std::collections::BTreeSet;

/// The findings.
#[derive(Default)]
pub struct Findings {
    row: usize,
    /// The finding of the row: it keeps the cursor while others come and go.
    key: Option<Key>,
    /// The node that was selected when the rows were last shown.
    of: Option<NodeId>,
    words: LastWords,
}

/// What tells a finding from others: its service or source, and its kind.
type Key = (Option<NodeId>, String, String);

/// Its columns.
const COLUMNS: &[Column] = &[
    Column::names("", 1, 0),
    Column::names("SINCE", 12, 0),
    Column::paths("SERVICE", 16, 1),
    Column::prose("WHAT", 20, 4),
];

/// The rows of the part that shows one finding in full.
const DETAIL: u16 = 12 + SHOWN as u16;
/// The least rows of a screen that shows both.
const LEAST: u16 = 15;
/// The columns of its labels.
const LABEL: u16 = 8;

impl View for Findings {
    fn update(&mut self, command: Command, store: &Store) -> Vec<Effect> {
        if command == Command::Open {
            let of_source = rows(store).get(self.row).is_some_and(|finding| finding.node.is_none());
            return vec![Effect::Show(if of_source { Screen::Sources } else { Screen::Card })];
        }
        let there = moved(command, self.row, rows(store).len());
        there.map(|row| self.pick(row, store)).unwrap_or_default()
    }

    fn offers(&self) -> &'static [Command] {
        use Command::{Back, Card, Help, Logs, Map, Search, Why};
        &[Logs, Card, Why, Map, Search, Back, Help]
    }

    fn wants(&self, store: &Store) -> BTreeSet<Subscription> {
        rows(store).get(self.row).map(|finding| LastWords::wants(finding, store)).unwrap_or_default()
    }

    fn follow(&mut self, scene: Scene<'_>, _area: Rect, _shown: bool) -> Vec<Effect> {
        let store = scene.store;
        let rows = rows(store);
        let on_selected = |f: &&Finding| f.node.is_some() && f.node == store.selected;
        // A finding of a source selects no node, so that the cursor stays with it until another node is selected.
        let moved = self.of != store.selected && !rows.get(self.row).is_some_and(on_selected);
        self.of.clone_from(&store.selected);
        let same = rows.iter().position(|finding| self.key.as_ref() == Some(&key(finding)));
        let found = rows.iter().position(on_selected);
        let there = if moved { found.or(same) } else { same.or(found) };
        self.row = there.unwrap_or(self.row.min(rows.len().saturating_sub(1)));
        self.key = rows.get(self.row).map(|finding| key(finding));
        self.words.follow(rows.get(self.row).copied(), store);
        Vec::new()
    }

    fn pick(&mut self, row: usize, store: &Store) -> Vec<Effect> {
        self.row = row;
        self.key = rows(store).get(row).map(|finding| key(finding));
        let node = rows(store).get(row).and_then(|f| f.node.clone());
        node.map(Effect::Select).into_iter().collect()
    }

    fn copied(&self, store: &Store) -> Option<String> {
        rows(store).get(self.row).map(|f| format!("{}: {}", f.service, f.reason))
    }

    fn draw(&self, scene: Scene<'_>, area: Rect, buf: &mut Canvas<'_>) -> Hits {
        let rows = rows(scene.store);
        if rows.is_empty() {
            let calm =
                if scene.store.search.is_empty() { "nothing is wrong" } else { "the search finds nothing" };
            buf.set_stringn(
                area.x + 1,
                area.y,
                calm,
                usize::from(area.width),
                Style::from(scene.theme.ink.healthy),
            );
            return Hits::default();
        }
        let detail = if area.height >= LEAST { DETAIL.min(area.height / 2 + 2) } else { 0 };
        let list = Rect { height: area.height - detail, ..area };
        let row = self.row.min(rows.len() - 1);
        let cells = |index: usize| cells(rows[index], scene);
        let hits = table(COLUMNS, rows.len(), Some(row), cells, Target::Row, scene.theme, list, buf);
        if detail > 0 {
            self.draw_detail(rows[row], scene, Rect { y: list.bottom(), height: detail, ..area }, buf);
        }
        hits
    }
}

fn key(finding: &Finding) -> Key {
    (finding.node.clone(), finding.service.to_string(), finding.kind.to_string())
}

/// The findings that the search finds.
fn rows(store: &Store) -> Vec<&Finding> {
    let text = |f: &Finding| format!("{} {} {}", f.service, f.kind, f.reason);
    store.findings.iter().filter(|f| store.search.matches(&text(f))).collect()
}

/// The cells of a finding's row.
fn cells(finding: &Finding, scene: Scene<'_>) -> Vec<Cell> {
    let theme = scene.theme;
    let health = Theme::severity(finding.severity);
    let since = finding.onset().map(|since| time::outage_age(since, scene.store.now)).unwrap_or_default();
    vec![
        (theme.mark(health).to_owned(), theme.health(health)),
        (since, theme.ink.dim.into()),
        (finding.service.to_string(), theme.ink.title.into()),
        (finding.reason.to_string(), theme.ink.text.into()),
    ]
}

/// What there is to say of a finding, each under its label.
fn parts(finding: &Finding, scene: Scene<'_>) -> Vec<(&'static str, String)> {
    let since = finding.onset().map(|since| {
        let at = since.at.to_zoned_datetime(scene.store.zone.clone()).strftime("%Y-%m-%d %H:%M:%S");
        if since.at_least { format!("at least since {at}") } else { at.to_string() }
    });
    let first = [("what", Some(finding.reason.to_string())), ("since", since)];
    let causes =
        finding.suspects.iter().enumerate().map(|(place, suspect)| {
            (if place == 0 { "cause" } else { "or" }, Some(suspect.words.to_string()))
        });
    let rest = [("affects", finding.reach.words()), ("next", Some(finding.next.to_string()))];
    let all = first.into_iter().chain(causes).chain(rest);
    all.filter_map(|(label, content)| Some((label, content?))).collect()
}

impl Findings {
    /// One finding in full, and the last words of its service.
    fn draw_detail(&self, finding: &Finding, scene: Scene<'_>, area: Rect, buf: &mut Canvas<'_>) {
        let theme = scene.theme;
        let inner = frame(area, &format!("{}: {}", finding.service, finding.kind), theme, buf);
        let room = usize::from(inner.width.saturating_sub(LABEL));
        let mut rows: Vec<(&str, String, Style)> = Vec::new();
        for (label, content) in parts(finding, scene) {
            let wrapped = text::wrap(&content, room).into_iter().enumerate();
            rows.extend(
                wrapped.map(|(index, row)| (if index == 0 { label } else { "" }, row, theme.ink.text.into())),
            );
        }
        for (index, (line, is_error)) in self.words.lines.iter().enumerate() {
            let style = if *is_error { theme.health(Health::Failing) } else { theme.ink.dim.into() };
            let label = if index == 0 { "log" } else { "" };
            rows.push((label, text::cut(line, room, theme.glyphs.ellipsis), style));
        }
        for (y, (label, row, style)) in (inner.y..inner.bottom()).zip(rows) {
            buf.set_string(inner.x, y, label, Style::from(theme.ink.dim));
            buf.set_string(inner.x + LABEL, y, row, style);
        }
    }
}
