//! What a service of a compose file names. The values come in here and go no further than `decode`.

use super::{declared::Declared, given::Given};
use crate::{
    decode::{arguments, environment, extra_host, file, link, proxied, start_order},
    model::{Mention, Service, Text, Via},
};

/// Everything that a service names, with what it is given.
pub(super) fn of(service: &Declared, given: &Given) -> Vec<Mention> {
    let (program, place) = (&service.program, &service.place);
    let variables: Vec<(&str, &str)> =
        given.variables.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let value = |name: &str| given.variables.get(name).map(String::as_str);
    let words = program.entrypoint.iter().chain(&program.command).flatten().map(String::as_str);
    let mut all = environment(None, variables.iter().copied());
    all.extend(arguments(None, words));
    all.extend(given.texts.iter().flat_map(|text| file(None, &Text::new(&text.path), &text.text, value)));
    let labels = given.labels.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    all.extend(proxied(&labels.collect(), &variables));
    let linked = place.links.iter().chain(&place.external_links);
    all.extend(linked.filter_map(|text| link(text.split(':').next().unwrap_or_default())));
    all.extend(place.extra_hosts.iter().filter_map(|(name, address)| extra_host(name, address)));
    all.extend(start_order(
        service.after.iter().map(|(name, condition)| (name.as_str(), condition.as_str())),
    ));
    all.sort();
    all.dedup();
    all
}

/// Makes the compose file the kind of evidence of what it says; the place still tells the variable, argument or line.
pub(super) fn name_the_file(service: &mut Service) {
    for mention in &mut service.mentions {
        if matches!(mention.via, Via::Environment | Via::Argument | Via::ConfigFile) {
            mention.via = Via::ComposeFile;
        }
    }
    service.mentions.sort();
    service.mentions.dedup();
}
