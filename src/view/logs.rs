//! The logs of the selected service: all its instances in one stream, in time order, following.

use super::{
    Hits, Scene, View,
    time::Clock,
    widget::{frame::frame, text},
};
use crate::{
    command::Command,
    effect::{Effect, Subscription},
    logs::{Key, Line as Entry, Sift},
    model::{LogStart, NodeId, Service, Timestamp},
    store::{Store, log_targets},
};
use jiff::SignedDuration;
use ratatui::{
    buffer::Buffer,
    layout::Rect,
    style::Style,
    text::{Line, Span},
};
use std::collections::BTreeSet;

/// The logs.
#[derive(Default)]
pub struct Logs {
    /// Whose logs they are.
    of: Option<NodeId>,
    /// The last entry to show while paused; none while following.
    anchor: Option<Key>,
    /// The entry that a jump led to.
    found: Option<Key>,
    wrap: bool,
    clock: Clock,
    /// How far back to read; none for the newest lines.
    back: Option<SignedDuration>,
    /// The time from which `back` counts.
    asked: Option<Timestamp>,
    height: usize,
}

/// The newest lines of each stream that are read at first.
const TAIL: usize = 500;

impl View for Logs {
    fn update(&mut self, command: Command, store: &Store) -> Vec<Effect> {
        let page = self.height.max(2);
        match command {
            Command::Up | Command::ScrollUp => self.step(store, -1),
            Command::Down | Command::ScrollDown => self.step(store, 1),
            Command::HalfUp => self.step(store, -(page as isize) / 2),
            Command::HalfDown => self.step(store, page as isize / 2),
            Command::PageUp => self.step(store, 1 - page as isize),
            Command::PageDown => self.step(store, page as isize - 1),
            Command::Top | Command::Head => self.step(store, isize::MIN / 2),
            Command::Bottom => (self.anchor, self.found) = (None, None),
            Command::Pause => self.anchor = if self.anchor.is_some() { None } else { newest(store) },
            Command::Wrap => self.wrap = !self.wrap,
            Command::Times => self.clock = self.clock.next(),
            Command::NextError => return self.jump(store, true, is_error),
            Command::PreviousError => return self.jump(store, false, is_error),
            Command::NextMatch => return self.jump(store, true, |e| store.search.matches(e.text)),
            Command::PreviousMatch => return self.jump(store, false, |e| store.search.matches(e.text)),
            Command::Tail => (self.back, self.asked, self.anchor, self.found) = (None, None, None, None),
            Command::LastMinute => self.since(store, 1),
            Command::LastFiveMinutes => self.since(store, 5),
            Command::LastQuarter => self.since(store, 15),
            Command::LastHalfHour => self.since(store, 30),
            Command::LastHour => self.since(store, 60),
            _ => {}
        }
        Vec::new()
    }

    fn offers(&self) -> &'static [Command] {
        use Command::{Back, Help, NextError, Pause, PreviousError, Search, Times, Wrap};
        &[Pause, PreviousError, NextError, Search, Wrap, Times, Back, Help]
    }

    fn wants(&self, store: &Store) -> BTreeSet<Subscription> {
        let since = self.start();
        let tail = if since.is_some() { usize::MAX } else { TAIL };
        let start = LogStart { since, until: None, tail, follow: true };
        let targets = store.service().map(log_targets).unwrap_or_default();
        targets.into_iter().map(|target| Subscription::Logs(target, start)).collect()
    }

    fn follow(&mut self, scene: Scene<'_>, area: Rect, _shown: bool) -> Vec<Effect> {
        if self.of != scene.store.selected {
            (self.of, self.anchor, self.found) = (scene.store.selected.clone(), None, None);
        }
        self.height = usize::from(area.height.saturating_sub(2));
        Vec::new()
    }

    fn copied(&self, store: &Store) -> Option<String> {
        let anchor = self.found.or(self.anchor);
        entries(store)
            .into_iter()
            .rev()
            .find(|e| anchor.is_none_or(|a| e.key <= a))
            .map(|e| e.text.to_owned())
    }

    fn draw(&self, scene: Scene<'_>, area: Rect, buf: &mut Buffer) -> Hits {
        let Scene { store, theme, .. } = scene;
        let name = store.node().map(crate::topology::Node::label).unwrap_or_default();
        let inner = frame(area, &format!("logs of {name}, {}", self.state(store)), theme, buf);
        let Some(service) = store.service() else {
            say(
                inner,
                "there is no log to read here: nothing of it runs in a source",
                theme.ink.dim.into(),
                buf,
            );
            return Hits::default();
        };
        let rows = self.rows(scene, service, inner);
        if rows.is_empty() {
            say(inner, &nothing(service, store), theme.ink.dim.into(), buf);
        }
        for (y, row) in (inner.y..inner.bottom()).zip(&rows) {
            buf.set_line(inner.x, y, row, inner.width);
        }
        Hits::default()
    }
}

