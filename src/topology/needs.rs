//! Needs of a service: the services and dependencies that it calls, directly or indirectly, and that must run
//! for it to work. Also the reverse: the nodes that need a given node.

use super::{Strength, Topology};
use crate::model::NodeId;
use std::collections::{BTreeMap, BTreeSet};

/// A node that another node needs, directly or through others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Need {
    /// The needed node.
    pub node: NodeId,
    /// The caller of `node`: the previous node on the path from the service in question.
    pub needed_by: NodeId,
    /// The strength of the weakest call on the path. Of several paths, the one whose weakest call is
    /// strongest counts.
    pub strength: Strength,
}

/// Returns the nodes that `node` needs, without `node` itself. The first part has the nodes that it reaches
/// along observed and declared calls only. The second part has the nodes that it reaches only over a call
/// that is merely possible. In each part, callees come before their callers, unless they call each other in a
/// cycle.
#[must_use]
pub fn needs(topology: &Topology, node: &NodeId) -> Vec<Need> {
    let (mut found, mut known) = (Vec::new(), BTreeSet::from([node.clone()]));
    for least in [Strength::Observed, Strength::Declared, Strength::Possible] {
        let starts: Vec<NodeId> = known.iter().cloned().collect();
        for start in starts {
            visit(topology, (node, &start), least, &mut known, &mut found);
        }
    }
    // The sort is stable, so nodes of the same part keep the order in which they were visited.
    found.sort_by_key(|need| need.strength == Strength::Possible);
    order_callees_first(topology, &mut found);
    found
}

/// Returns the nodes that need `node`, directly or through others, without `node` itself.
#[must_use]
pub fn dependants(topology: &Topology, node: &NodeId) -> BTreeSet<NodeId> {
    let (mut open, mut found) = (vec![node.clone()], BTreeSet::new());
    while let Some(next) = open.pop() {
        if next != *node && !passes_requests_on(topology, &next) {
            continue;
        }
        let callers = topology.edges.callers(&next).iter().filter(|caller| *caller != node);
        for caller in callers {
            if found.insert(caller.clone()) {
                open.push(caller.clone());
            }
        }
    }
    found
}

/// Returns true if a call to `node` may cause calls to its callees. Returns false for receivers of telemetry,
/// because their clients work without the services that the receiver calls.
pub(super) fn passes_requests_on(topology: &Topology, node: &NodeId) -> bool {
    let product = topology.nodes.get(node).and_then(|node| node.product);
    !product.is_some_and(|product| product.receives_telemetry)
}

/// Adds to `found` the nodes that `start` reaches along calls of at least the strength `least`, callees
/// before callers. `root` is the node whose needs are searched.
fn visit(
    topology: &Topology,
    (root, start): (&NodeId, &NodeId),
    least: Strength,
    known: &mut BTreeSet<NodeId>,
    found: &mut Vec<Need>,
) {
    let callees = |node: &NodeId| -> Vec<NodeId> {
        if node != root && !passes_requests_on(topology, node) {
            return Vec::new();
        }
        topology.calls(node).filter(|(_, edge)| edge.strength() >= least).map(|(to, _)| to.clone()).collect()
    };
    // A stack of nodes, each with the callees that are still to visit. Recursion would be as deep as the
    // longest path in the estate.
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

/// Sorts both parts of `found` (see [`needs`]) so that callees come before their callers, except in cycles.
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
    use super::{dependants, needs};
    use crate::{
        model::{
            Fact, FactKind, Inventory, NodeId, Reference, ReferenceKind, ReferenceLocation, ReferenceTarget,
            Service, ServiceKind,
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
    fn a_telemetry_receiver_passes_no_needs_on() {
        let env = ReferenceKind::Environment;
        let mut inventory = Inventory::default();
        let mut collector = calling("otel-collector", env, &["web", "jaeger"]);
        collector.kind = ServiceKind::Declared;
        collector.facts.push(Fact::new(FactKind::Image, "otel/opentelemetry-collector:0.1"));
        let services = vec![
            calling("web", env, &["checkout", "otel-collector"]),
            calling("checkout", env, &["otel-collector"]),
            calling("ads", env, &["otel-collector"]),
            collector,
            calling("jaeger", env, &[]),
        ];
        inventory.replace_snapshot(Arc::new(snapshot("docker", services)));
        let topology = infer(&inventory);
        let id = |name: &str| NodeId::new(format!("docker/shop/{name}"));
        assert_eq!(dependants(&topology, &id("checkout")), [id("otel-collector"), id("web")].into());
        let needed: Vec<NodeId> =
            needs(&topology, &id("checkout")).into_iter().map(|need| need.node).collect();
        assert_eq!(needed, [id("otel-collector")]);
        assert_eq!(needs(&topology, &id("otel-collector")).len(), 3);
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
