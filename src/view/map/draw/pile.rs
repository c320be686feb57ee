//! A closed group: its title, its worst health, and its counts or a cell for each of its services.

use crate::{
    model::Health,
    view::{
        Canvas, Scene, Theme,
        map::{
            item::{Item, grid},
            tally::Tally,
        },
        widget::text,
    },
};
use ratatui::{layout::Rect, style::Style};

/// Whether two services share a cell of an overview: where colours can tell how they are. Where they can't, each has
/// a cell with the shape of its health.
pub(in crate::view::map) fn in_halves(theme: &Theme) -> bool {
    !theme.glyphs.ascii && theme.health(Health::Healthy).fg != theme.health(Health::Failing).fg
}

/// Draws it into its frame: in an overview with a cell for each service, else with counts.
pub(super) fn draw(
    scene: Scene<'_>,
    (item, tally): (&Item, &Tally),
    title: &str,
    overview: bool,
    own: Rect,
    picture: &mut Canvas<'_>,
) {
    heading(scene, tally, title, own, picture);
    if overview {
        cells(scene, tally, own, picture);
        return;
    }
    let (store, dim) = (scene.store, Style::from(scene.theme.ink.dim));
    picture.set_string(2, 2, item.counted(store), dim);
    if tally.has_services {
        let counts = format!("{}/{}", tally.running, tally.desired);
        picture.set_string(own.width.saturating_sub(2 + text::width(&counts) as u16), 2, counts, dim);
    }
}

/// Its worst health, its title, and how many are faulty.
fn heading(scene: Scene<'_>, tally: &Tally, title: &str, own: Rect, picture: &mut Canvas<'_>) {
    let Scene { store, theme, .. } = scene;
    let style = match () {
        () if tally.is_found => theme.ink.found,
        () if store.search.is_empty() => theme.ink.title,
        () => theme.ink.dim,
    };
    let health = tally.worst;
    let faults = if tally.faulty > 0 { tally.faulty.to_string() } else { String::new() };
    let room = usize::from(own.width).saturating_sub(7 + faults.len());
    picture.set_string(2, 1, theme.mark(health), theme.health(health));
    picture.set_string(4, 1, text::squeeze(title, room, theme.glyphs.ellipsis), Style::from(style));
    picture.set_string(own.width.saturating_sub(2 + faults.len() as u16), 1, faults, theme.health(health));
}

/// A cell, or half of one, for each of its services, the worst off first.
fn cells(scene: Scene<'_>, tally: &Tally, own: Rect, picture: &mut Canvas<'_>) {
    let theme = scene.theme;
    let halves = in_halves(theme);
    let healths = &tally.healths;
    let (columns, _) = grid(healths.len(), halves);
    let color = |health: Health| theme.health(health).fg.unwrap_or_default();
    for (index, cell) in healths.chunks(if halves { 2 } else { 1 }).enumerate() {
        let (x, y) = (2 + (index % columns) as u16, 2 + (index / columns) as u16);
        let (symbol, style) = match *cell {
            [upper, lower] => ("▀", Style::new().fg(color(upper)).bg(color(lower))),
            [upper] if halves => ("▀", Style::new().fg(color(upper))),
            [one] => (theme.mark(one), theme.health(one)),
            _ => continue,
        };
        if x + 1 < own.width && y + 1 < own.height {
            picture.set_string(x, y, symbol, style);
        }
    }
}
