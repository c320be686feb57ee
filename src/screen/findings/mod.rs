//! Findings screen: all findings, the most severe first, and the details of the selected one.

mod log_excerpt;

use super::{
    Action, Canvas, ClickPlace, ClickTarget, HitMap, Scene, Screen, ScreenId,
    describe::time,
    widget::{
        frame::draw_frame,
        table::{Column, TableCell, draw_table, moves_cursor, row_after_command},
        text,
    },
};
use crate::{
    command::Command,
    diagnosis::FindingKind,
    model::{Finding, Health, NodeId},
    store::Store,
    subscription::Subscription,
};
use log_excerpt::{LogExcerpt, SHOWN_LINES};
use ratatui::{layout::Rect, style::Style};
use std::collections::BTreeSet;

/// Screen with all findings and the details of the selected one.
#[derive(Default)]
pub struct Findings {
    selected_row: usize,
    /// Identity of the selected finding, which keeps the cursor on it while the list changes.
    selected_key: Option<FindingKey>,
    /// Node selected at the last `sync`, to notice a new selection.
    last_selected_node: Option<NodeId>,
    log_excerpt: LogExcerpt,
}

/// Identity of a finding: its node, its service or source, and its kind.
type FindingKey = (Option<NodeId>, String, String);

/// Columns of the list of findings.
const FINDING_COLUMNS: &[Column] = &[
    Column::cut_middle("", 1, 0),
    Column::cut_middle("FOR", 12, 0),
    Column::cut_path("SERVICE", 16, 1),
    Column::cut_end("FINDING", 20, 4),
];

/// Height of the area with the details of the selected finding, in rows.
const DETAIL_HEIGHT: u16 = 12 + SHOWN_LINES as u16;
/// Smallest screen height with room for list and details, in rows.
const MIN_HEIGHT_FOR_DETAIL: u16 = 15;
/// Width of the labels in the details, in cells.
const LABEL_WIDTH: u16 = 8;

impl Screen for Findings {
    fn update(&mut self, command: Command, store: &Store) -> Vec<Action> {
        if command == Command::Open {
            let of_source =
                matching_findings(store).get(self.selected_row).is_some_and(|finding| finding.node.is_none());
            return vec![Action::ShowScreen(if of_source { ScreenId::Sources } else { ScreenId::Card })];
        }
        let there = row_after_command(command, self.selected_row, matching_findings(store).len());
        there.map(|row| self.select_row(row, store)).unwrap_or_default()
    }

    fn applies(&self, command: Command, store: &Store) -> bool {
        let rows = matching_findings(store).len();
        moves_cursor(command, rows) || (command == Command::Open && rows > 0)
    }

    fn footer_commands(&self) -> &'static [Command] {
        use Command::{Actions, Back, Card, Help, Logs, Map, Search, Why};
        &[Logs, Card, Why, Actions, Map, Search, Back, Help]
    }

    fn subscriptions(&self, store: &Store) -> BTreeSet<Subscription> {
        matching_findings(store)
            .get(self.selected_row)
            .map(|finding| LogExcerpt::subscriptions(finding, store))
            .unwrap_or_default()
    }

    fn sync(&mut self, scene: Scene<'_>, _area: Rect, _shown: bool) -> Vec<Action> {
        let store = scene.store;
        let rows = matching_findings(store);
        let on_selected = |f: &&Finding| f.node.is_some() && f.node == store.session.selected;
        // A finding of a source has no node. The cursor stays on it until the user selects another node.
        let moved = self.last_selected_node != store.session.selected
            && !rows.get(self.selected_row).is_some_and(on_selected);
        self.last_selected_node.clone_from(&store.session.selected);
        let same = rows.iter().position(|finding| self.selected_key.as_ref() == Some(&finding_key(finding)));
        let found = rows.iter().position(on_selected);
        let there = if moved { found.or(same) } else { same.or(found) };
        self.selected_row = there.unwrap_or(self.selected_row.min(rows.len().saturating_sub(1)));
        self.selected_key = rows.get(self.selected_row).map(|finding| finding_key(finding));
        self.log_excerpt.sync(rows.get(self.selected_row).copied(), store);
        Vec::new()
    }

    fn click(&mut self, at: ClickPlace, store: &Store) -> Vec<Action> {
        match at {
            ClickPlace::Row(row) => self.select_row(row, store),
            ClickPlace::Overview(..) => Vec::new(),
        }
    }

    fn clipboard_text(&self, store: &Store) -> Option<String> {
        matching_findings(store).get(self.selected_row).map(|f| format!("{}: {}", f.subject, f.reason))
    }

    fn draw(&self, scene: Scene<'_>, area: Rect, buf: &mut Canvas<'_>) -> HitMap {
        let rows = matching_findings(scene.store);
        if rows.is_empty() {
            let calm = if scene.store.session.search.is_empty() { "no findings" } else { "no matches" };
            buf.set_stringn(
                area.x + 1,
                area.y,
                calm,
                usize::from(area.width),
                Style::from(scene.theme.styles.healthy),
            );
            return HitMap::default();
        }
        let detail =
            if area.height >= MIN_HEIGHT_FOR_DETAIL { DETAIL_HEIGHT.min(area.height / 2 + 2) } else { 0 };
        let list = Rect { height: area.height - detail, ..area };
        let row = self.selected_row.min(rows.len() - 1);
        let cells = |index: usize| row_cells(rows[index], scene);
        let hits = draw_table(
            FINDING_COLUMNS,
            rows.len(),
            Some(row),
            cells,
            ClickTarget::Row,
            scene.theme,
            list,
            buf,
        );
        if detail > 0 {
            self.draw_detail(rows[row], scene, Rect { y: list.bottom(), height: detail, ..area }, buf);
        }
        hits
    }
}

