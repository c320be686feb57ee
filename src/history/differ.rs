//! What is different about a service from one look to the next, in words. Names stand in them, never a value.

use crate::model::{Ending, EventKind, Health, Instance, Rollout, Service, State};
use std::collections::{BTreeMap, BTreeSet};

/// Something that is different.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Difference {
    pub(super) kind: EventKind,
    pub(super) text: String,
    pub(super) tone: Option<Health>,
}

impl Difference {
    fn plain(kind: EventKind, text: String) -> Self {
        Self { kind, text, tone: None }
    }
}

/// The facts that tell what a service is configured with; of several containers, the name stands before them.
const CONFIGURED: &[&str] = &[
    "command",
    "cpu and memory",
    "environment",
    "execution role",
    "health check",
    "log",
    "memory limit",
    "mount",
    "network mode",
    "port",
    "ports",
    "restart",
    "runtime",
    "secrets",
    "task role",
];

/// The first port that Linux gives out where none is chosen.
const FIRST_EPHEMERAL_PORT: u16 = 32_768;

/// A service that was not there before.
pub(super) fn came(service: &Service) -> Difference {
    let version = version(service).map(|version| format!(", {version}")).unwrap_or_default();
    Difference::plain(EventKind::Deployment, format!("is new{version}"))
}

/// A service that is no longer there.
pub(super) fn went() -> Difference {
    Difference::plain(EventKind::Deployment, "is gone".to_owned())
}

/// What is different about a service.
pub(super) fn between(before: &Service, after: &Service) -> Vec<Difference> {
    let mut found = Vec::new();
    found.extend(deployed(before, after));
    found.extend(configured(before, after));
    if let (Some(was), Some(is)) = (before.desired, after.desired)
        && was != is
    {
        found.push(Difference::plain(EventKind::Scaling, format!("wants {is} instances, wanted {was}")));
    }
    lived(before, after, &mut found);
    found.extend(felt(before, after));
    found
}

/// Another version or another image.
fn deployed(before: &Service, after: &Service) -> Option<Difference> {
    let text = match (version(before), version(after)) {
        (Some(was), Some(is)) if was != is => format!("{is} in place of {was}"),
        _ => match (digest(before), digest(after)) {
            (Some(was), Some(is)) if was != is => format!("image {is} in place of {was}, by the same name"),
            _ => return rolled(before, after),
        },
    };
    Some(Difference::plain(EventKind::Deployment, text))
}

/// A deployment that came to its end.
fn rolled(before: &Service, after: &Service) -> Option<Difference> {
    let is = after.deployments.first()?;
    let was = before.deployments.iter().find(|was| was.id == is.id && was.rollout != is.rollout)?;
    let (words, tone) = match is.rollout {
        Rollout::Completed => ("is complete", Health::Healthy),
        Rollout::Failed => ("failed", Health::Failing),
        Rollout::InProgress | Rollout::Unknown => return None,
    };
    let reason = is.reason.as_ref().map(|reason| format!(": {reason}")).unwrap_or_default();
    let text = format!("deployment of {} {words}{reason}", was.version);
    Some(Difference { kind: EventKind::Deployment, text, tone: Some(tone) })
}

/// The version that is wanted: that of the newest deployment, else the images of what runs.
fn version(service: &Service) -> Option<String> {
    let deployed = service.deployments.first().map(|deployment| deployment.version.clone());
    deployed
        .or_else(|| {
            let images: BTreeSet<&str> = service.images().collect();
            (!images.is_empty()).then(|| Vec::from_iter(images).join(", ")).map(Into::into)
        })
        .map(Into::into)
}

/// The digests of what runs, short.
fn digest(service: &Service) -> Option<String> {
    let containers = service.instances.iter().flat_map(|instance| &instance.containers);
    let digests: BTreeSet<&str> = containers.filter_map(|c| c.digest.as_deref()).collect();
    let short = |digest: &str| {
        let tail = digest.rsplit(':').next().unwrap_or(digest);
        tail.chars().take(12).collect::<String>()
    };
    (!digests.is_empty()).then(|| digests.into_iter().map(short).collect::<Vec<_>>().join(", "))
}

