//! Histogram over the log lines: the numbers of lines, warnings and errors over time, with the events of the
//! services on the same time axis.

use crate::{
    history::EventKindSpec,
    log_store::{HistogramBucket, LogStore},
    model::{EventKind, Service, Timestamp},
    screen::{
        Canvas, Scene,
        describe::time::TimeFormat,
        logs::query::queried_lines::QueriedLines,
        widget::{bar::histogram, text},
    },
    store::Store,
};
use jiff::SignedDuration;
use ratatui::{layout::Rect, style::Style};

/// Height in rows: one row each for lines, warnings, errors, events, and a text about the selected bucket.
pub(in crate::screen::logs) const HISTOGRAM_ROWS: u16 = 5;
/// Width of the row labels, in cells.
const LABEL_CELLS: u16 = 8;

/// Numbers of log lines, warnings and errors in equal time intervals (buckets) as last computed, with the
/// selected bucket.
#[derive(Debug, Default)]
pub(in crate::screen::logs) struct Histogram {
    /// Time of the first line.
    from: Timestamp,
    /// End of the histogram, just after the last line.
    to: Timestamp,
    /// Line counts for time intervals of equal length, the oldest first.
    buckets: Vec<HistogramBucket>,
    /// Events of the services: time, glyph and text.
    events: Vec<(Timestamp, char, String)>,
    /// Index of the selected bucket.
    pub chosen_bucket: Option<usize>,
    /// Inputs of the last computation: number of lines, current time, and width in cells. `None` if that
    /// computation did not cover all lines.
    last_inputs: Option<(usize, Timestamp, u16)>,
}

impl Histogram {
    /// Creates a histogram without lines, in which the bucket with this index will be selected.
    pub(in crate::screen::logs) fn choosing(chosen_bucket: Option<usize>) -> Self {
        Self { chosen_bucket, ..Self::default() }
    }

    /// Computes the histogram again if its inputs have changed, at most once a second, because users can't
    /// read faster changes.
    pub(in crate::screen::logs) fn update(
        &mut self,
        tape: &QueriedLines,
        held: &LogStore,
        services: &[&Service],
        store: &Store,
        width: u16,
    ) {
        let made = Some((tape.lines().count(held), store.world.now, width));
        let settled = |(count, now, cells): (usize, Timestamp, u16)| {
            cells == width
                && (now == store.world.now && tape.is_complete() && count > 0
                    || Some((count, now, cells)) == made)
        };
        if self.last_inputs.is_some_and(settled) {
            return;
        }
        self.last_inputs = made.filter(|_| tape.is_complete());
        let (Some(first), Some(last)) = (tape.first(held), tape.last(held)) else {
            self.buckets.clear();
            return;
        };
        // The histogram ends just after the last line, so that the last bucket contains that line, and so
        // that a single line still spans some time.
        let end = last.at.checked_add(SignedDuration::from_millis(1)).unwrap_or(last.at);
        let least = first.at.checked_add(SignedDuration::from_secs(1)).unwrap_or(first.at);
        (self.from, self.to) = (first.at, end.max(least));
        let cells = usize::from(width.saturating_sub(LABEL_CELLS)).max(1);
        self.buckets = tape.lines().histogram(held, self.from, self.to, cells);
        self.events = service_events(store, services);
        self.chosen_bucket = self.chosen_bucket.map(|chosen| chosen.min(cells - 1));
    }

    /// Moves the selection by `by` buckets. Without a selection, selects the last bucket. Returns the start
    /// time of the bucket that is now selected.
    pub(in crate::screen::logs) fn move_by(&mut self, by: isize) -> Option<Timestamp> {
        let last = self.buckets.len().checked_sub(1)?;
        let next = self.chosen_bucket.map_or(last, |chosen| chosen.saturating_add_signed(by).min(last));
        self.choose(next)
    }

    /// Selects the bucket under a click, and returns its start time. `column` is counted from the left edge
    /// of the histogram.
    pub(in crate::screen::logs) fn choose_column(&mut self, column: u16) -> Option<Timestamp> {
        self.choose(usize::from(column.checked_sub(LABEL_CELLS)?))
    }

    /// Selects the bucket with the index `bucket`, and returns its start time. Returns `None` if there is no
    /// such bucket.
    fn choose(&mut self, bucket: usize) -> Option<Timestamp> {
        if bucket >= self.buckets.len() {
            return None;
        }
        self.chosen_bucket = Some(bucket);
        Some(self.bucket_start(bucket))
    }

    /// Returns the start time of a bucket.
    fn bucket_start(&self, bucket: usize) -> Timestamp {
        let span = self.to.duration_since(self.from).as_nanos();
        let nanos = span * bucket as i128 / self.buckets.len().max(1) as i128;
        self.from.checked_add(SignedDuration::from_nanos(nanos as i64)).unwrap_or(self.to)
    }

