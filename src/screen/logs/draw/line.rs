//! Rows of one log line on the screen, with the columns mark, time, service, instance, level and text.

use super::{
    field_display::LinePart,
    styled_text::{self, StyledText},
};
use crate::{
    log_store::{EntryKey, LogEntry},
    model::{LogLevel, Service},
    screen::{
        Scene, Theme,
        logs::{Logs, level_style::level_style},
        widget::text,
    },
    store::Store,
};
use ratatui::{
    style::Style,
    text::{Line as Row, Span},
};

/// Maximum number of rows that one wrapped line takes.
const MAX_LINE_ROWS: usize = 40;
/// Maximum number of services whose names are measured to find the column widths.
const MAX_SERVICES_FOR_WIDTHS: usize = 100;
/// Minimum width of the text column, in cells.
const MIN_TEXT_CELLS: usize = 10;

/// Widths of the columns before the text, in cells; 0 for a hidden column.
pub(in crate::screen::logs) struct ColumnWidths {
    time: usize,
    service: usize,
    instance: usize,
    level: usize,
}

impl ColumnWidths {
    /// Computes the column widths for lines of `services` on a screen of `width` cells.
    pub(in crate::screen::logs) fn of(logs: &Logs, services: &[&Service], width: usize) -> Self {
        let look = &logs.display;
        let most = (width / 8).clamp(6, 20);
        let longest = |names: &mut dyn Iterator<Item = usize>| names.max().unwrap_or(0).min(most);
        let service = look.service_column.unwrap_or(services.len() > 1);
        // If there are very many services, the first ones represent the lengths of all names well enough.
        let services = &services[..services.len().min(MAX_SERVICES_FOR_WIDTHS)];
        let names = services.iter().map(|service| text::display_width(&service.name));
        let labels = services.iter().flat_map(|s| &s.instances).map(|i| text::display_width(&i.name));
        Self {
            time: look.time_format.width(),
            service: if service { longest(&mut names.into_iter()) } else { 0 },
            instance: if look.instance_column { longest(&mut labels.into_iter()).max(6) } else { 0 },
            level: if look.level_column { 5 } else { 0 },
        }
    }

    /// Returns the width of all columns together, including the mark and the spaces between columns.
    pub(in crate::screen::logs) fn total_cells(&self) -> usize {
        [self.time, self.service, self.instance, self.level]
            .iter()
            .filter(|c| **c > 0)
            .map(|c| c + 1)
            .sum::<usize>()
            + 1
    }

    /// Returns the width that is left for the text on a screen of `width` cells.
    pub(in crate::screen::logs) fn text_cells(&self, width: usize) -> usize {
        width.saturating_sub(self.total_cells()).max(MIN_TEXT_CELLS)
    }
}

/// Returns the part of a line that the screen shows.
fn shown_part<'a>(logs: &Logs, line: &LogEntry<'a>) -> LinePart<'a> {
    logs.display.field_display.part_of(line, logs.queried_lines.search())
}

/// Returns the number of rows that a line takes if the text column has `room` cells.
pub(in crate::screen::logs) fn row_count(logs: &Logs, line: &LogEntry<'_>, room: usize) -> usize {
    if logs.display.wrap {
        styled_text::row_count(&shown_part(logs, line).text, room, MAX_LINE_ROWS)
    } else {
        1
    }
}

/// Renders a line as rows of the screen. Only the first row of a wrapped line has columns.
pub(in crate::screen::logs) fn render_rows(
    logs: &Logs,
    line: &LogEntry<'_>,
    widths: &ColumnWidths,
    scene: Scene<'_>,
    width: usize,
) -> Vec<Row<'static>> {
    let Scene { store, theme, .. } = scene;
    let room = widths.text_cells(width);
    let part = shown_part(logs, line);
    let base = match line.note {
        Some(_) => theme.styles.accent.into(),
        None => level_style(line.level, theme),
    };
    let rows = if logs.display.wrap { MAX_LINE_ROWS } else { 1 };
    let mut inked =
        StyledText::new(&part.text, (logs.display.scroll_x + room * rows).saturating_mul(2), base);
    if let Some(from) = part.offset.filter(|_| theme.is_coloured()) {
        inked = inked.with_ansi_styles(line.styles, from);
    }
    let inked = inked
        .with_style_from(part.fields_start, theme.styles.dim.into())
        .with_matches(&store.session.search, theme.styles.found.into());
    let pieces = if logs.display.wrap {
        inked.wrapped_rows(room, MAX_LINE_ROWS)
    } else {
        vec![inked.cut_row(logs.display.scroll_x, room, theme.glyphs.ellipsis)]
    };
    let blank = || vec![Span::raw(" ".repeat(widths.total_cells()))];
    let head = prefix_spans(logs, line, widths, scene);
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

/// Renders the columns before the text.
fn prefix_spans(
    logs: &Logs,
    line: &LogEntry<'_>,
    widths: &ColumnWidths,
    scene: Scene<'_>,
) -> Vec<Span<'static>> {
    let Scene { store, theme, .. } = scene;
    let mut spans =
        vec![Span::styled(mark_glyph(logs, line.key, store, theme), Style::from(theme.styles.accent))];
    let mut column = |words: &str, cells: usize, style: Style| {
        if cells > 0 {
            let words = text::cut_middle(words, cells, theme.glyphs.ellipsis);
            spans.push(Span::styled(
                format!("{} ", text::cut_or_pad(&words, cells, theme.glyphs.ellipsis)),
                style,
            ));
        }
    };
    column(
        &logs.display.time_format.format(line.key.at, store.world.now, &store.session.time_zone),
        widths.time,
        theme.styles.dim.into(),
    );
    let service = line.service.and_then(|id| store.world.inventory.service(id));
    let name = service.map_or("", |service| service.name.as_str());
    column(name, widths.service, name_style(name, theme));
    column(
        line.label,
        widths.instance,
        name_style(if widths.service > 0 { name } else { line.label }, theme),
    );
    let level = match line.note {
        Some(_) => "note",
        None => line.level.map(LogLevel::as_str).unwrap_or_default(),
    };
    column(level, widths.level, level_style(line.level, theme));
    spans
}

/// Returns the glyph in front of a line: one for a marked line, another for a selected line, else a space.
fn mark_glyph(logs: &Logs, key: EntryKey, store: &Store, theme: &Theme) -> String {
    let selected = logs
        .marks
        .selection(logs.cursor_line(store))
        .is_some_and(|(first, last)| first <= key && key <= last);
    let mark = match (logs.marks.is_marked(key), selected, theme.glyphs.ascii) {
        (true, _, true) => "#",
        (true, _, false) => "◆",
        (_, true, _) => ">",
        _ => " ",
    };
    mark.to_owned()
}

/// Returns the style of a service or instance name. The same name always has the same style.
fn name_style(name: &str, theme: &Theme) -> Style {
    let ink = &theme.styles;
    let tints = [ink.accent, ink.healthy, ink.starting, ink.near, ink.title, ink.observed];
    let sum = name.bytes().fold(0usize, |sum, byte| sum.wrapping_mul(31).wrapping_add(usize::from(byte)));
    tints[sum % tints.len()].0
}
