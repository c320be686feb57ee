//! The kinds of lines among those that are shown: what is new since the last deployment first, then what there is most
//! of. Gathered by and by as lines come.

use super::{line::level_style, tape::Tape};
use crate::{
    logs::{
        Kinds, LogStore,
        pattern::{Pattern, Template},
    },
    model::{Level, Service, Timestamp, text::clean_within},
    store::deployed,
    view::{
        Canvas, Hits, Scene, Target,
        time::age,
        widget::{
            frame::frame,
            table::{Cell, Column, table},
            text::counted,
        },
    },
};
use ratatui::{layout::Rect, style::Style};

/// The kinds of lines, as they were listed last.
#[derive(Debug, Default)]
pub(super) struct Patterns {
    kinds: Kinds,
    /// Which tape they are of.
    of: u64,
    rows: Vec<Row>,
    /// The number of the pattern that is chosen; the first row's where there is none.
    chosen: Option<u64>,
    /// When they were listed, and whether that was all.
    made: Option<(Timestamp, bool)>,
    /// What the newest of what is new came with.
    since: &'static str,
}

/// What is told of a kind.
#[derive(Debug)]
struct Row {
    id: u64,
    template: Template,
    words: String,
    count: u64,
    level: Option<Level>,
    first: Timestamp,
    new: Option<bool>,
}

/// The lines that are taken in one go: a few milliseconds' work.
const WORK: usize = 2_000;
/// The longest template that is shown, in characters.
const LONGEST: usize = 1_000;

const COLUMNS: &[Column] = &[
    Column::names("", 3, 0),
    Column::names("  COUNT", 7, 0),
    Column::names("LEVEL", 5, 0),
    Column::names("FIRST", 5, 0),
    Column::prose("WHAT THEY HAVE IN COMMON", 20, 1),
];

impl Patterns {
    /// Follows the tape a piece of the way. Returns whether all of it is taken. Lists anew at most once a second: rows
    /// that change their places faster can't be read.
    pub(super) fn follow(
        &mut self,
        tape: &Tape,
        held: &LogStore,
        services: &[&Service],
        now: Timestamp,
    ) -> bool {
        if self.of != tape.number() {
            *self = Self { of: tape.number(), ..Self::default() };
        }
        let whole = self.kinds.advance(tape.lines(), held, WORK) && tape.is_whole();
        if self.made != Some((now, true)) {
            self.made = Some((now, whole));
            self.list(services);
        }
        whole
    }

    fn list(&mut self, services: &[&Service]) {
        let deployed = services.iter().filter_map(|service| Some((service.id.clone(), deployed(service)?)));
        let listed = self.kinds.listed(&deployed.collect());
        self.rows = listed.iter().map(|kind| Row::of(kind.pattern, kind.count, kind.new)).collect();
        let asked = services.iter().all(|service| !service.deployments.is_empty());
        self.since = if asked { "the last deployment" } else { "the last start" };
    }

    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.rows.len()
    }

    /// The row that is chosen.
    pub(super) fn row(&self) -> usize {
        self.rows.iter().position(|row| Some(row.id) == self.chosen).unwrap_or(0)
    }

    /// Chooses a row.
    pub(super) fn choose(&mut self, row: usize) {
        self.chosen = self.rows.get(row).map(|row| row.id);
    }

    /// What the lines of the chosen kind have in common.
    pub(super) fn template(&self) -> Option<&Template> {
        self.rows.get(self.row()).map(|row| &row.template)
    }

    /// Draws them.
    pub(super) fn draw(&self, scene: Scene<'_>, area: Rect, buf: &mut Canvas<'_>) -> Hits {
        let (theme, now) = (scene.theme, scene.store.now);
        let inner = frame(area, &self.title(), theme, buf);
        let row = |index: usize| self.rows.get(index).map(|row| row.cells(scene, now)).unwrap_or_default();
        let selected = (!self.rows.is_empty()).then(|| self.row());
        table(COLUMNS, self.rows.len(), selected, row, Target::Row, theme, inner, buf)
    }

    fn title(&self) -> String {
        let new = self.rows.iter().filter(|row| row.new == Some(true)).count();
        let told = self.rows.iter().any(|row| row.new.is_some());
        let news = match new {
            _ if self.made.is_some_and(|(_, whole)| !whole) => "still counting".to_owned(),
            _ if !told => format!("no line read from before {}", self.since),
            0 => format!("none new since {}", self.since),
            new => format!("{new} new since {}", self.since),
        };
        let many = counted(self.rows.len(), "pattern");
        format!("{many}, {news}; enter shows one alone, - hides it")
    }
}

impl Row {
    fn of(pattern: &Pattern, count: u64, new: Option<bool>) -> Self {
        Self {
            id: pattern.id,
            template: pattern.template.clone(),
            words: clean_within(&pattern.template.to_string(), LONGEST),
            count,
            level: pattern.level,
            first: pattern.first(),
            new,
        }
    }

    fn cells(&self, Scene { theme, .. }: Scene<'_>, now: Timestamp) -> Vec<Cell> {
        let new = if self.new == Some(true) { "new" } else { "" };
        let level = level_style(self.level, theme);
        vec![
            (new.to_owned(), Style::from(theme.ink.accent)),
            (format!("{:>7}", self.count), Style::from(theme.ink.text)),
            (self.level.map_or("", Level::word).to_owned(), level),
            (format!("{:>5}", age(self.first, now)), Style::from(theme.ink.dim)),
            (self.words.clone(), level),
        ]
    }
}
