//! The whole screen: the header, the screen that is shown, the footer, and the prompt over it.

use super::{App, prompt::Prompt};
use crate::{
    command::Command,
    model::{Health, Severity},
    topology::EdgeFilter,
    view::{
        Canvas, Hits, Scene, Target, Theme, freshness,
        widget::{frame::frame, text},
    },
};
use ratatui::{
    buffer::Buffer,
    layout::{Position, Rect},
    style::Style,
};

/// The parts of the screen.
pub(super) struct Areas {
    header: Rect,
    pub(super) body: Rect,
    footer: Rect,
}

/// The least screen on which anything can be read.
const LEAST: (u16, u16) = (24, 6);

/// The least room in the header in which words about the worst finding say anything, in cells.
const LEAST_WORDS: usize = 24;

/// The parts of a screen of that size; filled, the body lies over the other two.
pub(super) fn areas(size: Rect, filled: bool) -> Areas {
    let header = Rect { height: 1.min(size.height), ..size };
    let footer = Rect { y: size.bottom().saturating_sub(1), height: 1.min(size.height), ..size };
    let body = Rect { y: header.bottom(), height: size.height.saturating_sub(2), ..size };
    Areas { header, body: if filled { size } else { body }, footer }
}

impl App {
    /// Draws everything into `buf`, whatever its size: that of the last [`Msg::Resize`](super::Msg::Resize) or another.
    /// Returns where what can be clicked is, and where the cursor stands, if anywhere.
    pub fn draw(&self, buf: &mut Buffer) -> (Hits, Option<Position>) {
        let buf = &mut Canvas::new(buf);
        let size = buf.area();
        if size.is_empty() {
            return (Hits::default(), None);
        }
        if size.width < LEAST.0 || size.height < LEAST.1 {
            buf.set_stringn(0, 0, "too small", usize::from(size.width), Style::default());
            return (Hits::default(), None);
        }
        let scene = Scene { store: &self.store, theme: &self.theme, keymap: &self.keymap };
        let areas = areas(size, self.is_filled());
        let mut hits = if self.is_filled() { Hits::default() } else { self.header(areas.header, buf) };
        for (screen, area) in self.panes_in(size) {
            if let Some(view) = self.views.get(&screen) {
                hits.extend(view.draw(scene, area, buf));
            }
        }
        let cursor = self.prompt.as_ref().map(|prompt| self.prompt_line(prompt, &areas, buf));
        if cursor.is_none() && (!self.is_filled() || self.notice.is_some()) {
            hits.extend(self.footer(areas.footer, buf));
        }
        (hits, cursor)
    }

    /// Name, sources, findings: what must be seen on every screen.
    fn header(&self, area: Rect, buf: &mut Canvas<'_>) -> Hits {
        let theme = &self.theme;
        buf.set_style(area, Style::from(theme.ink.bar));
        let mut row = Row { x: area.x, end: area.right(), y: area.y, hits: Hits::default() };
        row.put(" portolan ", Style::from(theme.ink.title), None, buf);
        if self.store.demo {
            row.put(" DEMO ", Style::from(theme.ink.badge), None, buf);
            row.put(" ", Style::default(), None, buf);
        }
        let right = self.tally();
        row.end = area.right().saturating_sub(right.iter().map(|(words, _)| text::width(words) as u16).sum());
        for status in &self.store.sources {
            let (mark, freshness) = freshness::freshness(status, &self.store);
            let style = theme.health(mark);
            let (name, sign) = (format!(" {} ", status.id), theme.mark(mark));
            if !row.fits(&name, sign) {
                // How a source is matters more than what it is called.
                row.put(&format!(" {sign}"), style, Some(Command::Sources), buf);
                continue;
            }
            row.put(&name, Style::from(theme.ink.bar), Some(Command::Sources), buf);
            // Where all of it does not fit, what ails a source is told without its age, or by its mark alone.
            let short = freshness.split(',').next().unwrap_or_default();
            let ways = [format!("{sign} {freshness} "), format!("{sign} {short} "), sign.to_owned()];
            let words = ways.iter().find(|words| row.fits(words, "")).unwrap_or(&ways[2]);
            row.put(words, style, Some(Command::Sources), buf);
        }
        self.worst(&mut row, buf);
        (row.x, row.end) = (row.end, area.right());
        for (words, style) in right {
            row.put(&words, style, Some(Command::Findings), buf);
        }
        row.hits
    }

    /// The worst that is wrong, where there is room for it.
    fn worst(&self, row: &mut Row, buf: &mut Canvas<'_>) {
        let Some(finding) = self.store.findings.first().filter(|f| f.severity > Severity::Info) else {
            return;
        };
        let room = usize::from(row.end.saturating_sub(row.x));
        if room < LEAST_WORDS {
            return;
        }
        let words = format!("  {}: {}", finding.service, finding.reason);
        let words = text::cut(&words, room, self.theme.glyphs.ellipsis);
        let style = self.theme.health(Theme::severity(finding.severity));
        row.put(&words, style, Some(Command::NextFinding), buf);
    }

    /// How much is wrong, in the right corner.
    fn tally(&self) -> Vec<(String, Style)> {
        let theme = &self.theme;
        let count = |severity| self.store.findings.iter().filter(|f| f.severity == severity).count();
        let mut parts = Vec::new();
        for (severity, health) in
            [(Severity::Critical, Health::Failing), (Severity::Warning, Health::Degraded)]
        {
            if count(severity) > 0 {
                parts.push((format!(" {} {}", theme.mark(health), count(severity)), theme.health(health)));
            }
        }
        let tally = self.store.tally();
        let services: usize = tally.values().sum();
        // Of what is only written down nobody knows how it is.
        let known = tally.keys().any(|health| *health != Health::Unknown);
        let (words, health) =
            if known { ("all well", Health::Healthy) } else { ("health unknown", Health::Unknown) };
        if parts.is_empty() && services > 0 {
            parts.push((format!(" {} {words}", theme.mark(health)), theme.health(health)));
        }
        parts.push((format!("  {services} services "), theme.ink.dim.into()));
        parts
    }

