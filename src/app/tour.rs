//! Tour in the app: its commands, and the rows above the footer that show the current stop.

use super::{App, draw::row_writer::RowWriter};
use crate::{
    command::Command,
    effect::Effect,
    model::SourceState,
    screen::{Canvas, HitMap, widget::text},
    tour::{TeamTour, TourWalk, made_stops},
};
use ratatui::{layout::Rect, style::Style};

/// Height of a stop with its text, in rows.
const FULL_HEIGHT: u16 = 4;
/// Height of a stop without its text, in rows.
const SHORT_HEIGHT: u16 = 2;
/// Smallest height of the terminal, in rows, at which a stop shows its text.
const MIN_HEIGHT_WITH_TEXT: u16 = 20;

/// Tour for newcomers, and the user's position in it.
pub(super) struct Tour {
    pub walk: TourWalk,
    /// Tour that the team has written, if any. The error is the reason why it can't be used.
    team: Result<Option<TeamTour>, String>,
}

impl Default for Tour {
    fn default() -> Self {
        Self { walk: TourWalk::default(), team: Ok(None) }
    }
}

impl App {
    /// Sets the tour that the team has written, or the reason why it can't be used.
    pub fn set_team_tour(&mut self, team: Result<Option<TeamTour>, String>) {
        self.tour.team = team;
    }

    /// Opens the tour, or closes it if it is open.
    pub fn toggle_tour(&mut self) -> Vec<Effect> {
        if self.tour.walk.is_open() {
            self.tour.walk.set_open(false);
            self.notify(&self.tour_hint("left the tour", "goes on with it"));
            return Vec::new();
        }
        self.tour.walk.set_open(true);
        self.renew_tour_stops();
        let effects = self.show_stop();
        if let Err(why) = &self.tour.team {
            self.notice = Some(format!("{why}; showing Portolan's own stops"));
        }
        effects
    }

    /// Goes to the next stop, or to the previous one if `forward` is false.
    pub(super) fn walk_tour(&mut self, forward: bool) -> Vec<Effect> {
        if self.tour.walk.stop().is_none() {
            self.notify(&self.tour_hint("no tour is shown", "starts it"));
            return Vec::new();
        }
        let is_loading = self.store.world.sources.iter().any(|source| source.state == SourceState::Loading);
        if is_loading && !self.tour.walk.has_begun() {
            // Once the tour has begun, its stops no longer change, so they must not come from a half-loaded
            // estate.
            self.notify("the sources are still loading; the tour begins once they are read");
            return Vec::new();
        }
        if forward {
            self.tour.walk.go_forward();
        } else if !self.tour.walk.go_back() {
            self.notify("this is the first stop");
            return Vec::new();
        }
        if self.tour.walk.is_open() {
            return self.show_stop();
        }
        self.notify(&self.tour_hint("the tour is over", "shows it again"));
        Vec::new()
    }

    /// Replaces the stops with stops for the current data if the tour is open but has not begun.
    pub(super) fn renew_tour_stops(&mut self) {
        if !self.tour.walk.is_open() || self.tour.walk.has_begun() {
            return;
        }
        let world = &self.store.world;
        let stops = match &self.tour.team {
            Ok(Some(team)) => team.stops(world).0,
            Ok(None) | Err(_) => made_stops(world),
        };
        self.tour.walk.set_stops(stops);
    }

    /// Returns the height of the tour on a terminal of this height, in rows.
    pub(super) fn tour_height(&self, terminal_height: u16) -> u16 {
        match self.tour.walk.stop() {
            None => 0,
            Some(_) if terminal_height < MIN_HEIGHT_WITH_TEXT => SHORT_HEIGHT,
            Some(_) => FULL_HEIGHT,
        }
    }