    /// Returns the index of the bucket that contains the time `at`, or `None` if `at` is outside the
    /// histogram.
    fn bucket_of(&self, at: Timestamp) -> Option<usize> {
        let span = self.to.duration_since(self.from).as_nanos().max(1);
        let past = at.duration_since(self.from).as_nanos();
        let bucket = past * self.buckets.len() as i128 / span;
        usize::try_from(bucket)
            .ok()
            .map(|b| if at == self.to { b.saturating_sub(1) } else { b })
            .filter(|bucket| *bucket < self.buckets.len())
    }

    /// Draws the histogram.
    pub(in crate::screen::logs) fn draw(
        &self,
        scene: Scene<'_>,
        clock: TimeFormat,
        area: Rect,
        buf: &mut Canvas<'_>,
    ) {
        if area.height < HISTOGRAM_ROWS {
            return;
        }
        let ink = &scene.theme.styles;
        let count = |of: fn(&HistogramBucket) -> usize| self.buckets.iter().map(of).collect::<Vec<_>>();
        let lanes = [
            ("lines", count(|b| b.lines), Style::from(ink.text)),
            ("warn", count(|b| b.warnings), Style::from(ink.degraded)),
            ("error", count(|b| b.errors), Style::from(ink.failing)),
        ];
        for (y, (name, counts, style)) in (area.y..).zip(lanes) {
            buf.set_stringn(area.x, y, name, usize::from(LABEL_CELLS), Style::from(ink.dim));
            let bars = histogram(&counts, scene.theme.glyphs.ascii);
            buf.set_stringn(
                area.x + LABEL_CELLS,
                y,
                bars,
                usize::from(area.width.saturating_sub(LABEL_CELLS)),
                style,
            );
        }
        let row = area.y + 3;
        buf.set_stringn(area.x, row, "events", usize::from(LABEL_CELLS), Style::from(ink.dim));
        for (at, mark, _) in &self.events {
            if let Some(cell) =
                self.bucket_of(*at).and_then(|b| buf.cell_mut((area.x + LABEL_CELLS + b as u16, row)))
            {
                cell.set_char(*mark).set_style(Style::from(ink.accent));
            }
        }
        if let Some(chosen) = self.chosen_bucket {
            let column = Rect { x: area.x + LABEL_CELLS + chosen as u16, width: 1, height: 4, ..area };
            buf.set_style(column.intersection(area), Style::from(ink.selected));
        }
        let told = self.summary_text(scene.store, clock);
        let told = text::cut_end(&told, usize::from(area.width), scene.theme.glyphs.ellipsis);
        buf.set_string(area.x, area.y + 4, told, Style::from(ink.dim));
    }

    /// Returns the text below the bars, about the selected bucket or about the whole time span.
    fn summary_text(&self, store: &Store, clock: TimeFormat) -> String {
        let clock = if clock == TimeFormat::Off { TimeFormat::Local } else { clock };
        let show = |at| clock.format(at, store.world.now, &store.session.time_zone);
        let Some((chosen, bucket)) = self.chosen_bucket.and_then(|c| self.buckets.get(c).map(|b| (c, b)))
        else {
            return format!("{} to {}; left and right select", show(self.from).trim(), show(self.to).trim());
        };
        let mut told = format!(
            "{}: {}, {}, {}",
            show(self.bucket_start(chosen)).trim(),
            text::pluralize(bucket.lines, "line"),
            text::pluralize(bucket.warnings, "warning"),
            text::pluralize(bucket.errors, "error")
        );
        for (_, _, words) in self.events.iter().filter(|(at, ..)| self.bucket_of(*at) == Some(chosen)) {
            told.push_str("; ");
            told.push_str(words);
        }
        told
    }
}

/// Returns the events of `services`, each as its time, glyph and text.
fn service_events(store: &Store, services: &[&Service]) -> Vec<(Timestamp, char, String)> {
    let about = |id| services.iter().find(|service| service.id == id);
    let told = store.world.inventory.snapshots().flat_map(|snapshot| &snapshot.events).filter_map(|event| {
        let service = about(event.service.clone())?;
        let words = format!("{}: {}", service.name, event.text);
        (event.kind != EventKind::Message).then(|| (event.at, EventKindSpec::of(event.kind).glyph, words))
    });
    let mut all: Vec<_> = told.collect();
    for service in services {
        for deployment in &service.deployments {
            all.extend(deployment.created.map(|at| (at, 'D', format!("{} deployed", deployment.version))));
        }
        for instance in &service.instances {
            let again = if instance.restarts > 0 { "restarted" } else { "started" };
            let mark = if instance.restarts > 0 { 'R' } else { '+' };
            all.extend(instance.started.map(|at| (at, mark, format!("{} {again}", instance.name))));
            let ended = instance.exit.as_ref().and_then(|exit| exit.at);
            all.extend(ended.map(|at| (at, 'x', format!("{} stopped", instance.name))));
        }
    }
    all.sort();
    all
}
