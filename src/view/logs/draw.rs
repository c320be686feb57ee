//! Drawing the logs: the frame with what is shown in words, the chips, the histogram, the lines, and what is opened
//! beside them.

use super::{
    Logs, histogram,
    line::{self, Margin},
    pages,
    pane::Pane,
    reach,
};
use crate::{
    logs::Line,
    store::Store,
    view::{
        Canvas, Hits, Scene, Target,
        time::Clock,
        widget::{frame::frame, text},
    },
};
use ratatui::{
    layout::{Position, Rect},
    style::Style,
};

/// The parts of the screen.
pub(super) struct Areas {
    /// The row of chips; empty where there are none.
    pub chips: Rect,
    /// What can't be read.
    pub notes: Rect,
    /// The histogram.
    pub bars: Rect,
    /// The lines.
    pub lines: Rect,
    /// What is opened beside them.
    pub pane: Rect,
}

/// The most rows for what can't be read.
const MOST_NOTES: usize = 3;

/// The parts of a screen of that area.
pub(super) fn areas(logs: &Logs, store: &Store, area: Rect) -> Areas {
    let mut rest = Rect {
        x: area.x + 1,
        y: area.y + 1,
        width: area.width.saturating_sub(2),
        height: area.height.saturating_sub(2),
    };
    let room = rest.height;
    let mut take = |rows: u16| {
        let rows = rows.min(rest.height.saturating_sub(1));
        let part = Rect { height: rows, ..rest };
        rest = Rect { y: rest.y + rows, height: rest.height - rows, ..rest };
        part
    };
    let chips = take(u16::from(!chips(logs).is_empty()));
    let notes = take(unreadable(logs, store).len().min(MOST_NOTES + 1) as u16);
    let bars = if logs.histogram.is_some() { histogram::ROWS } else { 0 };
    let bars = take(if bars < room { bars } else { 0 });
    let below = match &logs.pane {
        Pane::None => 0,
        Pane::Details(_) | Pane::Patterns(_) => rest.height * 3 / 5,
    };
    let lines = Rect { height: rest.height - below, ..rest };
    Areas { chips, notes, bars, lines, pane: Rect { y: lines.bottom(), height: below, ..rest } }
}

/// Draws all of it.
pub(super) fn draw(logs: &Logs, scene: Scene<'_>, area: Rect, buf: &mut Canvas<'_>) -> Hits {
    let areas = areas(logs, scene.store, area);
    frame(area, &title(logs, scene.store), scene.theme, buf);
    let mut hits = Hits::default();
    row_of_chips(logs, scene, areas.chips, buf);
    hits.add(areas.chips, Target::Inset);
    notes(logs, scene, areas.notes, buf);
    if let Some(histogram) = &logs.histogram {
        histogram.draw(scene, logs.look.clock, areas.bars, buf);
        hits.add(areas.bars, Target::Inset);
    }
    lines(logs, scene, (area, areas.lines), buf, &mut hits);
    match &logs.pane {
        Pane::None => {}
        Pane::Details(details) => match logs.tape.line(&scene.store.logs, details.line) {
            Some(line) => hits.extend(super::details::draw(details, &line, scene, areas.pane, buf)),
            None => say(areas.pane, "this line is no longer held", scene, buf),
        },
        Pane::Patterns(patterns) => hits.extend(patterns.draw(scene, areas.pane, buf)),
    }
    hits
}

/// The lines that fit, the newest at the bottom.
fn lines(logs: &Logs, scene: Scene<'_>, (whole, area): (Rect, Rect), buf: &mut Canvas<'_>, hits: &mut Hits) {
    let width = usize::from(area.width);
    let services = logs.services(scene.store);
    let margin = Margin::of(logs, &services, width);
    let shown = logs.shown(scene.store, whole);
    if shown.is_empty() {
        say(area, &nothing(logs, scene.store), scene, buf);
        return;
    }
    let mut rows = Vec::new();
    for (index, line) in shown.iter().enumerate() {
        rows.extend(
            line::rows(logs, line, &margin, scene, width).into_iter().map(|row| (index, line.key, row)),
        );
    }
    let hidden = rows.len().saturating_sub(usize::from(area.height));
    for (y, (index, key, row)) in (area.y..area.bottom()).zip(rows.iter().skip(hidden)) {
        buf.set_line(area.x, y, row, area.width);
        let place = Rect { y, height: 1, ..area };
        if logs.spot.cursor == Some(*key) {
            select(place, scene, buf);
        }
        if !logs.pane.is_open() {
            hits.add(place, Target::Row(*index));
        }
    }
}

/// Marks the row of the cursor; what is found in it stays lit.
fn select(row: Rect, scene: Scene<'_>, buf: &mut Canvas<'_>) {
    let found = Style::from(scene.theme.ink.found).bg;
    for at in row.positions() {
        if let Some(cell) = buf.cell_mut(at).filter(|cell| found.is_none() || cell.style().bg != found) {
            cell.set_style(Style::from(scene.theme.ink.selected));
        }
    }
}

