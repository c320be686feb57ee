//! Connections that did not come about, because a rule turned them away or nobody answered: between which known ends,
//! and whether they get through by now.

use super::{NodeKind, Resolution, Resolver, Topology};
use crate::model::{
    Address, End, Inventory, NodeId, SeenBy, Service, ServiceId, Sighting, Span, Timestamp, Verdict,
};
use std::collections::BTreeMap;

/// A connection of a known service that was turned away, or that failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rejected {
    /// Who asked.
    pub from: NodeId,
    /// Whom, where the estate knows.
    pub to: Option<NodeId>,
    /// Whom, as it was seen: `shop/db:5432`, `10.0.3.4:5432`.
    pub target: String,
    /// How it was seen.
    pub by: SeenBy,
    /// What became of it: rejected or failed.
    pub verdict: Verdict,
    /// Where it was seen.
    pub place: String,
    /// From when to when.
    pub seen: Span,
}

/// Every connection of a known service that did not come about and was not let through since: to another service or to
/// an address where a rule turned it away, to another service alone where it failed, as a log may speak of anything.
#[must_use]
pub fn rejected(inventory: &Inventory, topology: &Topology) -> Vec<Rejected> {
    let turned_away = |sighting: &Sighting| sighting.verdict != Verdict::Accepted;
    if !inventory.ledger().sightings().any(|(sighting, _)| turned_away(sighting)) {
        return Vec::new();
    }
    let services: BTreeMap<&ServiceId, &Service> = inventory.services().map(|s| (&s.id, s)).collect();
    let (passed, reached) = (passed(inventory), reached(inventory));
    let resolver = Resolver::new(inventory);
    let mut all = Vec::new();
    for (sighting, seen) in inventory.ledger().sightings().filter(|(sighting, _)| turned_away(sighting)) {
        let Some(from) = caller(&sighting.from, &resolver, topology, &services) else { continue };
        if passed.get(&connection(sighting)).is_some_and(|last| *last > seen.last) {
            continue;
        }
        let (to, target) = called(sighting, from, &resolver, topology);
        let failed = sighting.verdict == Verdict::Failed;
        let since = to.as_ref().and_then(|to| reached.get(&(&from.id, to.as_str())));
        if failed && (to.is_none() || since.is_some_and(|last| *last > seen.last)) {
            continue;
        }
        let from = NodeId::from(&from.id);
        if to.as_ref() == Some(&from) {
            continue;
        }
        let (by, verdict, place) = (sighting.by, sighting.verdict, sighting.place.clone());
        all.push(Rejected { from, to, target, by, verdict, place: place.to_string(), seen });
    }
    all
}

/// The service that asked, where it is known.
fn caller<'a>(
    end: &End,
    resolver: &Resolver,
    topology: &Topology,
    services: &BTreeMap<&ServiceId, &'a Service>,
) -> Option<&'a Service> {
    let id = match end {
        End::Service(id) => id.clone(),
        End::Address(address) => match &topology.nodes.get(&resolver.anywhere(address)?)?.kind {
            NodeKind::Service(id) => id.clone(),
            _ => return None,
        },
    };
    services.get(&id).copied()
}

/// Whom it asked: the node where there is one, and the words for it.
fn called(
    sighting: &Sighting,
    from: &Service,
    resolver: &Resolver,
    topology: &Topology,
) -> (Option<NodeId>, String) {
    let to = match &sighting.to {
        End::Service(id) => Some(NodeId::from(id)).filter(|node| topology.nodes.contains_key(node)),
        End::Address(address) => match resolver.resolve(from, address) {
            Resolution::Nodes(nodes) => nodes.into_iter().map(|(node, _)| node).next(),
            _ => None,
        },
    };
    let port = sighting.port.map(|port| format!(":{port}")).unwrap_or_default();
    let words = match (to.as_ref().and_then(|id| topology.nodes.get(id)), &sighting.to) {
        (Some(node), _) => format!("{}{port}", node.label()),
        (None, End::Service(id)) => format!("{id}{port}"),
        (None, End::Address(address)) if address.port.is_some() => address.to_string(),
        (None, End::Address(address)) => Address { port: sighting.port, ..address.clone() }.to_string(),
    };
    (to, words)
}

