//! Differences of one service between two snapshots, as texts for the history. The texts contain names of
//! settings, never their values.

use crate::model::{EventKind, ExitCause, FactKind, Health, Instance, InstanceState, RolloutState, Service};
use std::collections::{BTreeMap, BTreeSet};

/// One difference of a service between two snapshots, as the kind, text and health of a history entry.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Difference {
    pub(super) kind: EventKind,
    pub(super) text: String,
    pub(super) health: Option<Health>,
}

impl Difference {
    fn without_health(kind: EventKind, text: String) -> Self {
        Self { kind, text, health: None }
    }
}

/// Returns the difference for a service that the older snapshot lacks.
pub(super) fn appeared(service: &Service) -> Difference {
    let version = desired_version(service).map(|version| format!(" ({version})")).unwrap_or_default();
    Difference::without_health(EventKind::Deployment, format!("appeared{version}"))
}

/// Returns the difference for a service that the newer snapshot lacks.
pub(super) fn removed() -> Difference {
    Difference::without_health(EventKind::Deployment, "removed".to_owned())
}

/// Returns all differences of a service that both snapshots have.
pub(super) fn service_differences(before: &Service, after: &Service) -> Vec<Difference> {
    let mut found = Vec::new();
    found.extend(version_change(before, after));
    found.extend(configuration_change(before, after));
    if let (Some(was), Some(is)) = (before.desired, after.desired)
        && was != is
    {
        found.push(Difference::without_health(EventKind::Scaling, format!("desired count {is}, was {was}")));
    }
    instance_changes(before, after, &mut found);
    found.extend(health_change(before, after));
    found
}

/// Returns a difference if the version or the image digest changed. If neither changed, returns a difference
/// if the newest deployment completed or failed.
fn version_change(before: &Service, after: &Service) -> Option<Difference> {
    let text = match (desired_version(before), desired_version(after)) {
        (Some(was), Some(is)) if was != is => format!("version {is}, was {was}"),
        _ => match (image_digests(before), image_digests(after)) {
            (Some(was), Some(is)) if was != is => format!("image digest {is}, was {was} (same tag)"),
            _ => return rollout_change(before, after),
        },
    };
    Some(Difference::without_health(EventKind::Deployment, text))
}

/// Returns a difference if the newest deployment completed or failed between the two snapshots.
fn rollout_change(before: &Service, after: &Service) -> Option<Difference> {
    let is = after.deployments.first()?;
    let was = before.deployments.iter().find(|was| was.id == is.id && was.rollout != is.rollout)?;
    let (words, tone) = match is.rollout {
        RolloutState::Completed => ("completed", Health::Healthy),
        RolloutState::Failed => ("failed", Health::Failing),
        RolloutState::InProgress | RolloutState::Unknown => return None,
    };
    let reason = is.reason.as_ref().map(|reason| format!(": {reason}")).unwrap_or_default();
    let text = format!("deployment of {} {words}{reason}", was.version);
    Some(Difference { kind: EventKind::Deployment, text, health: Some(tone) })
}

/// Returns the version of the newest deployment. Without deployments, returns the images of the instances,
/// joined by commas. Returns `None` if there are no images either.
fn desired_version(service: &Service) -> Option<String> {
    let deployed = service.deployments.first().map(|deployment| deployment.version.clone());
    deployed
        .or_else(|| {
            let images: BTreeSet<&str> = service.images().collect();
            (!images.is_empty()).then(|| Vec::from_iter(images).join(", ")).map(Into::into)
        })
        .map(Into::into)
}

/// Returns the distinct image digests of all containers, shortened and joined by commas. Returns `None` if no
/// digest is known.
fn image_digests(service: &Service) -> Option<String> {
    let containers = service.instances.iter().flat_map(|instance| &instance.containers);
    let digests: BTreeSet<&str> = containers.filter_map(|c| c.digest.as_deref()).collect();
    let short = |digest: &str| {
        let tail = digest.rsplit(':').next().unwrap_or(digest);
        tail.chars().take(12).collect::<String>()
    };
    (!digests.is_empty()).then(|| digests.into_iter().map(short).collect::<Vec<_>>().join(", "))
}

