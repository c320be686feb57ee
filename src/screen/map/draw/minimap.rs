//! Minimap: the whole map at a small scale in a corner of the screen, with the visible part highlighted.

use crate::{
    layout::{Point, Rect as Cells},
    model::{Health, NodeId},
    screen::{
        Canvas, ClickTarget, HitMap, Scene,
        map::{Map, interaction::viewport::Viewport},
        widget::frame::draw_outline,
    },
    store::Store,
};
use ratatui::{layout::Rect, style::Style};

/// Smallest size of the map screen, in columns and rows, that has room for the minimap.
const MIN_AREA_FOR_MINIMAP: (u16, u16) = (100, 24);

/// First braille character, the one without dots.
const BRAILLE_BASE: u32 = 0x2800;
/// Bit of each dot in a braille character, by column and row.
const BRAILLE_DOTS: [[u32; 4]; 2] = [[0x01, 0x02, 0x04, 0x40], [0x08, 0x10, 0x20, 0x80]];

/// Returns the area of the minimap: the upper right corner, or the lower left corner if the selected node is
/// in the upper right.
///
/// Returns `None` if the minimap is off, the screen is small, or the map is not much larger than the screen.
fn minimap_area(map: &Map, viewport: &Viewport, selected: Option<&NodeId>) -> Option<Rect> {
    let Viewport { area, map_size: size, .. } = *viewport;
    if map.minimap_off
        || area.width < MIN_AREA_FOR_MINIMAP.0
        || area.height < MIN_AREA_FOR_MINIMAP.1
        || !viewport.needs_minimap()
    {
        return None;
    }
    let (width, height) = (f64::from(size.0.max(1)), f64::from(size.1.max(1)));
    let (widest, highest) = (f64::from(area.width / 5).min(36.0), f64::from(area.height / 4).min(12.0));
    let scale = (widest / width).min(highest / height);
    let side = |length: f64, least: u16| ((length * scale).ceil() as u16).max(least) + 2;
    let (width, height) = (side(width, 4), side(height, 2));
    let right = Rect { x: area.right() - width, y: area.y, width, height };
    let hidden = selected.and_then(|id| map.drawn.rect_of(id)).and_then(|place| viewport.clip(place));
    let hides = hidden.is_some_and(|(place, ..)| place.intersects(right));
    Some(if hides { Rect { x: area.x, y: area.bottom() - height, ..right } } else { right })
}

/// Converts a screen cell of the minimap to the diagram cell that it represents. Returns `None` if the
/// minimap is hidden.
pub(in crate::screen::map) fn diagram_point_at(
    map: &Map,
    store: &Store,
    (column, row): (u16, u16),
) -> Option<Point> {
    let inner = inside_border(minimap_area(map, &map.viewport, store.session.selected.as_ref())?);
    let far = |at: u16, start: u16, length: u16, size: i32| {
        i32::from(at.clamp(start, start + length - 1) - start) * size / i32::from(length)
    };
    let (width, height) = map.viewport.map_size;
    Some(Point { x: far(column, inner.x, inner.width, width), y: far(row, inner.y, inner.height, height) })
}

/// Draws the minimap and returns its click area.
pub(super) fn draw_minimap(map: &Map, viewport: &Viewport, scene: Scene<'_>, buf: &mut Canvas<'_>) -> HitMap {
    let mut hits = HitMap::default();
    let Some(area) = minimap_area(map, viewport, scene.store.session.selected.as_ref()) else { return hits };
    let theme = scene.theme;
    let inner = inside_border(area);
    draw_outline(area, theme, theme.styles.border.into(), buf);
    let small = |cells: &Cells| dot_range(*cells, viewport.map_size, inner);
    let mut dots = vec![(0u32, Health::Healthy); usize::from(inner.width) * usize::from(inner.height)];
    for (index, cells) in map.drawn.diagram.nodes.iter().enumerate() {
        let health = map.drawn.styles.item_totals(index).worst;
        let (left, top, right, bottom) = small(cells);
        for (x, y) in (top..=bottom).flat_map(|y| (left..=right).map(move |x| (x, y))) {
            if let Some(cell) = dots.get_mut(y / 4 * usize::from(inner.width) + x / 2) {
                *cell = (cell.0 | BRAILLE_DOTS[x % 2][y % 4], cell.1.max(health));
            }
        }
    }
    let (left, top, right, bottom) = small(&viewport.visible_cells());
    for (index, (dots, health)) in dots.into_iter().enumerate() {
        let (column, row) = (index % usize::from(inner.width), index / usize::from(inner.width));
        let seen = (left / 2..=right / 2).contains(&column) && (top / 4..=bottom / 4).contains(&row);
        let at = (inner.x + column as u16, inner.y + row as u16);
        let Some(place) = buf.cell_mut(at) else { continue };
        let glyph = match (theme.glyphs.ascii, dots) {
            (_, 0) => ' ',
            (true, _) => ':',
            (false, dots) => char::from_u32(BRAILLE_BASE + dots).unwrap_or(' '),
        };
        let faulty = health == Health::Degraded || health == Health::Failing;
        let style = if faulty && dots != 0 { theme.health_style(health) } else { theme.styles.line.into() };
        place.reset();
        place.set_char(glyph).set_style(style);
        if seen {
            place.set_style(Style::from(theme.styles.bar));
            if faulty && dots != 0 {
                place.set_style(theme.health_style(health));
            }
        }
    }
    hits.add(area, ClickTarget::Overview);
    hits
}

/// Returns the dots that a diagram rectangle covers, as the numbers of the first column, first row, last
/// column and last row.
fn dot_range(cells: Cells, size: (i32, i32), inner: Rect) -> (usize, usize, usize, usize) {
    let dot = |at: i32, size: i32, dots: u16| {
        let dots = i32::from(dots);
        usize::try_from((at * dots / size.max(1)).clamp(0, dots - 1)).unwrap_or(0)
    };
    let across = |x| dot(x, size.0, 2 * inner.width);
    let down = |y| dot(y, size.1, 4 * inner.height);
    (across(cells.x), down(cells.y), across(cells.x + cells.width - 1), down(cells.y + cells.height - 1))
}

fn inside_border(area: Rect) -> Rect {
    Rect { x: area.x + 1, y: area.y + 1, width: area.width - 2, height: area.height - 2 }
}
