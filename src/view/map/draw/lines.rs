//! The calls, as lines.

use super::Painter;
use crate::{
    layout::{Cell, Glyphs, Stroke, Style as Look},
    model::{Health, NodeId},
    topology::{Edge, Strength},
    view::map::plan::{Calls, Shown},
};
use ratatui::{buffer::Buffer, style::Style};

/// How important a line is; the highest of several on the same cells is painted.
mod tone {
    pub(super) const QUIET: u8 = 0;
    pub(super) const PLAIN: u8 = 1;
    pub(super) const OBSERVED: u8 = 2;
    pub(super) const TO_FAULT: u8 = 3;
    pub(super) const SELECTED: u8 = 4;
}

/// From this many calls on a line that stands for several is heavy.
const HEAVY: usize = 3;

impl Painter<'_> {
    /// The calls.
    pub(super) fn lines(&self, buf: &mut Buffer) {
        let chart = &self.map.chart;
        let viewport = &self.map.viewport;
        let glyphs = if self.scene.theme.glyphs.ascii { Glyphs::Ascii } else { Glyphs::Unicode };
        let look = |edge: usize| chart.plan.calls.get(edge).and_then(|calls| self.look(edge, calls));
        let mut paint = |cell: Cell<'_>| {
            if let Some(place) = viewport.cell(cell.at).and_then(|at| buf.cell_mut(at)) {
                place.set_char(cell.glyph).set_style(self.ink(cell.tone));
            }
        };
        chart.raster.draw(viewport.seen(), glyphs, &look, &mut paint);
    }

    /// How the calls between two items look now; none where all are gone or filtered out, so that a filter moves
    /// nothing. The strongest of them decides the line, the most important one its colour.
    fn look(&self, line: usize, calls: &Calls) -> Option<Look> {
        let (from, to) = calls.ends;
        let hovered = self.hovered.is_some_and(|hovered| hovered.has_line(line, calls));
        let selected = hovered || self.selected == Some(from) || self.selected == Some(to);
        let store = self.scene.store;
        let edges = &store.topology().edges;
        let mut look: Option<Look> = None;
        let mut count = 0;
        for pair in &calls.pairs {
            let Some(edge) = edges.get(pair).filter(|edge| store.shows(&pair.0, &pair.1, edge)) else {
                continue;
            };
            count += 1;
            let tone = match self.tone(&pair.1, edge) {
                _ if selected => tone::SELECTED,
                tone if calls.shown == Shown::Dim && tone < tone::TO_FAULT => tone::QUIET,
                tone => tone,
            };
            let stroke = stroke(edge);
            let best = look.get_or_insert(Look { stroke, tone });
            *best = Look { stroke: best.stroke.max(stroke), tone: best.tone.max(tone) };
        }
        if count >= HEAVY {
            look = look.map(|look| match look.stroke {
                Stroke::Solid => Look { stroke: Stroke::Heavy, ..look },
                _ => look,
            });
        }
        look
    }

    /// How important a call is. What was seen long ago grows dim.
    fn tone(&self, to: &NodeId, edge: &Edge) -> u8 {
        let store = self.scene.store;
        let failing = store.topology().nodes.get(to).is_some_and(|n| n.health >= Health::Degraded);
        match edge.strength() {
            _ if failing => tone::TO_FAULT,
            Strength::Possible => tone::QUIET,
            _ if edge.is_faded(store.now) => tone::QUIET,
            Strength::Observed => tone::OBSERVED,
            Strength::Declared => tone::PLAIN,
        }
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
}

fn stroke(edge: &Edge) -> Stroke {
    match edge.strength() {
        Strength::Observed => Stroke::Solid,
        Strength::Declared => Stroke::Dashed,
        Strength::Possible => Stroke::Dotted,
    }
}
