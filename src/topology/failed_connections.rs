//! Failed connections: attempts that a security group or network ACL rejected, or that the callee did not
//! accept. A failed attempt no longer counts after a later success between the same ends.

use super::{NodeKind, Resolution, Resolver, Topology};
use crate::model::{
    Address, ConnectionEnd, ConnectionKey, ConnectionOutcome, Inventory, NodeId, ObservationMethod,
    SeenPeriod, Service, ServiceId, Timestamp,
};
use std::collections::BTreeMap;

/// A connection attempt of a known service that was rejected or failed, and that no success followed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FailedConnection {
    /// The calling service.
    pub from: NodeId,
    /// The called node; `None` if no node has the address.
    pub to: Option<NodeId>,
    /// Label of the callee with its port, such as `shop/db:5432` or `10.0.3.4:5432`.
    pub target_label: String,
    /// The method by which the attempt was observed.
    pub observed_by: ObservationMethod,
    /// The outcome: rejected or failed.
    pub outcome: ConnectionOutcome,
    /// The instance, log group or metric that showed the attempt.
    pub location: String,
    /// The time of the first and the last failed attempt.
    pub seen: SeenPeriod,
}

/// Returns the rejected and failed connection attempts of known services that no success followed. Leaves out
/// attempts of a service to reach itself.
///
/// Rejected attempts may go to any address, and only a later success at the same port makes up for them.
/// Failed attempts count only if they go to a known node, because they may come from a log line, which may
/// name any address. A later success at any port of the callee makes up for them.
#[must_use]
pub fn failed_connections(inventory: &Inventory, topology: &Topology) -> Vec<FailedConnection> {
    let turned_away = |key: &ConnectionKey| key.outcome != ConnectionOutcome::Accepted;
    if !inventory.observations().connections().any(|(key, _)| turned_away(key)) {
        return Vec::new();
    }
    let services: BTreeMap<&ServiceId, &Service> = inventory.services().map(|s| (&s.id, s)).collect();
    let (passed, reached) = (last_accepted_times(inventory), last_reached_times(inventory));
    let resolver = Resolver::new(inventory);
    let mut all = Vec::new();
    for (key, seen) in inventory.observations().connections().filter(|(key, _)| turned_away(key)) {
        let Some(from) = caller_service(&key.from, &resolver, topology, &services) else { continue };
        if passed.get(&connection_ends(key)).is_some_and(|last| *last > seen.last_seen) {
            continue;
        }
        let (to, target) = callee(key, from, &resolver, topology);
        let failed = key.outcome == ConnectionOutcome::Failed;
        let since = to.as_ref().and_then(|to| reached.get(&(&from.id, to.as_str())));
        if failed && (to.is_none() || since.is_some_and(|last| *last > seen.last_seen)) {
            continue;
        }
        let from = NodeId::from(&from.id);
        if to.as_ref() == Some(&from) {
            continue;
        }
        let (by, verdict, place) = (key.observed_by, key.outcome, key.location.clone());
        all.push(FailedConnection {
            from,
            to,
            target_label: target,
            observed_by: by,
            outcome: verdict,
            location: place.to_string(),
            seen,
        });
    }
    all
}

/// Returns the service that made the connection from `end`, or `None` if no known service has that id or
/// address.
fn caller_service<'a>(
    end: &ConnectionEnd,
    resolver: &Resolver,
    topology: &Topology,
    services: &BTreeMap<&ServiceId, &'a Service>,
) -> Option<&'a Service> {
    let id = match end {
        ConnectionEnd::Service(id) => id.clone(),
        ConnectionEnd::Address(address) => {
            match &topology.nodes.get(&resolver.only_node_at(address)?)?.kind {
                NodeKind::Service(id) => id.clone(),
                _ => return None,
            }
        }
    };
    services.get(&id).copied()
}

/// Returns the called node, or `None` if it is unknown, and the label of the callee.
fn callee(
    sighting: &ConnectionKey,
    from: &Service,
    resolver: &Resolver,
    topology: &Topology,
) -> (Option<NodeId>, String) {
    let to = match &sighting.to {
        ConnectionEnd::Service(id) => Some(NodeId::from(id)).filter(|node| topology.nodes.contains_key(node)),
        ConnectionEnd::Address(address) => match resolver.resolve(from, address) {
            Resolution::Nodes(nodes) => nodes.into_iter().map(|(node, _)| node).next(),
            _ => None,
        },
    };
    let port = sighting.port.map(|port| format!(":{port}")).unwrap_or_default();
    let words = match (to.as_ref().and_then(|id| topology.nodes.get(id)), &sighting.to) {
        (Some(node), _) => format!("{}{port}", node.label()),
        (None, ConnectionEnd::Service(id)) => format!("{id}{port}"),
        (None, ConnectionEnd::Address(address)) if address.port.is_some() => address.to_string(),
        (None, ConnectionEnd::Address(address)) => {
            Address { port: sighting.port, ..address.clone() }.to_string()
        }
    };
    (to, words)
}