/// What makes two sightings the same connection.
type Connection<'a> = (&'a End, &'a End, Option<u16>);

fn connection(sighting: &Sighting) -> Connection<'_> {
    (&sighting.from, &sighting.to, sighting.port)
}

/// When each connection was last let through.
fn passed(inventory: &Inventory) -> BTreeMap<Connection<'_>, Timestamp> {
    let mut passed = BTreeMap::new();
    let accepted = |sighting: &Sighting| sighting.verdict == Verdict::Accepted;
    for (sighting, seen) in inventory.ledger().sightings().filter(|(sighting, _)| accepted(sighting)) {
        let last = passed.entry(connection(sighting)).or_insert(seen.last);
        *last = seen.last.max(*last);
    }
    passed
}

/// When each service last reached each other one, at whatever port.
fn reached(inventory: &Inventory) -> BTreeMap<(&ServiceId, &str), Timestamp> {
    let mut reached = BTreeMap::new();
    for (sighting, seen) in inventory.ledger().sightings() {
        if let (End::Service(from), End::Service(to), Verdict::Accepted) =
            (&sighting.from, &sighting.to, sighting.verdict)
        {
            let last = reached.entry((from, to.as_str())).or_insert(seen.last);
            *last = seen.last.max(*last);
        }
    }
    reached
}

#[cfg(test)]
mod tests {
    use super::rejected;
    use crate::{
        model::{sample::*, *},
        topology::infer,
    };

    /// What is turned away of those flows, as `from target`.
    fn turned(flows: Vec<Flow>) -> Vec<String> {
        let inventory = seeing(vec![service("web"), service("db")], flows, &[]);
        let topology = infer(&inventory);
        rejected(&inventory, &topology).into_iter().map(|r| format!("{} {}", r.from, r.target)).collect()
    }

    #[test]
    fn a_known_caller_is_told_with_whom_it_asked() {
        assert_eq!(turned(vec![flow("web", "db", Verdict::Rejected, 60)]), ["docker/shop/web shop/db:5432"]);
        let mut out = flow("web", "db", Verdict::Rejected, 60);
        out.sighting.to = End::Address(Address::name("10.1.2.3"));
        assert_eq!(turned(vec![out]), ["docker/shop/web 10.1.2.3:5432"]);
        let mut scan = flow("web", "db", Verdict::Rejected, 60);
        scan.sighting.from = End::Address(Address::name("203.0.113.9"));
        assert_eq!(turned(vec![scan]), Vec::<String>::new(), "who knows who that is");
    }

    #[test]
    fn what_a_log_tells_counts_for_known_ends_until_they_meet() {
        let failed = |host: &str, seconds| {
            let mut flow = flow("web", "db", Verdict::Failed, seconds);
            flow.sighting.to = End::Address(Address::name(host).with_port(5432));
            flow.sighting.by = SeenBy::Log;
            flow
        };
        assert_eq!(turned(vec![failed("db", 60)]), ["docker/shop/web shop/db:5432"]);
        assert_eq!(turned(vec![failed("nowhere", 60)]), Vec::<String>::new());
        assert_eq!(
            turned(vec![failed("db", 60), flow("web", "db", Verdict::Accepted, 30)]),
            Vec::<String>::new()
        );
    }

    #[test]
    fn what_gets_through_since_is_over() {
        let before = flow("web", "db", Verdict::Rejected, 600);
        assert_eq!(
            turned(vec![before.clone(), flow("web", "db", Verdict::Accepted, 60)]),
            Vec::<String>::new()
        );
        assert_eq!(turned(vec![before, flow("web", "db", Verdict::Accepted, 900)]).len(), 1);
    }
}
