//! References of a compose service: the addresses and services that its variables, arguments, files and
//! labels name.
//!
//! Only the module `extract` reads the values, because they may be secrets.

use crate::{
    extract::{
        extra_host_reference, link_reference, name_server_reference, proxy_references,
        references_in_arguments, references_in_environment, references_in_file, start_order_references,
    },
    model::{Reference, ReferenceKind, Service, Text},
    source::compose::declaration::{inputs::ComposeInputs, service::ComposeService},
};

/// Returns all references of a service, including references in its variables and mounted files.
pub(in crate::source::compose) fn service_references(
    service: &ComposeService,
    inputs: &ComposeInputs,
) -> Vec<Reference> {
    let (program, place) = (&service.container, &service.networking);
    let variables: Vec<(&str, &str)> =
        inputs.variables.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let value = |name: &str| inputs.variables.get(name).map(String::as_str);
    let words = program.entrypoint.iter().chain(&program.command).flatten().map(String::as_str);
    let mut all = references_in_environment(None, variables.iter().copied());
    all.extend(references_in_arguments(None, words));
    all.extend(
        inputs
            .texts
            .iter()
            .flat_map(|text| references_in_file(None, &Text::new(&text.path), &text.text, value)),
    );
    let labels = inputs.labels.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    all.extend(proxy_references(&labels.collect(), &variables));
    let linked = place.links.iter().chain(&place.external_links);
    all.extend(linked.filter_map(|text| link_reference(text.split(':').next().unwrap_or_default())));
    all.extend(place.extra_hosts.iter().filter_map(|(name, address)| extra_host_reference(name, address)));
    all.extend(place.name_servers.iter().filter_map(|address| name_server_reference(address)));
    all.extend(start_order_references(
        service.depends_on.iter().map(|(name, condition)| (name.as_str(), condition.as_str())),
    ));
    all.sort();
    all.dedup();
    all
}

/// Sets the kind of all references in variables, arguments and files of `service` to `ComposeFile`. The
/// location of each reference still names the variable, argument or line.
pub(in crate::source::compose) fn mark_as_compose_file(service: &mut Service) {
    for mention in &mut service.references {
        if matches!(
            mention.kind,
            ReferenceKind::Environment | ReferenceKind::Argument | ReferenceKind::ConfigFile
        ) {
            mention.kind = ReferenceKind::ComposeFile;
        }
    }
    service.references.sort();
    service.references.dedup();
}
