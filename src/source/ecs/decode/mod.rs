//! From AWS's answers to the model: pure functions of what was read, and of the time at which it was.

pub(crate) mod again;
pub(crate) mod answers;
pub(crate) mod aspect;
pub(crate) mod consul;
pub(crate) mod definition;
pub(crate) mod deployment;
pub(crate) mod door;
pub(crate) mod events;
pub(crate) mod facts;
pub(crate) mod family;
pub(crate) mod gateway;
pub(crate) mod log;
pub(crate) mod mesh;
pub(crate) mod outage;
pub(crate) mod requests;
pub(crate) mod run;
pub(crate) mod service;
pub(crate) mod target;
pub(crate) mod task;
pub(crate) mod verdict;
pub(crate) mod words;

use crate::model::{Event, Gap, Health, Service, ServiceId, Snapshot};
use crate::source::witness;
use again::{Around, Basis, Memory};
use answers::Names;
use aws_sdk_ecs::types as sdk;
use definition::Definition;
use door::Behind;
use gateway::Balancers;
use mesh::{Member, Meshes};
use run::Run;
use service::{Ground, by_owner};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};
use task::Context;

/// The task definitions read so far, by ARN.
pub(crate) type Book = BTreeMap<String, Arc<Definition>>;

/// What was read of one cluster.
#[derive(Clone, Debug, Default)]
pub(crate) struct Seen {
    /// Its name.
    pub name: String,
    /// Its default Service Connect namespace.
    pub namespace: Option<String>,
    /// Its services.
    pub services: Vec<Arc<sdk::Service>>,
    /// Whether those are all of them.
    pub all_services: bool,
    /// Its tasks.
    pub tasks: Vec<Arc<Run>>,
    /// Whether those are all of them; until then some services have more than were read.
    pub all_tasks: bool,
}

/// What was read of a region.
#[derive(Clone, Debug)]
pub(crate) struct Estate {
    /// The circumstances.
    pub context: Context,
    /// Its clusters.
    pub clusters: Vec<Seen>,
    /// The task definitions.
    pub book: Book,
    /// What Cloud Map calls things.
    pub names: Names,
    /// The load balancers.
    pub balancers: Arc<Balancers>,
    /// What App Mesh knows of the nodes that tasks stand for.
    pub meshes: Arc<Meshes>,
    /// What could not be read.
    pub gaps: Vec<Gap>,
}

/// The snapshot of a region. A service that is as the last look has it in `memory` is shared with that.
pub(crate) fn snapshot(estate: &Estate, memory: &mut Memory) -> Snapshot {
    let present: BTreeSet<Member> = estate.book.values().filter_map(|d| d.node.clone()).collect();
    let (mut services, mut events) = (Vec::new(), Vec::new());
    let behind = behind(estate);
    memory.surround(Around {
        names: estate.names.clone(),
        balancers: Arc::clone(&estate.balancers),
        meshes: Arc::clone(&estate.meshes),
        behind: behind.clone(),
        present: present.clone(),
    });
    for seen in &estate.clusters {
        let ground = Ground {
            cluster: &seen.name,
            namespace: seen.namespace.as_deref(),
            book: &estate.book,
            names: &estate.names,
            meshes: &estate.meshes,
            present: &present,
            balancers: &estate.balancers,
            behind: &behind,
            context: &estate.context,
        };
        let mut take = |service, told: Vec<Event>| {
            events.extend(told);
            services.push(service);
        };
        cluster(seen, ground, memory, &mut take);
    }
    memory.keep(&services);
    services.sort_by(|a: &Arc<Service>, b| a.id.cmp(&b.id));
    witness::count_once(&mut services, &BTreeMap::new());
    events.sort_by(|a, b| (a.at, &a.service, &a.text).cmp(&(b.at, &b.service, &b.text)));
    Snapshot {
        source: estate.context.source.clone(),
        taken: estate.context.now,
        services,
        gateways: gateway::gateways(&estate.balancers, &behind),
        events,
        gaps: estate.gaps.clone(),
        flows: Vec::new(),
        watched: Vec::new(),
        progress: Vec::new(),
    }
}

/// The services behind each target group.
fn behind(estate: &Estate) -> Behind {
    let mut behind = Behind::new();
    for seen in &estate.clusters {
        for raw in &seen.services {
            let name = words::said(raw.service_name());
            let id = ServiceId::of(&estate.context.source, Some(&seen.name), &name);
            for group in target_groups(raw) {
                behind.entry(group.to_owned()).or_default().insert(id.clone());
            }
        }
    }
    behind
}

