//! One line as it is drawn: mark, time, service, instance, level, text.

use super::{
    Logs,
    fold::Part,
    row::{self, Inked},
};
use crate::{
    logs::{Key, Line},
    model::{Level, Service},
    store::Store,
    view::{Scene, Theme, widget::text},
};
use ratatui::{
    style::Style,
    text::{Line as Row, Span},
};

/// The most rows of one line on the screen.
const MOST_ROWS: usize = 40;
/// How many services are asked for how wide their names are.
const NAMES: usize = 100;
/// The fewest cells that are left for the text.
const LEAST: usize = 10;

/// The cells of the columns before the text.
pub(super) struct Margin {
    time: usize,
    service: usize,
    instance: usize,
    level: usize,
}

impl Margin {
    /// For lines of those services in so many cells.
    pub(super) fn of(logs: &Logs, services: &[&Service], width: usize) -> Self {
        let look = &logs.look;
        let most = (width / 8).clamp(6, 20);
        let longest = |names: &mut dyn Iterator<Item = usize>| names.max().unwrap_or(0).min(most);
        let service = look.service.unwrap_or(services.len() > 1);
        // Of very many, the first ones tell how wide names are here.
        let services = &services[..services.len().min(NAMES)];
        let names = services.iter().map(|service| text::width(&service.name));
        let labels = services.iter().flat_map(|s| &s.instances).map(|i| text::width(&i.name));
        Self {
            time: look.clock.cells(),
            service: if service { longest(&mut names.into_iter()) } else { 0 },
            instance: if look.instance { longest(&mut labels.into_iter()).max(6) } else { 0 },
            level: if look.level { 5 } else { 0 },
        }
    }

    /// All of them, with the blanks behind them and the mark before them.
    pub(super) fn cells(&self) -> usize {
        [self.time, self.service, self.instance, self.level]
            .iter()
            .filter(|c| **c > 0)
            .map(|c| c + 1)
            .sum::<usize>()
            + 1
    }

    /// What is left for the text.
    pub(super) fn room(&self, width: usize) -> usize {
        width.saturating_sub(self.cells()).max(LEAST)
    }
}

/// The part of a line that is shown.
fn shown<'a>(logs: &Logs, line: &Line<'a>) -> Part<'a> {
    logs.look.fold.part(line, logs.tape.search())
}

/// How many rows a line takes.
pub(super) fn takes(logs: &Logs, line: &Line<'_>, room: usize) -> usize {
    if logs.look.wrap { row::rows(&shown(logs, line).text, room, MOST_ROWS) } else { 1 }
}

/// A line in rows.
pub(super) fn rows(
    logs: &Logs,
    line: &Line<'_>,
    margin: &Margin,
    scene: Scene<'_>,
    width: usize,
) -> Vec<Row<'static>> {
    let Scene { store, theme, .. } = scene;
    let room = margin.room(width);
    let part = shown(logs, line);
    let base = match line.note {
        Some(_) => theme.ink.accent.into(),
        None => level_style(line.level, theme),
    };
    let rows = if logs.look.wrap { MOST_ROWS } else { 1 };
    let mut inked = Inked::new(&part.text, (logs.look.shift + room * rows).saturating_mul(2), base);
    if let Some(from) = part.from.filter(|_| theme.is_coloured()) {
        inked = inked.painted(line.paint, from);
    }
    let inked =
        inked.styled(part.fields, theme.ink.dim.into()).searched(&store.search, theme.ink.found.into());
    let pieces = if logs.look.wrap {
        inked.wrapped(room, MOST_ROWS)
    } else {
        vec![inked.cut(logs.look.shift, room, theme.glyphs.ellipsis)]
    };
    let blank = || vec![Span::raw(" ".repeat(margin.cells()))];
    let head = head(logs, line, margin, scene);
    let mut head = Some(head);
    pieces
        .into_iter()
        .map(|piece| {
            let mut spans = head.take().unwrap_or_else(blank);
            spans.extend(piece);
            Row::from(spans)
        })
        .collect()
}

/// What stands before the text.
fn head(logs: &Logs, line: &Line<'_>, margin: &Margin, scene: Scene<'_>) -> Vec<Span<'static>> {
    let Scene { store, theme, .. } = scene;
    let mut spans = vec![Span::styled(mark(logs, line.key, store, theme), Style::from(theme.ink.accent))];
    let mut column = |words: &str, cells: usize, style: Style| {
        if cells > 0 {
            let words = text::squeeze(words, cells, theme.glyphs.ellipsis);
            spans.push(Span::styled(format!("{} ", text::fit(&words, cells, theme.glyphs.ellipsis)), style));
        }
    };
    column(&logs.look.clock.show(line.key.at, store.now, &store.zone), margin.time, theme.ink.dim.into());
    let service = line.service.and_then(|id| store.inventory.service(id));
    let name = service.map_or("", |service| service.name.as_str());
    column(name, margin.service, tint(name, theme));
    column(line.label, margin.instance, tint(if margin.service > 0 { name } else { line.label }, theme));
    let level = match line.note {
        Some(_) => "note",
        None => line.level.map(Level::word).unwrap_or_default(),
    };
    column(level, margin.level, level_style(line.level, theme));
    spans
}

/// The mark before a line: that it is marked, or selected.
fn mark(logs: &Logs, key: Key, store: &Store, theme: &Theme) -> String {
    let selected =
        logs.marks.selected(logs.here(store)).is_some_and(|(first, last)| first <= key && key <= last);
    let mark = match (logs.marks.has(key), selected, theme.glyphs.ascii) {
        (true, _, true) => "#",
        (true, _, false) => "◆",
        (_, true, _) => ">",
        _ => " ",
    };
    mark.to_owned()
}

/// The colour of a level.
pub(super) fn level_style(level: Option<Level>, theme: &Theme) -> Style {
    match level {
        Some(Level::Error | Level::Fatal) => theme.ink.failing,
        Some(Level::Warn) => theme.ink.degraded,
        Some(Level::Trace | Level::Debug) => theme.ink.dim,
        Some(Level::Info) | None => theme.ink.text,
    }
    .into()
}

/// A colour that stays with a name.
fn tint(name: &str, theme: &Theme) -> Style {
    let ink = &theme.ink;
    let tints = [ink.accent, ink.healthy, ink.starting, ink.near, ink.title, ink.observed];
    let sum = name.bytes().fold(0usize, |sum, byte| sum.wrapping_mul(31).wrapping_add(usize::from(byte)));
    tints[sum % tints.len()].0
}
