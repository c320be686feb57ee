//! Needs: the services and dependencies that must be there for one service, along its calls.

use super::{Strength, Topology};
use crate::model::NodeId;
use std::collections::{BTreeMap, BTreeSet};

/// A node that another one needs, directly or through others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Need {
    /// The needed node.
    pub node: NodeId,
    /// The node on the way that calls it.
    pub needed_by: NodeId,
    /// The weakest call on the strongest way to it.
    pub strength: Strength,
}

/// Returns the nodes that `node` needs, without itself: those along observed and declared calls first. In each part
/// callees come before their callers, unless they call each other in a cycle.
#[must_use]
pub fn needs(topology: &Topology, node: &NodeId) -> Vec<Need> {
    let (mut found, mut known) = (Vec::new(), BTreeSet::from([node.clone()]));
    for least in [Strength::Observed, Strength::Declared, Strength::Possible] {
        let starts: Vec<NodeId> = known.iter().cloned().collect();
        for start in starts {
            visit(topology, &start, least, &mut known, &mut found);
        }
    }
    // A stable sort: within a part, the order of the visits stays.
    found.sort_by_key(|need| need.strength == Strength::Possible);
    order_callees_first(topology, &mut found);
    found
}

/// Adds the nodes that `start` reaches along calls of at least the strength `least`, callees before callers.
fn visit(
    topology: &Topology,
    start: &NodeId,
    least: Strength,
    known: &mut BTreeSet<NodeId>,
    found: &mut Vec<Need>,
) {
    let callees = |node: &NodeId| -> Vec<NodeId> {
        topology.calls(node).filter(|(_, edge)| edge.strength() >= least).map(|(to, _)| to.clone()).collect()
    };
    // Each open node with its callees still to visit; recursion could be as deep as the estate is large.
    let mut open = vec![(start.clone(), callees(start))];
    while let Some((node, waiting)) = open.last_mut() {
        let Some(next) = waiting.pop() else {
            let (node, needed_by) = (node.clone(), open.len().checked_sub(2).map(|at| open[at].0.clone()));
            found.extend(needed_by.map(|needed_by| Need { node, needed_by, strength: least }));
            open.pop();
            continue;
        };
        if known.insert(next.clone()) {
            let more = callees(&next);
            open.push((next, more));
        }
    }
}

/// Sorts each part of `found` so that callees come before their callers, as far as there is no cycle.
fn order_callees_first(topology: &Topology, found: &mut Vec<Need>) {
    let place: BTreeMap<NodeId, usize> =
        found.iter().enumerate().map(|(at, need)| (need.node.clone(), at)).collect();
    let mut done = vec![false; found.len()];
    let mut order = Vec::with_capacity(found.len());
    for first in 0..found.len() {
        let mut open = vec![(first, false)];
        while let Some((at, is_left)) = open.pop() {
            if is_left {
                order.push(at);
                continue;
            }
            if std::mem::replace(&mut done[at], true) {
                continue;
            }
            open.push((at, true));
            let is_possible = found[at].strength == Strength::Possible;
            let callees =
                topology.calls(&found[at].node).filter(|(_, edge)| edge.strength() > Strength::Possible);
            let callees = callees.filter_map(|(to, _)| place.get(to).copied());
            let same_part = |to: &usize| (found[*to].strength == Strength::Possible) == is_possible;
            let mut next: Vec<usize> = callees.filter(|to| !done[*to] && same_part(to)).collect();
            next.reverse();
            open.extend(next.into_iter().map(|to| (to, false)));
        }
    }
    *found = order.into_iter().map(|at| found[at].clone()).collect();
}

#[cfg(test)]
mod tests {
    use super::needs;
    use crate::{
        model::{
            Inventory, NodeId, Reference, ReferenceKind, ReferenceLocation, ReferenceTarget, Service,
            fixtures::{service, snapshot},
        },
        topology::infer,
    };
    use std::sync::Arc;

    fn calling(name: &str, kind: ReferenceKind, callees: &[&str]) -> Service {
        let peer = |callee: &&str| Reference {
            kind,
            location: ReferenceLocation::parse("environment X"),
            target: ReferenceTarget::ServiceName((*callee).into()),
        };
        Service { references: callees.iter().map(peer).collect(), ..service(name) }
    }

    fn needed(services: Vec<Service>) -> Vec<String> {
        let mut inventory = Inventory::default();
        inventory.replace_snapshot(Arc::new(snapshot("docker", services)));
        let found = needs(&infer(&inventory), &NodeId::new("docker/shop/web"));
        let short = |id: &NodeId| id.as_str().rsplit('/').next().unwrap().to_owned();
        found
            .iter()
            .map(|n| format!("{} {} {}", short(&n.node), short(&n.needed_by), n.strength.as_str()))
            .collect()
    }

    #[test]
    fn callees_come_first_and_possible_ones_last() {
        let env = ReferenceKind::Environment;
        let services = vec![
            calling("web", env, &["api", "users"]),
            calling("api", env, &["db", "users"]),
            calling("users", env, &["db"]),
            calling("hint", ReferenceKind::StartOrder, &[]),
            calling("db", ReferenceKind::StartOrder, &["hint"]),
            service("other"),
        ];
        assert_eq!(
            needed(services),
            ["db users declared", "users web declared", "api web declared", "hint db possible"]
        );
    }

    #[test]
    fn a_cycle_ends() {
        let env = ReferenceKind::Environment;
        let services = vec![
            calling("web", env, &["api"]),
            calling("api", env, &["db"]),
            calling("db", env, &["web", "api"]),
        ];
        assert_eq!(needed(services).len(), 2);
        assert!(needed(vec![service("web")]).is_empty());
    }
}
