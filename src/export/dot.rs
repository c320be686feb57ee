//! Graphviz (DOT): groups as clusters, health as colour, strength as line style.

use crate::{
    model::{Health, SourceId},
    store::World,
    topology::{EdgeFilter, Node, NodeKind, Strength},
};
use std::{collections::BTreeMap, fmt::Write};

pub(super) fn write(world: &World, edges: EdgeFilter) -> String {
    let mut out = String::from("digraph portolan {\n  rankdir=LR;\n  node [shape=box, style=rounded];\n");
    let mut groups: BTreeMap<Option<(&SourceId, &str)>, Vec<&Node>> = BTreeMap::new();
    for node in world.topology().nodes.values() {
        groups.entry(node.source.as_ref().zip(node.group.as_deref())).or_default().push(node);
    }
    for (number, nodes) in groups.values().enumerate() {
        if let Some(home) = &nodes[0].display_group {
            let _ = writeln!(out, "  subgraph cluster_{number} {{\n    label={};", quoted_label(home));
        }
        for node in nodes {
            let _ = writeln!(
                out,
                "    {} [label={}{}];",
                quoted(node.id.as_str()),
                quoted_label(&node.name),
                node_attributes(node)
            );
        }
        if nodes[0].display_group.is_some() {
            out.push_str("  }\n");
        }
    }
    for (from, to, edge) in world.edges_passing(edges) {
        let style = match edge.strength() {
            Strength::Observed => "solid",
            Strength::Declared => "dashed",
            Strength::Possible => "dotted",
        };
        let _ = writeln!(out, "  {} -> {} [style={style}];", quoted(from.as_str()), quoted(to.as_str()));
    }
    out + "}\n"
}

fn node_attributes(node: &Node) -> String {
    let shape = match node.kind {
        NodeKind::Service(_) => "",
        NodeKind::Dependency => ", shape=cylinder",
        NodeKind::LoadBalancer => ", shape=house",
        NodeKind::Internet => ", shape=ellipse",
    };
    let color = match node.health {
        Health::Healthy => ", color=darkgreen",
        Health::Starting => ", color=blue",
        Health::Degraded => ", color=orange",
        Health::Failing => ", color=red",
        Health::Stopped => ", color=gray",
        Health::Unknown => "",
    };
    format!("{shape}{color}")
}

/// Returns a quoted label. Escapes `&`, because Graphviz decodes HTML entities in labels
/// ("Character Set Encoding and HTML-like Labels").
fn quoted_label(text: &str) -> String {
    quoted(&text.replace('&', "&amp;"))
}

/// Returns a quoted string of the DOT language.
fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}
