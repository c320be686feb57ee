//! Topology properties: inference does not depend on order, every edge has evidence, and both its ends exist.

use crate::world::{ServiceDraft, drafts, inventory, services, snapshots};
use portolan::{
    model::Service,
    topology::{IncrementalTopology, Topology, counterparts, evidence::EVIDENCE_KINDS, infer},
};
use proptest::prelude::*;
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

/// Infers the topology of `services`.
fn topology_of(services: &[Service]) -> Topology {
    infer(&inventory(snapshots(services)))
}

fn services_of(drafts: &[ServiceDraft]) -> Vec<Service> {
    services(drafts, str::to_owned)
}

fn edge_ids(topology: &Topology) -> BTreeSet<(String, String)> {
    topology.edges.keys().map(|(from, to)| (from.to_string(), to.to_string())).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_order_of_sources_and_services_does_not_matter(
        all in drafts(),
        seed in prop::collection::vec(any::<u32>(), 12),
    ) {
        let told = services_of(&all);
        let mut mixed: Vec<(u32, Service)> = seed.into_iter().zip(told.clone()).collect();
        mixed.sort_by_key(|(place, _)| *place);
        let mixed: Vec<Service> = mixed.into_iter().map(|(_, service)| service).collect();
        let mut said = snapshots(&mixed);
        said.reverse();
        prop_assert_eq!(infer(&inventory(said)), topology_of(&told));
    }

    #[test]
    fn every_edge_says_why_and_none_dangles(all in drafts()) {
        let topology = topology_of(&services_of(&all));
        for ((from, to), edge) in &topology.edges {
            prop_assert!(!edge.evidence.is_empty(), "{from} → {to} has no evidence");
            prop_assert!(topology.nodes.contains_key(from), "{from} is no node");
            prop_assert!(topology.nodes.contains_key(to), "{to} is no node");
            prop_assert!(from != to, "{from} calls itself");
            for evidence in &edge.evidence {
                prop_assert!(EVIDENCE_KINDS.contains(evidence.kind));
                prop_assert!(!evidence.location.is_empty() && !evidence.detail.is_empty());
            }
            let distinct: BTreeSet<_> = edge.evidence.iter().collect();
            prop_assert_eq!(distinct.len(), edge.evidence.len(), "evidence is told twice");
        }
    }

    #[test]
    fn twins_know_each_other_and_stand_in_different_sources(all in drafts()) {
        let told = services_of(&all);
        let inventory = inventory(snapshots(&told));
        let twins = counterparts(&inventory);
        let topology = infer(&inventory);
        for (one, others) in &twins {
            for other in others {
                let back = twins.get(&other.node).is_some_and(|all| all.iter().any(|twin| &twin.node == one));
                prop_assert!(back, "{one} has the twin {}, and not the other way", other.node);
                prop_assert_ne!(&topology.nodes[one].source, &topology.nodes[&other.node].source);
            }
        }
    }

    #[test]
    fn every_service_is_a_node_and_every_dependency_has_a_caller(all in drafts()) {
        let told = services_of(&all);
        let topology = topology_of(&told);
        for service in &told {
            prop_assert!(topology.nodes.keys().any(|id| id.as_str() == service.id.as_str()));
        }
        let called: BTreeSet<_> = topology.edges.keys().map(|(_, to)| to).collect();
        for node in topology.nodes.values().filter(|node| node.kind.as_str() == "dependency") {
            prop_assert!(called.contains(&node.id), "{} is led to by nothing", node.id);
        }
    }

    #[test]
    fn other_names_give_the_same_chart_under_other_names(all in drafts()) {
        let rename = |name: &str| format!("{name}x");
        let (old, new) = (services_of(&all), services(&all, rename));
        let names: BTreeMap<String, String> =
            old.iter().zip(&new).map(|(old, new)| (old.id.to_string(), new.id.to_string())).collect();
        let called = |id: &String| names.get(id).unwrap_or(id).clone();
        let expected: BTreeSet<_> =
            edge_ids(&topology_of(&old)).iter().map(|(from, to)| (called(from), called(to))).collect();
        prop_assert_eq!(edge_ids(&topology_of(&new)), expected);
    }

    #[test]
    fn following_a_change_gives_what_a_fresh_look_gives(all in drafts(), other in drafts()) {
        let mut changed = all.clone();
        for (draft, new) in changed.iter_mut().zip(&other).take(2) {
            draft.1.clone_from(&new.1);
        }
        let mut before = inventory(snapshots(&services_of(&all)));
        let mut inference = IncrementalTopology::new(&before);
        for snapshot in snapshots(&services_of(&changed)) {
            let change = before.replace_snapshot(Arc::new(snapshot));
            inference.update(&before, &change);
        }
        prop_assert_eq!(inference.topology(), &infer(&before));
    }

    #[test]
    fn more_mentions_never_remove_an_edge(all in drafts(), more in drafts()) {
        let mut fuller = all.clone();
        for (draft, extra) in fuller.iter_mut().zip(&more) {
            draft.1.extend(&extra.1);
        }
        let (before, after) = (edge_ids(&topology_of(&services_of(&all))), edge_ids(&topology_of(&services_of(&fuller))));
        prop_assert!(before.is_subset(&after), "lost: {:?}", before.difference(&after));
    }
}