/// Returns a difference that names all changed settings: references with other targets, and facts with other
/// values.
///
/// Returns `None` if nothing changed, or if a new deployment already lists its changes.
fn configuration_change(before: &Service, after: &Service) -> Option<Difference> {
    let has_changes = after.deployments.first().is_some_and(|deployment| !deployment.changes.is_empty());
    if has_changes && desired_version(before) != desired_version(after) {
        return None;
    }
    let named = |service: &Service| -> BTreeMap<String, BTreeSet<_>> {
        let mut named: BTreeMap<String, BTreeSet<_>> = BTreeMap::new();
        for mention in &service.references {
            named.entry(mention.location.to_string()).or_default().insert(mention.target.clone());
        }
        named
    };
    let runs = |service: &Service| service.instances.iter().any(|i| i.state == InstanceState::Running);
    let both_run = runs(before) && runs(after);
    let set = |service: &Service| -> BTreeMap<String, BTreeSet<String>> {
        let mut set: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for fact in &service.facts {
            let Some(kind) = fact.kind().filter(|kind| kind.is_configuration()) else { continue };
            // Docker lists the ports of a container only while it runs, and assigns new ephemeral ports at
            // each start.
            if kind != FactKind::Port || both_run {
                set.entry(fact.label.to_string()).or_default().insert(fact.configured_value().to_owned());
            }
        }
        set
    };
    let mut names = differing_keys(&named(before), &named(after));
    names.extend(differing_keys(&set(before), &set(after)));
    let names: Vec<String> = names.into_iter().collect();
    (!names.is_empty()).then(|| {
        let text = format!("configuration changed: {}", names.join(", "));
        Difference::without_health(EventKind::Configuration, text)
    })
}

/// Returns the keys whose values differ between `a` and `b`, or that only one of them has.
fn differing_keys<V: PartialEq>(a: &BTreeMap<String, V>, b: &BTreeMap<String, V>) -> BTreeSet<String> {
    a.keys().chain(b.keys()).filter(|key| a.get(*key) != b.get(*key)).cloned().collect()
}

/// Adds to `found` a difference for each instance that appeared, ended, restarted or was removed. Leaves out
/// the appearance and removal of instances that don't count toward health, such as stopped ones.
fn instance_changes(before: &Service, after: &Service, found: &mut Vec<Difference>) {
    let known: BTreeMap<_, &Instance> = before.instances.iter().map(|i| (&i.id, i)).collect();
    let still: BTreeSet<_> = after.instances.iter().map(|i| &i.id).collect();
    for gone in before.instances.iter().filter(|i| i.counts_toward_health() && !still.contains(&i.id)) {
        found.push(Difference::without_health(EventKind::Stop, format!("{} was removed", gone.name)));
    }
    for instance in &after.instances {
        let name = &instance.name;
        match known.get(&instance.id) {
            None if instance.counts_toward_health() => {
                found.push(Difference::without_health(EventKind::Start, format!("{name} started")));
            }
            // An instance that waits for its restart counts as restarted only once it runs.
            Some(was) if instance.restarts > was.restarts && instance.state == InstanceState::Running => {
                let text = format!("{name} restarted (restart count {})", instance.restarts);
                found.push(Difference::without_health(EventKind::Restart, text));
            }
            Some(was) if has_ended(instance) && !has_ended(was) => found.push(exit_difference(instance)),
            _ => {}
        }
    }
}

fn has_ended(instance: &Instance) -> bool {
    matches!(instance.state, InstanceState::Failed | InstanceState::Stopped)
}

/// Returns the difference for an instance that ended, with exit code and cause.
fn exit_difference(instance: &Instance) -> Difference {
    let exit = instance.exit.clone().unwrap_or_default();
    let ended = exit.code.map_or_else(|| "stopped".to_owned(), |code| format!("exited with code {code}"));
    let reason = exit.reason_text().map(|cause| format!(": {cause}")).unwrap_or_default();
    let text = format!("{} {ended}{reason}", instance.name);
    if exit.cause == ExitCause::OutOfMemory {
        return Difference { kind: EventKind::OutOfMemory, text, health: Some(Health::Failing) };
    }
    Difference::without_health(EventKind::Stop, text)
}

/// Returns a difference if the health changed and neither the old nor the new health is unknown.
fn health_change(before: &Service, after: &Service) -> Option<Difference> {
    let (was, is) = (Health::of_service(before), Health::of_service(after));
    let unsaid = was == is || [was, is].contains(&Health::Unknown);
    (!unsaid).then(|| Difference {
        kind: EventKind::Health,
        text: format!("{}, was {}", is.as_str(), was.as_str()),
        health: Some(is),
    })
}