/// Which settings are others, unless a deployment tells that itself: the names of variables whose addresses are, and the facts that tell of configuration.
fn configured(before: &Service, after: &Service) -> Option<Difference> {
    let told = after.deployments.first().is_some_and(|deployment| !deployment.changes.is_empty());
    if told && version(before) != version(after) {
        return None;
    }
    let named = |service: &Service| -> BTreeMap<String, BTreeSet<_>> {
        let mut named: BTreeMap<String, BTreeSet<_>> = BTreeMap::new();
        for mention in &service.mentions {
            named.entry(mention.place.to_string()).or_default().insert(mention.target.clone());
        }
        named
    };
    let runs = |service: &Service| service.instances.iter().any(|i| i.state == State::Running);
    let both_run = runs(before) && runs(after);
    let set = |service: &Service| -> BTreeMap<String, BTreeSet<String>> {
        let mut set: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for fact in &service.facts {
            let label = fact.label.rsplit(": ").next().unwrap_or_default();
            // An engine tells the ports of what runs, and gives those that nobody chose anew with each start.
            if CONFIGURED.contains(&label) && (label != "port" || both_run) {
                set.entry(fact.label.to_string()).or_default().insert(chosen(&fact.value).to_owned());
            }
        }
        set
    };
    let mut names = others(&named(before), &named(after));
    names.extend(others(&set(before), &set(after)));
    let names: Vec<String> = names.into_iter().collect();
    (!names.is_empty())
        .then(|| Difference::plain(EventKind::Configuration, format!("other settings: {}", names.join(", "))))
}

/// The part of a setting that was chosen: of a published port the inner one alone, where the outer one is one that the
/// system gives out (Linux, `ip_local_port_range`).
fn chosen(value: &str) -> &str {
    let Some((outer, inner)) = value.split_once(" → ") else { return value };
    let port = outer.rsplit(':').next().and_then(|port| port.parse::<u16>().ok());
    if port.is_some_and(|port| port >= FIRST_EPHEMERAL_PORT) { inner } else { value }
}

/// The keys under which the two hold something else.
fn others<V: PartialEq>(a: &BTreeMap<String, V>, b: &BTreeMap<String, V>) -> BTreeSet<String> {
    a.keys().chain(b.keys()).filter(|key| a.get(*key) != b.get(*key)).cloned().collect()
}

/// Instances that came, ended or were started again.
fn lived(before: &Service, after: &Service, found: &mut Vec<Difference>) {
    let known: BTreeMap<_, &Instance> = before.instances.iter().map(|i| (&i.id, i)).collect();
    let still: BTreeSet<_> = after.instances.iter().map(|i| &i.id).collect();
    for gone in before.instances.iter().filter(|i| i.is_current() && !still.contains(&i.id)) {
        found.push(Difference::plain(EventKind::Stop, format!("{} is gone", gone.name)));
    }
    for instance in &after.instances {
        let name = &instance.name;
        match known.get(&instance.id) {
            None if instance.is_current() => {
                found.push(Difference::plain(EventKind::Start, format!("{name} is new")));
            }
            // One that waits to be started again is no start yet.
            Some(was) if instance.restarts > was.restarts && instance.state == State::Running => {
                let text = format!("{name} was started again, {} times so far", instance.restarts);
                found.push(Difference::plain(EventKind::Restart, text));
            }
            Some(was) if ended(instance) && !ended(was) => found.push(end(instance)),
            _ => {}
        }
    }
}

fn ended(instance: &Instance) -> bool {
    matches!(instance.state, State::Failed | State::Stopped)
}

/// How an instance ended.
fn end(instance: &Instance) -> Difference {
    let exit = instance.exit.clone().unwrap_or_default();
    let code = exit.code.map(|code| format!(" with code {code}")).unwrap_or_default();
    let reason = exit.cause().map(|cause| format!(": {cause}")).unwrap_or_default();
    let text = format!("{} ended{code}{reason}", instance.name);
    if exit.ending == Ending::OutOfMemory {
        return Difference { kind: EventKind::OutOfMemory, text, tone: Some(Health::Failing) };
    }
    Difference::plain(EventKind::Stop, text)
}

/// Another health.
fn felt(before: &Service, after: &Service) -> Option<Difference> {
    let (was, is) = (Health::of(before), Health::of(after));
    let unsaid = was == is || [was, is].contains(&Health::Unknown);
    (!unsaid).then(|| Difference {
        kind: EventKind::Health,
        text: format!("{}, was {}", is.word(), was.word()),
        tone: Some(is),
    })
}
