//! Map as a Mermaid flowchart: groups are subgraphs, and shape, colour and line style show kind, health and
//! strength. Lines have labels, because Mermaid can't draw both dashed and dotted lines.

use super::heading;
use crate::{
    model::{Health, NodeId, SourceId},
    store::Store,
    topology::{Node, NodeKind, Strength},
};
use std::{collections::BTreeMap, fmt::Write};

/// Punctuation without a special meaning in labels of Mermaid.
const UNESCAPED_PUNCTUATION: &str = "-_.,:/()+=@";

/// Mermaid classes of the nodes by health, with their colours.
const HEALTH_CLASSES: [(Health, &str); 5] = [
    (Health::Healthy, "stroke:#2e7d32"),
    (Health::Starting, "stroke:#1565c0"),
    (Health::Degraded, "stroke:#ef6c00,stroke-width:2px"),
    (Health::Failing, "stroke:#c62828,stroke-width:3px"),
    (Health::Stopped, "stroke:#757575,color:#757575"),
];

pub(super) fn write(store: &Store) -> String {
    let comment = |text: String| format!("%% {}\n", text.replace(['{', '}'], ""));
    let mut out = format!("---\ntitle: {}\n---\n", quoted_yaml(&heading::title(store)));
    out.push_str("flowchart LR\n");
    out.push_str(&comment(heading::origin(store)));
    out.push_str(&comment(
        "lines: solid observed, dotted declared, dotted with a question mark possible".to_owned(),
    ));
    let mut nodes = store.visible_nodes();
    nodes.sort_by(|a, b| a.id.cmp(&b.id));
    let ids: BTreeMap<&NodeId, String> =
        nodes.iter().enumerate().map(|(number, node)| (&node.id, format!("n{number}"))).collect();
    let mut groups: BTreeMap<Option<(&SourceId, &str)>, Vec<&Node>> = BTreeMap::new();
    for node in nodes {
        groups.entry(node.source.as_ref().zip(node.group.as_deref())).or_default().push(node);
    }
    for (number, nodes) in groups.values().enumerate() {
        if let Some(home) = &nodes[0].display_group {
            let _ = writeln!(out, "  subgraph g{number}[{}]", quoted(home));
        }
        for node in nodes {
            let (open, close) = shape(node);
            let _ = writeln!(out, "    {}{open}{}{close}", ids[&node.id], quoted(&node.name));
        }
        if nodes[0].display_group.is_some() {
            out.push_str("  end\n");
        }
    }
    for (from, to, edge) in store.visible_edges() {
        let arrow = match edge.strength() {
            Strength::Observed => "-->",
            Strength::Declared => "-.->",
            Strength::Possible => "-.->|?|",
        };
        let _ = writeln!(out, "  {} {arrow} {}", ids[from], ids[to]);
    }
    let nodes: Vec<&Node> = groups.into_values().flatten().collect();
    for (health, style) in HEALTH_CLASSES {
        let members: Vec<&str> =
            nodes.iter().filter(|node| node.health == health).map(|node| ids[&node.id].as_str()).collect();
        if !members.is_empty() {
            let _ = writeln!(
                out,
                "  classDef {} {style}\n  class {} {}",
                health.as_str(),
                members.join(","),
                health.as_str()
            );
        }
    }
    out
}

/// Returns the brackets around a label that give the node the shape of its kind ("Flowcharts - Basic Syntax",
/// section "Node shapes").
fn shape(node: &Node) -> (&'static str, &'static str) {
    match (&node.kind, node.product) {
        (NodeKind::Internet, _) => ("([", "])"),
        (NodeKind::LoadBalancer, _) => ("{{", "}}"),
        (_, Some(product)) if product.role.stores_data() => ("[(", ")]"),
        (NodeKind::Service(_), _) => ("[", "]"),
        (NodeKind::Dependency, _) => ("[/", "/]"),
    }
}

/// Returns `text` as a quoted YAML string.
fn quoted_yaml(text: &str) -> String {
    format!("\"{}\"", text.replace(['"', '\\'], ""))
}

/// Returns a quoted label in which nearly all punctuation is escaped as numeric entities ("Flowcharts - Basic
/// Syntax", section "Entity codes to escape characters").
///
/// Even within quotes, Mermaid interprets HTML, directives (`%%{init: …}%%`), Markdown in backticks, formulas
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
