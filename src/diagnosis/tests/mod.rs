//! Tests of the findings by kind, on small inventories, and helpers that build such inventories.

mod causes;
mod deployments;
mod outages;
mod risks;

use super::{OutageTracker, RuleContext, RuleInput, findings};
use crate::{
    model::{fixtures::*, *},
    topology::{CatalogueMatches, Counterpart, ProfileIndex, Topology, failed_connections, infer},
};
use std::{collections::BTreeMap, sync::LazyLock};

/// Map of counterparts for tests without counterparts.
static NO_COUNTERPARTS: BTreeMap<NodeId, Vec<Counterpart>> = BTreeMap::new();

/// Profiles for tests without profiles.
static NO_PROFILES: LazyLock<ProfileIndex> = LazyLock::new(ProfileIndex::default);

/// Returns the input of the rules for an inventory and its topology. All other inputs are empty.
pub(in crate::diagnosis) fn rule_input<'a>(
    inventory: &'a Inventory,
    topology: &'a Topology,
) -> RuleInput<'a> {
    RuleInput {
        inventory,
        topology,
        failed_connections: &[],
        counterparts: &NO_COUNTERPARTS,
        profiles: &NO_PROFILES,
        sources: &[],
        log_signals: &[],
    }
}

/// Returns the findings about `services`, each as `kind severity reason`.
pub(super) fn finding_lines(services: Vec<Service>) -> Vec<String> {
    findings_of_services(services)
        .into_iter()
        .map(|f| format!("{} {} {}", f.kind, f.severity.as_str(), f.reason))
        .collect()
}

pub(super) fn findings_of_services(services: Vec<Service>) -> Vec<Finding> {
    findings_of(&inventory(services))
}

/// Returns the findings about `services` in a snapshot with `events`, each as `kind severity reason`.
pub(in crate::diagnosis) fn finding_lines_with_events(
    services: Vec<Service>,
    events: Vec<Event>,
) -> Vec<String> {
    let mut snapshot = snapshot("docker", services);
    snapshot.events = events;
    let mut inventory = Inventory::default();
    inventory.replace_snapshot(std::sync::Arc::new(snapshot));
    findings_of(&inventory)
        .into_iter()
        .map(|f| format!("{} {} {}", f.kind, f.severity.as_str(), f.reason))
        .collect()
}

pub(in crate::diagnosis) fn findings_of(inventory: &Inventory) -> Vec<Finding> {
    let topology = infer(inventory);
    let rejected = failed_connections(inventory, &topology);
    let profiles = ProfileIndex::new(inventory, &CatalogueMatches::new(inventory));
    let known = rule_input(inventory, &topology);
    let estate = RuleInput { failed_connections: &rejected, profiles: &profiles, ..known };
    findings(&RuleContext::new(estate, OutageTracker::default(), ago(0)))
}

/// Returns a service with the name `name` and these instances.
pub(super) fn service_with(name: &str, instances: Vec<Instance>) -> Service {
    Service { instances, ..service(name) }
}

/// Returns a chain of services, each of which calls the next one.
pub(super) fn service_chain(names: &[&str]) -> Vec<Service> {
    let calling = |(name, next): (&&str, &&str)| Service {
        references: vec![reference("TARGET_URL", Address::from_host_name(next).with_port(80))],
        ..service(name)
    };
    let mut row: Vec<Service> = names.iter().zip(&names[1..]).map(calling).collect();
    row.extend(names.last().map(|name| service(name)));
    row
}

pub(super) fn exited_instance(name: &str, state: InstanceState, ending: ExitCause, code: i64) -> Instance {
    let exit = Exit { code: Some(code), cause: ending, reason: None, at: Some(ago(60)) };
    Instance { state, exit: Some(exit), ..instance(name) }
}
