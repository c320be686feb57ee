//! Time axis of the timeline. For each cell it shows the number of events as a bar, their worst health as the
//! colour, and the glyph of the most important event kind.

use crate::{
    history::{EVENT_KIND_TABLE, EventGroup},
    model::{Health, Timestamp},
    screen::{Canvas, Scene, describe::time::TimeFormat, widget::bar::histogram},
};
use jiff::SignedDuration;
use ratatui::{layout::Rect, style::Style};

/// Height of the axis in rows: bars, glyphs, times.
pub(super) const AXIS_HEIGHT: u16 = 3;

/// Time spans that the axis can have, in minutes.
const SPAN_MINUTES: &[i64] = &[15, 60, 6 * 60, 24 * 60, 7 * 24 * 60];

/// Summary of the events that fall into one cell of the time axis.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct AxisCell {
    count: usize,
    /// Worst health that the events report; `None` if they report none.
    health: Option<Health>,
    /// Index in `EVENT_KIND_TABLE` of the most important event kind in the cell. The table begins with the
    /// most important kind.
    kind_index: Option<usize>,
}

/// Time axis from an earlier time until now, divided into cells of equal duration.
pub(super) struct Axis {
    from: Timestamp,
    to: Timestamp,
    cells: Vec<AxisCell>,
    /// Index of the cell that contains the time of the cursor.
    cursor_cell: Option<usize>,
}

impl Axis {
    /// Creates the axis for `rows`, with the shortest time span that includes `cursor`. `width` is the number
    /// of cells.
    ///
    /// The span is 15 minutes only if `cursor` and all events lie within the last 15 minutes. Otherwise it is
    /// at least one hour.
    pub(super) fn new(rows: &[EventGroup], cursor: Option<Timestamp>, now: Timestamp, width: usize) -> Self {
        let back = cursor.map_or(SignedDuration::ZERO, |at| now.duration_since(at)).as_mins();
        let longest = SPAN_MINUTES[SPAN_MINUTES.len() - 1];
        let span =
            SPAN_MINUTES[1..].iter().copied().find(|span| back < *span).unwrap_or(longest.max(back + 1));
        let quiet = !rows.iter().any(|row| now.duration_since(row.last.at).as_mins() >= SPAN_MINUTES[0]);
        let span =
            SignedDuration::from_mins(if quiet && back < SPAN_MINUTES[0] { SPAN_MINUTES[0] } else { span });
        let from = now.checked_sub(span).unwrap_or(Timestamp::MIN);
        let mut axis =
            Self { from, to: now, cells: vec![AxisCell::default(); width.max(1)], cursor_cell: None };
        axis.cursor_cell = cursor.and_then(|at| axis.cell_at(at));
        for row in rows {
            axis.add_group(row);
        }
        axis
    }

    /// Returns the index of the cell for the time `at`, or `None` before the start of the axis.
    fn cell_at(&self, at: Timestamp) -> Option<usize> {
        let span = self.to.duration_since(self.from).as_millis().max(1);
        let past = at.duration_since(self.from).as_millis();
        let place = usize::try_from(past * self.cells.len() as i128 / span).ok();
        place.filter(|_| at >= self.from).map(|place| place.min(self.cells.len() - 1))
    }

    /// Counts all events of a group in the cell of the group's last event.
    fn add_group(&mut self, row: &EventGroup) {
        let Some(place) = self.cell_at(row.last.at) else { return };
        let kind = EVENT_KIND_TABLE.iter().position(|kind| kind.kind == row.last.kind);
        let cell = &mut self.cells[place];
        cell.count += row.count;
        cell.health = cell.health.max(row.last.health);
        cell.kind_index = match (cell.kind_index, kind) {
            (Some(a), Some(b)) => Some(a.min(b)),
            (a, b) => a.or(b),
        };
    }

    /// Draws the axis.
    pub(super) fn draw(&self, scene: Scene<'_>, area: Rect, buf: &mut Canvas<'_>) {
        let theme = scene.theme;
        let counts: Vec<usize> = self.cells.iter().map(|cell| cell.count).collect();
        let bars = histogram(&counts, theme.glyphs.ascii);
        buf.set_stringn(area.x, area.y, bars, usize::from(area.width), Style::from(theme.styles.text));
        for (x, cell) in (area.x..area.right()).zip(&self.cells) {
            let style = cell.health.map_or(Style::from(theme.styles.text), |tone| theme.health_style(tone));
            buf.set_style(Rect { x, width: 1, height: 1, ..area }, style);
            if let Some(kind) = cell.kind_index.and_then(|kind| EVENT_KIND_TABLE.get(kind)) {
                buf.set_string(x, area.y + 1, kind.glyph.to_string(), style);
            }
        }
        if let Some(here) = self.cursor_cell {
            let column = Rect { x: area.x + here as u16, width: 1, height: 2, ..area };
            buf.set_style(column.intersection(area), Style::from(theme.styles.selected));
        }
        let dim = Style::from(theme.styles.dim);
        let show = |at| format_time(at, scene);
        let (first, last) = (show(self.from), show(self.to));
        buf.set_stringn(area.x, area.y + 2, first, usize::from(area.width), dim);
        let x = area.right().saturating_sub(last.len() as u16);
        if x > area.x + 12 {
            buf.set_string(x, area.y + 2, last, dim);
        }
    }
}

/// Formats a time in the user's time zone, with the date if it is not today.
pub(super) fn format_time(at: Timestamp, scene: Scene<'_>) -> String {
    let store = scene.store;
    let zoned = |at: Timestamp| at.to_zoned_datetime(store.session.time_zone.clone());
    if zoned(at).date() == zoned(store.world.now).date() {
        return TimeFormat::Local.format(at, store.world.now, &store.session.time_zone);
    }
    zoned(at).strftime("%m-%d %H:%M").to_string()
}
