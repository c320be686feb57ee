//! Drawing of a collapsed group: title, worst health, and either counts or the health of each service in a
//! cell or half a cell.

use crate::{
    model::Health,
    screen::{
        Canvas, Scene, Theme,
        map::graph::{
            item::{Item, overview_grid},
            item_totals::ItemTotals,
        },
        widget::text,
    },
};
use ratatui::{layout::Rect, style::Style};

/// Returns true if one cell can show the health of two services at the level `Overview`. This needs a Unicode
/// glyph for half a cell, and colours. Otherwise each service gets its own cell with its health glyph.
pub(in crate::screen::map) fn uses_half_cells(theme: &Theme) -> bool {
    !theme.glyphs.ascii && theme.health_style(Health::Healthy).fg != theme.health_style(Health::Failing).fg
}

/// Draws the content of a collapsed group: a heading, and below it one health cell per service if `overview`
/// is true, or else counts.
pub(super) fn draw_collapsed_group(
    scene: Scene<'_>,
    (item, tally): (&Item, &ItemTotals),
    title: &str,
    overview: bool,
    own: Rect,
    canvas: &mut Canvas<'_>,
) {
    draw_heading(scene, tally, title, own, canvas);
    if overview {
        draw_health_cells(scene, tally, own, canvas);
        return;
    }
    let (store, dim) = (scene.store, Style::from(scene.theme.styles.dim));
    canvas.set_string(2, 2, item.member_count_text(store), dim);
    if tally.has_services {
        let counts = format!("{}/{}", tally.running, tally.desired);
        canvas.set_string(own.width.saturating_sub(2 + text::display_width(&counts) as u16), 2, counts, dim);
    }
}

/// Draws the worst health, the title, and the number of faulty services.
fn draw_heading(scene: Scene<'_>, tally: &ItemTotals, title: &str, own: Rect, canvas: &mut Canvas<'_>) {
    let Scene { store, theme, .. } = scene;
    let style = match () {
        () if tally.matches_search => theme.styles.found,
        () if store.session.search.is_empty() => theme.styles.title,
        () => theme.styles.dim,
    };
    let health = tally.worst;
    let faults = if tally.faulty > 0 { tally.faulty.to_string() } else { String::new() };
    let room = usize::from(own.width).saturating_sub(7 + faults.len());
    canvas.set_string(2, 1, theme.health_glyph(health), theme.health_style(health));
    canvas.set_string(4, 1, text::cut_middle(title, room, theme.glyphs.ellipsis), Style::from(style));
    canvas.set_string(
        own.width.saturating_sub(2 + faults.len() as u16),
        1,
        faults,
        theme.health_style(health),
    );
}

/// Draws the health of each service in one cell or half a cell, the least healthy first.
fn draw_health_cells(scene: Scene<'_>, tally: &ItemTotals, own: Rect, canvas: &mut Canvas<'_>) {
    let theme = scene.theme;
    let halves = uses_half_cells(theme);
    let healths = &tally.healths;
    let (columns, _) = overview_grid(healths.len(), halves);
    let color = |health: Health| theme.health_style(health).fg.unwrap_or_default();
    for (index, cell) in healths.chunks(if halves { 2 } else { 1 }).enumerate() {
        let (x, y) = (2 + (index % columns) as u16, 2 + (index / columns) as u16);
        let (symbol, style) = match *cell {
            [upper, lower] => ("▀", Style::new().fg(color(upper)).bg(color(lower))),
            [upper] if halves => ("▀", Style::new().fg(color(upper))),
            [one] => (theme.health_glyph(one), theme.health_style(one)),
            _ => continue,
        };
        if x + 1 < own.width && y + 1 < own.height {
            canvas.set_string(x, y, symbol, style);
        }
    }
}
