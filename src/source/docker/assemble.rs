//! Containers become services: grouped by owner, with what they answer to and name, and what happened to them.

use super::{
    decode::{Link, Seen},
    ends::Ends,
    filled::Filled,
    memory::Told,
    reach,
    sockets::Traffic,
};
use crate::model::{
    Ending, Event, EventKind, Exit, Fact, Gap, Instance, Mention, Onset, Service, ServiceId, ServiceKind,
    Snapshot, SourceId, State, Timestamp,
};
use crate::source::witness::{self, Program};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

/// How long a container may be made but not started before it counts as stopped, in seconds.
const PATIENCE: i64 = 30;
/// How many facts a service shows at most.
const FACTS: usize = 60;
/// How many events a snapshot has at most.
const EVENTS: usize = 300;
/// How far apart two reports of the same event may be, in seconds.
const SAME: i64 = 2;

/// What the engine's events told.
pub(super) struct Heard<'a> {
    /// The events themselves.
    pub(super) told: &'a [Told],
    /// What follows from them of the ends of containers.
    pub(super) ends: &'a BTreeMap<String, Ends>,
}

/// The snapshot that those containers make.
pub(super) fn snapshot(
    source: &SourceId,
    taken: Timestamp,
    seen: &[Arc<Seen>],
    heard: &Heard<'_>,
    gaps: Vec<Gap>,
    traffic: Traffic,
) -> Snapshot {
    let mut owned: BTreeMap<ServiceId, Vec<&Seen>> = BTreeMap::new();
    for container in current(seen) {
        owned.entry(container.owner.id(source)).or_default().push(container);
    }
    let reach = reach::of(source, seen, &traffic.listening);
    let filled = Filled::of(seen);
    let programs = owned.iter().filter_map(|(id, all)| Some((id.clone(), all.first()?.program.clone())));
    let programs: BTreeMap<ServiceId, Program> = programs.collect();
    let services = owned.into_iter().filter_map(|(id, mut containers)| {
        containers.sort_by(|a, b| a.name.cmp(&b.name));
        service(id, taken, &containers, heard.ends, &reach, &filled)
    });
    let mut services: Vec<_> = services.map(Arc::new).collect();
    witness::count_once(&mut services, &programs);
    Snapshot {
        source: source.clone(),
        taken,
        services,
        gateways: Vec::new(),
        events: events(source, seen, heard.told),
        gaps,
        flows: traffic.flows,
        watched: traffic.watched,
        progress: Vec::new(),
    }
}

/// The containers, with what their own records do not tell of their ends.
pub(super) fn completed(
    mut seen: Vec<Arc<Seen>>,
    ends: &BTreeMap<String, Ends>,
    now: Timestamp,
) -> Vec<Arc<Seen>> {
    let unheard = Ends::default();
    for container in &mut seen {
        let mut instance = container.instance.clone();
        ends.get(&container.id).unwrap_or(&unheard).complete(&mut instance, now);
        if instance != container.instance {
            Arc::make_mut(container).instance = instance;
        }
    }
    seen
}

/// The containers without those that a later one has replaced in the same place of a swarm service.
fn current(seen: &[Arc<Seen>]) -> impl Iterator<Item = &Seen> {
    let mut newest: BTreeMap<&str, Option<Timestamp>> = BTreeMap::new();
    for (slot, created) in seen.iter().filter_map(|s| Some((s.owner.slot.as_deref()?, s.created))) {
        let known = newest.entry(slot).or_insert(created);
        *known = created.max(*known);
    }
    let replaced =
        move |s: &Seen| s.owner.slot.as_deref().is_some_and(|slot| newest.get(slot) != Some(&s.created));
    seen.iter().map(Arc::as_ref).filter(move |s| !replaced(s))
}

/// The service that `containers` are; none where they all only hold the network for others that are gone.
fn service(
    id: ServiceId,
    taken: Timestamp,
    containers: &[&Seen],
    ends: &BTreeMap<String, Ends>,
    reach: &reach::Reach,
    filled: &Filled<'_>,
) -> Option<Service> {
    let shown = standing(containers);
    let first = shown.first()?;
    // A container's loopback address means nobody else where it shares it with nobody.
    let counts = |c: &Seen, mention: &&Mention| {
        (!mention.is_of_loopback() || reach.has_neighbours(&c.id)) && !filled.is_written(c, mention)
    };
    let mut mentions: Vec<_> =
        containers.iter().flat_map(|c| c.mentions.iter().filter(|m| counts(c, m))).cloned().collect();
    mentions.extend(containers.iter().flat_map(|c| c.network.links.iter().filter_map(Link::mention)));
    mentions.sort();
    mentions.dedup();
    let ids = || containers.iter().map(|c| c.id.as_str());
    Some(Service {
        group: first.owner.group.clone(),
        name: first.owner.name.clone(),
        kind: first.owner.kind,
        reported_running: None,
        desired: None,
        instances: shown.iter().map(|c| instance(c, taken)).collect(),
        failing_since: failing_since(&shown, ends),
        deployments: Vec::new(),
        answers: reach.answers(ids()),
        mentions,
        networks: reach.networks(ids()),
        facts: facts(&shown),
        id,
    })
}

