//! What stands beside the map: the selected node in a few words, or, where there is no node yet, what to do.

use super::{
    Map,
    item::{Item, Kind},
};
use crate::{
    command::Command,
    model::{SourceState, SourceStatus},
    view::{
        Canvas, Scene, summary,
        widget::{frame::frame, table::first_row, text},
    },
};
use ratatui::{layout::Rect, style::Style};

/// What there is to say about the selected node, or about the group that it is in.
pub(super) fn draw_panel(scene: Scene<'_>, map: &Map, area: Rect, buf: &mut Canvas<'_>) {
    let Some(node) = scene.store.node() else { return };
    if area.height < 3 {
        return;
    }
    match map.selected(scene.store).map(|item| (&item.kind, item)) {
        Some((Kind::Pile(_, title), item)) => return draw_members(scene, map, title, item, area, buf),
        Some((Kind::Ghost(title, called), item)) => {
            let title = format!("{title}, {} the focus", if *called { "called by" } else { "calls" });
            return draw_members(scene, map, &title, item, area, buf);
        }
        _ => {}
    }
    let inner = frame(area, &node.label(), scene.theme, buf);
    let width = usize::from(inner.width.saturating_sub(1));
    let lines = match usize::from(inner.height) {
        rows @ 0..8 => summary::brief(scene, node, (width, rows)),
        _ => summary::head(scene, node, width),
    };
    for (y, line) in (inner.y..inner.bottom()).zip(&lines) {
        buf.set_line(inner.x, y, line, inner.width);
    }
}

/// The nodes of a closed group or of a ghost, the worst off first; the one that is selected is among them.
fn draw_members(scene: Scene<'_>, map: &Map, title: &str, item: &Item, area: Rect, buf: &mut Canvas<'_>) {
    let Scene { store, theme, .. } = scene;
    let inner = frame(area, title, theme, buf);
    let key = scene.keymap.keys(Command::Open).into_iter().next().unwrap_or_default();
    let opens = if matches!(item.kind, Kind::Pile(..)) { "opens it" } else { "shows them" };
    let head = format!("{}, {key} {opens}", item.counted(store));
    let mut row = Rect { height: 1, ..inner };
    buf.set_stringn(row.x, row.y, head, usize::from(row.width), Style::from(theme.ink.dim));
    for line in weights(scene, map, item).into_iter().take(usize::from(inner.height / 2)) {
        row.y += 1;
        let line = text::cut(&line, usize::from(row.width), theme.glyphs.ellipsis);
        buf.set_string(row.x, row.y, line, Style::from(theme.ink.dim));
    }
    let here = item.members.iter().position(|id| Some(id) == store.selected.as_ref()).unwrap_or(0);
    let height = usize::from(inner.bottom().saturating_sub(row.y + 1));
    let first = first_row(here, item.members.len(), height);
    let shown = item.members.iter().enumerate().skip(first).take(height);
    for (place, node) in shown.filter_map(|(place, id)| Some((place, store.topology().nodes.get(id)?))) {
        row.y += 1;
        let count = node.desired.map(|desired| format!("{}/{desired}", node.running)).unwrap_or_default();
        let room = usize::from(row.width).saturating_sub(3 + count.len());
        let name = text::squeeze(&node.name, room, theme.glyphs.ellipsis);
        buf.set_string(row.x, row.y, theme.mark(node.health), theme.health(node.health));
        buf.set_stringn(row.x + 2, row.y, name, room, Style::from(theme.ink.text));
        let x = row.right().saturating_sub(count.len() as u16);
        buf.set_stringn(x, row.y, count, usize::from(row.width), Style::from(theme.ink.dim));
        if place == here {
            buf.set_style(row, Style::from(theme.ink.selected));
        }
    }
}

/// The lines that leave and reach an item: with what, by how many calls, and how sure the surest of them is.
fn weights(scene: Scene<'_>, map: &Map, item: &Item) -> Vec<String> {
    let (store, plan) = (scene.store, &map.chart.plan);
    let here = plan.items.iter().position(|other| std::ptr::eq(other, item));
    let mut lines: Vec<(usize, String)> = Vec::new();
    for (line, calls) in plan.calls.iter().enumerate() {
        let (word, other) = match calls.ends {
            (from, to) if Some(from) == here && from != to => ("calls", to),
            (from, to) if Some(to) == here && from != to => ("called by", from),
            _ => continue,
        };
        let strength = map.chart.looks.strength(line);
        let (Some(strength), Some(other)) = (strength, plan.items.get(other)) else { continue };
        let (count, stroke) = (calls.pairs.len(), scene.theme.stroke(strength));
        let times = if count > 1 { format!(" {}{count}", scene.theme.glyphs.cross) } else { String::new() };
        lines.push((count, format!("{stroke} {word} {}{times}", other.title(store))));
    }
    lines.sort_by_key(|(count, _)| std::cmp::Reverse(*count));
    lines.into_iter().map(|(_, line)| line).collect()
}

/// What is said where there is no node yet: what is being looked at, or what to do.
pub(super) fn draw_empty(scene: Scene<'_>, area: Rect, buf: &mut Canvas<'_>) {
    let Scene { store, theme, .. } = scene;
    let mut y = area.y + area.height / 4;
    let mut say = |content: &str, style: Style, buf: &mut Canvas<'_>| {
        for row in text::wrap(content, usize::from(area.width.saturating_sub(8))) {
            if y < area.bottom() {
                buf.set_string(area.x + 4, y, row, style);
            }
            y += 1;
        }
    };
    for status in &store.sources {
        let health = crate::view::Theme::source(status.state);
        let what = match status.state {
            SourceState::Loading => format!("looking at {} ({})", status.id, status.place),
            SourceState::Live | SourceState::Stale | SourceState::Cached => {
                format!("{} ({}): nothing runs there", status.id, status.place)
            }
            SourceState::Denied | SourceState::Failed => {
                format!("{}: {}", status.id, status.failure.as_ref().map_or("can't be read", |f| &f.what))
            }
        };
        say(&format!("{} {what}", theme.mark(health)), theme.health(health), buf);
        if let Some(failure) = &status.failure {
            say(&format!("  {}", failure.remedy), theme.ink.text.into(), buf);
        }
    }
    if store.sources.iter().all(SourceStatus::is_settled) {
        say("", theme.ink.text.into(), buf);
        say(
            "portolan --demo shows a recorded estate; portolan doctor tells what was looked for",
            theme.ink.dim.into(),
            buf,
        );
    }
}
