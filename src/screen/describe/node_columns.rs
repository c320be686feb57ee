//! Columns of the tables that list nodes: the list screen and `portolan status`.

use super::time;
use crate::{
    model::{Instance, Service, Severity},
    screen::{
        Theme,
        widget::table::{Column, TableCell},
    },
    store::World,
    topology::{Node, NodeKind},
};
use ratatui::style::Style;

/// Column of the list screen, of `portolan status`, or of both.
pub struct NodeColumn {
    /// Heading and width on the list screen; `None` if the list screen has no such column.
    pub list_column: Option<Column>,
    /// Heading in `portolan status`; `None` if that table has no such column.
    pub status_title: Option<&'static str>,
    /// Function that returns the cell of a node.
    pub cell: fn(&Node, &World, &Theme) -> TableCell,
}

/// Columns of the list screen and of `portolan status`, from left to right.
pub const NODE_COLUMNS: &[NodeColumn] = &[
    list_only_column(Column::cut_middle("", 1, 0), health_glyph),
    list_only_column(Column::cut_middle("NAME", 14, 3), name),
    list_only_column(Column::cut_middle("GROUP", 10, 2), group),
    NodeColumn { list_column: None, status_title: Some("SERVICE"), cell: label },
    NodeColumn {
        list_column: Some(Column::cut_middle("RUN", 5, 0)),
        status_title: Some("RUNNING"),
        cell: running,
    },
    NodeColumn {
        list_column: Some(Column::cut_middle("HEALTH", 10, 0)),
        status_title: Some("HEALTH"),
        cell: health,
    },
    list_only_column(Column::cut_middle("VERSION", 8, 2), version),
    list_only_column(Column::cut_middle("AGE", 3, 0), age),
    list_only_column(Column::cut_end("FINDING", 13, 6), worst_finding),
];

/// Returns a column that only the list screen has.
const fn list_only_column(column: Column, cell: fn(&Node, &World, &Theme) -> TableCell) -> NodeColumn {
    NodeColumn { list_column: Some(column), status_title: None, cell }
}

fn health_glyph(node: &Node, _world: &World, theme: &Theme) -> TableCell {
    (theme.health_glyph(node.health).to_owned(), theme.health_style(node.health))
}

fn name(node: &Node, _world: &World, theme: &Theme) -> TableCell {
    (node.name.clone(), theme.styles.text.into())
}

fn group(node: &Node, _world: &World, theme: &Theme) -> TableCell {
    (node.display_group.clone().unwrap_or_default(), theme.styles.dim.into())
}

fn label(node: &Node, _world: &World, theme: &Theme) -> TableCell {
    (node.label(), theme.styles.text.into())
}

/// Returns the number of running instances and, if known, of desired ones.
fn running(node: &Node, world: &World, theme: &Theme) -> TableCell {
    let text = match (world.service_of(node), node.desired) {
        (None, _) => String::new(),
        (_, Some(desired)) => format!("{}/{desired}", node.running),
        (_, None) => node.running.to_string(),
    };
    (text, theme.styles.text.into())
}

/// Returns the health of a service in words, or the kind of any other node.
fn health(node: &Node, world: &World, theme: &Theme) -> TableCell {
    let is_service = world.service_of(node).is_some();
    let word = if is_service { node.health.as_str() } else { node.kind.as_str() };
    (word.to_owned(), theme.health_style(node.health))
}

/// Returns the kind of a node in words: its product, or the kind of its service, or of the node.
#[must_use]
pub fn kind_label(world: &World, node: &Node) -> &'static str {
    match (node.product, world.service_of(node), &node.kind) {
        (Some(product), ..) => product.id,
        (None, Some(service), _) => service.kind.label(),
        (None, None, NodeKind::LoadBalancer) => "load balancer",
        (None, None, kind) => kind.as_str(),
    }
}

fn version(node: &Node, world: &World, theme: &Theme) -> TableCell {
    let version = instances(node, world).find_map(|instance| instance.version.clone());
    (version.unwrap_or_default().to_string(), theme.styles.dim.into())
}

/// Returns the age of the instance that started last.
fn age(node: &Node, world: &World, theme: &Theme) -> TableCell {
    let newest = instances(node, world).filter_map(|instance| instance.started).max();
    (newest.map(|at| time::age(at, world.now)).unwrap_or_default(), theme.styles.dim.into())
}

fn worst_finding(node: &Node, world: &World, theme: &Theme) -> TableCell {
    let worst = world.findings_on(&node.id).find(|finding| finding.severity > Severity::Info);
    worst.map_or_else(
        || (String::new(), Style::default()),
        |finding| (finding.reason.to_string(), theme.severity_style(finding.severity)),
    )
}

fn instances<'a>(node: &Node, world: &'a World) -> impl Iterator<Item = &'a Instance> + use<'a> {
    let service: Option<&Service> = world.service_of(node);
    service.into_iter().flat_map(|service| &service.instances)
}
