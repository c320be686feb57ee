//! Building of a project's snapshot: declared services without instances, with their endpoints, references
//! and facts.

use super::{
    endpoints::{self, ProjectRef, ServiceEndpoints},
    references,
};
use crate::{
    extract,
    model::{
        Fact, FactKind, Service, ServiceId, ServiceKind, ServiceProfile, Snapshot, SourceId, Text, Timestamp,
        UnreadPart,
    },
    source::{
        compose::declaration::{inputs::ComposeInputs, service::ComposeService},
        shared_references::{self, Program},
    },
};
use std::{collections::BTreeMap, sync::Arc};

/// Builds the snapshot of a project. `given` holds the inputs of each service, by the service's name.
pub(in crate::source::compose) fn build_snapshot(
    project: &ProjectRef<'_>,
    given: &BTreeMap<String, ComposeInputs>,
    gaps: Vec<UnreadPart>,
    taken: Timestamp,
) -> Snapshot {
    let mut reach = endpoints::service_endpoints(project);
    let nothing = ComposeInputs::default();
    let services = project.services.iter().map(|(name, declared)| {
        let reach = reach.remove(name.as_str()).unwrap_or_default();
        build_service(project, name, declared, reach, given.get(name).unwrap_or(&nothing))
    });
    let mut services: Vec<_> = services.map(Arc::new).collect();
    shared_references::mark_shared(&mut services, &programs_by_service(project));
    services.iter_mut().for_each(|service| references::mark_as_compose_file(Arc::make_mut(service)));
    Snapshot {
        source: SourceId::clone(project.source),
        taken_at: taken,
        services,
        load_balancers: Vec::new(),
        events: Vec::new(),
        unread_parts: gaps,
        connections: Vec::new(),
        monitored: Vec::new(),
        progress: Vec::new(),
    }
}

fn build_service(
    project: &ProjectRef<'_>,
    name: &str,
    declared: &ComposeService,
    reach: ServiceEndpoints,
    given: &ComposeInputs,
) -> Service {
    let label = Text::new(name);
    let mut mentions = references::service_references(declared, given);
    // A loopback address leads to another service only if services share the network namespace.
    mentions.retain(|mention| reach.shares_loopback || !mention.targets_own_container());
    Service {
        id: ServiceId::of(project.source, Some(project.name), &label),
        group: Some(project.name.into()),
        kind: ServiceKind::Declared,
        desired: Some(if declared.is_active { declared.replicas.unwrap_or(1) } else { 0 }),
        reported_running: None,
        instances: Vec::new(),
        unlisted_failures: 0,
        failing_since: None,
        deployments: Vec::new(),
        endpoints: reach.endpoints.into_iter().collect(),
        references: mentions,
        networks: reach.networks,
        facts: service_facts(project, name, declared, given),
        profile: service_profile(declared, given),
        name: label,
    }
}

/// Returns the profile of a service. Its labels give the facts for people, and its variables give the names.
fn service_profile(declared: &ComposeService, given: &ComposeInputs) -> ServiceProfile {
    let labels = given.labels.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let variables = || given.variables.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    let file = std::path::absolute(&declared.declared_in).ok();
    let mut profile = extract::label_profile(&labels);
    profile.merge(&ServiceProfile {
        telemetry_names: extract::telemetry_names(variables()),
        variables: extract::variable_names(variables().map(|(name, _)| name)),
        compose_files: file.map(|file| Text::new(&file.to_string_lossy())).into_iter().collect(),
        ..ServiceProfile::default()
    });
    profile
}

/// Returns the image and command of each service.
fn programs_by_service(project: &ProjectRef<'_>) -> BTreeMap<ServiceId, Program> {
    let run = project.services.iter().map(|(name, declared)| {
        let words = declared.container.entrypoint.iter().chain(&declared.container.command).flatten();
        let program = Program::new(&image_name(project, name, declared), words.map(String::as_str));
        (ServiceId::of(project.source, Some(project.name), &Text::new(name)), program)
    });
    run.collect()
}

/// Returns the image of a service: the declared image, or otherwise the name that compose gives to the image
/// that it builds.
fn image_name(project: &ProjectRef<'_>, name: &str, declared: &ComposeService) -> String {
    declared.container.image.clone().unwrap_or_else(|| format!("{}-{name}", project.name))
}

/// Returns the facts for the service card. No fact contains the value of a variable or an argument.
fn service_facts(
    project: &ProjectRef<'_>,
    name: &str,
    declared: &ComposeService,
    given: &ComposeInputs,
) -> Vec<Fact> {
    let (place, files) = (&declared.networking, &declared.files);
    let image = image_name(project, name, declared);
    let mut facts = vec![
        Fact::new(FactKind::Declared, Text::new(&declared.declared_at)),
        Fact::new(FactKind::Image, Text::new(&image)),
    ];
    let mut say = |kind: FactKind, value: &str| facts.push(Fact::new(kind, Text::new(value)));
    if let Some(replicas) = declared.replicas {
        say(FactKind::Replicas, &replicas.to_string());
    }
    declared.profiles.iter().for_each(|profile| say(FactKind::Profile, profile));
    place.published.keys().for_each(|port| say(FactKind::PublishedPort, &port.to_string()));
    place.network_attachments().keys().for_each(|key| say(FactKind::Network, &project.network_name(key)));
    place.network_mode.iter().for_each(|mode| say(FactKind::Network, mode));
    files.mounts.iter().for_each(|(to, from)| say(FactKind::Mount, &format!("{} → {to}", from.display())));
    files.configs.iter().for_each(|(to, config)| say(FactKind::Config, &format!("{config} → {to}")));
    files.secrets.iter().for_each(|secret| say(FactKind::Secret, secret));
    if !given.variables.is_empty() {
        say(FactKind::Environment, &format!("{} variables", given.variables.len()));
    }
    facts
}
