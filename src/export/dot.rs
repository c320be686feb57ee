//! Map in the DOT language of Graphviz: groups are clusters, and shape, colour and line style show kind,
//! health and strength.

use super::heading;
use crate::{
    model::{Health, SourceId},
    store::Store,
    topology::{Node, NodeKind, Strength},
};
use std::{collections::BTreeMap, fmt::Write};

pub(super) fn write(store: &Store) -> String {
    let caption = format!("{} ({}); {}", heading::title(store), heading::origin(store), heading::LINE_LEGEND);
    let mut out = format!(
        "digraph portolan {{\n  rankdir=LR;\n  label={};\n  labelloc=t;\n  node [shape=box, style=rounded];\n",
        quoted_label(&caption)
    );
    let mut nodes = store.visible_nodes();
    nodes.sort_by(|a, b| a.id.cmp(&b.id));
    let mut groups: BTreeMap<Option<(&SourceId, &str)>, Vec<&Node>> = BTreeMap::new();
    for node in nodes {
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
    for (from, to, edge) in store.visible_edges() {
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
    let shape = match (&node.kind, node.product) {
        (NodeKind::LoadBalancer, _) => ", shape=house",
        (NodeKind::Internet, _) => ", shape=ellipse",
        (_, Some(product)) if product.role.stores_data() => ", shape=cylinder",
        (NodeKind::Service(_), _) => "",
        (NodeKind::Dependency, _) => ", shape=component",
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

/// Returns a quoted label. Escapes `&`, because Graphviz decodes HTML entities in labels ("Character Set
/// Encoding and HTML-like Labels").
fn quoted_label(text: &str) -> String {
    quoted(&text.replace('&', "&amp;"))
}

/// Returns a quoted string of the DOT language.
fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}
