//! Building of a snapshot: groups containers into services, with their endpoints, references, facts and
//! events.

use super::{
    cache::ContainerEvent, exit_history::ExitHistory, network_addresses, shared_volumes::SharedVolumes,
};
use crate::{
    model::{
        Event, EventKind, Exit, ExitCause, Fact, FactLabel, Instance, InstanceState, Onset, Reference,
        Service, ServiceId, ServiceKind, ServiceProfile, Snapshot, SourceId, Timestamp, UnreadPart,
    },
    source::{
        docker::{
            decode::{ContainerRecord, Link},
            sockets::SocketObservations,
        },
        shared_references::{self, Program},
    },
};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

/// Time that a created container may take to start before it counts as stopped, in seconds.
const CREATED_TIMEOUT_SECONDS: i64 = 30;
/// Maximum number of facts of a service.
const MAX_FACTS: usize = 60;
/// Maximum number of events in a snapshot.
const MAX_SNAPSHOT_EVENTS: usize = 300;
/// Maximum difference in time, in seconds, at which an event from the event stream and an event derived from
/// an inspect response count as the same event.
const SAME_EVENT_SECONDS: i64 = 2;

/// Events and exit histories, collected from the engine's event stream.
pub(in crate::source::docker) struct EventHistory<'a> {
    /// Events of all containers, oldest first.
    pub(in crate::source::docker) events: &'a [ContainerEvent],
    /// Exit history of each container, by container id.
    pub(in crate::source::docker) exits: &'a BTreeMap<String, ExitHistory>,
}

/// Builds the snapshot of all containers.
pub(in crate::source::docker) fn build_snapshot(
    source: &SourceId,
    taken: Timestamp,
    records: &[Arc<ContainerRecord>],
    history: &EventHistory<'_>,
    unread_parts: Vec<UnreadPart>,
    traffic: SocketObservations,
) -> Snapshot {
    let mut owned: BTreeMap<ServiceId, Vec<&ContainerRecord>> = BTreeMap::new();
    for container in without_replaced(records) {
        owned.entry(container.owner.id(source)).or_default().push(container);
    }
    let reach = network_addresses::find_addresses(source, records, &traffic.listening_ports);
    let filled = SharedVolumes::of(records);
    let programs = owned.iter().filter_map(|(id, all)| Some((id.clone(), all.first()?.program.clone())));
    let programs: BTreeMap<ServiceId, Program> = programs.collect();
    let services = owned.into_iter().filter_map(|(id, mut containers)| {
        containers.sort_by(|a, b| a.name.cmp(&b.name));
        build_service(id, taken, &containers, history.exits, &reach, &filled)
    });
    let mut services: Vec<_> = services.map(Arc::new).collect();
    shared_references::mark_shared(&mut services, &programs);
    Snapshot {
        source: source.clone(),
        taken_at: taken,
        services,
        load_balancers: Vec::new(),
        events: merge_events(source, records, history.events),
        unread_parts,
        connections: traffic.connections,
        monitored: traffic.monitored,
        progress: Vec::new(),
    }
}

/// Completes each container from its exit history. The engine's own record of a container has only the last
/// exit, loses the exit code at a restart, and does not show that a user requested the stop.
pub(in crate::source::docker) fn apply_exit_histories(
    mut records: Vec<Arc<ContainerRecord>>,
    exits: &BTreeMap<String, ExitHistory>,
    now: Timestamp,
) -> Vec<Arc<ContainerRecord>> {
    let unheard = ExitHistory::default();
    for container in &mut records {
        let mut instance = container.instance.clone();
        exits.get(&container.id).unwrap_or(&unheard).apply_to(&mut instance, now);
        if instance != container.instance {
            Arc::make_mut(container).instance = instance;
        }
    }
    records
}

/// Iterates over the containers, except outdated ones: in each swarm slot, a newer container replaces the
/// older containers.
fn without_replaced(records: &[Arc<ContainerRecord>]) -> impl Iterator<Item = &ContainerRecord> {
    let mut newest: BTreeMap<&str, Option<Timestamp>> = BTreeMap::new();
    for (slot, created) in records.iter().filter_map(|s| Some((s.owner.slot.as_deref()?, s.created))) {
        let known = newest.entry(slot).or_insert(created);
        *known = created.max(*known);
    }
    let replaced = move |s: &ContainerRecord| {
        s.owner.slot.as_deref().is_some_and(|slot| newest.get(slot) != Some(&s.created))
    };
    records.iter().map(Arc::as_ref).filter(move |s| !replaced(s))
}

/// Builds the service that `containers` belong to. Returns `None` if all of them are pause containers.
fn build_service(
    id: ServiceId,
    taken: Timestamp,
    containers: &[&ContainerRecord],
    exits: &BTreeMap<String, ExitHistory>,
    addresses: &network_addresses::NetworkAddresses,
    volumes: &SharedVolumes<'_>,
) -> Option<Service> {
    let shown = representative_containers(containers);
    let first = shown.first()?;
    // A reference to a loopback address means another container only if both share a network namespace.
    let counts = |c: &ContainerRecord, mention: &&Reference| {
        (!mention.targets_own_container() || addresses.shares_loopback(&c.id))
            && !volumes.is_written_for_others(c, mention)
    };
    let mut mentions: Vec<_> =
        containers.iter().flat_map(|c| c.references.iter().filter(|m| counts(c, m))).cloned().collect();
    mentions.extend(containers.iter().flat_map(|c| c.network.links.iter().filter_map(Link::reference)));
    mentions.sort();
    mentions.dedup();
    let ids = || containers.iter().map(|c| c.id.as_str());
    Some(Service {
        group: first.owner.group.clone(),
        name: first.owner.name.clone(),
        kind: first.owner.kind,
        reported_running: None,
        desired: None,
        instances: shown.iter().map(|c| current_instance(c, taken)).collect(),
        unlisted_failures: 0,
        failing_since: failing_since(&shown, exits),
        deployments: Vec::new(),
        endpoints: addresses.endpoints_of(ids()),
        references: mentions,
        networks: addresses.networks_of(ids()),
        facts: merge_facts(&shown),
        profile: merge_profiles(&shown),
        id,
    })
}

