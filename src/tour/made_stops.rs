//! Stops that Portolan makes from the live map: entry services, the services with the most callers, data
//! stores, nodes that no source runs, current faults, and the command palette for questions.

use super::{MAX_TOUR_STOPS, TourStop};
use crate::{
    command::Command,
    model::{NodeId, Severity},
    store::World,
    topology::{Node, NodeKind, ProductRole, Topology},
};
use std::{cmp::Reverse, collections::BTreeSet};

/// Maximum number of stops at entry services, at which requests from outside enter.
const MAX_ENTRY_STOPS: usize = 2;
/// Maximum number of stops at services with many callers.
const MAX_BUSY_STOPS: usize = 3;
/// Maximum number of stops at databases, caches, queues and object stores.
const MAX_STORE_STOPS: usize = 2;
/// Maximum number of names in one sentence.
const MAX_LISTED_NAMES: usize = 4;

/// Commands to try at the busiest services, one for each stop.
const BUSY_STOP_COMMANDS: [Command; MAX_BUSY_STOPS] = [Command::Card, Command::Logs, Command::Timeline];
/// Commands to try at the data stores, one for each stop.
const STORE_STOP_COMMANDS: [Command; MAX_STORE_STOPS] = [Command::Focus, Command::Why];

/// Returns the stops of a tour through `world`, at most [`MAX_TOUR_STOPS`] of them. A node has only one stop
/// of its own, but the stops about outside nodes and about faults may select it once more.
#[must_use]
pub fn made_stops(world: &World) -> Vec<TourStop> {
    let topology = world.topology();
    let mut visited = BTreeSet::new();
    let mut stops = vec![overview_stop(world)];
    let mut add = |nodes: Vec<&Node>, most: usize, stop: &dyn Fn(usize, &Node) -> TourStop| {
        let new: Vec<&Node> =
            nodes.into_iter().filter(|node| !visited.contains(&node.id)).take(most).collect();
        for (place, node) in new.into_iter().enumerate() {
            visited.insert(node.id.clone());
            stops.push(stop(place, node));
        }
    };
    add(world.entry_services(), MAX_ENTRY_STOPS, &|_, node| {
        stop_at(topology, node, "entry point", Command::Why)
    });
    add(busy_nodes(topology), MAX_BUSY_STOPS, &|place, node| {
        stop_at(topology, node, "many depend on it", BUSY_STOP_COMMANDS[place])
    });
    add(stores(topology), MAX_STORE_STOPS, &|place, node| {
        let is_queue = node.product.is_some_and(|product| product.role == ProductRole::Queue);
        let role = if is_queue { "holds messages" } else { "stores data" };
        stop_at(topology, node, role, STORE_STOP_COMMANDS[place])
    });
    stops.extend(outside_stop(topology));
    stops.extend(closing_stops(world));
    stops.truncate(MAX_TOUR_STOPS);
    stops
}

/// Returns the last two stops of every tour: the current faults, and the command palette for questions.
pub(super) fn closing_stops(world: &World) -> [TourStop; 2] {
    let faults = world.findings.iter().filter(|finding| finding.severity > Severity::Info);
    let faults: Vec<_> = faults.collect();
    let broken = match faults.first() {
        Some(worst) => TourStop {
            node: worst.node.clone(),
            title: format!("broken now: {}", worst.subject),
            text: format!("{}. {} in total.", worst.reason, counted(faults.len(), "finding")),
            command: Command::Findings,
        },
        None => TourStop {
            node: None,
            title: "broken now: nothing".to_owned(),
            text: "Portolan reports no fault. If there is one, the header shows it.".to_owned(),
            command: Command::Findings,
        },
    };
    let ask = TourStop {
        node: None,
        title: "ask more".to_owned(),
        text:
            "The `:` prompt also answers questions, such as `who calls` or `what breaks if`. esc closes it."
                .to_owned(),
        command: Command::CommandPalette,
    };
    [broken, ask]
}

