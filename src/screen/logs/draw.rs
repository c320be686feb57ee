//! Drawing of the log screen: frame and title, filter chips, histogram, lines, and the open pane.

pub(super) mod display_options;
pub(super) mod field_display;
pub(super) mod line;
pub(super) mod styled_text;

use super::{
    Logs,
    panes::{histogram, pane::Pane},
    query::{backfill, scope},
};
use crate::{
    log_store::LogEntry,
    screen::{
        Canvas, ClickTarget, HitMap, Scene,
        describe::time::TimeFormat,
        widget::{frame::draw_frame, text},
    },
    store::Store,
};
use line::ColumnWidths;
use ratatui::{
    layout::{Position, Rect},
    style::Style,
};

/// Areas of the log screen's parts, in terminal cells.
pub(super) struct Areas {
    /// Row of filter chips; empty without filters.
    pub chips: Rect,
    /// Rows of notes about streams that can't be read; empty without such streams.
    pub notes: Rect,
    /// Rows of the histogram; empty while it is off.
    pub histogram: Rect,
    /// Rows of the log lines.
    pub lines: Rect,
    /// Rows of the open pane; empty without one.
    pub pane: Rect,
}

/// Maximum number of rows with one note each about a stream that can't be read. One more row has the last
/// note, or the number of notes left out.
const MAX_NOTE_ROWS: usize = 3;

/// Divides the area of the log screen into its parts.
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
    let chips = take(u16::from(!chip_labels(logs).is_empty()));
    let notes = take(unreadable_streams(logs, store).len().min(MAX_NOTE_ROWS + 1) as u16);
    let bars = if logs.histogram.is_some() { histogram::HISTOGRAM_ROWS } else { 0 };
    let bars = take(if bars < room { bars } else { 0 });
    let below = match &logs.pane {
        Pane::None => 0,
        Pane::Details(_) | Pane::Patterns(_) => rest.height * 3 / 5,
    };
    let lines = Rect { height: rest.height - below, ..rest };
    Areas { chips, notes, histogram: bars, lines, pane: Rect { y: lines.bottom(), height: below, ..rest } }
}

/// Draws the log screen.
pub(super) fn draw_logs(logs: &Logs, scene: Scene<'_>, area: Rect, buf: &mut Canvas<'_>) -> HitMap {
    let areas = areas(logs, scene.store, area);
    draw_frame(area, &title(logs, scene.store), scene.theme, buf);
    let mut hits = HitMap::default();
    draw_chips(logs, scene, areas.chips, buf);
    hits.add(areas.chips, ClickTarget::Overview);
    draw_notes(logs, scene, areas.notes, buf);
    if let Some(histogram) = &logs.histogram {
        histogram.draw(scene, logs.display.time_format, areas.histogram, buf);
        hits.add(areas.histogram, ClickTarget::Overview);
    }
    draw_lines(logs, scene, (area, areas.lines), buf, &mut hits);
    match &logs.pane {
        Pane::None => {}
        Pane::Details(details) => match logs.queried_lines.line(&scene.store.world.logs, details.line) {
            Some(line) => {
                hits.extend(super::panes::details::draw_details(details, &line, scene, areas.pane, buf));
            }
            None => draw_message(areas.pane, "line no longer in memory", scene, buf),
        },
        Pane::Patterns(patterns) => hits.extend(patterns.draw(scene, areas.pane, buf)),
    }
    hits
}

/// Draws the lines above the scroll position, the newest at the bottom.
fn draw_lines(
    logs: &Logs,
    scene: Scene<'_>,
    (whole, area): (Rect, Rect),
    buf: &mut Canvas<'_>,
    hits: &mut HitMap,
) {
    let width = usize::from(area.width);
    let services = logs.services(scene.store);
    let margin = ColumnWidths::of(logs, &services, width);
    let shown = logs.lines_on_screen(scene.store, whole);
    if shown.is_empty() {
        draw_message(area, &empty_text(logs, scene.store), scene, buf);
        return;
    }
    let mut rows = Vec::new();
    for (index, line) in shown.iter().enumerate() {
        rows.extend(
            line::render_rows(logs, line, &margin, scene, width)
                .into_iter()
                .map(|row| (index, line.key, row)),
        );
    }
    let hidden = rows.len().saturating_sub(usize::from(area.height));
    for (y, (index, key, row)) in (area.y..area.bottom()).zip(rows.iter().skip(hidden)) {
        buf.set_line(area.x, y, row, area.width);
        let place = Rect { y, height: 1, ..area };
        if logs.scroll.cursor == Some(*key) {
            highlight_row(place, scene, buf);
        }
        if !logs.pane.is_open() {
            hits.add(place, ClickTarget::Row(*index));
        }
    }
}

/// Highlights the row of the cursor. Search matches in the row keep their background colour.
fn highlight_row(row: Rect, scene: Scene<'_>, buf: &mut Canvas<'_>) {
    let found = Style::from(scene.theme.styles.found).bg;
    for at in row.positions() {
        if let Some(cell) = buf.cell_mut(at).filter(|cell| found.is_none() || cell.style().bg != found) {
            cell.set_style(Style::from(scene.theme.styles.selected));
        }
    }
}

