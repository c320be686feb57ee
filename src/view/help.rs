//! What the keys do: the table of commands, with the keys as they are mapped now, and the legend.

use super::{Hits, Scene, View};
use crate::{
    command::{COMMANDS, Command, Place},
    effect::Effect,
    model::Health,
    store::Store,
};
use ratatui::{
    buffer::Buffer,
    layout::Rect,
    text::{Line, Span},
};

/// The help.
#[derive(Default)]
pub struct Help {
    scroll: usize,
}

impl View for Help {
    fn update(&mut self, command: Command, _store: &Store) -> Vec<Effect> {
        self.scroll = match command {
            Command::Up | Command::ScrollUp => self.scroll.saturating_sub(1),
            Command::Down | Command::ScrollDown => self.scroll + 1,
            Command::PageUp | Command::HalfUp => self.scroll.saturating_sub(10),
            Command::PageDown | Command::HalfDown => self.scroll + 10,
            Command::Top => 0,
            Command::Bottom => COMMANDS.len() * 2,
            _ => self.scroll,
        };
        Vec::new()
    }

    fn follow(&mut self, scene: Scene<'_>, area: Rect, _shown: bool) -> Vec<Effect> {
        self.scroll = self.scroll.min(lines(scene).len().saturating_sub(usize::from(area.height)));
        Vec::new()
    }

    fn offers(&self) -> &'static [Command] {
        &[Command::PageDown, Command::PageUp, Command::Back]
    }

    fn draw(&self, scene: Scene<'_>, area: Rect, buf: &mut Buffer) -> Hits {
        let lines = lines(scene);
        for (y, line) in (area.y..area.bottom()).zip(lines.iter().skip(self.scroll)) {
            buf.set_line(area.x + 1, y, line, area.width.saturating_sub(1));
        }
        Hits::default()
    }
}

/// The whole page.
fn lines(scene: Scene<'_>) -> Vec<Line<'static>> {
    let ink = &scene.theme.ink;
    let mut lines = legend(scene);
    for (place, title) in [
        (Place::Everywhere, "everywhere"),
        (Place::Map, "on the map"),
        (Place::Logs, "in the logs"),
        (Place::Timeline, "on the timeline"),
    ] {
        lines.push(Line::default());
        lines.push(Line::styled(title, ink.title.0));
        for spec in COMMANDS.iter().filter(|spec| spec.place == place) {
            let keys = scene.keymap.keys(spec.command).join(" ");
            lines.push(Line::from(vec![
                Span::styled(format!("  {keys:<16}"), ink.key.0),
                Span::styled(format!("{:<20}", spec.id), ink.dim.0),
                Span::styled(spec.about, ink.text.0),
            ]));
        }
    }
    lines
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
    vec![
        Line::styled("what the marks mean", ink.title.0),
        Line::from(health),
        Line::styled(lines, ink.text.0),
    ]
}
