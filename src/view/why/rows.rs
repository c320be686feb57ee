//! The edges of one node as rows: who calls it, whom it calls, what it names in vain, and where it is turned away.

use super::words;
use crate::{
    model::{NodeId, Timestamp},
    store::Store,
    topology::{Dangling, Drift, Edge, EdgeFilter, Node, Rejected},
    view::{Scene, time::age, widget::table::Cell},
};
use ratatui::style::Style;

/// One row.
pub(super) enum Row<'a> {
    /// An edge, out of the node or to it.
    Edge { out: bool, peer: &'a Node, edge: &'a Edge },
    /// An address that nobody answers to.
    Dangling(&'a Dangling),
    /// A connection that was turned away.
    Rejected(&'a Rejected),
}

/// What a row is known by, whatever comes and goes around it.
pub(super) type Spot = (u8, String);

/// The rows of a node under the present filter: callers first, then what it calls.
pub(super) fn rows<'a>(store: &'a Store, node: &'a NodeId) -> Vec<Row<'a>> {
    let edges = |out: bool, all: Vec<(&'a NodeId, &'a Edge)>| {
        let shown = move |peer: &NodeId, edge: &Edge| {
            let (from, to) = if out { (node, peer) } else { (peer, node) };
            store.shows(from, to, edge)
        };
        let shown = all.into_iter().filter(move |(peer, edge)| shown(peer, edge));
        shown.filter_map(move |(peer, edge)| {
            store.topology().nodes.get(peer).map(|peer| Row::Edge { out, peer, edge })
        })
    };
    let callers = edges(false, store.topology().callers(node).collect());
    let mut all: Vec<_> = callers.chain(edges(true, store.topology().calls(node).collect())).collect();
    if store.edges == EdgeFilter::All {
        all.extend(store.topology().dangling.iter().filter(|d| &d.from == node).map(Row::Dangling));
        all.extend(store.rejected.iter().filter(|r| &r.from == node).map(Row::Rejected));
    }
    all
}

impl<'a> Row<'a> {
    /// What it is known by.
    pub(super) fn spot(&self) -> Spot {
        match self {
            Self::Edge { out, peer, .. } => (u8::from(*out), peer.id.to_string()),
            Self::Dangling(dangling) => (2, format!("{} {}", dangling.place, dangling.address)),
            Self::Rejected(rejected) => (3, format!("{} {}", rejected.place, rejected.target)),
        }
    }

    /// The node at its other end, where there is one.
    pub(super) fn peer(&self, store: &'a Store) -> Option<&'a Node> {
        match self {
            Self::Edge { peer, .. } => Some(peer),
            Self::Dangling(_) => None,
            Self::Rejected(rejected) => rejected.to.as_ref().and_then(|id| store.topology().nodes.get(id)),
        }
    }

    /// The caller and the called of an edge of `node`.
    pub(super) fn ends(&self, node: &'a Node) -> (&'a Node, Option<&'a Node>) {
        match self {
            Self::Edge { out: true, peer, .. } => (node, Some(peer)),
            Self::Edge { peer, .. } => (peer, Some(node)),
            _ => (node, None),
        }
    }

    /// Its cells: direction, health, name, line, kind, when it was last seen.
    pub(super) fn cells(&self, node: &NodeId, scene: Scene<'_>) -> Vec<Cell> {
        let Scene { store, theme, .. } = scene;
        let (plain, dim) = (Style::from(theme.ink.text), Style::from(theme.ink.dim));
        let (glyphs, bad) = (theme.glyphs, Style::from(theme.ink.degraded));
        match self {
            Self::Edge { out, peer, edge } => {
                let arrow = if *out { glyphs.arrow } else { glyphs.from };
                let (from, to) = if *out { (node, &peer.id) } else { (&peer.id, node) };
                let (seen, style) = seen(from, to, edge, scene);
                vec![
                    (arrow.to_owned(), dim),
                    (theme.mark(peer.health).to_owned(), theme.health(peer.health)),
                    (peer.name.clone(), plain),
                    (theme.stroke(edge.strength()).to_owned(), plain),
                    (kinds(edge, store.now), dim),
                    (seen, style),
                ]
            }
            Self::Dangling(dangling) => vec![
                (glyphs.arrow.to_owned(), dim),
                (glyphs.unknown.to_owned(), dim),
                (dangling.address.clone(), plain),
                ("?".to_owned(), bad),
                ("nothing answers to that".to_owned(), dim),
                (String::new(), dim),
            ],
            Self::Rejected(rejected) => vec![
                (glyphs.arrow.to_owned(), dim),
                (glyphs.cross.to_owned(), bad),
                (rejected.target.clone(), plain),
                (glyphs.cross.to_owned(), bad),
                (rejected.verdict.words().trim_start_matches("was ").to_owned(), bad),
                (age(rejected.seen.last, store.now), plain),
            ],
        }
    }
}

/// The kind that tells most, and how many pieces there are beside.
fn kinds(edge: &Edge, now: Timestamp) -> String {
    let first = edge.evidence.first().map(|evidence| words::title(evidence.kind)).unwrap_or_default();
    match words::pieces(edge, now).len() {
        0 | 1 => first.to_owned(),
        more => format!("{first} +{}", more - 1),
    }
}

/// When an edge was last seen, `never` where it should have been.
fn seen(from: &NodeId, to: &NodeId, edge: &Edge, scene: Scene<'_>) -> (String, Style) {
    let (store, ink) = (scene.store, &scene.theme.ink);
    let drift = store.watch().drift(from, to, edge);
    let words = edge.last_seen().map(|at| age(at, store.now)).unwrap_or_default();
    match drift.first() {
        Some(Drift::NeverObserved) => ("never".to_owned(), ink.degraded.into()),
        _ if drift.contains(&Drift::Faded) => (words, ink.possible.into()),
        _ => (words, ink.text.into()),
    }
}