impl Logs {
    /// Goes so many entries up or down; at the end it follows again.
    fn step(&mut self, store: &Store, by: isize) {
        let entries = entries(store);
        let last = entries.len() as isize - 1;
        let here =
            self.anchor.map_or(last, |anchor| entries.partition_point(|e| e.key <= anchor) as isize - 1);
        let first = (self.height as isize - 1).min(last);
        let there = here.saturating_add(by).clamp(first, last.max(first));
        self.anchor = if there >= last {
            None
        } else {
            usize::try_from(there).ok().and_then(|i| entries.get(i)).map(|e| e.key)
        };
    }

    /// Goes to the next entry that fits, or the one before, round and round, and shows it with what stands around it.
    fn jump(&mut self, store: &Store, forward: bool, fits: impl Fn(&Entry<'_>) -> bool) -> Vec<Effect> {
        let entries = entries(store);
        let here = self.found.or(self.anchor);
        let mut fitting: Vec<_> = (0..entries.len()).filter(|i| fits(&entries[*i])).collect();
        if !forward {
            fitting.reverse();
        }
        let beyond = |i: &&usize| {
            let key = entries[**i].key;
            here.is_none_or(|here| if forward { key > here } else { key < here })
        };
        let first = if here.is_none() && forward { None } else { fitting.iter().find(beyond) };
        let Some(place) = first.or(fitting.first()) else {
            return vec![Effect::Say("there is none".to_owned())];
        };
        let last = (place + self.height / 2).min(entries.len() - 1);
        (self.found, self.anchor) = (Some(entries[*place].key), Some(entries[last].key));
        Vec::new()
    }

    /// The time before which nothing is shown, where somebody asked for the last minutes.
    fn start(&self) -> Option<Timestamp> {
        self.back.and_then(|back| self.asked.and_then(|asked| asked.checked_sub(back).ok()))
    }

    /// Reads the last so many minutes anew.
    fn since(&mut self, store: &Store, minutes: i64) {
        (self.back, self.asked, self.anchor) =
            (Some(SignedDuration::from_mins(minutes)), Some(store.now), None);
    }

    /// Whether it follows, and what is missing, for the title.
    fn state(&self, store: &Store) -> String {
        let mut words = vec![if self.anchor.is_some() { "paused" } else { "following" }.to_owned()];
        words.extend(self.back.map(|back| format!("last {} min", back.as_mins())));
        let dropped = store.logs.dropped();
        if dropped > 0 {
            words.push(format!("{dropped} old lines dropped"));
        }
        words.join(", ")
    }

    /// The rows that fit, the newest at the bottom.
    fn rows(&self, scene: Scene<'_>, service: &Service, area: Rect) -> Vec<Line<'static>> {
        let height = usize::from(area.height);
        let since = self.start();
        let mut rows = Vec::new();
        let sift = Sift::of(&service.id, &scene.store.logs);
        for entry in sift.back(&scene.store.logs, None) {
            if since.is_some_and(|since| entry.key.at < since) {
                break;
            }
            if self.anchor.is_some_and(|anchor| entry.key > anchor) || hidden(&entry, scene.store) {
                continue;
            }
            rows.extend(self.lines(&entry, scene, usize::from(area.width)).into_iter().rev());
            if rows.len() >= height {
                break;
            }
        }
        rows.truncate(height);
        rows.reverse();
        rows
    }

    /// An entry in rows: time, stream, text.
    fn lines(&self, entry: &Entry<'_>, scene: Scene<'_>, width: usize) -> Vec<Line<'static>> {
        let Scene { store, theme, .. } = scene;
        let time = self.clock.show(entry.key.at, store.now, &store.zone);
        let cells = if width >= 100 { 18 } else { 9 };
        let label = text::squeeze(entry.label, cells, theme.glyphs.ellipsis);
        let label = text::fit(&label, cells, theme.glyphs.ellipsis);
        let margin = if time.is_empty() { 0 } else { text::width(&time) + 1 } + text::width(&label) + 1;
        let style = match () {
            () if self.found == Some(entry.key) => theme.ink.selected,
            () if entry.note.is_some() => theme.ink.accent,
            () if entry.is_error() => theme.ink.failing,
            () => theme.ink.text,
        };
        let room = width.saturating_sub(margin).max(10);
        let rows = if self.wrap {
            text::wrap(entry.text, room)
        } else {
            vec![text::cut(entry.text, room, theme.glyphs.ellipsis)]
        };
        rows.into_iter()
            .enumerate()
            .map(|(index, row)| {
                let mut spans = vec![Span::raw(" ".repeat(margin))];
                if index == 0 {
                    let time = if time.is_empty() { String::new() } else { format!("{time} ") };
                    let tint = label_style(entry.label, theme);
                    spans =
                        vec![Span::styled(time, theme.ink.dim.0), Span::styled(format!("{label} "), tint)];
                }
                spans.extend(marked(&row, scene, style.0));
                Line::from(spans)
            })
            .collect()
    }
}

/// The entries of the selected service that the search lets through.
fn entries(store: &Store) -> Vec<Entry<'_>> {
    let Some(service) = store.service() else { return Vec::new() };
    let sift = Sift::of(&service.id, &store.logs);
    sift.lines_up_to(&store.logs, None, usize::MAX).into_iter().filter(|e| !hidden(e, store)).collect()
}

