//! An ECS service with its tasks as one service of the model.

use super::{
    Book,
    answers::{self, Names},
    consul,
    definition::Definition,
    deployment::deployments,
    door::{self, Behind},
    facts,
    gateway::Balancers,
    mesh::{self, Member, Meshes},
    outage,
    run::Run,
    task::{Context, instance},
    verdict::{Standing, Stop, counts},
    words::{count, said, some},
};
use crate::model::{Instance, Mention, NetworkId, Service, ServiceId, ServiceKind, State, Timestamp};
use aws_sdk_ecs::types as sdk;
use std::{
    borrow::Cow,
    cmp::Reverse,
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

/// How many of a service's ended instances are kept, the newest.
pub(crate) const ENDED_KEPT: usize = 10;

/// What a cluster knows that its services need.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ground<'a> {
    /// The cluster's name.
    pub cluster: &'a str,
    /// Its default Service Connect namespace.
    pub namespace: Option<&'a str>,
    /// The task definitions read so far.
    pub book: &'a Book,
    /// What Cloud Map calls things.
    pub names: &'a Names,
    /// What App Mesh knows of the nodes that tasks stand for.
    pub meshes: &'a Meshes,
    /// The nodes that tasks stand for.
    pub present: &'a BTreeSet<Member>,
    /// The load balancers.
    pub balancers: &'a Balancers,
    /// The services behind each target group.
    pub behind: &'a Behind,
    /// The snapshot's circumstances.
    pub context: &'a Context,
}

impl<'a> Ground<'a> {
    /// The id of a service of this cluster.
    pub(crate) fn id(&self, name: &str) -> ServiceId {
        ServiceId::of(&self.context.source, Some(self.cluster), name)
    }

    /// The definition that a task or deployment names.
    pub(crate) fn definition(&self, arn: Option<&str>) -> Option<&'a Definition> {
        let book: &'a Book = self.book;
        book.get(arn?).map(AsRef::as_ref)
    }
}

/// One service with its tasks.
pub(crate) fn service(raw: &sdk::Service, runs: &[&Run], ground: Ground<'_>) -> Service {
    let name = said(raw.service_name());
    let primary = definition_of(raw, ground);
    let daemon = raw.scheduling_strategy() == Some(&sdk::SchedulingStrategy::Daemon);
    let desired = count(raw.desired_count());
    let mut facts = facts::facts(raw, answers::namespace_words(raw, ground.namespace, ground.names));
    facts.extend(primary.iter().flat_map(|d| d.facts.clone()));
    let mut all_answers = answers::aliases(raw, ground.namespace, primary, ground.names, ground.context);
    all_answers.extend(answers::registered(raw, ground.names));
    all_answers.extend(answers::addresses(runs.iter().copied(), ground.context));
    let used = definitions(raw, runs, ground);
    let judged = judged(runs, desired, ground);
    for node in nodes(&used) {
        all_answers.extend(ground.meshes.answers(node, &ground.context.source));
    }
    let registered: BTreeSet<&String> = used.iter().filter_map(|d| d.consul.as_ref()).collect();
    all_answers.extend(registered.into_iter().flat_map(|name| consul::answers(name, &ground.context.source)));
    Service {
        id: ground.id(&name),
        group: Some(ground.cluster.into()),
        kind: ServiceKind::EcsService,
        // A daemon's count may lag behind its container instances; zero then means "as many as there are".
        desired: if daemon && desired == 0 { None } else { Some(desired) },
        reported_running: Some(count(raw.running_count())),
        failing_since: outage::failing_since(raw, judged.faults.iter(), ground.context.now),
        instances: judged.instances,
        deployments: deployments(raw, ground.book),
        answers: all_answers,
        mentions: mentions(&used, &ground.id(&name), ground),
        networks: networks(raw, &used, ground),
        facts,
        name: name.into(),
    }
}

/// The task definition of the newest deployment.
fn definition_of<'a>(raw: &sdk::Service, ground: Ground<'a>) -> Option<&'a Definition> {
    let primary = raw.deployments().iter().find(|d| d.status() == Some("PRIMARY"));
    ground.definition(primary.and_then(sdk::Deployment::task_definition).or(raw.task_definition()))
}

/// The versions in use: those of the deployments and those of the tasks that run.
fn definitions<'a>(raw: &sdk::Service, runs: &[&Run], ground: Ground<'a>) -> Vec<&'a Definition> {
    let deployed = raw.deployments().iter().map(sdk::Deployment::task_definition);
    let sets = raw.task_sets().iter().map(sdk::TaskSet::task_definition);
    let running = runs.iter().filter(|r| !r.has_stopped()).map(|r| r.definition.as_deref());
    let arns: BTreeSet<&str> =
        deployed.chain(sets).chain(running).chain([raw.task_definition()]).flatten().collect();
    arns.into_iter().filter_map(|arn| ground.definition(Some(arn))).collect()
}

/// The nodes of App Mesh that those versions stand for.
fn nodes<'a>(used: &[&'a Definition]) -> BTreeSet<&'a Member> {
    used.iter().filter_map(|d| d.node.as_ref()).collect()
}