/// Whose lines they are, whether they follow, and what is found.
fn title(logs: &Logs, store: &Store) -> String {
    let services = logs.services(store);
    let (targets, more) = reach::streams(&services, logs.aim.alone.as_ref());
    let mut words = vec![format!("logs of {}", logs.aim.reach.words(store))];
    if let Some(alone) = &logs.aim.alone {
        let instance = services.iter().flat_map(|s| &s.instances).find(|instance| instance.id == *alone);
        words.push(format!("{} alone", instance.map_or(alone.as_str(), |instance| instance.name.as_str())));
    }
    words.push(place(logs, store));
    let clock = if logs.look.clock == Clock::Utc { Clock::Utc } else { Clock::Local };
    words.extend(logs.aim.since.map(|at| format!("since {}", clock.show(at, store.now, &store.zone))));
    if more > 0 {
        words.push(format!("{} streams, {more} more are not read", targets.len()));
    }
    words.extend(logs.tape.found(&store.logs, logs.spot.cursor).map(|(number, found)| {
        let number = number.map(|number| format!("{number} of ")).unwrap_or_default();
        format!("{number}{found} found")
    }));
    if !logs.tape.is_whole() {
        words.push("looking through what is held".to_owned());
    }
    if logs.pages.are_read() {
        words.push("reading older lines".to_owned());
    } else if pages::have_begun(&store.logs, &targets)
        && logs.spot.cursor.is_some()
        && logs.spot.cursor == logs.tape.first(&store.logs)
    {
        words.push("the log begins here".to_owned());
    }
    let dropped = store.logs.dropped();
    if dropped > 0 {
        words.push(format!("{dropped} old lines dropped"));
    }
    words.join(", ")
}

/// Whether it follows, else which line one is at, and of how many.
fn place(logs: &Logs, store: &Store) -> String {
    let all = logs.tape.lines().count(&store.logs);
    match logs.spot.cursor {
        _ if all == 0 => if logs.spot.follows() { "following" } else { "paused" }.to_owned(),
        None => format!("following, {}", text::counted(all, "line")),
        Some(here) => {
            let line = (logs.tape.lines().rank(&store.logs, here) + 1).min(all);
            format!("paused at line {line} of {all}")
        }
    }
}

/// What stands on the chips.
fn chips(logs: &Logs) -> Vec<String> {
    logs.aim.chips.iter().map(|chip| format!(" {} ", chip.label())).collect()
}

/// The chip at that cell.
pub(super) fn chip_at(logs: &Logs, area: Rect, (column, row): (u16, u16)) -> Option<usize> {
    if !area.contains(Position::new(column, row)) {
        return None;
    }
    let mut x = usize::from(area.x);
    chips(logs).iter().position(|chip| {
        let start = x;
        x += text::width(chip) + 1;
        (start..x - 1).contains(&usize::from(column))
    })
}

fn row_of_chips(logs: &Logs, scene: Scene<'_>, area: Rect, buf: &mut Canvas<'_>) {
    if area.is_empty() {
        return;
    }
    let mut x = area.x;
    for chip in chips(logs) {
        let room = usize::from(area.right().saturating_sub(x));
        if room < 2 {
            break;
        }
        let chip = text::cut(&chip, room, scene.theme.glyphs.ellipsis);
        buf.set_string(x, area.y, &chip, Style::from(scene.theme.ink.badge));
        x += text::width(&chip) as u16 + 1;
    }
}

/// What is said of streams that can't be read: whose, and why.
fn unreadable(logs: &Logs, store: &Store) -> Vec<(String, String)> {
    let services = logs.services(store);
    let about =
        |line: &Line<'_>| line.service.is_none_or(|id| services.iter().any(|service| service.id == *id));
    let notes = store.logs.unreadable().filter(about);
    notes.map(|note| (note.label.to_owned(), note.text.to_owned())).collect()
}

fn notes(logs: &Logs, scene: Scene<'_>, area: Rect, buf: &mut Canvas<'_>) {
    let all = unreadable(logs, scene.store);
    let rows = usize::from(area.height);
    for (index, (y, (label, words))) in (area.y..area.bottom()).zip(&all).enumerate() {
        let more = index + 1 == rows && all.len() > rows;
        let words = if more {
            format!("and {} more can't be read", all.len() - index)
        } else {
            format!("{label}: {words}")
        };
        let words = text::cut(&words, usize::from(area.width), scene.theme.glyphs.ellipsis);
        buf.set_string(area.x, y, words, Style::from(scene.theme.ink.degraded));
    }
}

/// Why there is no line.
fn nothing(logs: &Logs, store: &Store) -> String {
    let services = logs.services(store);
    if services.is_empty() {
        return "there is no log to read here: nothing of it runs in a source".to_owned();
    }
    if services.iter().all(|service| service.instances.is_empty()) {
        let name = if let [service] = services[..] { service.name.as_str() } else { "them" };
        return format!("no instance of {name} runs or ended lately, so there is no log to read");
    }
    if !logs.aim.chips.is_empty() {
        return "the filters hide every line; x takes the last one away".to_owned();
    }
    if store.search.is_inverse() {
        "the search hides every line".to_owned()
    } else {
        "no line yet".to_owned()
    }
}

fn say(area: Rect, words: &str, scene: Scene<'_>, buf: &mut Canvas<'_>) {
    let rows = text::wrap(words, usize::from(area.width.saturating_sub(4)));
    for (y, row) in (area.y + 1..area.bottom()).zip(rows) {
        buf.set_string(area.x + 2, y, row, Style::from(scene.theme.ink.dim));
    }
}
