//! Panel beside the map with a summary of the selected node, and the text in place of a map without nodes.

use crate::{
    command::Command,
    model::{SourceState, SourceStatus},
    screen::{
        Canvas, Scene,
        describe::node_text,
        map::{
            Map,
            graph::item::{Item, ItemKind},
        },
        widget::{frame::draw_frame, table::first_visible_row, text},
    },
};
use ratatui::{layout::Rect, style::Style};

/// Draws the panel: the summary of the selected node, or the list of nodes if the selected item is a
/// collapsed group or a stub (a box for nodes outside the focus).
pub(in crate::screen::map) fn draw_panel(scene: Scene<'_>, map: &Map, area: Rect, buf: &mut Canvas<'_>) {
    let Some(node) = scene.store.selected_node() else { return };
    if area.height < 3 {
        return;
    }
    match map.selected_item(scene.store).map(|item| (&item.kind, item)) {
        Some((ItemKind::CollapsedGroup(_, title), item)) => {
            return draw_members(scene, map, title, item, area, buf);
        }
        Some((ItemKind::Stub(title, called), item)) => {
            let title = format!("{title}, {} the focus", if *called { "called by" } else { "calls" });
            return draw_members(scene, map, &title, item, area, buf);
        }
        _ => {}
    }
    let width = usize::from(area.width.saturating_sub(3));
    let lines = match usize::from(area.height.saturating_sub(2)) {
        rows @ 0..8 => node_text::compact_lines(scene, node, (width, rows)),
        _ => node_text::panel_lines(scene, node, width),
    };
    // The panel is only as high as its content. Below the map it stays at the bottom of the screen.
    let height = area.height.min(lines.len() as u16 + 2);
    let y = if area.x > 0 { area.y } else { area.bottom() - height };
    let area = Rect { y, height, ..area };
    let inner = draw_frame(area, &node.label(), scene.theme, buf);
    for (y, line) in (inner.y..inner.bottom()).zip(&lines) {
        buf.set_line(inner.x, y, line, inner.width);
    }
}

/// Draws the panel of a collapsed group or stub: its edges, and its nodes with the least healthy first. The
/// list scrolls to the selected node.
fn draw_members(scene: Scene<'_>, map: &Map, title: &str, item: &Item, area: Rect, buf: &mut Canvas<'_>) {
    let Scene { store, theme, .. } = scene;
    let inner = draw_frame(area, title, theme, buf);
    let key = scene.keymap.keys(Command::Open).into_iter().next().unwrap_or_default();
    let opens = if matches!(item.kind, ItemKind::CollapsedGroup(..)) { "expands it" } else { "adds them" };
    let head = format!("{}, {key} {opens}", item.member_count_text(store));
    let mut row = Rect { height: 1, ..inner };
    buf.set_stringn(row.x, row.y, head, usize::from(row.width), Style::from(theme.styles.dim));
    for line in connection_lines(scene, map, item).into_iter().take(usize::from(inner.height / 2)) {
        row.y += 1;
        let line = text::cut_end(&line, usize::from(row.width), theme.glyphs.ellipsis);
        buf.set_string(row.x, row.y, line, Style::from(theme.styles.dim));
    }
    let here = item.members.iter().position(|id| Some(id) == store.session.selected.as_ref()).unwrap_or(0);
    let height = usize::from(inner.bottom().saturating_sub(row.y + 1));
    let first = first_visible_row(here, item.members.len(), height);
    let shown = item.members.iter().enumerate().skip(first).take(height);
    for (place, node) in shown.filter_map(|(place, id)| Some((place, store.world.topology().nodes.get(id)?)))
    {
        row.y += 1;
        let count = node.desired.map(|desired| format!("{}/{desired}", node.running)).unwrap_or_default();
        let room = usize::from(row.width).saturating_sub(3 + count.len());
        let name = text::cut_middle(&node.name, room, theme.glyphs.ellipsis);
        buf.set_string(row.x, row.y, theme.health_glyph(node.health), theme.health_style(node.health));
        buf.set_stringn(row.x + 2, row.y, name, room, Style::from(theme.styles.text));
        let x = row.right().saturating_sub(count.len() as u16);
        buf.set_stringn(x, row.y, count, usize::from(row.width), Style::from(theme.styles.dim));
        if place == here {
            buf.set_style(row, Style::from(theme.styles.selected));
        }
    }
}

/// Describes the edges of `item`, one text for each: the item at the other end, the number of calls and the
/// strongest evidence. The edge with the most calls comes first.
fn connection_lines(scene: Scene<'_>, map: &Map, item: &Item) -> Vec<String> {
    let (store, graph) = (scene.store, &map.drawn.graph);
    let here = graph.items.iter().position(|other| std::ptr::eq(other, item));
    let mut lines: Vec<(usize, String)> = Vec::new();
    for (line, calls) in graph.edges.iter().enumerate() {
        let (word, other) = match calls.ends {
            (from, to) if Some(from) == here && from != to => ("calls", to),
            (from, to) if Some(to) == here && from != to => ("called by", from),
            _ => continue,
        };
        let strength = map.drawn.styles.edge_strength(line);
        let (Some(strength), Some(other)) = (strength, graph.items.get(other)) else { continue };
        let (count, stroke) = (calls.calls.len(), scene.theme.edge_line(strength));
        let times = if count > 1 { format!(" {}{count}", scene.theme.glyphs.cross) } else { String::new() };
        lines.push((count, format!("{stroke} {word} {}{times}", other.title(store))));
    }
    lines.sort_by_key(|(count, _)| std::cmp::Reverse(*count));
    lines.into_iter().map(|(_, line)| line).collect()
}

/// Draws a text in place of the map while there are no nodes: the state of each source, and remedies for
/// failures.
pub(in crate::screen::map) fn draw_empty_map(scene: Scene<'_>, area: Rect, buf: &mut Canvas<'_>) {
    let Scene { store, theme, .. } = scene;
    let mut y = area.y + area.height / 4;
    let mut draw_text = |content: &str, style: Style, buf: &mut Canvas<'_>| {
        for row in text::wrap(content, usize::from(area.width.saturating_sub(8))) {
            if y < area.bottom() {
                buf.set_string(area.x + 4, y, row, style);
            }
            y += 1;
        }
    };
    for status in &store.world.sources {
        let health = crate::screen::Theme::source_health(status.state);
        let what = match status.state {
            SourceState::Loading => format!("reading {} ({})", status.id, status.location),
            SourceState::Live | SourceState::Stale | SourceState::Cached => {
                format!("{} ({}): no services", status.id, status.location)
            }
            SourceState::Denied | SourceState::Failed => {
                format!("{}: {}", status.id, status.failure.as_ref().map_or("unreadable", |f| &f.message))
            }
        };
        draw_text(&format!("{} {what}", theme.health_glyph(health)), theme.health_style(health), buf);
        if let Some(failure) = &status.failure {
            draw_text(&format!("  {}", failure.remedy), theme.styles.text.into(), buf);
        }
    }
    if store.world.sources.iter().all(SourceStatus::has_finished_loading) {
        draw_text("", theme.styles.text.into(), buf);
        draw_text(
            "portolan --demo shows the built-in demo; portolan doctor has details",
            theme.styles.dim.into(),
            buf,
        );
    }
}