fn is_error(entry: &Entry<'_>) -> bool {
    entry.is_error()
}

/// Whether an inverse search hides it; a plain search marks and hides nothing.
fn hidden(entry: &Entry<'_>, store: &Store) -> bool {
    store.search.is_inverse() && !store.search.matches(entry.text)
}

fn newest(store: &Store) -> Option<Key> {
    entries(store).last().map(|e| e.key)
}

/// A colour that stays with a stream.
fn label_style(label: &str, theme: &super::Theme) -> Style {
    let ink = &theme.ink;
    let tints = [ink.accent, ink.healthy, ink.degraded, ink.near, ink.title];
    let sum: usize = label.bytes().map(usize::from).sum();
    tints[sum % tints.len()].0
}

/// A row with what the search finds in it marked.
fn marked(row: &str, scene: Scene<'_>, style: Style) -> Vec<Span<'static>> {
    let mut spans = Vec::new();
    let mut from = 0;
    for (start, end) in scene.store.search.places(row) {
        spans.push(Span::styled(row[from..start].to_owned(), style));
        spans.push(Span::styled(row[start..end].to_owned(), scene.theme.ink.found.0));
        from = end;
    }
    spans.push(Span::styled(row[from..].to_owned(), style));
    spans
}

/// Why there is no line.
fn nothing(service: &Service, store: &Store) -> String {
    if service.instances.is_empty() {
        return format!("no instance of {} runs or ended lately, so there is no log to read", service.name);
    }
    if store.search.is_inverse() {
        "the search hides every line".to_owned()
    } else {
        "no line yet".to_owned()
    }
}

fn say(area: Rect, words: &str, style: Style, buf: &mut Buffer) {
    for (y, row) in
        (area.y + 1..area.bottom()).zip(text::wrap(words, usize::from(area.width.saturating_sub(4))))
    {
        buf.set_string(area.x + 2, y, row, style);
    }
}
