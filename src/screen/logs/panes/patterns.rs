//! Pane with the patterns of the log lines. A pattern is a template with wildcards that several lines share.
//! Patterns that are new since the last deployment come first, then the most frequent ones.

use crate::{
    log_store::{
        LogStore, PatternCounts,
        pattern::{Pattern, Template},
    },
    model::{LogLevel, Service, Timestamp, text::clean_with_max_chars},
    screen::{
        Canvas, ClickTarget, HitMap, Scene,
        describe::time::age,
        logs::{level_style::level_style, query::queried_lines::QueriedLines},
        widget::{
            frame::draw_frame,
            table::{Column, TableCell, TableShape, draw_table},
            text::pluralize,
        },
    },
    store::deployment_time,
};
use ratatui::{layout::Rect, style::Style};

/// List of log patterns in the pane: the counts so far, the rows as last built, and the selected pattern.
#[derive(Debug, Default)]
pub(in crate::screen::logs) struct PatternList {
    counts: PatternCounts,
    /// Value of `QueriedLines::generation` for the counted lines. Once that value changes, counting starts
    /// again.
    lines_generation: u64,
    /// Rows of the list.
    rows: Vec<PatternRow>,
    /// Id of the selected pattern; `None` for the first row.
    chosen_id: Option<u64>,
    /// Time at which the rows were last built, and true if all lines were counted by then.
    listed_at: Option<(Timestamp, bool)>,
    /// Name of the time from which patterns count as new: the last deployment or the last start.
    since_label: &'static str,
}

/// Row of the pattern list.
#[derive(Debug)]
struct PatternRow {
    id: u64,
    template: Template,
    /// Text of the template on the screen.
    words: String,
    /// Number of lines of the pattern in memory.
    count: u64,
    /// Most severe level among the lines.
    level: Option<LogLevel>,
    /// Time of the first line of the pattern.
    first_seen: Timestamp,
    /// True if the pattern is new; `None` if Portolan can't tell.
    is_new: Option<bool>,
}

/// Maximum number of lines to count in one step, which takes a few milliseconds.
const PATTERN_LINES_PER_STEP: usize = 2_000;
/// Maximum length of a template on the screen, in characters.
const MAX_TEMPLATE_CHARS: usize = 1_000;

const PATTERN_COLUMNS: &[Column] = &[
    Column::cut_middle("", 3, 0),
    Column::cut_middle("  COUNT", 7, 0),
    Column::cut_middle("LEVEL", 5, 0),
    Column::cut_middle("FIRST", 5, 0),
    Column::cut_end("PATTERN", 20, 1),
];

impl PatternList {
    /// Counts more lines, and returns true if all lines are counted. Rebuilds the rows at most once a second,
    /// because users can't read faster changes.
    pub(in crate::screen::logs) fn update(
        &mut self,
        tape: &QueriedLines,
        held: &LogStore,
        services: &[&Service],
        now: Timestamp,
    ) -> bool {
        if self.lines_generation != tape.generation() {
            *self = Self { lines_generation: tape.generation(), ..Self::default() };
        }
        let whole = self.counts.advance(tape.lines(), held, PATTERN_LINES_PER_STEP) && tape.is_complete();
        if self.listed_at != Some((now, true)) {
            self.listed_at = Some((now, whole));
            self.rebuild_rows(services);
        }
        whole
    }

    /// Rebuilds the rows from the counts.
    fn rebuild_rows(&mut self, services: &[&Service]) {
        let deployed =
            services.iter().filter_map(|service| Some((service.id.clone(), deployment_time(service)?)));
        let listed = self.counts.ranked(&deployed.collect());
        self.rows = listed.iter().map(|kind| PatternRow::of(kind.pattern, kind.count, kind.is_new)).collect();
        let asked = services.iter().all(|service| !service.deployments.is_empty());
        self.since_label = if asked { "the last deployment" } else { "the last start" };
    }

    /// Creates a list without rows, in which the pattern with this id will be selected.
    pub(in crate::screen::logs) fn choosing(chosen_id: Option<u64>) -> Self {
        Self { chosen_id, ..Self::default() }
    }

    /// Returns the id of the selected pattern; `None` for the first row.
    pub(in crate::screen::logs) fn chosen_id(&self) -> Option<u64> {
        self.chosen_id
    }

    /// Returns the number of patterns.
    pub(in crate::screen::logs) fn len(&self) -> usize {
        self.rows.len()
    }

    /// Returns the index of the selected row.
    pub(in crate::screen::logs) fn chosen_row(&self) -> usize {
        self.rows.iter().position(|row| Some(row.id) == self.chosen_id).unwrap_or(0)
    }

    /// Selects a row.
    pub(in crate::screen::logs) fn choose_row(&mut self, row: usize) {
        self.chosen_id = self.rows.get(row).map(|row| row.id);
    }

    /// Returns the template of the selected row.
    pub(in crate::screen::logs) fn chosen_template(&self) -> Option<&Template> {
        self.rows.get(self.chosen_row()).map(|row| &row.template)
    }

    /// Draws the list of patterns.
    pub(in crate::screen::logs) fn draw(&self, scene: Scene<'_>, area: Rect, buf: &mut Canvas<'_>) -> HitMap {
        let (theme, now) = (scene.theme, scene.store.world.now);
        let inner = draw_frame(area, &self.title(), theme, buf);
        let row = |index: usize| self.rows.get(index).map(|row| row.cells(scene, now)).unwrap_or_default();
        let selected = (!self.rows.is_empty()).then(|| self.chosen_row());
        let shape = TableShape::new(PATTERN_COLUMNS, self.rows.len(), selected);
        draw_table(shape, row, ClickTarget::Row, theme, inner, buf)
    }

    fn title(&self) -> String {
        let new = self.rows.iter().filter(|row| row.is_new == Some(true)).count();
        let told = self.rows.iter().any(|row| row.is_new.is_some());
        let news = match new {
            _ if self.listed_at.is_some_and(|(_, whole)| !whole) => "counting".to_owned(),
            _ if !told => format!("no lines from before {}", self.since_label),
            0 => format!("none new since {}", self.since_label),
            new => format!("{new} new since {}", self.since_label),
        };
        let many = pluralize(self.rows.len(), "pattern");
        format!("{many}, {news}; enter shows only this one, - hides it")
    }
}

impl PatternRow {
    fn of(pattern: &Pattern, count: u64, is_new: Option<bool>) -> Self {
        Self {
            id: pattern.id,
            template: pattern.template.clone(),
            words: clean_with_max_chars(&pattern.template.to_string(), MAX_TEMPLATE_CHARS),
            count,
            level: pattern.level,
            first_seen: pattern.first_seen(),
            is_new,
        }
    }

    fn cells(&self, Scene { theme, .. }: Scene<'_>, now: Timestamp) -> Vec<TableCell> {
        let new = if self.is_new == Some(true) { "new" } else { "" };
        let level = level_style(self.level, theme);
        vec![
            (new.to_owned(), Style::from(theme.styles.accent)),
            (format!("{:>7}", self.count), Style::from(theme.styles.text)),
            (self.level.map_or("", LogLevel::as_str).to_owned(), level),
            (format!("{:>5}", age(self.first_seen, now)), Style::from(theme.styles.dim)),
            (self.words.clone(), level),
        ]
    }
}