fn finding_key(finding: &Finding) -> FindingKey {
    (finding.node.clone(), finding.subject.to_string(), finding.kind.to_string())
}

/// Returns the findings that match the search.
fn matching_findings(store: &Store) -> Vec<&Finding> {
    let text = |f: &Finding| format!("{} {} {}", f.subject, f.kind, f.reason);
    store.world.findings.iter().filter(|f| store.session.search.matches(&text(f))).collect()
}

/// Returns the cells of a finding's row.
fn row_cells(finding: &Finding, scene: Scene<'_>) -> Vec<TableCell> {
    let theme = scene.theme;
    let since =
        finding.onset().map(|since| time::outage_age(since, scene.store.world.now)).unwrap_or_default();
    vec![
        (theme.severity_glyph(finding.severity).to_owned(), theme.severity_style(finding.severity)),
        (since, theme.styles.dim.into()),
        (finding.subject.to_string(), theme.styles.title.into()),
        (finding.reason.to_string(), theme.styles.text.into()),
    ]
}

/// Returns the details of a finding as label and text.
fn detail_fields(finding: &Finding, scene: Scene<'_>) -> Vec<(&'static str, String)> {
    let since = finding.onset().map(|since| {
        let at =
            since.at.to_zoned_datetime(scene.store.session.time_zone.clone()).strftime("%Y-%m-%d %H:%M:%S");
        if since.at_least { format!("{at} or earlier") } else { at.to_string() }
    });
    let first = [("finding", Some(finding.reason.to_string())), ("since", since)];
    let causes = finding.suspects.iter().enumerate().map(|(place, suspect)| {
        (if place == 0 { "cause" } else { "or" }, Some(suspect.description.to_string()))
    });
    let rest = [("affects", finding.impact.summary()), ("next", Some(finding.next_step.to_string()))];
    let all = first.into_iter().chain(causes).chain(rest);
    all.filter_map(|(label, content)| Some((label, content?))).collect()
}

impl Findings {
    /// Selects the finding in this row, and its node.
    fn select_row(&mut self, row: usize, store: &Store) -> Vec<Action> {
        self.selected_row = row;
        self.selected_key = matching_findings(store).get(row).map(|finding| finding_key(finding));
        let node = matching_findings(store).get(row).and_then(|f| f.node.clone());
        node.map(Action::Select).into_iter().collect()
    }

    /// Draws the details of a finding and its log excerpt.
    fn draw_detail(&self, finding: &Finding, scene: Scene<'_>, area: Rect, buf: &mut Canvas<'_>) {
        let theme = scene.theme;
        let inner =
            draw_frame(area, &format!("{}: {}", finding.subject, FindingKind::title_of(finding)), theme, buf);
        let room = usize::from(inner.width.saturating_sub(LABEL_WIDTH));
        let mut rows: Vec<(&str, String, Style)> = Vec::new();
        for (label, content) in detail_fields(finding, scene) {
            let wrapped = text::wrap(&content, room).into_iter().enumerate();
            rows.extend(
                wrapped
                    .map(|(index, row)| (if index == 0 { label } else { "" }, row, theme.styles.text.into())),
            );
        }
        for (index, (line, is_error)) in self.log_excerpt.lines.iter().enumerate() {
            let style = if *is_error { theme.health_style(Health::Failing) } else { theme.styles.dim.into() };
            let label = if index == 0 { "log" } else { "" };
            rows.push((label, text::cut_end(line, room, theme.glyphs.ellipsis), style));
        }
        for (y, (label, row, style)) in (inner.y..inner.bottom()).zip(rows) {
            buf.set_string(inner.x, y, label, Style::from(theme.styles.dim));
            buf.set_string(inner.x + LABEL_WIDTH, y, row, style);
        }
    }
}
