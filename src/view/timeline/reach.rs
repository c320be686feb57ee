//! Of what the timeline tells: of everything, of a service and its neighbours, of a service alone.

use crate::{model::NodeId, store::Store, topology::neighbours};
use std::collections::BTreeSet;

/// Of what it tells.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Reach {
    /// Everything, sources too.
    #[default]
    All,
    /// A service, its callers and those it calls.
    Around,
    /// A service alone.
    Alone,
}

impl Reach {
    /// The one after it, round and round.
    pub(super) fn next(self) -> Self {
        match self {
            Self::All => Self::Around,
            Self::Around => Self::Alone,
            Self::Alone => Self::All,
        }
    }

    /// The nodes it reaches around `centre`; none where it reaches everything.
    pub(super) fn nodes(self, store: &Store, centre: Option<&NodeId>) -> Option<BTreeSet<NodeId>> {
        match (self, centre) {
            (Self::All, _) => None,
            (_, None) => Some(BTreeSet::new()),
            (Self::Around, Some(centre)) => {
                let mut nodes = neighbours(store.topology(), centre, 1);
                nodes.insert(centre.clone());
                Some(nodes)
            }
            (Self::Alone, Some(centre)) => Some(BTreeSet::from([centre.clone()])),
        }
    }

    /// What it reaches, in words.
    pub(super) fn words(self, store: &Store, centre: Option<&NodeId>) -> String {
        let name = centre.and_then(|id| store.topology().nodes.get(id)).map_or("nothing", |node| &node.name);
        match self {
            Self::All => "everything".to_owned(),
            Self::Around => format!("{name} and its neighbours"),
            Self::Alone => format!("{name} alone"),
        }
    }
}
