//! Scope of the timeline: everything, a group, a service with its neighbours, or a service alone.

use crate::{model::NodeId, store::Store, topology::nodes_within_hops};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// Set of nodes whose history the timeline shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum TimelineScope {
    /// Everything, including sources; or only the services of a group, if the screens are limited to that
    /// group.
    #[default]
    All,
    /// A service with its callers and callees.
    WithNeighbours,
    /// A single service.
    ServiceOnly,
}

impl TimelineScope {
    /// Returns the next scope, and after the last scope the first.
    pub(super) fn next(self) -> Self {
        match self {
            Self::All => Self::WithNeighbours,
            Self::WithNeighbours => Self::ServiceOnly,
            Self::ServiceOnly => Self::All,
        }
    }

    /// Returns the nodes in the scope, or `None` if the scope includes everything. Without `centre`, every
    /// scope but `All` is empty.
    pub(super) fn nodes(self, store: &Store, centre: Option<&NodeId>) -> Option<BTreeSet<NodeId>> {
        match (self, centre) {
            (Self::All, _) => store.nodes_of_group(),
            (_, None) => Some(BTreeSet::new()),
            (Self::WithNeighbours, Some(centre)) => {
                let mut nodes = nodes_within_hops(store.world.topology(), centre, 1);
                nodes.insert(centre.clone());
                Some(nodes)
            }
            (Self::ServiceOnly, Some(centre)) => Some(BTreeSet::from([centre.clone()])),
        }
    }

    /// Returns the label of the scope for the title.
    pub(super) fn label(self, store: &Store, centre: Option<&NodeId>) -> String {
        let name = centre
            .and_then(|id| store.world.topology().nodes.get(id))
            .map_or("no service", |node| &node.name);
        match self {
            Self::All => match &store.session.only_group {
                Some(group) => format!("group {}", group.name),
                None => "all services".to_owned(),
            },
            Self::WithNeighbours => format!("{name} and its neighbours"),
            Self::ServiceOnly => format!("{name} only"),
        }
    }
}
