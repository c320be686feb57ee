//! Text of the selected row of the why screen: the evidence of an edge, or a problem and what to check.

use super::rows::WhyRow;
use crate::{
    model::ConnectionOutcome,
    screen::{
        Scene,
        describe::{edge_text, note_text::note_text},
        widget::text,
    },
    topology::{DanglingReference, Edge, FailedConnection, Node},
};
use ratatui::{style::Style, text::Line};

/// Returns the explanation of `row`, wrapped to `width` cells: an edge with its evidence, or an unknown
/// address or failed connection with its location and what to check. Notes and the monitoring status follow.
/// `node` is the node whose rows the screen lists.
pub(super) fn evidence_lines(
    row: &WhyRow<'_>,
    node: &Node,
    scene: Scene<'_>,
    width: usize,
) -> Vec<Line<'static>> {
    let mut text = WrappedText { scene, width, lines: Vec::new() };
    let (caller, callee) = row.caller_and_callee(node);
    match row {
        WhyRow::Edge { edge, .. } => text.push_edge(caller, callee.unwrap_or(node), edge),
        WhyRow::Dangling(dangling) => text.push_dangling(node, dangling),
        WhyRow::FailedConnection(failed) => text.push_failed_connection(node, failed),
    }
    if let Some(callee) = callee {
        text.push_notes(caller, callee);
    }
    let ends = [Some(caller), callee].into_iter().flatten();
    text.push_empty();
    for status in ends.filter_map(|end| edge_text::monitoring_status(&scene.store.world, end)) {
        text.push(&status, 0, scene.theme.styles.dim);
    }
    text.lines
}

/// Text about the selected row of the why screen, which grows by paragraphs. Wraps each paragraph to `width`
/// cells.
struct WrappedText<'a> {
    scene: Scene<'a>,
    width: usize,
    lines: Vec<Line<'static>>,
}

impl WrappedText<'_> {
    /// Adds a paragraph, indented by `indent` cells.
    fn push(&mut self, words: &str, indent: usize, style: impl Into<Style>) {
        let style = style.into();
        for row in text::wrap(words, self.width.saturating_sub(indent).max(1)) {
            self.lines.push(Line::styled(format!("{}{row}", " ".repeat(indent)), style));
        }
    }

    /// Adds the notes that people wrote on the call from `caller` to `callee`.
    fn push_notes(&mut self, caller: &Node, callee: &Node) {
        let notes = self.scene.store.world.notes_on_call(&caller.id, &callee.id);
        if !notes.is_empty() {
            self.push_empty();
            self.push("notes", 0, self.scene.theme.styles.dim);
        }
        for note in notes {
            self.push(&note_text(note, self.scene), 2, self.scene.theme.styles.accent);
        }
    }

    fn push_empty(&mut self) {
        self.push("", 0, self.scene.theme.styles.text);
    }

    /// Adds the strength of an edge, its evidence, and its drift, which is a difference between declared and
    /// observed calls.
    fn push_edge(&mut self, from: &Node, to: &Node, edge: &Edge) {
        let Scene { store, theme, .. } = self.scene;
        let styles = &theme.styles;
        self.push(&format!("{} calls {}", from.label(), to.label()), 0, styles.title);
        let strength = edge.strength();
        self.push(&format!("{} {}", theme.edge_line(strength), strength.as_str()), 0, styles.text);
        for line in edge_text::drift_lines(&store.world, &from.id, &to.id, edge) {
            self.push(&line, 0, styles.degraded);
        }
        for edge_text::EvidenceText { title, text } in edge_text::evidence_texts(edge, store.world.now) {
            self.push_empty();
            self.push(&title, 0, styles.dim);
            self.push(&text, 2, styles.text);
        }
    }

    /// Adds lines about an address in the configuration of `node` that no known service has: the address, a
    /// question, and the setting that contains the address.
    fn push_dangling(&mut self, node: &Node, dangling: &DanglingReference) {
        let styles = &self.scene.theme.styles;
        self.push(&format!("{} names {}", node.label(), dangling.address), 0, styles.title);
        let question = "no known service has this address: is it in another source, or removed?";
        self.push(question, 0, styles.degraded);
        self.push_empty();
        self.push(&dangling.location, 2, styles.text);
    }

    /// Adds lines about a connection of `node` that failed or was rejected, with a next step.
    fn push_failed_connection(&mut self, node: &Node, failed: &FailedConnection) {
        let Scene { store, theme, .. } = self.scene;
        let (verb, next) = match failed.outcome {
            ConnectionOutcome::Failed => ("can't reach", "check its state, the address and the network"),
            _ => ("is rejected by", "check the security groups and network ACLs between them"),
        };
        self.push(&format!("{} {verb} {}", node.label(), failed.target_label), 0, theme.styles.title);
        self.push(next, 0, theme.styles.degraded);
        self.push_empty();
        self.push(&edge_text::failed_connection_text(failed, store.world.now), 2, theme.styles.text);
    }
}
