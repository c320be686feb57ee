//! A project becomes a snapshot: services that nobody runs here, with what they answer to and name.

use super::{
    declared::Declared,
    given::Given,
    mention,
    reach::{self, Project, Reach},
};
use crate::{
    model::{Fact, Gap, Service, ServiceId, ServiceKind, Snapshot, SourceId, Text, Timestamp},
    source::witness::{self, Program},
};
use std::{collections::BTreeMap, sync::Arc};

/// The snapshot of a project, whose services are given what `given` has.
pub(super) fn snapshot(
    project: &Project<'_>,
    given: &BTreeMap<String, Given>,
    gaps: Vec<Gap>,
    taken: Timestamp,
) -> Snapshot {
    let mut reach = reach::of(project);
    let nothing = Given::default();
    let services = project.services.iter().map(|(name, declared)| {
        let reach = reach.remove(name.as_str()).unwrap_or_default();
        service(project, name, declared, reach, given.get(name).unwrap_or(&nothing))
    });
    let mut services: Vec<_> = services.map(Arc::new).collect();
    witness::count_once(&mut services, &programs(project));
    services.iter_mut().for_each(|service| mention::name_the_file(Arc::make_mut(service)));
    Snapshot {
        source: SourceId::clone(project.source),
        taken,
        services,
        gateways: Vec::new(),
        events: Vec::new(),
        gaps,
        flows: Vec::new(),
        watched: Vec::new(),
        progress: Vec::new(),
    }
}

fn service(project: &Project<'_>, name: &str, declared: &Declared, reach: Reach, given: &Given) -> Service {
    let label = Text::new(name);
    let mut mentions = mention::of(declared, given);
    // A loopback address means nobody else where it is shared with nobody.
    mentions.retain(|mention| reach.has_neighbours || !mention.is_of_loopback());
    Service {
        id: ServiceId::of(project.source, Some(project.name), &label),
        group: Some(project.name.into()),
        kind: ServiceKind::Declared,
        desired: Some(if declared.is_active { declared.replicas.unwrap_or(1) } else { 0 }),
        reported_running: None,
        instances: Vec::new(),
        failing_since: None,
        deployments: Vec::new(),
        answers: reach.answers.into_iter().collect(),
        mentions,
        networks: reach.networks,
        facts: facts(project, name, declared, given),
        name: label,
    }
}

/// What each service runs.
fn programs(project: &Project<'_>) -> BTreeMap<ServiceId, Program> {
    let run = project.services.iter().map(|(name, declared)| {
        let words = declared.program.entrypoint.iter().chain(&declared.program.command).flatten();
        let program = Program::new(&image(project, name, declared), words.map(String::as_str));
        (ServiceId::of(project.source, Some(project.name), &Text::new(name)), program)
    });
    run.collect()
}

/// The image of a service. Without one of its own it is built, and compose calls what it builds so.
fn image(project: &Project<'_>, name: &str, declared: &Declared) -> String {
    declared.program.image.clone().unwrap_or_else(|| format!("{}-{name}", project.name))
}

/// What a card shows of it: never a variable's value, nor an argument's.
fn facts(project: &Project<'_>, name: &str, declared: &Declared, given: &Given) -> Vec<Fact> {
    let (place, files) = (&declared.place, &declared.files);
    let image = image(project, name, declared);
    let mut facts =
        vec![Fact::new("declared", Text::new(&declared.at)), Fact::new("image", Text::new(&image))];
    let mut say = |label: &str, value: &str| facts.push(Fact::new(label, Text::new(value)));
    if let Some(replicas) = declared.replicas {
        say("replicas", &replicas.to_string());
    }
    declared.profiles.iter().for_each(|profile| say("profile", profile));
    place.published.keys().for_each(|port| say("published port", &port.to_string()));
    place.joined().keys().for_each(|key| say("network", &project.network_name(key)));
    place.network_mode.iter().for_each(|mode| say("network", mode));
    files.mounts.iter().for_each(|(to, from)| say("mount", &format!("{} → {to}", from.display())));
    files.configs.iter().for_each(|(to, config)| say("config", &format!("{config} → {to}")));
    files.secrets.iter().for_each(|secret| say("secret", secret));
    if !given.variables.is_empty() {
        say("environment", &format!("{} variables", given.variables.len()));
    }
    facts
}
