//! Drawing of the timeline: the axis, and below it the events, the newest at the bottom.

use super::{
    Timeline,
    axis::{self, Axis},
};
use crate::{
    history::{EventGroup, EventKindSpec},
    screen::{
        Canvas, ClickTarget, HitMap, Scene,
        describe::{node_text::event_group_text, time},
        widget::{
            frame::draw_frame,
            table::{Column, TableCell, TableShape, draw_table},
            text,
        },
    },
    store::Store,
    topology::Node,
};
use ratatui::{layout::Rect, style::Style};

/// Columns of a wide screen.
const WIDE_COLUMNS: &[Column] = &[
    Column::cut_middle("TIME", 11, 0),
    Column::cut_middle("", 1, 0),
    Column::cut_middle("SERVICE", 16, 1),
    Column::cut_middle("", 1, 0),
    Column::cut_middle("KIND", 13, 0),
    Column::cut_end("EVENT", 20, 5),
];

/// Columns of a narrow screen.
const NARROW_COLUMNS: &[Column] = &[
    Column::cut_middle("TIME", 8, 0),
    Column::cut_middle("", 1, 0),
    Column::cut_middle("SERVICE", 10, 1),
    Column::cut_middle("", 1, 0),
    Column::cut_end("EVENT", 10, 3),
];

/// Smallest screen width with room for `WIDE_COLUMNS`, in cells.
const MIN_WIDTH_FOR_WIDE_COLUMNS: u16 = 76;

/// Smallest screen height, in rows, at which the axis leaves enough room for the list of events.
const MIN_HEIGHT_FOR_AXIS: u16 = 12;

/// Height of the area that shows the selected event in full, in rows.
const DETAIL_HEIGHT: u16 = 4;
/// Smallest screen height with room for the area of the selected event, in rows.
const MIN_HEIGHT_FOR_DETAIL: u16 = 20;

/// Draws the timeline and returns its clickable areas.
pub(super) fn draw(timeline: &Timeline, scene: Scene<'_>, area: Rect, buf: &mut Canvas<'_>) -> HitMap {
    let inner = draw_frame(area, &title(timeline, scene.store), scene.theme, buf);
    let rows = &timeline.rows;
    if rows.is_empty() {
        let width = usize::from(inner.width);
        buf.set_stringn(
            inner.x,
            inner.y,
            empty_message(timeline, scene.store),
            width,
            Style::from(scene.theme.styles.dim),
        );
        return HitMap::default();
    }
    let here = timeline.cursor_row();
    let mut list = inner;
    if area.height >= MIN_HEIGHT_FOR_AXIS {
        let cursor = timeline.cursor.as_ref().and_then(|_| rows.get(here)).map(|row| row.last.at);
        let axis = Axis::new(rows, cursor, scene.store.world.now, usize::from(inner.width));
        axis.draw(scene, Rect { height: axis::AXIS_HEIGHT, ..inner }, buf);
        list = Rect { y: inner.y + axis::AXIS_HEIGHT, height: inner.height - axis::AXIS_HEIGHT, ..inner };
    }
    if area.height >= MIN_HEIGHT_FOR_DETAIL
        && let Some(row) = rows.get(here)
    {
        list.height -= DETAIL_HEIGHT;
        draw_detail(row, scene, Rect { y: list.bottom(), height: DETAIL_HEIGHT, ..inner }, buf);
    }
    let wide = area.width >= MIN_WIDTH_FOR_WIDE_COLUMNS;
    let columns = if wide { WIDE_COLUMNS } else { NARROW_COLUMNS };
    let cells = |index: usize| row_cells(&rows[index], wide, scene);
    draw_table(
        TableShape::new(columns, rows.len(), Some(here)),
        cells,
        ClickTarget::Row,
        scene.theme,
        list,
        buf,
    )
}

/// Draws the selected event in full, because the list may cut its text.
fn draw_detail(row: &EventGroup, scene: Scene<'_>, area: Rect, buf: &mut Canvas<'_>) {
    let Scene { store, theme, .. } = scene;
    let width = usize::from(area.width);
    buf.set_string(area.x, area.y, theme.glyphs.horizontal.repeat(width), Style::from(theme.styles.border));
    let node = row.last.subject.node().and_then(|id| store.world.topology().nodes.get(id));
    let name = node.map_or_else(|| row.last.subject.name().to_owned(), Node::label);
    let words = event_group_text(row, store.world.now, theme.glyphs.ascii);
    let lines = text::wrap(&format!("{name}, {}: {words}", row.last.kind_spec().title), width);
    for (y, line) in (area.y + 1..area.bottom()).zip(lines) {
        buf.set_string(area.x, y, line, Style::from(theme.styles.text));
    }
}

/// Returns the title: scope, filters, and `following` or `paused`.
fn title(timeline: &Timeline, store: &Store) -> String {
    let mut words = vec![format!("timeline of {}", timeline.scope.label(store, timeline.centre.as_ref()))];
    words.extend(
        timeline.since.map(|since| format!("changed in the last {}", time::age(since, store.world.now))),
    );
    words.extend(timeline.kind_filter.map(|kind| format!("{} only", EventKindSpec::of(kind).title)));
    if !store.session.search.is_empty() {
        words.push(format!("matches: {}", timeline.rows.len()));
    }
    words.push(if timeline.cursor.is_none() { "following" } else { "paused" }.to_owned());
    words.join(", ")
}

/// Returns the reason why the timeline is empty.
fn empty_message(timeline: &Timeline, store: &Store) -> &'static str {
    if !store.session.search.is_empty() {
        "no matches"
    } else if timeline.kind_filter.is_some() {
        "no events of this kind"
    } else if timeline.since.is_some() {
        "nothing has changed since the share"
    } else {
        "no events"
    }
}

/// Returns the cells of a row.
fn row_cells(row: &EventGroup, wide: bool, scene: Scene<'_>) -> Vec<TableCell> {
    let Scene { store, theme, .. } = scene;
    let (text, dim) = (Style::from(theme.styles.text), Style::from(theme.styles.dim));
    let tone = row.last.health.map_or(text, |tone| theme.health_style(tone));
    let node = row.last.subject.node().and_then(|id| store.world.topology().nodes.get(id));
    let (mark, colour) =
        node.map_or((" ", dim), |n| (theme.health_glyph(n.health), theme.health_style(n.health)));
    let name = node.map_or_else(|| row.last.subject.name().to_owned(), Node::label);
    let sort = row.last.kind_spec();
    let at = axis::format_time(row.last.at, scene);
    let at = if wide { at } else { at.chars().take(8).collect() };
    let words = event_group_text(row, store.world.now, theme.glyphs.ascii);
    let mut cells = vec![
        (at, dim),
        (mark.to_owned(), colour),
        (name, theme.styles.title.into()),
        (sort.glyph.to_string(), tone),
    ];
    if wide {
        cells.push((sort.title.to_owned(), dim));
    }
    cells.push((words, tone));
    cells
}
