//! Findings screen: all findings, the most severe first, and the details of the selected one.

mod earlier_text;
mod finding_rows;
mod log_excerpt;

use super::{
    Canvas, ClickPlace, ClickTarget, HitMap, Scene, Screen, ScreenId, ScreenRequest,
    describe::{hand_over, note_text::note_text, time},
    widget::{
        frame::draw_frame,
        table::{Column, TableCell, TableShape, draw_table, moves_cursor, row_after_command},
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
use earlier_text::earlier_text;
use finding_rows::{FindingKey, FindingRow, ShownOrder, finding_key, finding_rows};
use log_excerpt::{LogExcerpt, SHOWN_LINES};
use ratatui::{layout::Rect, style::Style};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// Screen with all findings and the details of the selected one.
#[derive(Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Findings {
    selected_row: usize,
    /// Identity of the selected finding, which keeps the cursor on it while the list changes.
    selected_key: Option<FindingKey>,
    /// Keys of the open groups. The key of a group is the identity of its first finding.
    open_groups: BTreeSet<FindingKey>,
    shown_order: ShownOrder,
    /// Node that was selected at the last `sync`. If the selected node differs from it, the user has selected
    /// another one since.
    last_selected_node: Option<NodeId>,
    #[serde(skip)]
    log_excerpt: LogExcerpt,
}

/// Columns of the list of findings.
const FINDING_COLUMNS: &[Column] = &[
    Column::cut_middle("", 1, 0),
    Column::cut_middle("FOR", 12, 0),
    Column::cut_path("SERVICE", 16, 1),
    Column::cut_end("FINDING", 20, 4),
];

/// Maximum height of the area with the details of the selected finding, in rows.
const DETAIL_HEIGHT: u16 = 12 + SHOWN_LINES as u16;
/// Smallest screen height with room for list and details, in rows.
const MIN_HEIGHT_FOR_DETAIL: u16 = 15;
/// Width of the labels in the details, in cells.
const LABEL_WIDTH: u16 = 8;

impl Screen for Findings {
    fn update(&mut self, command: Command, store: &Store) -> Vec<ScreenRequest> {
        match command {
            Command::Open => {
                let of_source = self.selected_finding(store).is_some_and(|finding| finding.node.is_none());
                return vec![ScreenRequest::ShowScreen(if of_source {
                    ScreenId::Sources
                } else {
                    ScreenId::Card
                })];
            }
            Command::Right | Command::Left => {
                return self.open_group(self.selected_row, command == Command::Right, store);
            }
            _ => {}
        }
        let there = row_after_command(command, self.selected_row, self.rows(store).len());
        there.map(|row| self.select_row(row, store)).unwrap_or_default()
    }

    fn applies(&self, command: Command, store: &Store) -> bool {
        let rows = self.rows(store);
        match command {
            Command::Open => !rows.is_empty(),
            Command::Right | Command::Left => rows.get(self.selected_row).is_some_and(|row| row.has_several),
            _ => moves_cursor(command, rows.len()),
        }
    }

    fn footer_commands(&self) -> &'static [Command] {
        use Command::{Actions, Back, Card, Copy, Help, Logs, Map, Search, Why};
        &[Logs, Card, Why, Actions, Copy, Map, Search, Back, Help]
    }

    fn subscriptions(&self, store: &Store) -> BTreeSet<Subscription> {
        self.selected_finding(store)
            .map(|finding| LogExcerpt::subscriptions(finding, store))
            .unwrap_or_default()
    }

    fn sync(&mut self, scene: Scene<'_>, _area: Rect, _shown: bool) -> Vec<ScreenRequest> {
        let store = scene.store;
        self.shown_order.remember(store);
        let rows = self.rows(store);
        let selected = store.session.selected.as_ref();
        let on_selected = |row: &FindingRow<'_>| row.concerns(selected);
        // A finding of a source has no node. The cursor stays on it until the user selects another node.
        let moved = self.last_selected_node.as_ref() != selected
            && !rows.get(self.selected_row).is_some_and(on_selected);
        self.last_selected_node = selected.cloned();
        // Several findings may have the same key, such as the unread parts of a source.
        let is_same = |row: &FindingRow<'_>| self.selected_key.as_ref() == Some(&finding_key(row.finding));
        let stays = rows.get(self.selected_row).is_some_and(is_same);
        let same = if stays { Some(self.selected_row) } else { rows.iter().position(is_same) };
        let found = rows.iter().position(on_selected);
        let there = if moved { found.or(same) } else { same.or(found) };
        let row = there.unwrap_or(self.selected_row.min(rows.len().saturating_sub(1)));
        let finding = rows.get(row).map(|row| row.finding);
        self.selected_row = row;
        self.selected_key = finding.map(finding_key);
        let shown = rows.get(row).map(|row| row.shown_finding(selected));
        self.log_excerpt.sync(shown, store);
        Vec::new()
    }

    fn click(&mut self, at: ClickPlace, store: &Store) -> Vec<ScreenRequest> {
        match at {
            // A click on the selected row opens or closes it.
            ClickPlace::Row(row) if row == self.selected_row => {
                let is_open = self.rows(store).get(row).is_some_and(|row| row.folded.is_empty());
                self.open_group(row, !is_open, store)
            }
            ClickPlace::Row(row) => self.select_row(row, store),
            ClickPlace::Heading(_) | ClickPlace::Overview(..) => Vec::new(),
        }
    }

    fn clipboard_text(&self, store: &Store) -> Option<String> {
        let finding = self.selected_finding(store)?;
        let node = finding.node.as_ref().and_then(|node| store.world.topology().nodes.get(node));
        hand_over::report(store, node, Some(finding))
    }

    fn draw(&self, scene: Scene<'_>, area: Rect, buf: &mut Canvas<'_>) -> HitMap {
        let rows = self.rows(scene.store);
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
        let cells = |index: usize| row_cells(&rows[index], scene);
        let shape = TableShape::new(FINDING_COLUMNS, rows.len(), Some(row)).wrapped();
        let hits = draw_table(shape, cells, ClickTarget::Row, scene.theme, list, buf);
        if detail > 0 {
            self.draw_detail(
                rows[row].shown_finding(scene.store.session.selected.as_ref()),
                scene,
                Rect { y: list.bottom(), height: detail, ..area },
                buf,
            );
        }
        hits
    }
}

