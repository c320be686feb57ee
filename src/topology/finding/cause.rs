//! What probably made it so: a failing thing further down, or a deployment just before.

use super::Evidence;
use crate::model::{Health, NodeId, Timestamp};
use crate::topology::{NodeKind, Strength};
use jiff::SignedDuration;
use std::collections::{BTreeSet, VecDeque};

/// How long before a fault a deployment is suspected of it.
const SUSPECT_FOR: SignedDuration = SignedDuration::from_mins(30);

/// The likeliest cause of a fault at `node`, never as a certainty.
pub(super) fn suspect(evidence: &Evidence<'_>, node: &NodeId, since: Option<Timestamp>) -> Option<String> {
    deepest_failing(evidence, node)
        .map(|name| format!("perhaps {name}, which it depends on and which fails too"))
        .or_else(|| recent_deployment(evidence, node, since?))
}

/// The failing service furthest down the calls from `node`: one that itself leads to no failing one.
fn deepest_failing(evidence: &Evidence<'_>, node: &NodeId) -> Option<String> {
    let topology = evidence.topology;
    let failing = |id: &NodeId| {
        topology.nodes.get(id).is_some_and(|n| n.health == Health::Failing || n.health == Health::Stopped)
    };
    let mut seen = BTreeSet::from([node.clone()]);
    let mut queue = VecDeque::from([node.clone()]);
    let mut deepest = None;
    while let Some(here) = queue.pop_front() {
        for (next, edge) in topology.calls(&here) {
            if edge.strength() > Strength::Possible && failing(next) && seen.insert(next.clone()) {
                deepest = topology.nodes.get(next).map(super::super::Node::label);
                queue.push_back(next.clone());
            }
        }
    }
    deepest
}

/// A deployment that was made shortly before the fault began.
fn recent_deployment(evidence: &Evidence<'_>, node: &NodeId, since: Timestamp) -> Option<String> {
    let NodeKind::Service(id) = &evidence.topology.nodes.get(node)?.kind else { return None };
    let deployment = evidence.inventory.service(id)?.deployments.first()?;
    let created = deployment.created?;
    let before = since.duration_since(created);
    let suspect = before >= SignedDuration::ZERO && before <= SUSPECT_FOR;
    suspect
        .then(|| format!("perhaps the deployment of {}, {} min before", deployment.version, before.as_mins()))
}