/// Returns the title: the services, the scroll position, the search result, and remarks about streams and
/// dropped lines.
fn title(logs: &Logs, store: &Store) -> String {
    let services = logs.services(store);
    let (targets, more) = scope::streams_to_read(&services, logs.query.only_instance.as_ref());
    let mut words = vec![format!("logs of {}", logs.query.scope.label(store))];
    if let Some(alone) = &logs.query.only_instance {
        let instance = services.iter().flat_map(|s| &s.instances).find(|instance| instance.id == *alone);
        words
            .push(format!("instance {}", instance.map_or(alone.as_str(), |instance| instance.name.as_str())));
    }
    words.push(position_text(logs, store));
    let clock = if logs.display.time_format == TimeFormat::Utc { TimeFormat::Utc } else { TimeFormat::Local };
    words.extend(
        logs.query
            .since
            .map(|at| format!("since {}", clock.format(at, store.world.now, &store.session.time_zone))),
    );
    if more > 0 {
        words.push(format!("{} streams, {more} more not read", targets.len()));
    }
    words.extend(logs.queried_lines.match_count(&store.world.logs, logs.scroll.cursor).map(
        |(number, found)| match number {
            Some(number) => format!("match {number} of {found}"),
            None => format!("matches: {found}"),
        },
    ));
    if !logs.queried_lines.is_complete() {
        words.push("filtering lines".to_owned());
    }
    if logs.backfill.is_reading() {
        words.push("loading older lines".to_owned());
    } else if backfill::no_older_lines(&store.world.logs, &targets)
        && logs.scroll.cursor.is_some()
        && logs.scroll.cursor == logs.queried_lines.first(&store.world.logs)
    {
        words.push("start of the log".to_owned());
    }
    let dropped = store.world.logs.dropped_lines();
    if dropped > 0 {
        words.push(format!("{dropped} old lines dropped"));
    }
    words.join(", ")
}

/// Describes the scroll position: following the newest line, or paused at a line number.
fn position_text(logs: &Logs, store: &Store) -> String {
    let all = logs.queried_lines.lines().count(&store.world.logs);
    match logs.scroll.cursor {
        _ if all == 0 => if logs.scroll.is_following() { "following" } else { "paused" }.to_owned(),
        None => format!("following, {}", text::pluralize(all, "line")),
        Some(here) => {
            let line = (logs.queried_lines.lines().matches_before(&store.world.logs, here) + 1).min(all);
            format!("paused at line {line} of {all}")
        }
    }
}

/// Returns the labels of the filter chips, padded with spaces.
fn chip_labels(logs: &Logs) -> Vec<String> {
    logs.query.chips.iter().map(|chip| format!(" {} ", chip.label())).collect()
}

/// Returns the index of the filter chip at the cell (column, row), or `None` if no chip is there.
pub(super) fn chip_at(logs: &Logs, area: Rect, (column, row): (u16, u16)) -> Option<usize> {
    if !area.contains(Position::new(column, row)) {
        return None;
    }
    let mut x = usize::from(area.x);
    chip_labels(logs).iter().position(|chip| {
        let start = x;
        x += text::display_width(chip) + 1;
        (start..x - 1).contains(&usize::from(column))
    })
}

fn draw_chips(logs: &Logs, scene: Scene<'_>, area: Rect, buf: &mut Canvas<'_>) {
    if area.is_empty() {
        return;
    }
    let mut x = area.x;
    for chip in chip_labels(logs) {
        let room = usize::from(area.right().saturating_sub(x));
        if room < 2 {
            break;
        }
        let chip = text::cut_end(&chip, room, scene.theme.glyphs.ellipsis);
        buf.set_string(x, area.y, &chip, Style::from(scene.theme.styles.badge));
        x += text::display_width(&chip) as u16 + 1;
    }
}

/// Returns the label of each unreadable stream, and the reason why it can't be read.
fn unreadable_streams(logs: &Logs, store: &Store) -> Vec<(String, String)> {
    let services = logs.services(store);
    let about =
        |line: &LogEntry<'_>| line.service.is_none_or(|id| services.iter().any(|service| service.id == *id));
    let notes = store.world.logs.unreadable_notes().filter(about);
    notes.map(|note| (note.label.to_owned(), note.text.to_owned())).collect()
}

fn draw_notes(logs: &Logs, scene: Scene<'_>, area: Rect, buf: &mut Canvas<'_>) {
    let all = unreadable_streams(logs, scene.store);
    let rows = usize::from(area.height);
    for (index, (y, (label, words))) in (area.y..area.bottom()).zip(&all).enumerate() {
        let more = index + 1 == rows && all.len() > rows;
        let words = if more {
            format!("and {} more streams unreadable", all.len() - index)
        } else {
            format!("{label}: {words}")
        };
        let words = text::cut_end(&words, usize::from(area.width), scene.theme.glyphs.ellipsis);
        buf.set_string(area.x, y, words, Style::from(scene.theme.styles.degraded));
    }
}

/// Returns the reason why the screen shows no lines.
fn empty_text(logs: &Logs, store: &Store) -> String {
    let services = logs.services(store);
    if services.is_empty() {
        return "no logs: no source runs this".to_owned();
    }
    if services.iter().all(|service| service.instances.is_empty()) {
        let subject = match services[..] {
            [service] => format!("{} has", service.name),
            _ => "the services have".to_owned(),
        };
        return format!("no logs: {subject} no running or recently stopped instances");
    }
    if !logs.query.chips.is_empty() {
        return "no line matches the filters; x removes the last filter".to_owned();
    }
    if store.session.search.is_inverse() {
        "the search hides all lines".to_owned()
    } else {
        "no lines yet".to_owned()
    }
}

/// Draws a message in place of lines.
fn draw_message(area: Rect, words: &str, scene: Scene<'_>, buf: &mut Canvas<'_>) {
    let rows = text::wrap(words, usize::from(area.width.saturating_sub(4)));
    for (y, row) in (area.y + 1..area.bottom()).zip(rows) {
        buf.set_string(area.x + 2, y, row, Style::from(scene.theme.styles.dim));
    }
}
