//! The mini-map: the whole map small in a corner, with the part that is on the screen marked.

use crate::{
    layout::{Point, Rect as Cells},
    model::{Health, NodeId},
    store::Store,
    view::{
        Canvas, Hits, Scene, Target,
        map::{Map, viewport::Viewport},
        widget::frame::outline,
    },
};
use ratatui::{layout::Rect, style::Style};

/// The least screen that has room for it.
const LEAST: (u16, u16) = (100, 24);

/// The dots of a braille character, by column and row, as bits above its first one.
const BRAILLE: u32 = 0x2800;
const DOTS: [[u32; 4]; 2] = [[0x01, 0x02, 0x04, 0x40], [0x08, 0x10, 0x20, 0x80]];

/// Where it is, as long as the map is larger than the screen: in the upper right corner, and where that would hide
/// what is selected, in the lower left one.
fn place(map: &Map, viewport: &Viewport, selected: Option<&NodeId>) -> Option<Rect> {
    let Viewport { area, size, .. } = *viewport;
    if map.no_inset || area.width < LEAST.0 || area.height < LEAST.1 || !viewport.is_larger() {
        return None;
    }
    let (width, height) = (f64::from(size.0.max(1)), f64::from(size.1.max(1)));
    let (widest, highest) = (f64::from(area.width / 5).min(36.0), f64::from(area.height / 4).min(12.0));
    let scale = (widest / width).min(highest / height);
    let side = |length: f64, least: u16| ((length * scale).ceil() as u16).max(least) + 2;
    let (width, height) = (side(width, 4), side(height, 2));
    let right = Rect { x: area.right() - width, y: area.y, width, height };
    let hidden = selected.and_then(|id| map.chart.place(id)).and_then(|place| viewport.clip(place));
    let hides = hidden.is_some_and(|(place, ..)| place.intersects(right));
    Some(if hides { Rect { x: area.x, y: area.bottom() - height, ..right } } else { right })
}

/// The cell of the diagram that a cell of the mini-map stands for.
pub(in crate::view::map) fn aimed(map: &Map, store: &Store, (column, row): (u16, u16)) -> Option<Point> {
    let inner = inner(place(map, &map.viewport, store.selected.as_ref())?);
    let far = |at: u16, start: u16, length: u16, size: i32| {
        i32::from(at.clamp(start, start + length - 1) - start) * size / i32::from(length)
    };
    let (width, height) = map.viewport.size;
    Some(Point { x: far(column, inner.x, inner.width, width), y: far(row, inner.y, inner.height, height) })
}

/// Draws it.
pub(super) fn draw(map: &Map, viewport: &Viewport, scene: Scene<'_>, buf: &mut Canvas<'_>) -> Hits {
    let mut hits = Hits::default();
    let Some(area) = place(map, viewport, scene.store.selected.as_ref()) else { return hits };
    let theme = scene.theme;
    let inner = inner(area);
    outline(area, theme, theme.ink.border.into(), buf);
    let small = |cells: &Cells| shrink(*cells, viewport.size, inner);
    let mut dots = vec![(0u32, Health::Healthy); usize::from(inner.width) * usize::from(inner.height)];
    for (index, cells) in map.chart.diagram.nodes.iter().enumerate() {
        let health = map.chart.looks.item(index).worst;
        let (left, top, right, bottom) = small(cells);
        for (x, y) in (top..=bottom).flat_map(|y| (left..=right).map(move |x| (x, y))) {
            if let Some(cell) = dots.get_mut(y / 4 * usize::from(inner.width) + x / 2) {
                *cell = (cell.0 | DOTS[x % 2][y % 4], cell.1.max(health));
            }
        }
    }
    let (left, top, right, bottom) = small(&viewport.seen());
    for (index, (dots, health)) in dots.into_iter().enumerate() {
        let (column, row) = (index % usize::from(inner.width), index / usize::from(inner.width));
        let seen = (left / 2..=right / 2).contains(&column) && (top / 4..=bottom / 4).contains(&row);
        let at = (inner.x + column as u16, inner.y + row as u16);
        let Some(place) = buf.cell_mut(at) else { continue };
        let glyph = match (theme.glyphs.ascii, dots) {
            (_, 0) => ' ',
            (true, _) => ':',
            (false, dots) => char::from_u32(BRAILLE + dots).unwrap_or(' '),
        };
        let faulty = health == Health::Degraded || health == Health::Failing;
        let style = if faulty && dots != 0 { theme.health(health) } else { theme.ink.line.into() };
        place.reset();
        place.set_char(glyph).set_style(style);
        if seen {
            place.set_style(Style::from(theme.ink.bar));
            if faulty && dots != 0 {
                place.set_style(theme.health(health));
            }
        }
    }
    hits.add(area, Target::Inset);
    hits
}

/// The first and last dot, across and down, of a part of the map.
fn shrink(cells: Cells, size: (i32, i32), inner: Rect) -> (usize, usize, usize, usize) {
    let dot = |at: i32, size: i32, dots: u16| {
        let dots = i32::from(dots);
        usize::try_from((at * dots / size.max(1)).clamp(0, dots - 1)).unwrap_or(0)
    };
    let across = |x| dot(x, size.0, 2 * inner.width);
    let down = |y| dot(y, size.1, 4 * inner.height);
    (across(cells.x), down(cells.y), across(cells.x + cells.width - 1), down(cells.y + cells.height - 1))
}

fn inner(area: Rect) -> Rect {
    Rect { x: area.x + 1, y: area.y + 1, width: area.width - 2, height: area.height - 2 }
}
