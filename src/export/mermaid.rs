//! Mermaid flowcharts: groups as subgraphs, observed edges as solid lines, all others dotted.

use crate::{
    model::{NodeId, SourceId},
    store::World,
    topology::{EdgeFilter, Node, Strength},
};
use std::{collections::BTreeMap, fmt::Write};

/// Punctuation without a special meaning in Mermaid labels.
const UNESCAPED_PUNCTUATION: &str = "-_.,:/()+=@";

pub(super) fn write(world: &World, edges: EdgeFilter) -> String {
    let mut out = String::from("flowchart LR\n");
    let ids: BTreeMap<&NodeId, String> =
        world.topology().nodes.keys().enumerate().map(|(number, id)| (id, format!("n{number}"))).collect();
    let mut groups: BTreeMap<Option<(&SourceId, &str)>, Vec<&Node>> = BTreeMap::new();
    for node in world.topology().nodes.values() {
        groups.entry(node.source.as_ref().zip(node.group.as_deref())).or_default().push(node);
    }
    for (number, nodes) in groups.values().enumerate() {
        if let Some(home) = &nodes[0].display_group {
            let _ = writeln!(out, "  subgraph g{number}[{}]", quoted(home));
        }
        for node in nodes {
            let _ = writeln!(out, "    {}[{}]", ids[&node.id], quoted(&node.name));
        }
        if nodes[0].display_group.is_some() {
            out.push_str("  end\n");
        }
    }
    for (from, to, edge) in world.edges_passing(edges) {
        let arrow = if edge.strength() == Strength::Observed { "-->" } else { "-.->" };
        let _ = writeln!(out, "  {} {arrow} {}", ids[from], ids[to]);
    }
    out
}

/// Returns a quoted label with nearly all punctuation as numeric entities ("Flowcharts - Basic Syntax",
/// section "Entity codes to escape characters").
///
/// Even in quotes Mermaid interprets HTML, directives (`%%{init: …}%%`), Markdown in backticks, formulas
/// between `$$`, and its own entities.
fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        if c.is_ascii_punctuation() && !UNESCAPED_PUNCTUATION.contains(c) {
            let _ = write!(out, "#{};", u32::from(c));
        } else {
            out.push(c);
        }
    }
    out + "\""
}
