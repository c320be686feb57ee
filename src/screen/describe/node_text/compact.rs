//! Description of a node for the panel below a narrow map. The panel has few rows, so each finding gets only
//! one row, which leaves room for callers and callees.

use super::NodeTextBuilder;
use crate::{
    model::{Health, NodeId},
    screen::{
        Scene,
        widget::text::{self, NO_BREAK_SPACE},
    },
    topology::{Edge, Node},
};
use ratatui::text::{Line, Span};

/// Returns health, findings, essentials, callers and callees in at most `rows` lines of `width` cells. Leaves
/// out the row of essentials (image, ports and the like) if the other lines need it.
#[must_use]
pub fn compact_lines(scene: Scene<'_>, node: &Node, (width, rows): (usize, usize)) -> Vec<Line<'static>> {
    let mut page = NodeTextBuilder::new(scene, width);
    page.push_state(node);
    if let Some(service) = scene.store.world.service_of(node) {
        page.append_usage(service);
    }
    let mut wrong = NodeTextBuilder::new(scene, usize::from(u16::MAX));
    wrong.push_cause(node);
    wrong.push_findings(node, true);
    let wrong = wrong.lines.into_iter().filter(|line| line.width() > 0);
    let mut wrong: Vec<Line<'_>> = wrong.map(|line| page.cut_to_row(&line)).collect();
    let mut relations = NodeTextBuilder::new(scene, width);
    relations.push_neighbour_names(node, wrong.is_empty());
    let room = rows.saturating_sub(page.lines.len() + relations.lines.len());
    if let Some(service) = scene.store.world.service_of(node).filter(|_| room > wrong.len()) {
        page.push_essentials_row(service);
    }
    wrong.truncate(rows.saturating_sub(page.lines.len() + relations.lines.len()).max(1));
    page.lines.extend(wrong);
    page.lines.extend(relations.lines);
    page.limit_rows(rows);
    page.lines
}

impl NodeTextBuilder<'_> {
    /// Returns `line` cut to the width of one row.
    fn cut_to_row(&self, line: &Line<'_>) -> Line<'static> {
        let words: String = line.spans.iter().map(|span| span.content.as_ref()).collect();
        Line::styled(text::cut_end(&words, self.width, self.scene.theme.glyphs.ellipsis), line.style)
    }

    /// Drops the lines after the first `rows`, and then ends the last line with an ellipsis.
    fn limit_rows(&mut self, rows: usize) {
        if self.lines.len() > rows {
            self.lines.truncate(rows);
            let ellipsis = Span::styled(self.scene.theme.glyphs.ellipsis, self.scene.theme.styles.dim.0);
            self.lines.last_mut().into_iter().for_each(|line| line.push_span(ellipsis.clone()));
        }
    }

    /// Adds one row with the names of the callers and one with the names of the callees. If `whole` is true,
    /// long lists may take more rows. A health glyph marks each faulty node.
    fn push_neighbour_names(&mut self, node: &Node, whole: bool) {
        let Scene { store, theme, .. } = self.scene;
        let topology = store.world.topology();
        let name = |(id, edge): (&NodeId, &Edge)| {
            let other = topology.nodes.get(id);
            let ill = other.filter(|other| other.health >= Health::Degraded);
            let mark = ill
                .map(|ill| format!("{}{NO_BREAK_SPACE}", theme.health_glyph(ill.health)))
                .unwrap_or_default();
            let name = other.map(|other| other.label_relative_to(node)).unwrap_or_default();
            format!("{}{NO_BREAK_SPACE}{mark}{name}", theme.edge_line(edge.strength()))
        };
        let callers: Vec<_> = topology.callers(&node.id).map(name).collect();
        let calls: Vec<_> = topology.calls(&node.id).map(name).collect();
        for (label, names) in [("called by", callers), ("calls", calls)] {
            let first = self.lines.len();
            if !names.is_empty() {
                self.push_labelled(&format!("{label} ({})", names.len()), &names.join(", "));
            }
            if !whole {
                self.limit_rows(first + 1);
            }
        }
    }
}
