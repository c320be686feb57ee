//! Painting the map: lines first, then frames of groups, then nodes over them, and only what is on the screen.

use super::{Map, mark, panel, plan::Level};
use crate::{
    layout::{Cell, Glyphs, Point, Rect as Cells, Stroke, Style as Look},
    model::{Health, NodeId},
    topology::{Node, Strength},
    view::{
        Hits, Scene, Target,
        widget::{frame::outline, text},
    },
};
use ratatui::{buffer::Buffer, layout::Rect, style::Style};

/// The parts of the screen that the map has.
pub(super) struct Areas {
    /// The map itself.
    pub map: Rect,
    /// What there is to say about the selected node.
    pub panel: Rect,
}

/// From this width on the panel stands at the right side.
const WIDE: u16 = 110;

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
pub(super) fn draw(map: &Map, scene: Scene<'_>, area: Rect, buf: &mut Buffer) -> Hits {
    let areas = areas(area);
    if scene.store.topology().nodes.is_empty() {
        panel::draw_empty(scene, area, buf);
        return Hits::default();
    }
    let painter = Painter { map, scene, area: areas.map, nodes: neighbours(scene) };
    painter.lines(buf);
    painter.groups(buf);
    let hits = painter.nodes(buf);
    painter.corner(buf);
    panel::draw_panel(scene, areas.panel, buf);
    hits
}

/// The map alone, as text: rows without trailing spaces.
pub(super) fn text(map: &Map, scene: Scene<'_>, area: Rect) -> String {
    let mut buf = Buffer::empty(area);
    let painter = Painter { map, scene, area, nodes: Near::default() };
    painter.lines(&mut buf);
    painter.groups(&mut buf);
    painter.nodes(&mut buf);
    let row =
        |y| (0..area.width).map(|x| buf[(x, y)].symbol()).collect::<String>().trim_end().to_owned() + "\n";
    (0..area.height).map(row).collect()
}

/// The selected node and its neighbours.
#[derive(Default)]
struct Near {
    selected: Option<NodeId>,
    next: Vec<NodeId>,
}

fn neighbours(scene: Scene<'_>) -> Near {
    let selected = scene.store.selected.clone();
    let next = selected.as_ref().map(|id| {
        let topology = scene.store.topology();
        topology.calls(id).chain(topology.callers(id)).map(|(other, _)| other.clone()).collect()
    });
    Near { selected, next: next.unwrap_or_default() }
}

struct Painter<'a> {
    map: &'a Map,
    scene: Scene<'a>,
    area: Rect,
    nodes: Near,
}

/// How important a line is; the highest of several on the same cells is painted.
mod tone {
    pub(super) const QUIET: u8 = 0;
    pub(super) const PLAIN: u8 = 1;
    pub(super) const OBSERVED: u8 = 2;
    pub(super) const TO_FAULT: u8 = 3;
    pub(super) const SELECTED: u8 = 4;
}