    /// Draws the current stop: its number and title, its text, and the command to try.
    pub(super) fn draw_tour(&self, area: Rect, buf: &mut Canvas<'_>) -> HitMap {
        let Some(stop) = self.tour.walk.stop() else { return HitMap::default() };
        let theme = &self.theme;
        let ellipsis = theme.glyphs.ellipsis;
        for y in area.y..area.bottom() {
            buf.set_string(area.x, y, " ".repeat(usize::from(area.width)), Style::default());
        }
        let (number, count) = self.tour.walk.progress();
        buf.set_style(Rect { height: 1, ..area }, Style::from(theme.styles.bar));
        let mut row = RowWriter::new(Rect { height: 1, ..area });
        row.write(&format!(" tour {number} of {count} "), Style::from(theme.styles.badge), None, buf);
        let room = usize::from(row.right.saturating_sub(row.x + 1));
        let title = format!(" {}", text::cut_end(&stop.title, room, ellipsis));
        row.write(&title, Style::from(theme.styles.title), None, buf);
        let lines = text::wrap(&stop.text, usize::from(area.width.saturating_sub(2)));
        let shown = usize::from(area.height.saturating_sub(SHORT_HEIGHT));
        for (y, (index, line)) in (area.y + 1..).zip(lines.iter().enumerate().take(shown)) {
            let is_cut = index + 1 == shown && lines.len() > shown;
            let line = if is_cut { format!("{line}{ellipsis}") } else { line.clone() };
            let line = text::cut_end(&line, usize::from(area.width.saturating_sub(1)), ellipsis);
            buf.set_string(area.x + 1, y, line, Style::from(theme.styles.text));
        }
        self.draw_tour_keys(stop.command, Rect { y: area.bottom().saturating_sub(1), height: 1, ..area }, buf)
    }

    /// Draws the command to try and the keys of the tour.
    fn draw_tour_keys(&self, command: Command, area: Rect, buf: &mut Canvas<'_>) -> HitMap {
        let (key_style, dim) = (Style::from(self.theme.styles.key), Style::from(self.theme.styles.dim));
        let mut row = RowWriter::new(area);
        let tried = self.tour.walk.has_tried();
        row.write(if tried { " tried: " } else { " try " }, Style::from(self.theme.styles.accent), None, buf);
        let next = if self.tour.walk.is_last() { "ends the tour" } else { "next stop" };
        let walking =
            [(Command::NextStop, next), (Command::PreviousStop, "previous"), (Command::Tour, "leave")];
        let walking = walking.map(|(command, words)| (command, format!(" {words}  ")));
        let width =
            |command, words: &str| text::display_width(&self.key_or_id(command)) + text::display_width(words);
        let needed: usize = walking.iter().map(|(command, words)| width(*command, words)).sum();
        let free = usize::from(row.right.saturating_sub(row.x)).saturating_sub(needed);
        let spec = command.spec();
        let ways = [spec.description, spec.footer_label].map(|words| format!(" {words}   "));
        let about = ways.iter().find(|words| width(command, words) <= free).unwrap_or(&ways[1]).clone();
        let keys = std::iter::once((command, about)).chain(walking);
        for (command, words) in keys {
            let name = self.key_or_id(command);
            if row.has_room_for(&name, &words) {
                row.write(&name, key_style, Some(command), buf);
                row.write(&words, dim, Some(command), buf);
            }
        }
        row.hits
    }

    /// Shows the map with the node of the stop selected.
    fn show_stop(&mut self) -> Vec<Effect> {
        let node = self.tour.walk.stop().and_then(|stop| stop.node.clone());
        let effects = self.run_command(Command::Map);
        self.screens.map.leave_focus();
        if let Some(node) = node.filter(|node| self.store.world.topology().nodes.contains_key(node)) {
            self.select(node);
        }
        effects
    }

    /// Returns a notice of the form `fact; KEY does`. KEY is the key that opens the tour.
    fn tour_hint(&self, fact: &str, does: &str) -> String {
        format!("{fact}; {} {does}", self.key_or_id(Command::Tour))
    }

    /// Returns the first key of `command` on the shown screen. If the command has no key there, returns
    /// `:id`.
    fn key_or_id(&self, command: Command) -> String {
        let keys = self.keymap.keys_in(self.screen().spec().key_context, command);
        keys.into_iter().next().unwrap_or_else(|| format!(":{}", command.spec().id))
    }
}