/// The containers that stand for the service. Of a family of ECS tasks, whose agent leaves every task that it replaced
/// behind, those are the running ones, or else the one that was made last.
fn standing<'a>(containers: &'a [&'a Seen]) -> Vec<&'a &'a Seen> {
    let mut shown: Vec<_> = containers.iter().filter(|c| !c.owner.hidden).collect();
    let agent =
        shown.first().is_some_and(|c| c.owner.kind == ServiceKind::Container && c.owner.group.is_some());
    if agent {
        let runs = |c: &&&Seen| matches!(c.instance.state, State::Running | State::Starting);
        let newest = shown.iter().map(|c| c.created).max();
        let any = shown.iter().any(runs);
        shown.retain(|c| if any { runs(c) } else { Some(c.created) == newest });
    }
    shown
}

/// Since when those of the containers that are out of order are.
fn failing_since(containers: &[&&Seen], ends: &BTreeMap<String, Ends>) -> Option<Onset> {
    let unheard = Ends::default();
    let faulty = containers.iter().filter(|c| matches!(c.instance.state, State::Restarting | State::Failed));
    faulty.filter_map(|c| ends.get(&c.id).unwrap_or(&unheard).failing_since(&c.instance)).min()
}

/// The instance, now: a container that was made and never started is no longer about to start.
fn instance(container: &Seen, taken: Timestamp) -> Instance {
    let mut instance = container.instance.clone();
    let age = container.created.map_or(0, |at| taken.as_second() - at.as_second());
    if instance.state == State::Starting && age > PATIENCE {
        instance.state = State::Stopped;
    }
    instance
}

/// What the containers have in common once, and what they differ in under the same label.
fn facts(containers: &[&&Seen]) -> Vec<Fact> {
    let mut labels: BTreeMap<&str, usize> = BTreeMap::new();
    let mut told: BTreeSet<(&str, &str)> = BTreeSet::new();
    let mut facts: Vec<&Fact> = Vec::new();
    for fact in containers.iter().flat_map(|c| &c.facts) {
        let next = labels.len();
        labels.entry(&fact.label).or_insert(next);
        if told.insert((&fact.label, &fact.value)) {
            facts.push(fact);
        }
    }
    facts.sort_by_key(|fact| labels.get(&*fact.label));
    facts.into_iter().take(FACTS).cloned().collect()
}

/// What was told, and what the containers themselves say of their last start and end; the newest are kept.
fn events(source: &SourceId, seen: &[Arc<Seen>], told: &[Told]) -> Vec<Event> {
    let own = seen.iter().filter(|c| !c.owner.hidden).flat_map(|c| lived(source, c)).filter(|mine| {
        !told.iter().any(|t| {
            t.container == mine.container
                && t.event.kind.is_akin(mine.event.kind)
                && (t.event.at.as_second() - mine.event.at.as_second()).abs() <= SAME
        })
    });
    let mut events: Vec<_> = own.chain(told.iter().cloned()).map(|t| t.event).collect();
    events.sort_by(|a, b| b.at.cmp(&a.at).then_with(|| a.text.cmp(&b.text)));
    events.truncate(EVENTS);
    events.reverse();
    events
}

/// The last start and end of a container.
fn lived(source: &SourceId, container: &Seen) -> Vec<Told> {
    let name = &container.name;
    let tell = |at, kind, text| Told {
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
        let kind = if exit.ending == Ending::OutOfMemory { EventKind::OutOfMemory } else { EventKind::Stop };
        tell(at, kind, format!("{name} {}", ended(exit)).into())
    });
    start.into_iter().chain(end).collect()
}

fn ended(exit: &Exit) -> String {
    let code = exit.code.map_or_else(|| "ended".to_owned(), |code| format!("exited with code {code}"));
    match exit.cause() {
        Some(cause) => format!("{code}: {cause}"),
        None => code,
    }
}
