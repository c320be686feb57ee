//! Pane with the details of one log line: time, service, instance, level, fields, ids and full text.

use crate::{
    extract::log_line::{correlation_ids, fields},
    log_store::{EntryKey, LogEntry},
    model::text::clean_with_max_chars,
    screen::{
        Canvas, ClickTarget, HitMap, Scene,
        describe::time::TimeFormat,
        logs::query::filter_chip::FilterChip,
        widget::{frame::draw_frame, table::first_visible_row, text},
    },
    store::Store,
};
use ratatui::{layout::Rect, style::Style};
use serde::{Deserialize, Serialize};

/// Log line whose details the pane shows, and the selected row of the pane.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::screen::logs) struct LineDetails {
    /// Key of the line.
    pub line: EntryKey,
    /// Index of the selected row.
    pub row: usize,
}

/// Row of the details pane: a name, its value, and a filter for lines with that value.
pub(in crate::screen::logs) struct DetailRow {
    /// Name of the field.
    pub name: String,
    /// Value of the field.
    pub value: String,
    /// Filter for lines with the same value; `None` if no filter exists for this value.
    pub filter: Option<FilterChip>,
    /// True if the value is the id of a request or a trace.
    pub is_id: bool,
}

/// Maximum number of characters of a value in the pane.
const MAX_VALUE_CHARS: usize = 20_000;

/// Returns the rows of the details pane for `line`.
pub(in crate::screen::logs) fn detail_rows(line: &LogEntry<'_>, store: &Store) -> Vec<DetailRow> {
    let row =
        |name: &str, value: String, filter| DetailRow { name: name.to_owned(), value, filter, is_id: false };
    let zoned = line.key.at.to_zoned_datetime(store.session.time_zone.clone());
    let time = format!(
        "{} ({})",
        zoned.strftime("%Y-%m-%d %H:%M:%S%.3f %Z"),
        TimeFormat::Relative.format(line.key.at, store.world.now, &store.session.time_zone).trim()
    );
    let mut rows = vec![row("time", time, None)];
    let service = line.service.map(|id| (id, store.world.inventory.service(id)));
    rows.extend(service.map(|(id, known)| row("service", id.to_string(), known.map(FilterChip::service))));
    rows.push(row("instance", line.label.to_owned(), Some(FilterChip::instance(line.label))));
    rows.extend(
        line.level.map(|level| row("level", level.as_str().to_owned(), Some(FilterChip::level(level)))),
    );
    for field in fields(line.text, line.format) {
        let (name, value) =
            (clean_with_max_chars(&field.name, 200), clean_with_max_chars(&field.value, MAX_VALUE_CHARS));
        let filter = Some(FilterChip::field(&name, &value));
        rows.push(DetailRow { name, value, filter, is_id: false });
    }
    for id in correlation_ids(line.text, line.format) {
        let value = clean_with_max_chars(&id.value, MAX_VALUE_CHARS);
        if let Some(row) = rows.iter_mut().find(|row| row.filter.is_some() && row.value == value) {
            row.is_id = true;
        } else {
            let name = id.name.map_or_else(|| "id".to_owned(), |name| clean_with_max_chars(&name, 200));
            rows.push(DetailRow { name, value, filter: None, is_id: true });
        }
    }
    rows.push(row("text", clean_with_max_chars(line.text, MAX_VALUE_CHARS), None));
    rows
}

/// Draws the details pane. A long value takes several rows of the screen.
pub(in crate::screen::logs) fn draw_details(
    details: &LineDetails,
    line: &LogEntry<'_>,
    scene: Scene<'_>,
    area: Rect,
    buf: &mut Canvas<'_>,
) -> HitMap {
    let mut hits = HitMap::default();
    let theme = scene.theme;
    let inner =
        draw_frame(area, "line details; enter filters by value, * finds it in neighbours' logs", theme, buf);
    let rows = detail_rows(line, scene.store);
    let names = rows
        .iter()
        .map(|row| text::display_width(&row.name))
        .max()
        .unwrap_or(0)
        .min(usize::from(inner.width) / 3);
    let room = usize::from(inner.width).saturating_sub(names + 1).max(1);
    let mut drawn = Vec::new();
    let mut chosen = 0;
    for (index, row) in rows.iter().enumerate() {
        if index == details.row {
            chosen = drawn.len();
        }
        let pieces = text::wrap(&row.value, room).into_iter().enumerate();
        drawn.extend(pieces.map(|(piece, value)| {
            (index, if piece == 0 { row.name.as_str() } else { "" }, value, row.is_id)
        }));
    }
    let height = usize::from(inner.height);
    let first = first_visible_row(chosen, drawn.len(), height);
    for (y, (index, name, value, id)) in (inner.y..inner.bottom()).zip(drawn.iter().skip(first)) {
        let name = text::cut_or_pad(name, names, theme.glyphs.ellipsis);
        buf.set_string(
            inner.x,
            y,
            name,
            Style::from(if *id { theme.styles.accent } else { theme.styles.dim }),
        );
        buf.set_stringn(inner.x + names as u16 + 1, y, value, room, Style::from(theme.styles.text));
        if *index == details.row {
            buf.set_style(Rect { y, height: 1, ..inner }, Style::from(theme.styles.selected));
        }
        hits.add(Rect { y, height: 1, ..inner }, ClickTarget::Row(*index));
    }
    hits
}
