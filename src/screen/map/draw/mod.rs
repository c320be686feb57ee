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
    graph::{hubs, map_edge::EdgeVisibility, map_graph::MapGraph},
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
    topology::Strength,
};
use ratatui::{layout::Rect, style::Style};
use std::collections::BTreeSet;

/// Division of the map screen into map and panel.
pub(super) struct Areas {
    /// Area of the map.
    pub map: Rect,
    /// Area of the panel for the selected node.
    pub panel: Rect,
    /// Columns and rows for which the map is laid out. On a small screen the panel covers a part of the map.
    /// The map then keeps its layout, and the user can scroll to the covered part.
    pub layout_size: (u16, u16),
}

/// Minimum screen width, in cells, at which the panel is at the right side.
const MIN_SIDE_PANEL_WIDTH: u16 = 110;

/// Minimum height, in rows, at which a narrow screen always has the panel at the bottom.
const MIN_BOTTOM_PANEL_HEIGHT: u16 = 30;

/// Minimum height, in rows, at which a small screen can show the panel over the bottom of the map.
const MIN_OVERLAY_HEIGHT: u16 = 16;

/// Height of a panel at the bottom, in rows.
const BOTTOM_PANEL_ROWS: u16 = 6;

/// Divides `area` into map and panel. A small screen has a panel only if `panel_wanted` is true.
pub(super) fn areas(area: Rect, panel_wanted: bool) -> Areas {
    if area.width >= MIN_SIDE_PANEL_WIDTH {
        let width = (area.width / 3).clamp(34, 46);
        let map = Rect { width: area.width - width, ..area };
        return Areas {
            map,
            panel: Rect { x: map.right(), width, ..area },
            layout_size: (map.width, map.height),
        };
    }
    let fixed = area.height >= MIN_BOTTOM_PANEL_HEIGHT;
    let shown = fixed || (panel_wanted && area.height >= MIN_OVERLAY_HEIGHT);
    let rows = if shown { BOTTOM_PANEL_ROWS } else { 0 };
    let map = Rect { height: area.height - rows, ..area };
    let layout_size = (area.width, if fixed { map.height } else { area.height });
    Areas { map, panel: Rect { y: map.bottom(), height: rows, ..area }, layout_size }
}

/// Draws the map with its panel.
pub(super) fn draw_map(map: &Map, scene: Scene<'_>, area: Rect, buf: &mut Canvas<'_>) -> HitMap {
    let areas = areas(area, map.panel_wanted);
    if scene.store.world.topology().nodes.is_empty() {
        panel::draw_empty_map(scene, area, buf);
        return HitMap::default();
    }
    let painter = Painter::new(map, scene, areas.map);
    painter.draw_edges(buf);
    painter.draw_group_frames(buf);
    let mut hits = painter.draw_items(buf);
    painter.draw_status_text(buf);
    painter.draw_legend(buf);
    painter.draw_hover_line(buf);
    hits.extend(minimap::draw_minimap(map, &painter.viewport, scene, buf));
    panel::draw_panel(scene, map, areas.panel, buf);
    hits
}

/// Draws the map as text without its panel, in rows without trailing spaces.
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

/// Context of one drawing of the map: the map, the selection and the target of the mouse.
struct Painter<'a> {
    map: &'a Map,
    scene: Scene<'a>,
    /// Visible part of the map and the area to draw into. The area can be newer than the one in
    /// `map.viewport`.
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

    /// Returns an arrow for each direction in which the map continues beyond the screen.
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

    /// Returns texts about the edges that have no line now, one text for each reason, such as `hidden: 12
    /// calls to flagd` or `3 lines shown when selected`.
    fn hidden_edges_text(&self) -> Vec<String> {
        let DrawnMap { graph: plan, styles: looks, on_demand_edges: revealed, .. } = &self.map.drawn;
        let is_hidden = |index: usize| looks.edge_style(index).is_some() && !revealed.has_line(index);
        let count = plan
            .edges_without_line()
            .filter(|(index, edge)| edge.visibility == EdgeVisibility::WhenSelected && is_hidden(*index))
            .count();
        let others = (count > 0).then(|| format!("{} shown when selected", text::pluralize(count, "line")));
        hubs::hidden_calls_text(plan, self.scene.store, is_hidden).into_iter().chain(others).collect()
    }

    /// Draws the status text in a corner of the map: focus, level, filters, hidden lines, layout state and
    /// scroll arrows.
    fn draw_status_text(&self, buf: &mut Canvas<'_>) {
        let sight = &self.map.choices;
        let key = |command| self.scene.keymap.keys(command).into_iter().next().unwrap_or_default();
        let mut words: Vec<String> = sight.focus_label(&key(Command::ShowPath)).into_iter().collect();
        words.extend(sight.level.map(|level| level.name().to_owned()));
        words.extend(self.frameless_group_text());
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
            let width = usize::from(self.viewport.area.width);
            let line = text::cut_end(&format!(" {line} "), width, self.scene.theme.glyphs.ellipsis);
            let (x, y) = self.free_corner(text::display_width(&line) as u16, buf);
            buf.set_string(x, y, line, Style::from(self.scene.theme.styles.dim));
        }
    }

    /// Returns a text with the group whose frame was left out to save space: `group otel-demo`, or `outside
    /// the frames: otel-demo` if other groups have frames.
    fn frameless_group_text(&self) -> Option<String> {
        let MapGraph { frameless_group, groups, .. } = &*self.map.drawn.graph;
        let before = if groups.is_empty() { "group" } else { "outside the frames:" };
        frameless_group.as_ref().map(|title| format!("{before} {title}"))
    }

    /// Draws a legend of the lines in the last row of the map, if it fits there and covers nothing.
    fn draw_legend(&self, buf: &mut Canvas<'_>) {
        let theme = self.scene.theme;
        let piece = |strength: Strength| format!("{} {}", theme.edge_line(strength), strength.as_str());
        let strengths = [Strength::Observed, Strength::Declared, Strength::Possible].map(piece).join("   ");
        // In ASCII, a crossing is drawn as the vertical line, so there is no sign to explain.
        let meetings = if theme.glyphs.ascii { "" } else { "   ┼ lines cross   ╋ lines meet" };
        let area = self.viewport.area;
        let row = area.bottom().saturating_sub(1);
        let is_free = |x, y| buf.cell((x, y)).is_none_or(|cell| cell.symbol() == " ");
        let fits = |words: &String| {
            let width = text::display_width(words) as u16;
            width <= area.width
                && (area.x..area.x + width).all(|x| is_free(x, row) && is_free(x, row.saturating_sub(1)))
        };
        let variants = [format!(" {strengths}{meetings} "), format!(" {strengths} ")];
        if let Some(words) = variants.iter().find(|words| area.height > 1 && fits(words)) {
            buf.set_string(area.x, row, words, Style::from(theme.styles.dim));
        }
    }

    /// Returns the first cell for a text of `width` cells in a corner of the map where the text hides
    /// nothing. If every corner is occupied, returns the lower right one.
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