fn overview_stop(world: &World) -> TourStop {
    let topology = world.topology();
    let services = topology.nodes.values().filter(|node| node.is_service());
    let groups: BTreeSet<_> = services.clone().filter_map(|node| node.display_group.as_ref()).collect();
    let text = format!(
        "{} in {}. Each line leads from a caller to the service that it calls.",
        counted(services.count(), "service"),
        counted(groups.len(), "group"),
    );
    TourStop { node: None, title: "the map".to_owned(), text, command: Command::List }
}

/// Returns a stop at `node` with a text about its product, callers and callees.
fn stop_at(topology: &Topology, node: &Node, role: &str, command: Command) -> TourStop {
    let named = |nodes: Vec<&NodeId>| names(topology, &nodes);
    let callers = named(topology.callers(&node.id).map(|(from, _)| from).collect());
    let callees = named(topology.calls(&node.id).map(|(to, _)| to).collect());
    let product = match node.product {
        Some(product) => format!("Product: {} ({}). ", product.id, product.role.label()),
        None => String::new(),
    };
    let calls = match (callers, callees) {
        (Some(callers), Some(callees)) => format!("Called by {callers}. Calls {callees}."),
        (Some(callers), None) => format!("Called by {callers}. No known outgoing calls."),
        (None, Some(callees)) => format!("Calls {callees}. No caller is known."),
        (None, None) => "No call to it or from it is known.".to_owned(),
    };
    let title = format!("{}: {role}", node.label());
    TourStop { node: Some(node.id.clone()), title, text: format!("{product}{calls}"), command }
}

/// Returns the services that store no data and have at least two callers, the most called first.
fn busy_nodes(topology: &Topology) -> Vec<&Node> {
    let callers = |node: &Node| topology.callers(&node.id).count();
    let keeps_data = |node: &Node| node.product.is_some_and(|product| product.role.stores_data());
    let services = topology.nodes.values().filter(|node| node.is_service() && !keeps_data(node));
    let mut found: Vec<&Node> = services.filter(|node| callers(node) > 1).collect();
    found.sort_by_key(|node| Reverse(callers(node)));
    found
}

/// Returns the databases, caches, queues and object stores, the most called first.
fn stores(topology: &Topology) -> Vec<&Node> {
    let keeps_data = |node: &&Node| node.product.is_some_and(|product| product.role.stores_data());
    let mut found: Vec<&Node> = topology.nodes.values().filter(keeps_data).collect();
    found.sort_by_key(|node| Reverse(topology.callers(&node.id).count()));
    found
}

/// Returns the stop about nodes that no source runs, or `None` if there are no such nodes.
fn outside_stop(topology: &Topology) -> Option<TourStop> {
    let outside = topology.nodes.values().filter(|node| node.kind == NodeKind::Dependency);
    let mut outside: Vec<&NodeId> = outside.map(|node| &node.id).collect();
    outside.sort_by_key(|id| Reverse(topology.callers(id).count()));
    let first = (*outside.first()?).clone();
    let text = format!("Called from here, but outside all your sources: {}.", names(topology, &outside)?);
    let title = "outside".to_owned();
    Some(TourStop { node: Some(first), title, text, command: Command::Why })
}

/// Returns a list of the nodes' names, at most [`MAX_LISTED_NAMES`], or `None` if there are no nodes.
fn names(topology: &Topology, ids: &[&NodeId]) -> Option<String> {
    let nodes: Vec<&str> =
        ids.iter().filter_map(|id| topology.nodes.get(*id)).map(|n| n.name.as_str()).collect();
    let (last, others) = nodes.split_last()?;
    Some(match nodes.len() {
        1 => (*last).to_owned(),
        count if count <= MAX_LISTED_NAMES => format!("{} and {last}", others.join(", ")),
        count => {
            let shown = nodes[..MAX_LISTED_NAMES - 1].join(", ");
            format!("{shown} and {} others", count + 1 - MAX_LISTED_NAMES)
        }
    })
}

fn counted(count: usize, noun: &str) -> String {
    format!("{count} {noun}{}", if count == 1 { "" } else { "s" })
}
