//! The axis: how much happened when, how bad it was, and the most telling kind at each place.

use crate::{
    history::{KINDS, Row},
    model::{Health, Timestamp},
    view::{Canvas, Scene, time::Clock, widget::bar::bars},
};
use jiff::SignedDuration;
use ratatui::{layout::Rect, style::Style};

/// The rows it takes: bars, marks, times.
pub(super) const ROWS: u16 = 3;

/// The spans an axis may have, in minutes.
const SPANS: &[i64] = &[15, 60, 6 * 60, 24 * 60, 7 * 24 * 60];

/// What happened in one cell's time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Cell {
    count: usize,
    tone: Option<Health>,
    /// The place in the table of the kind that tells most.
    kind: Option<usize>,
}

/// An axis that ends now.
pub(super) struct Axis {
    from: Timestamp,
    to: Timestamp,
    cells: Vec<Cell>,
    /// The cell of the cursor.
    here: Option<usize>,
}

impl Axis {
    /// The axis of those rows: the shortest that reaches back to the cursor, and an hour where that is newer.
    pub(super) fn new(rows: &[Row], cursor: Option<Timestamp>, now: Timestamp, width: usize) -> Self {
        let back = cursor.map_or(SignedDuration::ZERO, |at| now.duration_since(at)).as_mins();
        let longest = SPANS[SPANS.len() - 1];
        let span = SPANS[1..].iter().copied().find(|span| back < *span).unwrap_or(longest.max(back + 1));
        let quiet = !rows.iter().any(|row| now.duration_since(row.last.at).as_mins() >= SPANS[0]);
        let span = SignedDuration::from_mins(if quiet && back < SPANS[0] { SPANS[0] } else { span });
        let from = now.checked_sub(span).unwrap_or(Timestamp::MIN);
        let mut axis = Self { from, to: now, cells: vec![Cell::default(); width.max(1)], here: None };
        axis.here = cursor.and_then(|at| axis.place(at));
        for row in rows {
            axis.add(row);
        }
        axis
    }

    /// The cell of a time.
    fn place(&self, at: Timestamp) -> Option<usize> {
        let span = self.to.duration_since(self.from).as_millis().max(1);
        let past = at.duration_since(self.from).as_millis();
        let place = usize::try_from(past * self.cells.len() as i128 / span).ok();
        place.filter(|_| at >= self.from).map(|place| place.min(self.cells.len() - 1))
    }

    /// Adds a row, where it happened last.
    fn add(&mut self, row: &Row) {
        let Some(place) = self.place(row.last.at) else { return };
        let kind = KINDS.iter().position(|kind| kind.kind == row.last.kind);
        let cell = &mut self.cells[place];
        cell.count += row.count;
        cell.tone = cell.tone.max(row.last.tone);
        cell.kind = match (cell.kind, kind) {
            (Some(a), Some(b)) => Some(a.min(b)),
            (a, b) => a.or(b),
        };
    }

    /// Draws it.
    pub(super) fn draw(&self, scene: Scene<'_>, area: Rect, buf: &mut Canvas<'_>) {
        let theme = scene.theme;
        let counts: Vec<usize> = self.cells.iter().map(|cell| cell.count).collect();
        let bars = bars(&counts, theme.glyphs.ascii);
        buf.set_stringn(area.x, area.y, bars, usize::from(area.width), Style::from(theme.ink.text));
        for (x, cell) in (area.x..area.right()).zip(&self.cells) {
            let style = cell.tone.map_or(Style::from(theme.ink.text), |tone| theme.health(tone));
            buf.set_style(Rect { x, width: 1, height: 1, ..area }, style);
            if let Some(kind) = cell.kind.and_then(|kind| KINDS.get(kind)) {
                buf.set_string(x, area.y + 1, kind.mark.to_string(), style);
            }
        }
        if let Some(here) = self.here {
            let column = Rect { x: area.x + here as u16, width: 1, height: 2, ..area };
            buf.set_style(column.intersection(area), Style::from(theme.ink.selected));
        }
        let dim = Style::from(theme.ink.dim);
        let show = |at| stamp(at, scene);
        let (first, last) = (show(self.from), show(self.to));
        buf.set_stringn(area.x, area.y + 2, first, usize::from(area.width), dim);
        let x = area.right().saturating_sub(last.len() as u16);
        if x > area.x + 12 {
            buf.set_string(x, area.y + 2, last, dim);
        }
    }
}

/// A time: of today the hour, else the day with it.
pub(super) fn stamp(at: Timestamp, scene: Scene<'_>) -> String {
    let store = scene.store;
    let zoned = |at: Timestamp| at.to_zoned_datetime(store.zone.clone());
    if zoned(at).date() == zoned(store.now).date() {
        return Clock::Local.show(at, store.now, &store.zone);
    }
    zoned(at).strftime("%m-%d %H:%M").to_string()
}
