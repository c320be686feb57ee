//! What the keys do: the table of commands, with the keys as they are mapped now, and the legend. The logs have so
//! many of their own that these come first over them.

use super::{Canvas, Hits, Scene, View};
use crate::{
    command::{COMMANDS, Command, Place, Spec},
    effect::Effect,
    model::Health,
    store::Store,
    topology::Role,
    view::widget::{scroll::Scroll, text},
};
use ratatui::{
    layout::Rect,
    text::{Line, Span},
};

/// The cells of the keys of a command.
const KEYS: usize = 18;
/// From how many cells on there is room for all columns.
const ROOMY: usize = 110;

/// The help.
pub struct Help {
    scroll: Scroll,
    /// Whose keys count on the screen below.
    over: Place,
}

impl Default for Help {
    fn default() -> Self {
        Self { scroll: Scroll::default(), over: Place::Everywhere }
    }
}

impl View for Help {
    fn update(&mut self, command: Command, _store: &Store) -> Vec<Effect> {
        self.scroll.go(command);
        Vec::new()
    }

    fn open(&mut self, over: Place) {
        *self = Self { over, ..Self::default() };
    }

    fn follow(&mut self, scene: Scene<'_>, area: Rect, _shown: bool) -> Vec<Effect> {
        self.scroll.fit(lines(self.over, scene, area.width).len(), usize::from(area.height));
        Vec::new()
    }

    fn offers(&self) -> &'static [Command] {
        &[Command::PageDown, Command::PageUp, Command::Search, Command::Back]
    }

    fn draw(&self, scene: Scene<'_>, area: Rect, buf: &mut Canvas<'_>) -> Hits {
        let lines = lines(self.over, scene, area.width);
        for (y, line) in (area.y..area.bottom()).zip(lines.iter().skip(self.scroll.at())) {
            buf.set_line(area.x + 1, y, line, area.width.saturating_sub(1));
        }
        Hits::default()
    }
}

/// The rows of the page that the search finds; all of them where nothing is searched for.
fn lines(over: Place, scene: Scene<'_>, width: u16) -> Vec<Line<'static>> {
    let search = &scene.store.search;
    let words = |rows: &Vec<Line<'_>>| {
        let text: Vec<String> = rows.iter().map(ToString::to_string).collect();
        text.join(" ").split_whitespace().collect::<Vec<_>>().join(" ")
    };
    let mut entries = page(over, scene, width);
    entries.retain(|rows| search.is_empty() || search.matches(&words(rows)));
    if entries.is_empty() {
        entries.push(vec![Line::styled("the search finds nothing", scene.theme.ink.dim.0)]);
    }
    entries.into_iter().flatten().collect()
}

/// The whole page, over a screen with those keys: an entry for each command, title and line of the legend.
fn page(over: Place, scene: Scene<'_>, width: u16) -> Vec<Vec<Line<'static>>> {
    let ink = &scene.theme.ink;
    let mut places = [
        (Place::Everywhere, "everywhere"),
        (Place::Map, "on the map"),
        (Place::Logs, "in the logs"),
        (Place::Timeline, "on the timeline"),
    ];
    if over == Place::Logs {
        places[..3].rotate_right(1);
    }
    let legend = || legend(scene).into_iter().map(|line| vec![line]);
    let mut entries: Vec<_> = if over == Place::Logs { Vec::new() } else { legend().collect() };
    for (place, title) in places {
        entries.extend((!entries.is_empty()).then(|| vec![Line::default()]));
        entries.push(vec![Line::styled(title, ink.title.0)]);
        for spec in COMMANDS.iter().filter(|spec| spec.place == place) {
            let there = if place == Place::Everywhere { over } else { place };
            entries.push(rows(spec, &scene.keymap.keys_at(there, spec.command), scene, usize::from(width)));
        }
    }
    if over == Place::Logs {
        entries.push(vec![Line::default()]);
        entries.extend(legend());
    }
    entries
}

/// A command, in as many rows as its words take; where it is narrow, without what is typed behind `:`.
fn rows(spec: &Spec, keys: &[String], scene: Scene<'_>, width: usize) -> Vec<Line<'static>> {
    let ink = &scene.theme.ink;
    let id = if width < ROOMY { String::new() } else { format!("{:<20}", spec.id) };
    let before = KEYS + id.len();
    let room = width.saturating_sub(before + 1).max(10);
    let mut head = Some((format!("  {:<16}", keys.join(" ")), id));
    let words = text::wrap(spec.about, room).into_iter();
    words
        .map(|words| {
            let (keys, id) = head.take().unwrap_or_else(|| (" ".repeat(before), String::new()));
            Line::from(vec![
                Span::styled(keys, ink.key.0),
                Span::styled(id, ink.dim.0),
                Span::styled(words, ink.text.0),
            ])
        })
        .collect()
}

/// What the marks and lines of the map mean.
fn legend(scene: Scene<'_>) -> Vec<Line<'static>> {
    use Health::{Degraded, Failing, Healthy, Starting, Stopped, Unknown};
    let (theme, ink) = (scene.theme, &scene.theme.ink);
    let marks = [Healthy, Starting, Degraded, Failing, Stopped, Unknown];
    let mut health = vec![Span::raw("  ")];
    for mark in marks {
        health.push(Span::styled(format!("{} {}   ", theme.mark(mark), mark.word()), theme.health(mark)));
    }
    let strokes = if theme.glyphs.ascii { ["--", "~~", ".."] } else { ["──", "╌╌", "┈┈"] };
    let lines = format!(
        "  {} observed   {} declared by configuration   {} merely possible",
        strokes[0], strokes[1], strokes[2]
    );
    let parts = vec![
        Span::raw("  "),
        Span::styled(format!("{} cause   ", theme.glyphs.cause), theme.health(Failing)),
        Span::styled(format!("{} perhaps a victim   ", theme.glyphs.victim), theme.health(Failing)),
        Span::styled(
            format!("{} affected: it depends on something ill", theme.glyphs.affected),
            theme.health(Degraded),
        ),
    ];
    let badge = format!("  {} behind the mark: a deployment is under way", theme.glyphs.deploying);
    let [first, second] = numbers(theme.glyphs.ascii);
    vec![
        Line::styled("what the marks mean", ink.title.0),
        Line::from(health),
        Line::from(parts),
        Line::styled(badge, ink.text.0),
        Line::styled(things(theme.glyphs.ascii), ink.text.0),
        Line::styled(first, ink.text.0),
        Line::styled(second, ink.text.0),
        Line::styled(lines, ink.text.0),
    ]
}

/// What dependencies, and services with a part of their own, are marked with.
fn things(ascii: bool) -> String {
    let known = [
        (Role::Database, "database"),
        (Role::Cache, "cache"),
        (Role::Queue, "queue"),
        (Role::Store, "objects"),
        (Role::Mail, "mail"),
        (Role::Telemetry, "telemetry"),
        (Role::Proxy, "proxy"),
    ];
    let mark = |role: Role| if ascii { role.marks().1 } else { role.marks().0 };
    let words: Vec<String> = known.iter().map(|(role, word)| format!("{} {word}", mark(*role))).collect();
    format!("  {}", words.join("  "))
}

/// What the numbers on the map mean.
fn numbers(ascii: bool) -> [&'static str; 2] {
    if ascii {
        [
            "  1<9 nine call it, by lines that are not drawn; they are marked >1",
            "  (+3 name) three more out of sight   # marked",
        ]
    } else {
        [
            "  ¹◂9 nine call it, by lines that are not drawn; they are marked ▸¹",
            "  ┊+3 name┊ three more out of sight   ◆ marked",
        ]
    }
}