/// Returns the cells of a row.
fn row_cells(row: &FindingRow<'_>, scene: Scene<'_>) -> Vec<TableCell> {
    let (theme, finding) = (scene.theme, row.finding);
    let since =
        finding.onset().map(|since| time::outage_age(since, scene.store.world.now)).unwrap_or_default();
    let glyph = theme.severity_glyph(finding.severity).to_owned();
    let dim = Style::from(theme.styles.dim);
    if scene.store.world.acknowledgement(finding).is_some() {
        return vec![
            (glyph, dim),
            (since, dim),
            (row.subject(), dim),
            (format!("noted: {}", row.text()), dim),
        ];
    }
    vec![
        (glyph, theme.severity_style(finding.severity)),
        (since, dim),
        (row.subject(), theme.styles.title.into()),
        (row.text(), theme.styles.text.into()),
    ]
}

/// Returns the details of a finding as pairs of label and text.
fn detail_fields(finding: &Finding, scene: Scene<'_>) -> Vec<(&'static str, String)> {
    let since = finding.onset().map(|since| {
        let at =
            since.at.to_zoned_datetime(scene.store.session.time_zone.clone()).strftime("%Y-%m-%d %H:%M:%S");
        if since.at_least { format!("{at} or earlier") } else { at.to_string() }
    });
    let before = earlier_text(finding, scene);
    let first = [("finding", Some(finding.reason.to_string())), ("since", since), ("before", before)];
    let causes = finding.suspects.iter().enumerate().map(|(place, suspect)| {
        (if place == 0 { "cause" } else { "or" }, Some(suspect.description.to_string()))
    });
    let note = scene.store.world.acknowledgement(finding).map(|note| note_text(note, scene));
    let rest = [
        ("note", note),
        ("affects", finding.impact.summary()),
        ("next", Some(finding.next_step.to_string())),
    ];
    let all = first.into_iter().chain(causes).chain(rest);
    all.filter_map(|(label, content)| Some((label, content?))).collect()
}

impl Findings {
    /// Returns the rows of the list.
    fn rows<'a>(&self, store: &'a Store) -> Vec<FindingRow<'a>> {
        let is_noted = |finding: &Finding| store.world.acknowledgement(finding).is_some();
        finding_rows(&self.shown_order.sorted(store), &self.open_groups, is_noted)
    }

    /// Returns the finding in the selected row.
    #[must_use]
    pub fn selected_finding<'a>(&self, store: &'a Store) -> Option<&'a Finding> {
        let selected = store.session.selected.as_ref();
        self.rows(store).get(self.selected_row).map(|row| row.shown_finding(selected))
    }

    /// Selects the finding in this row, and its node.
    fn select_row(&mut self, row: usize, store: &Store) -> Vec<ScreenRequest> {
        let finding = self.rows(store).get(row).map(|row| row.finding);
        self.selected_row = row;
        self.selected_key = finding.map(finding_key);
        finding.and_then(|finding| finding.node.clone()).map(ScreenRequest::Select).into_iter().collect()
    }

    /// Opens or closes the fault of `row`. An open fault has a row for each finding. Closing a fault moves
    /// the cursor to its only row.
    fn open_group(&mut self, row: usize, open: bool, store: &Store) -> Vec<ScreenRequest> {
        let rows = self.rows(store);
        let Some(key) = rows.get(row).filter(|row| row.has_several).map(|row| row.group_key.clone()) else {
            return Vec::new();
        };
        if open {
            self.open_groups.insert(key);
            return Vec::new();
        }
        let head = rows.iter().position(|row| row.group_key == key).unwrap_or(row);
        self.open_groups.remove(&key);
        self.select_row(head, store)
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
