//! Mermaid flowcharts: groups as subgraphs, observed calls as full lines, all others dotted.

use crate::{
    model::{NodeId, SourceId},
    topology::{Node, Strength},
    view::Scene,
};
use std::{collections::BTreeMap, fmt::Write};

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

/// A quoted label. Mermaid reads HTML and `#…;` in it, so that their signs are written as such entities.
fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' => out.push_str("#quot;"),
            '<' => out.push_str("#lt;"),
            '>' => out.push_str("#gt;"),
            '&' => out.push_str("#amp;"),
            '#' => out.push_str("#35;"),
            c => out.push(c),
        }
    }
    out + "\""
}
