//! Mermaid flowcharts: groups as subgraphs, observed calls as full lines, all others dotted.

use crate::{
    model::{NodeId, SourceId},
    topology::{Node, Strength},
    view::Scene,
};
use std::{collections::BTreeMap, fmt::Write};

/// Signs that Mermaid takes in a label for themselves.
const PLAIN_SIGNS: &str = "-_.,:/()+=@";

pub(super) fn write(scene: Scene<'_>) -> String {
    let store = scene.store;
    let mut out = String::from("flowchart LR\n");
    let ids: BTreeMap<&NodeId, String> =
        store.topology().nodes.keys().enumerate().map(|(number, id)| (id, format!("n{number}"))).collect();
    let mut groups: BTreeMap<Option<(&SourceId, &str)>, Vec<&Node>> = BTreeMap::new();
    for node in store.topology().nodes.values() {
        groups.entry(node.source.as_ref().zip(node.group.as_deref())).or_default().push(node);
    }
    for (number, nodes) in groups.values().enumerate() {
        if let Some(home) = &nodes[0].home {
            let _ = writeln!(out, "  subgraph g{number}[{}]", quoted(home));
        }
        for node in nodes {
            let _ = writeln!(out, "    {}[{}]", ids[&node.id], quoted(&node.name));
        }
        if nodes[0].home.is_some() {
            out.push_str("  end\n");
        }
    }
    for (from, to, edge) in store.shown_edges() {
        let arrow = if edge.strength() == Strength::Observed { "-->" } else { "-.->" };
        let _ = writeln!(out, "  {} {arrow} {}", ids[from], ids[to]);
    }
    out
}

/// A quoted label. Mermaid gives a meaning to many signs even there: HTML, directives (`%%{init: …}%%`), Markdown in
/// backticks, formulas between `$$`, and its own entities. So each sign but a few is written as an entity of its number
/// ("Flowcharts - Basic Syntax", section "Entity codes to escape characters").
fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        if c.is_ascii_punctuation() && !PLAIN_SIGNS.contains(c) {
            let _ = write!(out, "#{};", u32::from(c));
        } else {
            out.push(c);
        }
    }
    out + "\""
}
