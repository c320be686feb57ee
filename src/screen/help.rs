//! Help screen: the commands with their current keys, and the legend of the map.

use super::{Canvas, HitMap, Scene, Screen, ScreenRequest};
use crate::{
    command::{COMMAND_TABLE, Command, CommandSpec, KeyContext},
    model::Health,
    screen::widget::{scroll::Scroll, text},
    store::Store,
    topology::ProductRole,
};
use ratatui::{
    layout::Rect,
    style::Modifier,
    text::{Line, Span},
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// Width of the column of keys, in cells.
const KEY_COLUMN_WIDTH: usize = 18;
/// Smallest screen width that has room for the command ids, in cells.
const MIN_WIDTH_FOR_COMMAND_IDS: usize = 110;

/// Screen with the keys of all commands and the legend of the map.
#[derive(Serialize, Deserialize)]
#[serde(default)]
pub struct Help {
    scroll: Scroll,
    /// Key context of the screen from which the user opened help. If this is the log screen, help lists the
    /// keys of that screen first, because it has many.
    context: KeyContext,
    /// Commands that did something at the time when the user opened help. Help dims all others.
    #[serde(with = "command_ids")]
    offered: BTreeSet<Command>,
}

impl Default for Help {
    fn default() -> Self {
        Self { scroll: Scroll::default(), context: KeyContext::Everywhere, offered: BTreeSet::new() }
    }
}

impl Screen for Help {
    fn update(&mut self, command: Command, _store: &Store) -> Vec<ScreenRequest> {
        self.scroll.apply(command);
        Vec::new()
    }

    fn sync(&mut self, scene: Scene<'_>, area: Rect, _shown: bool) -> Vec<ScreenRequest> {
        self.scroll.set_size(matching_lines(self, scene, area.width).len(), usize::from(area.height));
        Vec::new()
    }

    fn applies(&self, command: Command, _store: &Store) -> bool {
        self.scroll.applies(command)
    }

    fn footer_commands(&self) -> &'static [Command] {
        &[Command::PageDown, Command::PageUp, Command::Search, Command::Back]
    }

    fn draw(&self, scene: Scene<'_>, area: Rect, buf: &mut Canvas<'_>) -> HitMap {
        let lines = matching_lines(self, scene, area.width);
        for (y, line) in (area.y..area.bottom()).zip(lines.iter().skip(self.scroll.first_row())) {
            buf.set_line(area.x + 1, y, line, area.width.saturating_sub(1));
        }
        HitMap::default()
    }
}

impl Help {
    /// Resets help for the screen from which the user opens it. `over` is the key context of that screen, and
    /// `offered` holds the commands that apply there.
    pub fn open_over(&mut self, over: KeyContext, offered: BTreeSet<Command>) {
        *self = Self { context: over, offered, ..Self::default() };
    }
}