/// Returns the containers that the service shows as its instances. Leaves out pause containers.
///
/// The ECS agent does not remove the old containers of a task family. So a family shows only its running
/// containers, or the newest container if none is running.
fn representative_containers<'a>(containers: &'a [&'a ContainerRecord]) -> Vec<&'a &'a ContainerRecord> {
    let mut shown: Vec<_> = containers.iter().filter(|c| !c.owner.is_pause_container).collect();
    let agent =
        shown.first().is_some_and(|c| c.owner.kind == ServiceKind::Container && c.owner.group.is_some());
    if agent {
        let runs = |c: &&&ContainerRecord| {
            matches!(c.instance.state, InstanceState::Running | InstanceState::Starting)
        };
        let newest = shown.iter().map(|c| c.created).max();
        let any = shown.iter().any(runs);
        shown.retain(|c| if any { runs(c) } else { Some(c.created) == newest });
    }
    shown
}

/// Returns the time when the first of the failed or restarting containers began to fail. Returns `None` if
/// there is no such container.
fn failing_since(containers: &[&&ContainerRecord], exits: &BTreeMap<String, ExitHistory>) -> Option<Onset> {
    let unheard = ExitHistory::default();
    let faulty = containers
        .iter()
        .filter(|c| matches!(c.instance.state, InstanceState::Restarting | InstanceState::Failed));
    faulty.filter_map(|c| exits.get(&c.id).unwrap_or(&unheard).failing_since(&c.instance)).min()
}

/// Returns the instance with its state at the time `taken`. A container that was created long ago and never
/// started becomes stopped instead of starting.
fn current_instance(container: &ContainerRecord, taken: Timestamp) -> Instance {
    let mut instance = container.instance.clone();
    let age = container.created.map_or(0, |at| taken.as_second() - at.as_second());
    if instance.state == InstanceState::Starting && age > CREATED_TIMEOUT_SECONDS {
        instance.state = InstanceState::Stopped;
    }
    instance
}

/// Merges the containers' facts. Equal facts appear once, and the values of one label are adjacent.
fn merge_facts(containers: &[&&ContainerRecord]) -> Vec<Fact> {
    let mut labels: BTreeMap<&FactLabel, usize> = BTreeMap::new();
    let mut told: BTreeSet<(&FactLabel, &str)> = BTreeSet::new();
    let mut facts: Vec<&Fact> = Vec::new();
    for fact in containers.iter().flat_map(|c| &c.facts) {
        let next = labels.len();
        labels.entry(&fact.label).or_insert(next);
        if told.insert((&fact.label, &fact.value)) {
            facts.push(fact);
        }
    }
    facts.sort_by_key(|fact| labels.get(&fact.label));
    facts.into_iter().take(MAX_FACTS).cloned().collect()
}

/// Merges the profiles of the containers.
fn merge_profiles(containers: &[&&ContainerRecord]) -> ServiceProfile {
    let mut merged = ServiceProfile::default();
    containers.iter().for_each(|container| merged.merge(&container.profile));
    merged
}

/// Merges the engine's events with the last start and exit of each container. Returns the newest
/// `MAX_SNAPSHOT_EVENTS` events, in order of time.
fn merge_events(
    source: &SourceId,
    records: &[Arc<ContainerRecord>],
    events: &[ContainerEvent],
) -> Vec<Event> {
    let own = records
        .iter()
        .filter(|c| !c.owner.is_pause_container)
        .flat_map(|c| start_and_exit_events(source, c))
        .filter(|mine| {
            !events.iter().any(|t| {
                t.container == mine.container
                    && t.event.kind.same_category(mine.event.kind)
                    && (t.event.at.as_second() - mine.event.at.as_second()).abs() <= SAME_EVENT_SECONDS
            })
        });
    let mut events: Vec<_> = own.chain(events.iter().cloned()).map(|t| t.event).collect();
    events.sort_by(|a, b| b.at.cmp(&a.at).then_with(|| a.text.cmp(&b.text)));
    events.truncate(MAX_SNAPSHOT_EVENTS);
    events.reverse();
    events
}

/// Returns the last start and the last exit of a container as events.
fn start_and_exit_events(source: &SourceId, container: &ContainerRecord) -> Vec<ContainerEvent> {
    let name = &container.name;
    let tell = |at, kind, text| ContainerEvent {
        container: container.id.clone(),
        event: Event {
            at,
            service: container.owner.id(source),
            instance: Some(container.instance.id.clone()),
            kind,
            text,
        },
    };
    let start =
        container.instance.started.map(|at| tell(at, EventKind::Start, format!("{name} started").into()));
    let end = container.instance.exit.as_ref().and_then(|exit| Some((exit.at?, exit)));
    let end = end.map(|(at, exit)| {
        let kind =
            if exit.cause == ExitCause::OutOfMemory { EventKind::OutOfMemory } else { EventKind::Stop };
        tell(at, kind, format!("{name} {}", exit_text(exit)).into())
    });
    start.into_iter().chain(end).collect()
}

fn exit_text(exit: &Exit) -> String {
    let code = exit.code.map_or_else(|| "exited".to_owned(), |code| format!("exited with code {code}"));
    match exit.reason_text() {
        Some(cause) => format!("{code}: {cause}"),
        None => code,
    }
}