    /// What the keys do here, or what there is to say.
    fn footer(&self, area: Rect, buf: &mut Canvas<'_>) -> Hits {
        let theme = &self.theme;
        let mut row = Row { x: area.x, end: area.right(), y: area.y, hits: Hits::default() };
        if let Some(notice) = &self.notice {
            buf.set_string(area.x, area.y, " ".repeat(usize::from(area.width)), Style::default());
            let notice = text::cut(&format!(" {notice}"), usize::from(area.width), theme.glyphs.ellipsis);
            row.put(&notice, Style::from(theme.ink.accent), None, buf);
            return row.hits;
        }
        if !self.store.search.is_empty() {
            row.put(" searching, esc ends it ", Style::from(theme.ink.found), Some(Command::Back), buf);
        }
        if self.store.edges != EdgeFilter::All {
            let chip = format!(" edges: {} ", self.store.edges.id());
            row.put(&chip, Style::from(theme.ink.badge), Some(Command::Edges), buf);
        }
        let offers = self.views.get(&self.screen()).map_or(&[][..], |view| view.offers());
        for command in offers {
            let keys = self.keymap.keys(*command);
            let Some(key) = keys.first() else { continue };
            let (key, short) = (format!(" {key}"), format!(" {} ", command.spec().short));
            if row.fits(&key, &short) {
                row.put(&key, Style::from(theme.ink.key), Some(*command), buf);
                row.put(&short, Style::from(theme.ink.dim), Some(*command), buf);
            }
        }
        row.hits
    }

    /// The line that is typed in, with the proposals over it. Gives where the cursor stands.
    fn prompt_line(&self, prompt: &Prompt, areas: &Areas, buf: &mut Canvas<'_>) -> Position {
        let theme = &self.theme;
        let area = areas.footer;
        let sign = text::cut(prompt.sign(), usize::from(area.width / 2), theme.glyphs.ellipsis);
        let before = text::width(&sign) as u16;
        let room = usize::from(area.width.saturating_sub(before + 1));
        buf.set_string(area.x, area.y, " ".repeat(usize::from(area.width)), Style::default());
        let scroll = prompt.input().visual_scroll(room.saturating_sub(1));
        buf.set_string(area.x, area.y, sign, Style::from(theme.ink.key));
        let typed: String = prompt.input().value().chars().skip(scroll).collect();
        buf.set_stringn(area.x + before, area.y, typed, room, Style::from(theme.ink.text));
        if let Some(found) = self.found(prompt) {
            let x = area.x + before + prompt.input().visual_cursor().min(room) as u16 + 3;
            let left = usize::from(area.right().saturating_sub(x));
            buf.set_stringn(x, area.y, found, left, Style::from(theme.ink.dim));
        }
        self.proposals(prompt, areas.body, buf);
        let column = prompt.input().visual_cursor().saturating_sub(scroll).min(room) as u16;
        Position::new(area.x + before + column, area.y)
    }

    /// How many nodes the search finds, while it is typed.
    fn found(&self, prompt: &Prompt) -> Option<String> {
        let searches = matches!(prompt, Prompt::Search(..)) && self.searches_nodes();
        let found = || self.store.listed().into_iter().filter(|node| self.store.finds(node)).count();
        (searches && !self.store.search.is_empty()).then(|| format!("{} found", found()))
    }

    /// The commands that what is typed may mean, the likeliest at the top.
    fn proposals(&self, prompt: &Prompt, area: Rect, buf: &mut Canvas<'_>) {
        let proposals = prompt.proposals();
        let height = (proposals.len() as u16).min(10).min(area.height.saturating_sub(2));
        if height == 0 {
            return;
        }
        let theme = &self.theme;
        let place =
            Rect { y: area.bottom() - height - 2, height: height + 2, width: area.width.min(76), ..area };
        for y in place.y..place.bottom() {
            buf.set_string(place.x, y, " ".repeat(usize::from(place.width)), Style::default());
        }
        let inner = frame(place, "commands", theme, buf);
        let first = prompt.chosen().saturating_sub(usize::from(height) - 1);
        for (y, (index, spec)) in (inner.y..inner.bottom()).zip(proposals.iter().enumerate().skip(first)) {
            let keys = self.keymap.keys(spec.command).join(" ");
            let line = format!("{:<18} {keys:<14} {}", spec.id, spec.about);
            let style = if index == prompt.chosen() { theme.ink.selected } else { theme.ink.text };
            let line = text::fit(&line, usize::from(inner.width), theme.glyphs.ellipsis);
            buf.set_string(inner.x, y, line, Style::from(style));
        }
    }
}

/// A row that is filled from the left.
struct Row {
    x: u16,
    end: u16,
    y: u16,
    hits: Hits,
}

impl Row {
    /// Whether both fit one behind the other.
    fn fits(&self, first: &str, second: &str) -> bool {
        usize::from(self.x) + text::width(first) + text::width(second) <= usize::from(self.end)
    }

    /// Puts words behind what is there, where they fit whole.
    fn put(&mut self, words: &str, style: Style, command: Option<Command>, buf: &mut Canvas<'_>) {
        let width = text::width(words) as u16;
        if self.x + width > self.end {
            self.x = self.end;
            return;
        }
        buf.set_string(self.x, self.y, words, style);
        if let Some(command) = command {
            self.hits.add(Rect { x: self.x, y: self.y, width, height: 1 }, Target::Command(command));
        }
        self.x += width;
    }
}
