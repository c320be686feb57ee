//! Rows of the why screen for one node: its callers and callees, addresses that match no service, and failed
//! connections.

use crate::{
    model::{NodeId, Timestamp},
    screen::{
        Scene,
        describe::{edge_text, time::age},
        widget::table::TableCell,
    },
    store::Store,
    topology::{DanglingReference, Drift, Edge, EdgeFilter, FailedConnection, Node},
};
use ratatui::style::Style;

/// Row of the why screen: an edge of the node, or the reason why an edge is missing.
pub(super) enum WhyRow<'a> {
    /// Edge between the node and `peer`. `out` is true if the node is the caller.
    Edge { out: bool, peer: &'a Node, edge: &'a Edge },
    /// Address in the node's configuration that belongs to no known service.
    Dangling(&'a DanglingReference),
    /// Connection of the node that failed or was rejected.
    FailedConnection(&'a FailedConnection),
}

/// Key that identifies a row when the list changes: the kind of the row as a number, and a text that is
/// unique within that kind.
pub(super) type RowKey = (u8, String);

/// Returns the rows of a node: its callers, and then its callees. With an edge filter, returns only the edges
/// that pass it. Without one, adds dangling references and failed connections.
pub(super) fn why_rows<'a>(store: &'a Store, node: &'a NodeId) -> Vec<WhyRow<'a>> {
    let edges = |out: bool, all: Vec<(&'a NodeId, &'a Edge)>| {
        let shown = move |peer: &NodeId, edge: &Edge| {
            let (from, to) = if out { (node, peer) } else { (peer, node) };
            store.shows_edge(from, to, edge)
        };
        let shown = all.into_iter().filter(move |(peer, edge)| shown(peer, edge));
        shown.filter_map(move |(peer, edge)| {
            store.world.topology().nodes.get(peer).map(|peer| WhyRow::Edge { out, peer, edge })
        })
    };
    let callers = edges(false, store.world.topology().callers(node).collect());
    let mut all: Vec<_> = callers.chain(edges(true, store.world.topology().calls(node).collect())).collect();
    if store.session.edge_filter == EdgeFilter::All {
        all.extend(store.world.topology().dangling.iter().filter(|d| &d.from == node).map(WhyRow::Dangling));
        all.extend(
            store.world.failed_connections.iter().filter(|r| &r.from == node).map(WhyRow::FailedConnection),
        );
    }
    all
}

impl<'a> WhyRow<'a> {
    /// Returns the key of the row.
    pub(super) fn key(&self) -> RowKey {
        match self {
            Self::Edge { out, peer, .. } => (u8::from(*out), peer.id.to_string()),
            Self::Dangling(dangling) => (2, format!("{} {}", dangling.location, dangling.address)),
            Self::FailedConnection(rejected) => {
                (3, format!("{} {}", rejected.location, rejected.target_label))
            }
        }
    }

    /// Returns the node at the other end of the row's edge or failed connection. Returns `None` if that node
    /// is unknown, and for an address that belongs to no known service.
    pub(super) fn peer(&self, store: &'a Store) -> Option<&'a Node> {
        match self {
            Self::Edge { peer, .. } => Some(peer),
            Self::Dangling(_) => None,
            Self::FailedConnection(rejected) => {
                rejected.to.as_ref().and_then(|id| store.world.topology().nodes.get(id))
            }
        }
    }

    /// Returns the caller and the callee of a row of `node`. The callee is `None` if the row is not an edge.
    pub(super) fn caller_and_callee(&self, node: &'a Node) -> (&'a Node, Option<&'a Node>) {
        match self {
            Self::Edge { out: true, peer, .. } => (node, Some(peer)),
            Self::Edge { peer, .. } => (peer, Some(node)),
            _ => (node, None),
        }
    }

    /// Returns the cells: direction, health, name, line style, kind of evidence, and age of the last
    /// observation.
    pub(super) fn cells(&self, node: &NodeId, scene: Scene<'_>) -> Vec<TableCell> {
        let Scene { store, theme, .. } = scene;
        let (plain, dim) = (Style::from(theme.styles.text), Style::from(theme.styles.dim));
        let (glyphs, bad) = (theme.glyphs, Style::from(theme.styles.degraded));
        match self {
            Self::Edge { out, peer, edge } => {
                let arrow = if *out { glyphs.arrow } else { glyphs.arrow_back };
                let (from, to) = if *out { (node, &peer.id) } else { (&peer.id, node) };
                let (seen, style) = last_seen_cell(from, to, edge, scene);
                vec![
                    (arrow.to_owned(), dim),
                    (theme.health_glyph(peer.health).to_owned(), theme.health_style(peer.health)),
                    (peer.name.clone(), plain),
                    (theme.edge_line(edge.strength()).to_owned(), plain),
                    (evidence_summary(edge, store.world.now), dim),
                    (seen, style),
                ]
            }
            Self::Dangling(dangling) => vec![
                (glyphs.arrow.to_owned(), dim),
                (glyphs.unknown.to_owned(), dim),
                (dangling.address.clone(), plain),
                ("?".to_owned(), bad),
                ("unknown address".to_owned(), dim),
                (String::new(), dim),
            ],
            Self::FailedConnection(rejected) => vec![
                (glyphs.arrow.to_owned(), dim),
                (glyphs.cross.to_owned(), bad),
                (rejected.target_label.clone(), plain),
                (glyphs.cross.to_owned(), bad),
                (rejected.outcome.description().trim_start_matches("was ").to_owned(), bad),
                (age(rejected.seen.last_seen, store.world.now), plain),
            ],
        }
    }
}

/// Returns the title of the strongest piece of evidence and the number of other pieces, such as `socket +2`.
fn evidence_summary(edge: &Edge, now: Timestamp) -> String {
    let first = edge.evidence.first().map(|evidence| evidence.kind.title).unwrap_or_default();
    match edge_text::evidence_texts(edge, now).len() {
        0 | 1 => first.to_owned(),
        more => format!("{first} +{}", more - 1),
    }
}

/// Returns the age of the last observation of `edge`, with its style. The text is `never` if the edge was
/// never observed although both ends are monitored.
fn last_seen_cell(from: &NodeId, to: &NodeId, edge: &Edge, scene: Scene<'_>) -> (String, Style) {
    let (store, ink) = (scene.store, &scene.theme.styles);
    let drift = store.world.drift_context().drift(from, to, edge);
    let words = edge.last_seen().map(|at| age(at, store.world.now)).unwrap_or_default();
    match drift.first() {
        Some(Drift::NeverObserved) => ("never".to_owned(), ink.degraded.into()),
        _ if drift.contains(&Drift::Faded) => (words, ink.possible.into()),
        _ => (words, ink.text.into()),
    }
}
