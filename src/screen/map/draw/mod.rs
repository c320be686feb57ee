//! Drawing of the visible part of the map: first the lines, then the group frames, then the items on top.

pub(super) mod map_styles;
pub(super) mod on_demand_edges;
pub(super) mod panel;

mod group_frames;
pub(super) mod minimap;
mod items;
mod label;
mod lines;
pub(super) mod collapsed_group;

use super::{
    DrawnMap, Map,
    graph::map_edge::EdgeVisibility,
    interaction::{hover::HoverTarget, viewport::Viewport},
};
use crate::{
    command::Command,
    layout::Point,
    model::NodeId,
    screen::{
        Canvas, HitMap, Scene,
        widget::{canvas::OffScreenBuffer, text},
    },
};
use ratatui::{layout::Rect, style::Style};
use std::collections::BTreeSet;

/// Division of the map screen into map and panel.
pub(super) struct Areas {
    /// Area of the map.
    pub map: Rect,
    /// Area of the panel for the selected node.
    pub panel: Rect,
}

/// Minimum screen width, in cells, for a panel at the right side.
const MIN_SIDE_PANEL_WIDTH: u16 = 150;

/// Minimum height, in rows, for a panel at the bottom of a narrow screen.
const MIN_BOTTOM_PANEL_HEIGHT: u16 = 16;

/// Divides `area` into map and panel.
pub(super) fn areas(area: Rect) -> Areas {
    if area.width >= MIN_SIDE_PANEL_WIDTH {
        let width = (area.width / 4).clamp(34, 50);
        let map = Rect { width: area.width - width, ..area };
        return Areas { map, panel: Rect { x: map.right(), width, ..area } };
    }
    let height = if area.height >= MIN_BOTTOM_PANEL_HEIGHT { 6 } else { 0 };
    let map = Rect { height: area.height - height, ..area };
    Areas { map, panel: Rect { y: map.bottom(), height, ..area } }
}

/// Draws the map with its panel.
pub(super) fn draw_map(map: &Map, scene: Scene<'_>, area: Rect, buf: &mut Canvas<'_>) -> HitMap {
    let areas = areas(area);
    if scene.store.world.topology().nodes.is_empty() {
        panel::draw_empty_map(scene, area, buf);
        return HitMap::default();
    }
    let painter = Painter::new(map, scene, areas.map);
    painter.draw_edges(buf);
    painter.draw_group_frames(buf);
    let mut hits = painter.draw_items(buf);
    painter.draw_status_text(buf);
    painter.draw_hover_line(buf);
    hits.extend(minimap::draw_minimap(map, &painter.viewport, scene, buf));
    panel::draw_panel(scene, map, areas.panel, buf);
    hits
}

/// Draws the map alone as text, in rows without trailing spaces.
pub(super) fn draw_as_text(map: &Map, scene: Scene<'_>, area: Rect) -> String {
    let mut whole = OffScreenBuffer::new(area.width, area.height);
    let buf = &mut whole.canvas();
    let painter = Painter {
        map,
        scene,
        viewport: map.viewport,
        selected_item: None,
        selected_node: None,
        neighbours: BTreeSet::new(),
        hovered: None,
    };
    painter.draw_edges(buf);
    painter.draw_group_frames(buf);
    painter.draw_items(buf);
    let symbol = |x, y| buf.cell((x, y)).map_or(" ", |cell| cell.symbol());
    let row = |y| (0..area.width).map(|x| symbol(x, y)).collect::<String>().trim_end().to_owned() + "\n";
    (0..area.height).map(row).collect()
}

/// One map with the selection and the mouse target, for all functions that draw its parts.
struct Painter<'a> {
    map: &'a Map,
    scene: Scene<'a>,
    /// Visible part of the map and the area to draw into, which may be newer than the one in `map.viewport`.
    viewport: Viewport,
    /// Index of the item that contains the selected node.
    selected_item: Option<usize>,
    /// Selected node.
    selected_node: Option<&'a NodeId>,
    /// Indices of the items that an edge connects to the selected item.
    neighbours: BTreeSet<usize>,
    /// Item or lines under the mouse.
    hovered: Option<&'a HoverTarget>,
}

impl<'a> Painter<'a> {
    fn new(map: &'a Map, scene: Scene<'a>, area: Rect) -> Self {
        let selected_node = scene.store.session.selected.as_ref();
        let selected_item = selected_node.and_then(|id| map.drawn.graph.item_index(id));
        let ends = map.drawn.graph.edges.iter().map(|calls| calls.ends);
        let near = ends.filter_map(|(from, to)| match selected_item {
            Some(here) if here == from => Some(to),
            Some(here) if here == to => Some(from),
            _ => None,
        });
        let viewport = Viewport { area, ..map.viewport };
        Self {
            map,
            scene,
            viewport,
            selected_item,
            selected_node,
            neighbours: near.collect(),
            hovered: map.hovered.as_ref(),
        }
    }