/// What all versions in use name: themselves, through load balancers, and through their nodes.
fn mentions(used: &[&Definition], own: &ServiceId, ground: Ground<'_>) -> Vec<Mention> {
    let mut found: BTreeSet<Mention> = used.iter().flat_map(|d| d.mentions.iter().cloned()).collect();
    let doors = used.iter().flat_map(|d| &d.doors);
    found.extend(doors.filter_map(|door| door::through(door, own, ground.balancers, ground.behind)));
    found.extend(nodes(used).into_iter().flat_map(|node| ground.meshes.mentions(node, ground.present)));
    found.into_iter().collect()
}

fn networks(raw: &sdk::Service, used: &[&Definition], ground: Ground<'_>) -> BTreeSet<NetworkId> {
    let space = answers::namespace(raw, ground.namespace).map(|given| ground.names.namespace(given));
    let mut networks: BTreeSet<NetworkId> =
        space.iter().map(|space| answers::network(ground.context, space)).collect();
    networks.extend(nodes(used).into_iter().map(|node| mesh::network(&ground.context.source, &node.mesh)));
    if used.iter().any(|d| d.consul.is_some()) {
        networks.insert(consul::network(&ground.context.source));
    }
    networks.insert(answers::vpc(ground.context));
    networks
}

/// The tasks of a service, judged together.
struct Judged {
    /// All that have not ended, and the newest of those that have. A fault that is history counts as an end like any other;
    /// how it ended stays to be seen.
    instances: Vec<Instance>,
    /// All ends that count against the service.
    faults: Vec<Stop>,
}

fn judged(runs: &[&Run], desired: u32, ground: Ground<'_>) -> Judged {
    let definition = |run: &Run| ground.definition(run.definition.as_deref());
    let mut live = Vec::new();
    let mut ended = Vec::new();
    let mut stops = Vec::new();
    for run in runs {
        let made = instance(run, definition(run), true, ground.context);
        match run.end(true, definition(run)) {
            Some(stop) => {
                stops.push(stop);
                ended.push((stop, made));
            }
            None => live.push(made),
        }
    }
    let standing = standing(&live, runs, &ended, desired, ground.context.now);
    for (stop, instance) in &mut ended {
        if instance.state == State::Failed && !counts(stop, &stops, &standing) {
            instance.state = State::Stopped;
        }
    }
    let counting = ended.iter().filter(|(_, instance)| instance.state == State::Failed);
    let faults = counting.map(|(stop, _)| *stop).collect();
    ended.sort_by_key(|(stop, instance)| (Reverse(stop.at), instance.id.clone()));
    ended.truncate(ENDED_KEPT);
    live.sort_by_key(|instance| (instance.started, instance.id.clone()));
    Judged {
        instances: live.into_iter().chain(ended.into_iter().map(|(_, instance)| instance)).collect(),
        faults,
    }
}

fn standing(
    live: &[Instance],
    runs: &[&Run],
    ended: &[(Stop, Instance)],
    desired: u32,
    now: Timestamp,
) -> Standing {
    let serving: Vec<&Instance> = live.iter().filter(|i| i.serves()).collect();
    let well_ended = ended.iter().filter(|(stop, _)| !stop.fault).filter_map(|(_, i)| i.started);
    // A task on its way down served until it was told to stop.
    let leaving = live.iter().filter(|i| i.state == State::Stopping).filter_map(|i| i.started);
    Standing {
        desired: if desired == 0 && runs.iter().any(|r| !r.has_stopped()) { 1 } else { desired },
        good_starts: serving.iter().filter_map(|i| i.started).chain(well_ended).chain(leaving).collect(),
        serving: serving.len() as u32,
        now,
    }
}

/// Tasks by the name of their owner.
pub(crate) type Owned<'a> = BTreeMap<Cow<'a, str>, Vec<&'a Arc<Run>>>;

/// Tasks by the service they belong to, and those that belong to none, by family.
pub(crate) fn by_owner(runs: &[Arc<Run>]) -> (Owned<'_>, Owned<'_>) {
    let (mut services, mut families) = (BTreeMap::new(), BTreeMap::new());
    for run in runs {
        let (map, key) = match run.service() {
            Some(service) => (&mut services, Cow::Borrowed(service)),
            None => (&mut families, Cow::Owned(run.family())),
        };
        map.entry(key).or_insert_with(Vec::new).push(run);
    }
    (services, families)
}

/// A service of which only tasks are known: `ListServices` is denied, or it was deleted while they run on.
pub(crate) fn orphan(name: &str, runs: &[&Run], ground: Ground<'_>) -> Service {
    let live = runs.iter().filter(|r| !r.has_stopped()).count() as u32;
    let newest = runs.iter().max_by_key(|r| (r.times.created, r.version()));
    let definition = newest.and_then(|r| ground.definition(r.definition.as_deref()));
    let judged = judged(runs, live.max(1), ground);
    Service {
        id: ground.id(name),
        group: Some(ground.cluster.into()),
        name: some(Some(name)).unwrap_or_default().into(),
        kind: ServiceKind::EcsService,
        desired: None,
        reported_running: None,
        failing_since: outage::first_fault(judged.faults.iter(), ground.context.now),
        instances: judged.instances,
        deployments: Vec::new(),
        answers: answers::addresses(runs.iter().copied(), ground.context),
        mentions: definition.map(|d| d.mentions.clone()).unwrap_or_default(),
        networks: BTreeSet::from([answers::vpc(ground.context)]),
        facts: definition.map(|d| d.facts.clone()).unwrap_or_default(),
    }
}