/// Caller, callee and port of a connection, without its outcome.
type ConnectionEnds<'a> = (&'a ConnectionEnd, &'a ConnectionEnd, Option<u16>);

/// Returns the caller, callee and port of a connection.
fn connection_ends(key: &ConnectionKey) -> ConnectionEnds<'_> {
    (&key.from, &key.to, key.port)
}

/// Returns the time of the last accepted connection for each combination of caller, callee and port.
fn last_accepted_times(inventory: &Inventory) -> BTreeMap<ConnectionEnds<'_>, Timestamp> {
    let mut passed = BTreeMap::new();
    let accepted = |key: &ConnectionKey| key.outcome == ConnectionOutcome::Accepted;
    for (key, seen) in inventory.observations().connections().filter(|(key, _)| accepted(key)) {
        let last = passed.entry(connection_ends(key)).or_insert(seen.last_seen);
        *last = seen.last_seen.max(*last);
    }
    passed
}

/// Returns the time of the last accepted connection from one service to another at any port, by caller and by
/// the callee's node id.
fn last_reached_times(inventory: &Inventory) -> BTreeMap<(&ServiceId, &str), Timestamp> {
    let mut reached = BTreeMap::new();
    for (key, seen) in inventory.observations().connections() {
        if let (ConnectionEnd::Service(from), ConnectionEnd::Service(to), ConnectionOutcome::Accepted) =
            (&key.from, &key.to, key.outcome)
        {
            let last = reached.entry((from, to.as_str())).or_insert(seen.last_seen);
            *last = seen.last_seen.max(*last);
        }
    }
    reached
}

#[cfg(test)]
mod tests {
    use super::failed_connections;
    use crate::{
        model::{fixtures::*, *},
        topology::infer,
    };

    /// Returns the failed connections among `flows`, each as `caller callee`.
    fn failed_between(flows: Vec<ObservedConnection>) -> Vec<String> {
        let inventory = inventory_with_connections(vec![service("web"), service("db")], flows, &[]);
        let topology = infer(&inventory);
        failed_connections(&inventory, &topology)
            .into_iter()
            .map(|r| format!("{} {}", r.from, r.target_label))
            .collect()
    }

    #[test]
    fn a_known_caller_is_told_with_whom_it_asked() {
        assert_eq!(
            failed_between(vec![observed_connection("web", "db", ConnectionOutcome::Rejected, 60)]),
            ["docker/shop/web shop/db:5432"]
        );
        let mut out = observed_connection("web", "db", ConnectionOutcome::Rejected, 60);
        out.key.to = ConnectionEnd::Address(Address::from_host_name("10.1.2.3"));
        assert_eq!(failed_between(vec![out]), ["docker/shop/web 10.1.2.3:5432"]);
        let mut scan = observed_connection("web", "db", ConnectionOutcome::Rejected, 60);
        scan.key.from = ConnectionEnd::Address(Address::from_host_name("203.0.113.9"));
        assert_eq!(failed_between(vec![scan]), Vec::<String>::new(), "who knows who that is");
    }

    #[test]
    fn what_a_log_tells_counts_for_known_ends_until_they_meet() {
        let failed = |host: &str, seconds| {
            let mut flow = observed_connection("web", "db", ConnectionOutcome::Failed, seconds);
            flow.key.to = ConnectionEnd::Address(Address::from_host_name(host).with_port(5432));
            flow.key.observed_by = ObservationMethod::Log;
            flow
        };
        assert_eq!(failed_between(vec![failed("db", 60)]), ["docker/shop/web shop/db:5432"]);
        assert_eq!(failed_between(vec![failed("nowhere", 60)]), Vec::<String>::new());
        assert_eq!(
            failed_between(vec![
                failed("db", 60),
                observed_connection("web", "db", ConnectionOutcome::Accepted, 30)
            ]),
            Vec::<String>::new()
        );
    }

    #[test]
    fn what_gets_through_since_is_over() {
        let before = observed_connection("web", "db", ConnectionOutcome::Rejected, 600);
        assert_eq!(
            failed_between(vec![
                before.clone(),
                observed_connection("web", "db", ConnectionOutcome::Accepted, 60)
            ]),
            Vec::<String>::new()
        );
        assert_eq!(
            failed_between(vec![before, observed_connection("web", "db", ConnectionOutcome::Accepted, 900)])
                .len(),
            1
        );
    }
}
