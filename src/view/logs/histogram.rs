//! How many lines, warnings and errors came when, with what happened to the services on the same axis.

use super::tape::Tape;
use crate::{
    history::Kind,
    logs::{Bucket, LogStore},
    model::{EventKind, Service, Timestamp},
    store::Store,
    view::{
        Canvas, Scene,
        time::Clock,
        widget::{bar::bars, text},
    },
};
use jiff::SignedDuration;
use ratatui::{layout::Rect, style::Style};

/// The rows it takes: lines, warnings, errors, events, and what is told of the chosen moment.
pub(super) const ROWS: u16 = 5;
/// The cells before the bars.
const LABEL: u16 = 8;

/// The histogram as it was counted last.
#[derive(Debug, Default)]
pub(super) struct Histogram {
    from: Timestamp,
    to: Timestamp,
    buckets: Vec<Bucket>,
    events: Vec<(Timestamp, char, String)>,
    /// The bucket that is chosen.
    pub chosen: Option<usize>,
    /// What it was counted from: the lines there were, and when.
    made: Option<(usize, Timestamp, u16)>,
}

impl Histogram {
    /// Counts anew, at most once a second: the lines that are held do not change faster than an eye can follow.
    pub(super) fn follow(
        &mut self,
        tape: &Tape,
        held: &LogStore,
        services: &[&Service],
        store: &Store,
        width: u16,
    ) {
        let made = Some((tape.lines().count(held), store.now, width));
        let settled = |(count, now, cells): (usize, Timestamp, u16)| {
            cells == width
                && (now == store.now && tape.is_whole() && count > 0 || Some((count, now, cells)) == made)
        };
        if self.made.is_some_and(settled) {
            return;
        }
        self.made = made.filter(|_| tape.is_whole());
        let (Some(first), Some(last)) = (tape.first(held), tape.last(held)) else {
            self.buckets.clear();
            return;
        };
        // The last line is in the last bucket, and there is some time even where there is one line.
        let end = last.at.checked_add(SignedDuration::from_millis(1)).unwrap_or(last.at);
        let least = first.at.checked_add(SignedDuration::from_secs(1)).unwrap_or(first.at);
        (self.from, self.to) = (first.at, end.max(least));
        let cells = usize::from(width.saturating_sub(LABEL)).max(1);
        self.buckets = tape.lines().histogram(held, self.from, self.to, cells);
        self.events = events(store, services);
        self.chosen = self.chosen.map(|chosen| chosen.min(cells - 1));
    }

    /// Walks so many buckets aside; at first to the last one. Gives the time there.
    pub(super) fn walk(&mut self, by: isize) -> Option<Timestamp> {
        let last = self.buckets.len().checked_sub(1)?;
        let next = self.chosen.map_or(last, |chosen| chosen.saturating_add_signed(by).min(last));
        self.choose(next)
    }

    /// Chooses the bucket in that column of its area. Gives the time there.
    pub(super) fn click(&mut self, column: u16) -> Option<Timestamp> {
        self.choose(usize::from(column.checked_sub(LABEL)?))
    }

    fn choose(&mut self, bucket: usize) -> Option<Timestamp> {
        if bucket >= self.buckets.len() {
            return None;
        }
        self.chosen = Some(bucket);
        Some(self.start(bucket))
    }

    /// When a bucket begins.
    fn start(&self, bucket: usize) -> Timestamp {
        let span = self.to.duration_since(self.from).as_nanos();
        let nanos = span * bucket as i128 / self.buckets.len().max(1) as i128;
        self.from.checked_add(SignedDuration::from_nanos(nanos as i64)).unwrap_or(self.to)
    }

    /// In which bucket a time falls.
    fn bucket(&self, at: Timestamp) -> Option<usize> {
        let span = self.to.duration_since(self.from).as_nanos().max(1);
        let past = at.duration_since(self.from).as_nanos();
        let bucket = past * self.buckets.len() as i128 / span;
        usize::try_from(bucket)
            .ok()
            .map(|b| if at == self.to { b.saturating_sub(1) } else { b })
            .filter(|bucket| *bucket < self.buckets.len())
    }

