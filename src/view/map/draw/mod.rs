//! Painting the map: lines first, then frames of groups, then nodes over them, and only what is on the screen.

mod frames;
pub(super) mod inset;
mod items;
mod label;
mod lines;
pub(super) mod pile;

use super::{Chart, Map, hover::Hovered, panel, plan::Shown, viewport::Viewport};
use crate::{
    command::Command,
    layout::Point,
    model::NodeId,
    view::{
        Canvas, Hits, Scene,
        widget::{canvas::OffScreen, text},
    },
};
use ratatui::{layout::Rect, style::Style};
use std::collections::BTreeSet;

/// The parts of the screen that the map has.
pub(super) struct Areas {
    /// The map itself.
    pub map: Rect,
    /// What there is to say about the selected node.
    pub panel: Rect,
}

/// From this width on the panel stands at the right side.
const WIDE: u16 = 150;

/// From this height on a narrow screen has the panel at its bottom.
const TALL: u16 = 16;

/// The map's and the panel's parts of `area`.
pub(super) fn areas(area: Rect) -> Areas {
    if area.width >= WIDE {
        let width = (area.width / 4).clamp(34, 50);
        let map = Rect { width: area.width - width, ..area };
        return Areas { map, panel: Rect { x: map.right(), width, ..area } };
    }
    let height = if area.height >= TALL { 6 } else { 0 };
    let map = Rect { height: area.height - height, ..area };
    Areas { map, panel: Rect { y: map.bottom(), height, ..area } }
}

/// Draws the map with its panel.
pub(super) fn draw(map: &Map, scene: Scene<'_>, area: Rect, buf: &mut Canvas<'_>) -> Hits {
    let areas = areas(area);
    if scene.store.topology().nodes.is_empty() {
        panel::draw_empty(scene, area, buf);
        return Hits::default();
    }
    let painter = Painter::new(map, scene, areas.map);
    painter.lines(buf);
    painter.groups(buf);
    let mut hits = painter.items(buf);
    painter.corner(buf);
    painter.hovered(buf);
    hits.extend(inset::draw(map, &painter.viewport, scene, buf));
    panel::draw_panel(scene, map, areas.panel, buf);
    hits
}

/// The map alone, as text: rows without trailing spaces.
pub(super) fn text(map: &Map, scene: Scene<'_>, area: Rect) -> String {
    let mut whole = OffScreen::new(area.width, area.height);
    let buf = &mut whole.canvas();
    let painter = Painter {
        map,
        scene,
        viewport: map.viewport,
        selected: None,
        id: None,
        near: BTreeSet::new(),
        hovered: None,
    };
    painter.lines(buf);
    painter.groups(buf);
    painter.items(buf);
    let symbol = |x, y| buf.cell((x, y)).map_or(" ", |cell| cell.symbol());
    let row = |y| (0..area.width).map(|x| symbol(x, y)).collect::<String>().trim_end().to_owned() + "\n";
    (0..area.height).map(row).collect()
}

/// What draws a map on the screen.
struct Painter<'a> {
    map: &'a Map,
    scene: Scene<'a>,
    /// The part of the map that is drawn, in the area that it is drawn into: the map may have been fitted to another.
    viewport: Viewport,
    /// The selected item, and the selected node in it.
    selected: Option<usize>,
    id: Option<&'a NodeId>,
    /// The items that are joined with it.
    near: BTreeSet<usize>,
    /// What the mouse is over.
    hovered: Option<&'a Hovered>,
}

impl<'a> Painter<'a> {
    fn new(map: &'a Map, scene: Scene<'a>, area: Rect) -> Self {
        let id = scene.store.selected.as_ref();
        let selected = id.and_then(|id| map.chart.plan.index(id));
        let ends = map.chart.plan.calls.iter().map(|calls| calls.ends);
        let near = ends.filter_map(|(from, to)| match selected {
            Some(here) if here == from => Some(to),
            Some(here) if here == to => Some(from),
            _ => None,
        });
        let viewport = Viewport { area, ..map.viewport };
        Self { map, scene, viewport, selected, id, near: near.collect(), hovered: map.hovered.as_ref() }
    }

    /// What the mouse is over, in the last row of the map.
    fn hovered(&self, buf: &mut Canvas<'_>) {
        let words = self.hovered.map(|hovered| hovered.words(self.map, self.scene)).unwrap_or_default();
        if !words.is_empty() && self.viewport.area.height > 0 {
            let ellipsis = self.scene.theme.glyphs.ellipsis;
            let line = text::cut(&format!(" {words} "), usize::from(self.viewport.area.width), ellipsis);
            let style = Style::from(self.scene.theme.ink.bar);
            buf.set_string(self.viewport.area.x, self.viewport.area.bottom() - 1, line, style);
        }
    }

    /// The directions in which the map goes on beyond the screen.
    fn more(&self) -> String {
        let Point { x, y } = self.viewport.origin;
        let (width, height) = self.map.chart.diagram.size;
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

    /// How many lines are not drawn, and what tells of them.
    fn undrawn(&self) -> Vec<String> {
        let Chart { plan, looks, revealed, .. } = &self.map.chart;
        let hidden =
            (0..plan.calls.len()).filter(|&index| looks.line(index).is_some() && !revealed.draws(index));
        let hidden: Vec<Shown> = hidden.map(|index| plan.calls[index].shown).collect();
        let count = |shown| hidden.iter().filter(|hidden| **hidden == shown).count();
        let marked = if self.scene.theme.glyphs.ascii { ">1" } else { "▸¹" };
        let kinds =
            [(Shown::Marked, format!("drawn as {marked}")), (Shown::Told, "drawn when selected".to_owned())];
        let told =
            kinds.map(|(shown, words)| (count(shown), words)).into_iter().filter(|(count, _)| *count > 0);
        told.map(|(count, words)| format!("{} {words}", text::counted(count, "line"))).collect()
    }

    /// What is shown, where more of the map is, and whether a newer one is on its way.
    fn corner(&self, buf: &mut Canvas<'_>) {
        let sight = &self.map.sight;
        let key = |command| self.scene.keymap.keys(command).into_iter().next().unwrap_or_default();
        let mut words: Vec<String> = sight.words(&key(Command::Path)).into_iter().collect();
        words.extend(sight.level.map(|level| level.word().to_owned()));
        words.extend(self.map.chart.plan.frameless.iter().map(|title| format!("no frame: {title}")));
        words.extend(self.undrawn());
        if self.scene.store.only_faulty {
            words.push("only faulty".to_owned());
        }
        words.extend(self.scene.store.only_source.iter().map(|source| format!("only {source}")));
        if self.map.tangle.found {
            words.push(format!("tangled by changes: {} tidies", key(Command::Tidy)));
        }
        if self.map.order.pending {
            words.push("laying out".to_owned());
        }
        let more = self.more();
        if !more.is_empty() {
            words.push(format!("more {more}"));
        }
        let line = words.join(", ");
        if !line.is_empty() && self.viewport.area.height > 0 {
            let line = format!(" {line} ");
            let (x, y) = self.free_corner(text::width(&line) as u16, buf);
            let style = Style::from(self.scene.theme.ink.dim);
            buf.set_stringn(x, y, line, usize::from(self.viewport.area.width), style);
        }
    }

    /// Where words of that width hide nothing: in one of the corners, else in the lower right one all the same.
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
