//! What was looked at to find whom a service calls: of each kind of evidence, how much there is of it.

use super::{
    NodeKind, Topology,
    evidence::{Caller, KINDS, Kind, Reference},
    resolve::gateway_node,
};
use crate::model::{Inventory, NodeId};

/// What there is of one kind of evidence.
pub struct Searched {
    /// The kind.
    pub kind: &'static Kind,
    /// How many places of that kind, at the asking node, name or reach anybody.
    pub places: usize,
}

/// What there is of each kind at `node`, whomever it leads to, in the order of the kinds' table.
#[must_use]
pub fn searched(inventory: &Inventory, topology: &Topology, node: &NodeId) -> Vec<Searched> {
    let kind = topology.nodes.get(node).map(|node| &node.kind);
    let asks = |caller: Caller<'_>| match (caller, kind) {
        (Caller::Service(service), Some(NodeKind::Service(id))) => &service.id == id,
        (Caller::Gateway(source, gateway), Some(NodeKind::LoadBalancer)) => {
            &gateway_node(source, gateway) == node
        }
        (Caller::Internet, Some(NodeKind::Internet)) => true,
        _ => false,
    };
    let service = match kind {
        Some(NodeKind::Service(id)) => inventory.service(id),
        _ => None,
    };
    let count = |kind: &'static Kind| {
        let mut places = 0;
        let mut note = |reference: Reference<'_>| places += usize::from(asks(reference.from));
        match service.filter(|_| kind.is_of_mentions()) {
            Some(service) => kind.find_in(service, &mut note),
            None => kind.find(inventory, &mut note),
        }
        Searched { kind, places }
    };
    KINDS.iter().map(count).collect()
}

#[cfg(test)]
mod tests {
    use super::searched;
    use crate::{
        model::{sample::*, *},
        topology::infer,
    };

    #[test]
    fn what_there_is_is_counted_whomever_it_leads_to() {
        let mut web = service("web");
        let names = ["db", "nobody", "cdn.example.com"];
        web.mentions = names.iter().map(|name| mention(name, Address::name(name).with_port(80))).collect();
        let flows = vec![flow("web", "db", Verdict::Accepted, 60), flow("db", "web", Verdict::Accepted, 60)];
        let inventory = seeing(vec![web, service("db")], flows, &[]);
        let found = searched(&inventory, &infer(&inventory), &NodeId::from(&id("web")));
        let found: Vec<_> = found.iter().filter(|s| s.places > 0).map(|s| (s.kind.id, s.places)).collect();
        assert_eq!(found, [("socket", 1), ("environment", 3)]);
    }
}