    /// Draws the description of the item or lines under the mouse in the last row of the map.
    fn draw_hover_line(&self, buf: &mut Canvas<'_>) {
        let words = self.hovered.map(|hovered| hovered.description(self.map, self.scene)).unwrap_or_default();
        if !words.is_empty() && self.viewport.area.height > 0 {
            let ellipsis = self.scene.theme.glyphs.ellipsis;
            let line = text::cut_end(&format!(" {words} "), usize::from(self.viewport.area.width), ellipsis);
            let style = Style::from(self.scene.theme.styles.bar);
            buf.set_string(self.viewport.area.x, self.viewport.area.bottom() - 1, line, style);
        }
    }

    /// Returns arrows for the directions in which the map continues off the screen.
    fn scroll_arrows(&self) -> String {
        let Point { x, y } = self.viewport.origin;
        let (width, height) = self.map.drawn.diagram.size;
        let arrows =
            if self.scene.theme.glyphs.ascii { ["<", "^", "v", ">"] } else { ["←", "↑", "↓", "→"] };
        let beyond = [
            x > 0,
            y > 0,
            y + i32::from(self.viewport.area.height) < height,
            x + i32::from(self.viewport.area.width) < width,
        ];
        let shown: Vec<_> =
            arrows.into_iter().zip(beyond).filter(|(_, beyond)| *beyond).map(|(arrow, _)| arrow).collect();
        shown.join(" ")
    }

    /// Returns how many edges have no line now, one text per reason, such as `3 lines shown when selected`.
    fn hidden_edges_text(&self) -> Vec<String> {
        let DrawnMap { graph: plan, styles: looks, on_demand_edges: revealed, .. } = &self.map.drawn;
        let hidden = (0..plan.edges.len())
            .filter(|&index| looks.edge_style(index).is_some() && !revealed.has_line(index));
        let hidden: Vec<EdgeVisibility> = hidden.map(|index| plan.edges[index].visibility).collect();
        let count = |shown| hidden.iter().filter(|hidden| **hidden == shown).count();
        let marked = if self.scene.theme.glyphs.ascii { ">1" } else { "▸¹" };
        let kinds = [
            (EdgeVisibility::Badge, format!("shown as {marked}")),
            (EdgeVisibility::WhenSelected, "shown when selected".to_owned()),
        ];
        let told =
            kinds.map(|(shown, words)| (count(shown), words)).into_iter().filter(|(count, _)| *count > 0);
        told.map(|(count, words)| format!("{} {words}", text::pluralize(count, "line"))).collect()
    }

    /// Draws the status text in a corner of the map: focus, level, filters, hidden lines, layout state and
    /// scroll arrows.
    fn draw_status_text(&self, buf: &mut Canvas<'_>) {
        let sight = &self.map.choices;
        let key = |command| self.scene.keymap.keys(command).into_iter().next().unwrap_or_default();
        let mut words: Vec<String> = sight.focus_label(&key(Command::ShowPath)).into_iter().collect();
        words.extend(sight.level.map(|level| level.name().to_owned()));
        words.extend(
            self.map.drawn.graph.frameless_group.iter().map(|title| format!("frame hidden: {title}")),
        );
        words.extend(self.hidden_edges_text());
        if self.scene.store.session.faults_only {
            words.push("faulty only".to_owned());
        }
        words.extend(self.scene.store.session.only_source.iter().map(|source| format!("only {source}")));
        if self.map.relayout_policy.is_tangled {
            words.push(format!("better layout: press {}", key(Command::Relayout)));
        }
        if self.map.scheduler.pending {
            words.push("computing layout".to_owned());
        }
        let more = self.scroll_arrows();
        if !more.is_empty() {
            words.push(format!("more {more}"));
        }
        let line = words.join(", ");
        if !line.is_empty() && self.viewport.area.height > 0 {
            let line = format!(" {line} ");
            let (x, y) = self.free_corner(text::display_width(&line) as u16, buf);
            let style = Style::from(self.scene.theme.styles.dim);
            buf.set_stringn(x, y, line, usize::from(self.viewport.area.width), style);
        }
    }

    /// Returns the first cell for a text of `width` cells in a corner of the map where it hides nothing. If
    /// there is no such corner, returns the lower right one.
    fn free_corner(&self, width: u16, buf: &Canvas<'_>) -> (u16, u16) {
        let right = self.viewport.area.right().saturating_sub(width).max(self.viewport.area.x);
        let (left, top, bottom) =
            (self.viewport.area.x, self.viewport.area.y, self.viewport.area.bottom().saturating_sub(1));
        let is_free = |&(x, y): &(u16, u16)| {
            let end = x.saturating_add(width).min(self.viewport.area.right());
            (x..end).all(|column| buf.cell((column, y)).is_none_or(|cell| cell.symbol() == " "))
        };
        let corners = [(right, bottom), (left, bottom), (right, top), (left, top)];
        corners.into_iter().find(is_free).unwrap_or((right, bottom))
    }
}
