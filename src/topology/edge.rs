//! Edges of the topology with their evidence, and the map that finds them by caller and by callee.

use super::evidence::{EvidenceKind, Strength};
use crate::model::{NodeId, Timestamp};
use std::{
    collections::{BTreeMap, btree_map},
    ops::{Deref, RangeBounds},
    sync::OnceLock,
};

/// The nodes of caller and callee, which identify an edge.
pub(super) type EdgeKey = (NodeId, NodeId);

/// A call from one node to another, with the evidence for it. Caller and callee are the key in [`EdgeMap`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Edge {
    /// The evidence for the call, at least one piece. It is sorted by the order of the table of kinds, then
    /// by location.
    pub evidence: Vec<Evidence>,
}

/// A reason to believe that one node calls another, such as a variable with the callee's address.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Evidence {
    /// The kind of evidence.
    pub kind: &'static EvidenceKind,
    /// Strength of the evidence.
    pub strength: Strength,
    /// The setting, label, rule or file that contains the evidence; for observed connections, where they were
    /// observed.
    pub location: String,
    /// The address in the evidence, and how the callee got this address.
    pub detail: String,
    /// Time of the first observation, UTC; `None` for evidence from configuration.
    pub first_seen: Option<Timestamp>,
    /// Time of the last observation, UTC; `None` for evidence from configuration.
    pub last_seen: Option<Timestamp>,
}

impl Edge {
    /// Returns the strength of the strongest evidence. It decides how the map draws the edge.
    #[must_use]
    pub fn strength(&self) -> Strength {
        self.evidence.iter().map(|e| e.strength).max().unwrap_or(Strength::Possible)
    }
}

/// The edges of a topology, by caller and callee. After a change, the map builds its index of callers at the
/// next use.
#[derive(Clone, Debug, Default)]
pub struct EdgeMap {
    /// The edges, sorted by caller, then by callee.
    by_caller: BTreeMap<EdgeKey, Edge>,
    /// The callers of each node. The cell is empty until the first use after a change.
    callers: OnceLock<BTreeMap<NodeId, Vec<NodeId>>>,
}

impl EdgeMap {
    /// Returns the calls that `node` makes, as (callee, edge).
    pub(super) fn calls<'a>(&'a self, node: &'a NodeId) -> impl Iterator<Item = (&'a NodeId, &'a Edge)> {
        self.by_caller
            .range((node.clone(), NodeId::new(""))..)
            .take_while(move |((from, _), _)| from == node)
            .map(|((_, to), edge)| (to, edge))
    }

    /// Returns the callers of `node`, sorted by id.
    pub(super) fn callers(&self, node: &NodeId) -> &[NodeId] {
        let callers = self.callers.get_or_init(|| {
            let mut callers: BTreeMap<NodeId, Vec<NodeId>> = BTreeMap::new();
            for (from, to) in self.by_caller.keys() {
                callers.entry(to.clone()).or_default().push(from.clone());
            }
            callers
        });
        callers.get(node).map_or(&[], Vec::as_slice)
    }

    /// Returns the edge between `ends` as a mutable reference. Adds the edge if it is missing.
    pub(super) fn get_or_add(&mut self, ends: EdgeKey) -> &mut Edge {
        match self.by_caller.entry(ends) {
            btree_map::Entry::Occupied(edge) => edge.into_mut(),
            btree_map::Entry::Vacant(free) => {
                self.callers.take();
                free.insert(Edge::default())
            }
        }
    }

    /// Returns the edge between `ends` as a mutable reference, so that its evidence can change, or `None` if
    /// there is none.
    pub(super) fn get_mut(&mut self, ends: &EdgeKey) -> Option<&mut Edge> {
        self.by_caller.get_mut(ends)
    }

    /// Returns mutable references to the edges in `range`, so that their evidence can change.
    pub(super) fn range_mut(
        &mut self,
        range: impl RangeBounds<EdgeKey>,
    ) -> btree_map::RangeMut<'_, EdgeKey, Edge> {
        self.by_caller.range_mut(range)
    }

    /// Removes all edges that have no evidence.
    pub(super) fn remove_without_evidence(&mut self) {
        self.callers.take();
        self.by_caller.retain(|_, edge| !edge.evidence.is_empty());
    }
}

/// Read access to the edges: an [`EdgeMap`] dereferences to its `BTreeMap`, whose keys are the nodes of
/// caller and callee.
impl Deref for EdgeMap {
    type Target = BTreeMap<EdgeKey, Edge>;

    fn deref(&self) -> &Self::Target {
        &self.by_caller
    }
}

impl<'a> IntoIterator for &'a EdgeMap {
    type Item = (&'a EdgeKey, &'a Edge);
    type IntoIter = btree_map::Iter<'a, EdgeKey, Edge>;

    fn into_iter(self) -> Self::IntoIter {
        self.by_caller.iter()
    }
}

/// Two maps are equal if their edges are equal. The index of callers does not count.
impl PartialEq for EdgeMap {
    fn eq(&self, other: &Self) -> bool {
        self.by_caller == other.by_caller
    }
}

impl Eq for EdgeMap {}

#[cfg(test)]
mod tests {
    use super::{Edge, EdgeMap, Evidence};
    use crate::{
        model::NodeId,
        topology::evidence::{EvidenceKind, Strength},
    };

    #[test]
    fn callers_follow_each_change_of_the_edges() {
        let id = |name: &str| NodeId::new(name);
        let mut edges = EdgeMap::default();
        edges.get_or_add((id("web"), id("db")));
        edges.get_or_add((id("api"), id("db"))).evidence.push(Evidence {
            kind: EvidenceKind::with_id("environment").unwrap(),
            strength: Strength::Declared,
            location: String::new(),
            detail: String::new(),
            first_seen: None,
            last_seen: None,
        });
        assert_eq!(edges.callers(&id("db")), [id("api"), id("web")]);
        edges.remove_without_evidence();
        assert_eq!(edges.callers(&id("db")), [id("api")]);
        edges.get_or_add((id("job"), id("db")));
        assert_eq!(edges.callers(&id("db")), [id("api"), id("job")]);
        assert_eq!(edges.get(&(id("job"), id("db"))), Some(&Edge::default()));
    }
}
