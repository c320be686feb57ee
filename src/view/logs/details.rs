//! All of one line: when, whose, its fields and ids, and the text as it came.

use super::chip::Chip;
use crate::{
    decode::line::{fields, ids},
    logs::{Key, Line},
    model::text::clean_within,
    store::Store,
    view::{
        Canvas, Hits, Scene, Target,
        time::Clock,
        widget::{frame::frame, table::first_row, text},
    },
};
use ratatui::{layout::Rect, style::Style};

/// The line that is told in full.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Details {
    /// Which line.
    pub line: Key,
    /// The row that is chosen.
    pub row: usize,
}

/// A row: what, its value, and the filter by it.
pub(super) struct Row {
    /// What it is.
    pub name: String,
    /// What the line says of it.
    pub value: String,
    /// The filter for lines that say the same, where there is one.
    pub filter: Option<Chip>,
    /// Whether it names a request or a trace.
    pub id: bool,
}

/// The longest text that is shown, in characters.
const LONGEST: usize = 20_000;

/// All there is to tell of a line.
pub(super) fn rows(line: &Line<'_>, store: &Store) -> Vec<Row> {
    let row = |name: &str, value: String, filter| Row { name: name.to_owned(), value, filter, id: false };
    let zoned = line.key.at.to_zoned_datetime(store.zone.clone());
    let time = format!(
        "{} ({})",
        zoned.strftime("%Y-%m-%d %H:%M:%S%.3f %Z"),
        Clock::Relative.show(line.key.at, store.now, &store.zone).trim()
    );
    let mut rows = vec![row("time", time, None)];
    let service = line.service.map(|id| (id, store.inventory.service(id)));
    rows.extend(service.map(|(id, known)| row("service", id.to_string(), known.map(Chip::service))));
    rows.push(row("instance", line.label.to_owned(), Some(Chip::instance(line.label))));
    rows.extend(line.level.map(|level| row("level", level.word().to_owned(), Some(Chip::level(level)))));
    for field in fields(line.text, line.shape) {
        let (name, value) = (clean_within(&field.name, 200), clean_within(&field.value, LONGEST));
        let filter = Some(Chip::field(&name, &value));
        rows.push(Row { name, value, filter, id: false });
    }
    for id in ids(line.text, line.shape) {
        let value = clean_within(&id.value, LONGEST);
        if let Some(row) = rows.iter_mut().find(|row| row.filter.is_some() && row.value == value) {
            row.id = true;
        } else {
            let name = id.name.map_or_else(|| "id".to_owned(), |name| clean_within(&name, 200));
            rows.push(Row { name, value, filter: None, id: true });
        }
    }
    rows.push(row("text", clean_within(line.text, LONGEST), None));
    rows
}

/// Draws the rows; a long value takes as many as it needs.
pub(super) fn draw(
    details: &Details,
    line: &Line<'_>,
    scene: Scene<'_>,
    area: Rect,
    buf: &mut Canvas<'_>,
) -> Hits {
    let mut hits = Hits::default();
    let theme = scene.theme;
    let inner = frame(
        area,
        "the line; enter filters by what is chosen, * finds it in the neighbours' logs",
        theme,
        buf,
    );
    let rows = rows(line, scene.store);
    let names =
        rows.iter().map(|row| text::width(&row.name)).max().unwrap_or(0).min(usize::from(inner.width) / 3);
    let room = usize::from(inner.width).saturating_sub(names + 1).max(1);
    let mut drawn = Vec::new();
    let mut chosen = 0;
    for (index, row) in rows.iter().enumerate() {
        if index == details.row {
            chosen = drawn.len();
        }
        let pieces = text::wrap(&row.value, room).into_iter().enumerate();
        drawn.extend(
            pieces.map(|(piece, value)| {
                (index, if piece == 0 { row.name.as_str() } else { "" }, value, row.id)
            }),
        );
    }
    let height = usize::from(inner.height);
    let first = first_row(chosen, drawn.len(), height);
    for (y, (index, name, value, id)) in (inner.y..inner.bottom()).zip(drawn.iter().skip(first)) {
        let name = text::fit(name, names, theme.glyphs.ellipsis);
        buf.set_string(inner.x, y, name, Style::from(if *id { theme.ink.accent } else { theme.ink.dim }));
        buf.set_stringn(inner.x + names as u16 + 1, y, value, room, Style::from(theme.ink.text));
        if *index == details.row {
            buf.set_style(Rect { y, height: 1, ..inner }, Style::from(theme.ink.selected));
        }
        hits.add(Rect { y, height: 1, ..inner }, Target::Row(*index));
    }
    hits
}