    /// Draws it.
    pub(super) fn draw(&self, scene: Scene<'_>, clock: Clock, area: Rect, buf: &mut Canvas<'_>) {
        if area.height < ROWS {
            return;
        }
        let ink = &scene.theme.ink;
        let count = |of: fn(&Bucket) -> usize| self.buckets.iter().map(of).collect::<Vec<_>>();
        let lanes = [
            ("lines", count(|b| b.lines), Style::from(ink.text)),
            ("warn", count(|b| b.warnings), Style::from(ink.degraded)),
            ("error", count(|b| b.errors), Style::from(ink.failing)),
        ];
        for (y, (name, counts, style)) in (area.y..).zip(lanes) {
            buf.set_stringn(area.x, y, name, usize::from(LABEL), Style::from(ink.dim));
            let bars = bars(&counts, scene.theme.glyphs.ascii);
            buf.set_stringn(area.x + LABEL, y, bars, usize::from(area.width.saturating_sub(LABEL)), style);
        }
        let row = area.y + 3;
        buf.set_stringn(area.x, row, "events", usize::from(LABEL), Style::from(ink.dim));
        for (at, mark, _) in &self.events {
            if let Some(cell) = self.bucket(*at).and_then(|b| buf.cell_mut((area.x + LABEL + b as u16, row)))
            {
                cell.set_char(*mark).set_style(Style::from(ink.accent));
            }
        }
        if let Some(chosen) = self.chosen {
            let column = Rect { x: area.x + LABEL + chosen as u16, width: 1, height: 4, ..area };
            buf.set_style(column.intersection(area), Style::from(ink.selected));
        }
        let told = self.told(scene.store, clock);
        let told = text::cut(&told, usize::from(area.width), scene.theme.glyphs.ellipsis);
        buf.set_string(area.x, area.y + 4, told, Style::from(ink.dim));
    }

    /// What is told under the bars: of the chosen moment, else of all.
    fn told(&self, store: &Store, clock: Clock) -> String {
        let clock = if clock == Clock::Off { Clock::Local } else { clock };
        let show = |at| clock.show(at, store.now, &store.zone);
        let Some((chosen, bucket)) = self.chosen.and_then(|c| self.buckets.get(c).map(|b| (c, b))) else {
            return format!(
                "from {} to {}; left and right walk",
                show(self.from).trim(),
                show(self.to).trim()
            );
        };
        let mut told = format!(
            "{}: {}, {}, {}",
            show(self.start(chosen)).trim(),
            text::counted(bucket.lines, "line"),
            text::counted(bucket.warnings, "warning"),
            text::counted(bucket.errors, "error")
        );
        for (_, _, words) in self.events.iter().filter(|(at, ..)| self.bucket(*at) == Some(chosen)) {
            told.push_str("; ");
            told.push_str(words);
        }
        told
    }
}

/// What happened to those services: a mark, and words.
fn events(store: &Store, services: &[&Service]) -> Vec<(Timestamp, char, String)> {
    let about = |id| services.iter().find(|service| service.id == id);
    let told = store.inventory.snapshots().flat_map(|snapshot| &snapshot.events).filter_map(|event| {
        let service = about(event.service.clone())?;
        let words = format!("{}: {}", service.name, event.text);
        (event.kind != EventKind::Message).then(|| (event.at, Kind::of(event.kind).mark, words))
    });
    let mut all: Vec<_> = told.collect();
    for service in services {
        for deployment in &service.deployments {
            all.extend(deployment.created.map(|at| (at, 'D', format!("{} deployed", deployment.version))));
        }
        for instance in &service.instances {
            let again = if instance.restarts > 0 { "started again" } else { "started" };
            let mark = if instance.restarts > 0 { 'R' } else { '+' };
            all.extend(instance.started.map(|at| (at, mark, format!("{} {again}", instance.name))));
            let ended = instance.exit.as_ref().and_then(|exit| exit.at);
            all.extend(ended.map(|at| (at, 'x', format!("{} ended", instance.name))));
        }
    }
    all.sort();
    all
}
