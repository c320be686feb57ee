//! A node in the few rows below a narrow map: what is wrong with it has to leave room for who calls it and whom it calls.

use super::Page;
use crate::{
    model::{Health, NodeId},
    topology::{Edge, Node},
    view::{
        Scene,
        widget::text::{self, TIE},
    },
};
use ratatui::text::{Line, Span};

/// What matters most, in so few rows: how it is, what is wrong, and in any case who calls it and whom it calls.
#[must_use]
pub fn brief(scene: Scene<'_>, node: &Node, (width, rows): (usize, usize)) -> Vec<Line<'static>> {
    let mut page = Page::new(scene, width);
    page.state(node);
    if let Some(service) = scene.store.service_of(node) {
        page.used(service);
    }
    let mut wrong = Page::new(scene, usize::from(u16::MAX));
    wrong.part(node);
    wrong.findings(node, true);
    let wrong = wrong.lines.into_iter().filter(|line| line.width() > 0);
    let mut wrong: Vec<Line<'_>> = wrong.map(|line| page.cut(&line)).collect();
    let mut relations = Page::new(scene, width);
    relations.relations(node, wrong.is_empty());
    wrong.truncate(rows.saturating_sub(page.lines.len() + relations.lines.len()).max(1));
    page.lines.extend(wrong);
    page.lines.extend(relations.lines);
    page.keep(rows);
    page.lines
}

impl Page<'_> {
    /// The same text in one row.
    fn cut(&self, line: &Line<'_>) -> Line<'static> {
        let words: String = line.spans.iter().map(|span| span.content.as_ref()).collect();
        Line::styled(text::cut(&words, self.width, self.scene.theme.glyphs.ellipsis), line.style)
    }

    /// Leaves away what is more than so many rows, and says that there was more.
    fn keep(&mut self, rows: usize) {
        if self.lines.len() > rows {
            self.lines.truncate(rows);
            let ellipsis = Span::styled(self.scene.theme.glyphs.ellipsis, self.scene.theme.ink.dim.0);
            self.lines.last_mut().into_iter().for_each(|line| line.push_span(ellipsis.clone()));
        }
    }

    /// Who calls it and whom it calls, by name: a row for each, or as many as it takes. Who is ill is marked.
    fn relations(&mut self, node: &Node, whole: bool) {
        let Scene { store, theme, .. } = self.scene;
        let topology = store.topology();
        let name = |(id, edge): (&NodeId, &Edge)| {
            let other = topology.nodes.get(id);
            let ill = other.filter(|other| other.health >= Health::Degraded);
            let mark = ill.map(|ill| format!("{}{TIE}", theme.mark(ill.health))).unwrap_or_default();
            let name = other.map(|other| other.label_for(node)).unwrap_or_default();
            format!("{}{TIE}{mark}{name}", theme.stroke(edge.strength()))
        };
        let callers: Vec<_> = topology.callers(&node.id).map(name).collect();
        let calls: Vec<_> = topology.calls(&node.id).map(name).collect();
        for (label, names) in [("called by", callers), ("calls", calls)] {
            let first = self.lines.len();
            if !names.is_empty() {
                self.labelled(&format!("{label} ({})", names.len()), &names.join(", "));
            }
            if !whole {
                self.keep(first + 1);
            }
        }
    }
}