/// Gives each service of a cluster, with what happened to it.
fn cluster(
    seen: &Seen,
    ground: Ground<'_>,
    memory: &mut Memory,
    take: &mut impl FnMut(Arc<Service>, Vec<Event>),
) {
    let (mut owned, families) = by_owner(&seen.tasks);
    let mut names = BTreeSet::new();
    for raw in &seen.services {
        let name = raw.service_name().unwrap_or_default();
        let mut runs = owned.remove(name).unwrap_or_default();
        let live = runs.iter().filter(|run| !run.has_stopped()).count();
        if !seen.all_tasks && live < words::count(raw.running_count()) as usize {
            // Until all of them were read, the service's own count says more than those that were.
            runs.clear();
        }
        let basis = Basis::new(raw, &runs, ground.namespace, ground.book);
        let (service, told) = memory.service(ground.id(&words::said(Some(name))), basis, |raw, runs| {
            let service = service::service(raw, runs, ground);
            let told = events::events(&service.id, raw.events(), &service.deployments, &service.instances);
            (service, told)
        });
        names.insert(service.name.clone());
        take(service, told);
    }
    for (name, runs) in owned {
        // A deleted service's last tasks say nothing any more, unless some still run; nor do those of one that is still to be
        // read.
        let unreadable = seen.all_tasks && !seen.all_services;
        if unreadable || runs.iter().any(|r| !r.has_stopped()) {
            let service = service::orphan(&name, &plain(&runs), ground);
            let told = events::stops(&service.id, &service.instances);
            names.insert(service.name.clone());
            take(Arc::new(service), told);
        }
    }
    for (name, runs) in families {
        let service = family::family(&name, &plain(&runs), names.contains(&*name), ground);
        let told = events::stops(&service.id, &service.instances);
        take(Arc::new(service), told);
    }
}

fn plain<'a>(runs: &[&'a Arc<Run>]) -> Vec<&'a Run> {
    runs.iter().map(|run| &***run).collect()
}

/// The target groups of a service and of its task sets.
pub(crate) fn target_groups(service: &sdk::Service) -> impl Iterator<Item = &str> {
    let sets = service.task_sets().iter().flat_map(sdk::TaskSet::load_balancers);
    service.load_balancers().iter().chain(sets).filter_map(sdk::LoadBalancer::target_group_arn)
}

/// Whether anything in it is on the move or in trouble, so that it is worth looking again soon.
pub(crate) fn is_restless(snapshot: &Snapshot) -> bool {
    snapshot.services.iter().any(|service| {
        service.is_deploying() || !matches!(Health::of(service), Health::Healthy | Health::Stopped)
    })
}

#[cfg(test)]
mod tests {
    use super::{Estate, Memory, Run, Seen, snapshot, task::Context};
    use crate::model::{SourceId, Timestamp};
    use aws_sdk_ecs::types::Task;
    use std::sync::Arc;

    /// The services that are told where only a task of one is known, which has ended.
    fn told(all_services: bool, all_tasks: bool) -> Vec<String> {
        let ended = Task::builder().task_arn("arn:aws:ecs:eu-west-1:1:task/quay/1").group("service:web");
        let tasks = vec![Arc::new(Run::new(&ended.last_status("STOPPED").build()))];
        let seen = Seen { name: "quay".to_owned(), all_services, all_tasks, tasks, ..Seen::default() };
        let now = Timestamp::UNIX_EPOCH;
        let estate = Estate {
            context: Context { source: SourceId::new("ecs"), region: "eu-west-1".into(), now },
            clusters: vec![seen],
            book: super::Book::default(),
            names: super::Names::default(),
            balancers: Arc::default(),
            meshes: Arc::default(),
            gaps: Vec::new(),
        };
        snapshot(&estate, &mut Memory::default()).services.iter().map(|s| s.name.to_string()).collect()
    }

    #[test]
    fn ended_tasks_make_a_service_only_where_services_can_not_be_read() {
        assert_eq!(told(false, true), ["web"]);
        assert!(told(false, false).is_empty(), "it is still to be read");
        assert!(told(true, true).is_empty(), "it was deleted");
    }
}