impl Painter<'_> {
    /// The part of a rectangle of the diagram that is on the screen, with how much of its left and top is cut off.
    fn on_screen(&self, cells: Cells) -> Option<(Rect, i32, i32)> {
        let (x, y) = (cells.x - self.map.origin.x, cells.y - self.map.origin.y);
        let (right, bottom) = (x + cells.width, y + cells.height);
        let (left, top) = (x.max(0), y.max(0));
        let (right, bottom) =
            (right.min(i32::from(self.area.width)), bottom.min(i32::from(self.area.height)));
        let rect = Rect {
            x: self.area.x + u16::try_from(left).ok()?,
            y: self.area.y + u16::try_from(top).ok()?,
            width: u16::try_from(right - left).ok()?,
            height: u16::try_from(bottom - top).ok()?,
        };
        (rect.width > 0 && rect.height > 0).then_some((rect, left - x, top - y))
    }

    /// The calls.
    fn lines(&self, buf: &mut Buffer) {
        let chart = &self.map.chart;
        let Point { x, y } = self.map.origin;
        let view = Cells { x, y, width: i32::from(self.area.width), height: i32::from(self.area.height) };
        let glyphs = if self.scene.theme.glyphs.ascii { Glyphs::Ascii } else { Glyphs::Unicode };
        let look = |edge: usize| chart.plan.edges.get(edge).and_then(|(from, to)| self.look(from, to));
        let mut paint = |cell: Cell<'_>| {
            let (column, row) = (cell.at.x - x, cell.at.y - y);
            let (Ok(column), Ok(row)) = (u16::try_from(column), u16::try_from(row)) else { return };
            if column < self.area.width && row < self.area.height {
                let place = &mut buf[(self.area.x + column, self.area.y + row)];
                place.set_char(cell.glyph).set_style(self.ink(cell.tone));
            }
        };
        chart.raster.draw(view, glyphs, &look, &mut paint);
    }

    /// How an edge looks now; none where it is gone or filtered out, so that a filter moves nothing. What was seen
    /// long ago stays solid and grows dim.
    fn look(&self, from: &NodeId, to: &NodeId) -> Option<Look> {
        let store = self.scene.store;
        let topology = store.topology();
        let edge =
            topology.edges.get(&(from.clone(), to.clone())).filter(|edge| store.shows(from, to, edge))?;
        let strength = edge.strength();
        let stroke = match strength {
            Strength::Observed => Stroke::Solid,
            Strength::Declared => Stroke::Dashed,
            Strength::Possible => Stroke::Dotted,
        };
        let selected = self.nodes.selected.as_ref();
        let failing = topology.nodes.get(to).is_some_and(|n| n.health >= Health::Degraded);
        let tone = match () {
            () if selected == Some(from) || selected == Some(to) => tone::SELECTED,
            () if failing => tone::TO_FAULT,
            () if strength == Strength::Possible || edge.is_faded(store.now) => tone::QUIET,
            () if strength == Strength::Observed => tone::OBSERVED,
            () => tone::PLAIN,
        };
        Some(Look { stroke, tone })
    }

    fn ink(&self, tone: u8) -> Style {
        let ink = &self.scene.theme.ink;
        match tone {
            tone::SELECTED => ink.near,
            tone::TO_FAULT => ink.degraded,
            tone::OBSERVED => ink.observed,
            tone::PLAIN => ink.line,
            _ => ink.possible,
        }
        .into()
    }

    /// The frames of the groups, with their titles; lines that cross a frame stay.
    fn groups(&self, buf: &mut Buffer) {
        let theme = self.scene.theme;
        let chart = &self.map.chart;
        for (title, cells) in chart.plan.groups.iter().zip(&chart.diagram.groups) {
            let Some((rect, left, top)) = self.on_screen(*cells) else { continue };
            let whole = i32::from(rect.width) == cells.width && i32::from(rect.height) == cells.height;
            let style = Style::from(theme.ink.border);
            for (x, y, glyph) in border(*cells, theme.glyphs) {
                let (column, row) = (x - self.map.origin.x, y - self.map.origin.y);
                let (Ok(column), Ok(row)) = (u16::try_from(column), u16::try_from(row)) else { continue };
                if column < self.area.width && row < self.area.height {
                    let place = &mut buf[(self.area.x + column, self.area.y + row)];
                    if place.symbol() == " " {
                        place.set_symbol(glyph).set_style(style);
                    }
                }
            }
            let room = usize::from(rect.width).saturating_sub(if whole { 4 } else { 2 });
            if top == 0 && room > 2 {
                let title = format!(" {} ", text::cut(title, room - 2, theme.glyphs.ellipsis));
                let x = rect.x + if left == 0 { 2 } else { 0 };
                buf.set_stringn(x, rect.y, title, room, Style::from(theme.ink.dim));
            }
        }
    }

    /// The nodes, on top of everything.
    fn nodes(&self, buf: &mut Buffer) -> Hits {
        let mut hits = Hits::default();
        let chart = &self.map.chart;
        for (id, cells) in chart.plan.nodes.iter().zip(&chart.diagram.nodes) {
            let Some(node) = self.scene.store.topology().nodes.get(id) else { continue };
            let Some((rect, left, top)) = self.on_screen(*cells) else { continue };
            self.node(node, *cells, (rect, left, top), buf);
            hits.add(rect, Target::Node(id.clone()));
        }
        hits
    }

    /// One node: drawn whole into a buffer of its own, of which the visible part is copied.
    fn node(&self, node: &Node, cells: Cells, (rect, left, top): (Rect, i32, i32), buf: &mut Buffer) {
        let own = Rect::new(0, 0, cells.width as u16, cells.height as u16);
        let mut picture = Buffer::empty(own);
        let theme = self.scene.theme;
        let selected = self.nodes.selected.as_ref() == Some(&node.id);
        let near = self.nodes.next.contains(&node.id);
        let border = match () {
            () if selected => theme.ink.near.into(),
            () if node.health >= Health::Degraded => theme.health(node.health),
            () if near => theme.ink.near.into(),
            () => Style::from(theme.ink.border),
        };
        let row = match self.map.chart.plan.level {
            Level::Boxes => {
                outline(own, theme, border, &mut picture);
                1
            }
            Level::Pills => 0,
        };
        let inset = if row == 1 { 2 } else { 1 };
        self.label(
            node,
            Rect { x: inset, y: row, width: own.width.saturating_sub(2 * inset), height: 1 },
            &mut picture,
        );
        if row == 0 {
            let brackets = if theme.glyphs.ascii { ["[", "]"] } else { ["▐", "▌"] };
            picture.set_string(0, 0, brackets[0], border);
            picture.set_string(own.width.saturating_sub(1), 0, brackets[1], border);
        }
        if selected {
            let inside = Rect { x: 1, y: row, width: own.width.saturating_sub(2), height: 1 };
            picture.set_style(inside, Style::from(theme.ink.selected));
        }
        for dy in 0..rect.height {
            for dx in 0..rect.width {
                let from = (left as u16 + dx, top as u16 + dy);
                if let (Some(cell), Some(place)) =
                    (picture.cell(from), buf.cell_mut((rect.x + dx, rect.y + dy)))
                {
                    *place = cell.clone();
                    if dx + 1 == rect.width && text::width(cell.symbol()) > 1 {
                        // Its second half is cut off, and half of a character is none.
                        place.set_symbol(" ");
                    }
                }
            }
        }
    }

    /// The mark, the name and the count of a node, in one row.
    fn label(&self, node: &Node, room: Rect, buf: &mut Buffer) {
        let Scene { store, theme, .. } = self.scene;
        let found = !store.search.is_empty() && store.finds(node);
        let lost = !store.search.is_empty() && !found;
        let name_style = match () {
            () if found => theme.ink.found,
            () if lost || node.health == Health::Stopped => theme.ink.dim,
            () => theme.ink.text,
        };
        buf.set_string(room.x, room.y, mark::mark(node, self.scene), theme.health(node.health));
        let role = mark::of_service(node, self.scene).filter(|_| room.width > 4);
        if let Some(role) = role {
            buf.set_string(room.x + 2, room.y, role.to_string(), theme.ink.dim.0);
        }
        let marks = if role.is_some() { 4 } else { 2 };
        let count = node.desired.map(|desired| format!("{}/{desired}", node.running));
        let count_width = count.as_ref().map_or(0, |c| text::width(c) + 1);
        let cells = usize::from(room.width).saturating_sub(usize::from(marks) + count_width);
        buf.set_string(
            room.x + marks,
            room.y,
            text::squeeze(&node.name, cells, theme.glyphs.ellipsis),
            name_style.0,
        );
        if let Some(count) = count {
            let x = room.right().saturating_sub(text::width(&count) as u16);
            let style = if node.health >= Health::Degraded {
                theme.health(node.health)
            } else {
                theme.ink.dim.into()
            };
            buf.set_string(x, room.y, count, style);
        }
    }

    /// The directions in which the map goes on beyond the screen.
    fn more(&self) -> String {
        let Point { x, y } = self.map.origin;
        let (width, height) = self.map.chart.diagram.size;
        let arrows =
            if self.scene.theme.glyphs.ascii { ["<", "^", "v", ">"] } else { ["←", "↑", "↓", "→"] };
        let beyond =
            [x > 0, y > 0, y + i32::from(self.area.height) < height, x + i32::from(self.area.width) < width];
        let shown: Vec<_> =
            arrows.into_iter().zip(beyond).filter(|(_, beyond)| *beyond).map(|(arrow, _)| arrow).collect();
        shown.join(" ")
    }

    /// Where more of the map is, and whether a newer one is on its way.
    fn corner(&self, buf: &mut Buffer) {
        let mut words = Vec::new();
        if self.map.center.is_some() {
            words.push("focus".to_owned());
        }
        if self.scene.store.only_faulty {
            words.push("only faulty".to_owned());
        }
        if self.map.pending {
            words.push("laying out".to_owned());
        }
        let more = self.more();
        if !more.is_empty() {
            words.push(format!("more {more}"));
        }
        let line = words.join(", ");
        if !line.is_empty() && self.area.height > 0 {
            let x = self.area.right().saturating_sub(text::width(&line) as u16 + 1).max(self.area.x);
            let style = Style::from(self.scene.theme.ink.dim);
            buf.set_stringn(
                x,
                self.area.bottom() - 1,
                format!("{line} "),
                usize::from(self.area.width),
                style,
            );
        }
    }
}

/// The cells of a rectangle's border with their glyphs.
fn border(cells: Cells, glyphs: &'static crate::view::theme::Glyphs) -> Vec<(i32, i32, &'static str)> {
    let (right, bottom) = (cells.x + cells.width - 1, cells.y + cells.height - 1);
    let mut all = vec![
        (cells.x, cells.y, glyphs.corners[0]),
        (right, cells.y, glyphs.corners[1]),
        (cells.x, bottom, glyphs.corners[2]),
        (right, bottom, glyphs.corners[3]),
    ];
    all.extend((cells.x + 1..right).flat_map(|x| [(x, cells.y, glyphs.across), (x, bottom, glyphs.across)]));
    all.extend((cells.y + 1..bottom).flat_map(|y| [(cells.x, y, glyphs.down), (right, y, glyphs.down)]));
    all
}
