//! How the timeline looks: the axis, and under it what happened, the newest at the bottom.

use super::{
    Timeline,
    axis::{self, Axis},
};
use crate::{
    history::{Kind, Row},
    store::Store,
    topology::Node,
    view::{
        Canvas, Hits, Scene, Target,
        summary::event_words,
        widget::{
            frame::frame,
            table::{Cell, Column, table},
            text,
        },
    },
};
use ratatui::{layout::Rect, style::Style};

/// Its columns.
const WIDE: &[Column] = &[
    Column::names("TIME", 11, 0),
    Column::names("", 1, 0),
    Column::names("SERVICE", 16, 1),
    Column::names("", 1, 0),
    Column::names("KIND", 13, 0),
    Column::prose("WHAT", 20, 5),
];

/// The columns where there is little room.
const NARROW: &[Column] = &[
    Column::names("TIME", 8, 0),
    Column::names("", 1, 0),
    Column::names("SERVICE", 10, 1),
    Column::names("", 1, 0),
    Column::prose("WHAT", 10, 3),
];

/// From this width on there is room for all columns.
const ROOMY: u16 = 76;

/// The least height at which the axis leaves enough to the rows.
const TALL: u16 = 12;

/// The rows in which the row of the cursor is told whole, and the least height at which there is room for them.
const WHOLE: u16 = 4;
const FULL: u16 = 20;

/// Draws it.
pub(super) fn draw(timeline: &Timeline, scene: Scene<'_>, area: Rect, buf: &mut Canvas<'_>) -> Hits {
    let inner = frame(area, &title(timeline, scene.store), scene.theme, buf);
    let rows = &timeline.rows;
    if rows.is_empty() {
        let width = usize::from(inner.width);
        buf.set_stringn(
            inner.x,
            inner.y,
            nothing(timeline, scene.store),
            width,
            Style::from(scene.theme.ink.dim),
        );
        return Hits::default();
    }
    let here = timeline.here();
    let mut list = inner;
    if area.height >= TALL {
        let cursor = timeline.cursor.as_ref().and_then(|_| rows.get(here)).map(|row| row.last.at);
        let axis = Axis::new(rows, cursor, scene.store.now, usize::from(inner.width));
        axis.draw(scene, Rect { height: axis::ROWS, ..inner }, buf);
        list = Rect { y: inner.y + axis::ROWS, height: inner.height - axis::ROWS, ..inner };
    }
    if area.height >= FULL
        && let Some(row) = rows.get(here)
    {
        list.height -= WHOLE;
        whole(row, scene, Rect { y: list.bottom(), height: WHOLE, ..inner }, buf);
    }
    let wide = area.width >= ROOMY;
    let columns = if wide { WIDE } else { NARROW };
    let cells = |index: usize| cells(&rows[index], wide, scene);
    table(columns, rows.len(), Some(here), cells, Target::Row, scene.theme, list, buf)
}

/// The row of the cursor in full, under a line: in the table it may be cut.
fn whole(row: &Row, scene: Scene<'_>, area: Rect, buf: &mut Canvas<'_>) {
    let Scene { store, theme, .. } = scene;
    let width = usize::from(area.width);
    buf.set_string(area.x, area.y, theme.glyphs.across.repeat(width), Style::from(theme.ink.border));
    let node = row.last.subject.node().and_then(|id| store.topology().nodes.get(id));
    let name = node.map_or_else(|| row.last.subject.name().to_owned(), Node::label);
    let words = event_words(row, store.now, theme.glyphs.ascii);
    let told = text::wrap(&format!("{name}, {}: {words}", row.last.sort().title), width);
    for (y, line) in (area.y + 1..area.bottom()).zip(told) {
        buf.set_string(area.x, y, line, Style::from(theme.ink.text));
    }
}

/// What is shown, and whether it follows.
fn title(timeline: &Timeline, store: &Store) -> String {
    let mut words = vec![format!("timeline of {}", timeline.reach.words(store, timeline.centre.as_ref()))];
    words.extend(timeline.kind.map(|kind| format!("{} only", Kind::of(kind).title)));
    if !store.search.is_empty() {
        words.push(format!("{} found", timeline.rows.len()));
    }
    words.push(if timeline.cursor.is_none() { "following" } else { "held still" }.to_owned());
    words.join(", ")
}

/// Why there is nothing.
fn nothing(timeline: &Timeline, store: &Store) -> &'static str {
    if !store.search.is_empty() {
        "the search finds nothing"
    } else if timeline.kind.is_some() {
        "nothing of that kind is known to have happened"
    } else {
        "nothing is known to have happened"
    }
}

/// The cells of a row.
fn cells(row: &Row, wide: bool, scene: Scene<'_>) -> Vec<Cell> {
    let Scene { store, theme, .. } = scene;
    let (text, dim) = (Style::from(theme.ink.text), Style::from(theme.ink.dim));
    let tone = row.last.tone.map_or(text, |tone| theme.health(tone));
    let node = row.last.subject.node().and_then(|id| store.topology().nodes.get(id));
    let (mark, colour) = node.map_or((" ", dim), |n| (theme.mark(n.health), theme.health(n.health)));
    let name = node.map_or_else(|| row.last.subject.name().to_owned(), Node::label);
    let sort = row.last.sort();
    let time = axis::stamp(row.last.at, scene);
    let time = if wide { time } else { time.chars().take(8).collect() };
    let words = event_words(row, store.now, theme.glyphs.ascii);
    let mut cells = vec![
        (time, dim),
        (mark.to_owned(), colour),
        (name, theme.ink.title.into()),
        (sort.mark.to_string(), tone),
    ];
    if wide {
        cells.push((sort.title.to_owned(), dim));
    }
    cells.push((words, tone));
    cells
}