/// Serialization of a set of commands as a list of their ids. Reading skips the ids that this version of
/// Portolan does not have.
mod command_ids {
    use super::{BTreeSet, Command};
    use serde::{Deserialize, Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(commands: &BTreeSet<Command>, to: S) -> Result<S::Ok, S::Error> {
        to.collect_seq(commands.iter().map(|command| command.spec().id))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<BTreeSet<Command>, D::Error> {
        let ids: Vec<String> = Vec::deserialize(from)?;
        Ok(ids.iter().filter_map(|id| Command::named(id)).collect())
    }
}

/// Returns the lines of the entries that match the search, or all lines without a search.
fn matching_lines(help: &Help, scene: Scene<'_>, width: u16) -> Vec<Line<'static>> {
    let search = &scene.store.session.search;
    let words = |rows: &Vec<Line<'_>>| {
        let text: Vec<String> = rows.iter().map(ToString::to_string).collect();
        text.join(" ").split_whitespace().collect::<Vec<_>>().join(" ")
    };
    let mut entries = help_entries(help, scene, width);
    entries.retain(|rows| search.is_empty() || search.matches(&words(rows)));
    if entries.is_empty() {
        entries.push(vec![Line::styled("no matches", scene.theme.styles.dim.0)]);
    }
    entries.into_iter().flatten().collect()
}

/// Returns the entries of the help screen, each with its lines. An entry is a title, a command or a line of
/// the legend.
fn help_entries(help: &Help, scene: Scene<'_>, width: u16) -> Vec<Vec<Line<'static>>> {
    let over = help.context;
    let ink = &scene.theme.styles;
    let mut places =
        [KeyContext::Everywhere, KeyContext::Map, KeyContext::List, KeyContext::Logs, KeyContext::Timeline];
    if over == KeyContext::Logs {
        places[..4].rotate_right(1);
    }
    let legend = || legend(scene).into_iter().map(|line| vec![line]);
    let mut entries: Vec<_> = if over == KeyContext::Logs { Vec::new() } else { legend().collect() };
    for place in places {
        let title = place.place().unwrap_or("everywhere");
        entries.extend((!entries.is_empty()).then(|| vec![Line::default()]));
        entries.push(vec![Line::styled(title, ink.title.0)]);
        let is_listed =
            |spec: &&CommandSpec| !spec.command.is_for_actions() || scene.store.world.allows_actions();
        for spec in COMMAND_TABLE.iter().filter(|spec| spec.context == place).filter(is_listed) {
            let there = if place == KeyContext::Everywhere { over } else { place };
            let keys = scene.keymap.keys_in(there, spec.command);
            let is_offered = help.offered.contains(&spec.command);
            entries.push(command_lines(spec, &keys, is_offered, scene, usize::from(width)));
        }
    }
    if over == KeyContext::Logs {
        entries.push(vec![Line::default()]);
        entries.extend(legend());
    }
    entries
}

/// Returns the lines of one command: keys, id and description. The lines are dim if `is_offered` is false,
/// because the command does not apply now. A narrow screen leaves out the id.
fn command_lines(
    spec: &CommandSpec,
    keys: &[String],
    is_offered: bool,
    scene: Scene<'_>,
    width: usize,
) -> Vec<Line<'static>> {
    let ink = &scene.theme.styles;
    let (key_style, text_style) = if is_offered { (ink.key.0, ink.text.0) } else { (ink.dim.0, ink.dim.0) };
    let id = if width < MIN_WIDTH_FOR_COMMAND_IDS { String::new() } else { format!("{:<20}", spec.id) };
    let before = KEY_COLUMN_WIDTH + id.len();
    let room = width.saturating_sub(before + 1).max(10);
    let mut head = Some((format!("  {:<16}", keys.join(" ")), id));
    let words = text::wrap(spec.description, room).into_iter();
    words
        .map(|words| {
            let (keys, id) = head.take().unwrap_or_else(|| (" ".repeat(before), String::new()));
            Line::from(vec![
                Span::styled(keys, key_style),
                Span::styled(id, ink.dim.0),
                Span::styled(words, text_style),
            ])
        })
        .collect()
}

/// Returns the legend of the map's symbols and lines.
fn legend(scene: Scene<'_>) -> Vec<Line<'static>> {
    use Health::{Degraded, Failing, Healthy, Starting, Stopped, Unknown};
    let (theme, ink) = (scene.theme, &scene.theme.styles);
    let marks = [Healthy, Starting, Degraded, Failing, Stopped, Unknown];
    let mut health = vec![Span::raw("  ")];
    for mark in marks {
        health.push(Span::styled(
            format!("{} {}   ", theme.health_glyph(mark), mark.as_str()),
            theme.health_style(mark),
        ));
    }
    let strokes = if theme.glyphs.ascii { ["--", "~~", ".."] } else { ["──", "╌╌", "┈┈"] };
    let lines = format!("  {} observed   {} declared   {} possible   ", strokes[0], strokes[1], strokes[2]);
    let names = vec![
        Span::styled("  name: ", ink.text.0),
        Span::styled("root cause", theme.health_style(Failing).add_modifier(Modifier::BOLD)),
        Span::styled("   possibly caused by another", theme.health_style(Failing)),
        Span::styled("   depends on a faulty one", theme.health_style(Degraded)),
    ];
    let mark = if theme.glyphs.ascii { "#" } else { "◆" };
    let others = format!(
        "  {} deployment in progress   {mark} marked   (+3 name) 3 hidden neighbours",
        theme.glyphs.deploying
    );
    let strokes = vec![
        Span::styled(lines, ink.text.0),
        Span::styled("to orders: a line back up the map, to orders", ink.feedback.0),
    ];
    vec![
        Line::styled("legend", ink.title.0),
        Line::from(health),
        Line::from(names),
        Line::styled(others, ink.text.0),
        Line::styled(role_legend(theme.glyphs.ascii), ink.text.0),
        Line::from(strokes),
    ]
}

/// Returns the legend line of the symbols for databases, queues and other roles of products.
fn role_legend(ascii: bool) -> String {
    let known = [
        (ProductRole::Database, "database"),
        (ProductRole::Cache, "cache"),
        (ProductRole::Queue, "queue"),
        (ProductRole::Store, "storage"),
        (ProductRole::Mail, "mail"),
        (ProductRole::Telemetry, "telemetry"),
        (ProductRole::Proxy, "proxy"),
    ];
    let mark = |role: ProductRole| if ascii { role.map_symbols().1 } else { role.map_symbols().0 };
    let words: Vec<String> = known.iter().map(|(role, word)| format!("{} {word}", mark(*role))).collect();
    format!("  {}", words.join("  "))
}
