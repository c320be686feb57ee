//! Services with incomplete facts for people: no owner, no runbook, not in the catalogue, or catalogued but
//! not running. These findings don't concern the health of a service. Portolan reports them only if the team
//! records such facts at all.

use crate::{
    diagnosis::{FindingDraft, RuleContext, Subject},
    model::{NodeId, ProfileField, Service, Severity},
};

/// Maximum number of findings about catalogued services that no source runs.
const MAX_NOT_RUNNING: usize = 50;

/// Finds services without an owner. Finds none if no service at all has an owner.
pub(in crate::diagnosis) fn find_unowned(context: &RuleContext<'_>, drafts: &mut Vec<FindingDraft>) {
    let reason =
        "no owner: other services have one, but Portolan found none in a label, tag or file of this service";
    let next = "add the label or tag `team`, or list the service in a catalogue file";
    add_services_without(context, ProfileField::Owner, (reason, next), drafts);
}

/// Finds services without a runbook. Finds none if no service at all has a runbook.
pub(in crate::diagnosis) fn find_no_runbook(context: &RuleContext<'_>, drafts: &mut Vec<FindingDraft>) {
    let reason = "no runbook: other services have one, but Portolan found none in a label, tag or file of this service";
    let next = "add the label or tag `runbook`, or a link of that type in a catalogue file";
    add_services_without(context, ProfileField::Runbook, (reason, next), drafts);
}

/// Finds running services that no catalogue file lists. Finds none if there is no catalogue.
pub(in crate::diagnosis) fn find_uncatalogued(context: &RuleContext<'_>, drafts: &mut Vec<FindingDraft>) {
    if !context.profiles.has_catalogue {
        return;
    }
    let is_listed = |service: &Service| {
        context.profiles.of(&service.id).is_some_and(|profile| profile.catalogue_file.is_some())
    };
    for service in own_services(context).filter(|service| !is_listed(service) && service.running() > 0) {
        let reason = "runs, but no catalogue file of the repositories on this machine lists it".to_owned();
        let next = "list it in a catalogue file such as catalog-info.yaml";
        drafts.push(FindingDraft::about_service(service, Severity::Info, None, reason, next));
    }
}

/// Finds services that a catalogue lists but no source runs.
pub(in crate::diagnosis) fn find_not_running(context: &RuleContext<'_>, drafts: &mut Vec<FindingDraft>) {
    if !context.all_sources_read() {
        return;
    }
    for entity in context.profiles.not_running.iter().take(MAX_NOT_RUNNING) {
        drafts.push(FindingDraft {
            severity: Severity::Info,
            subject: Subject::CataloguedService(entity.name.clone()),
            since: None,
            reason: format!("{} lists {}, but it runs in no source", entity.file, entity.name),
            next_step: "remove it from the catalogue, or set its lifecycle to deprecated".to_owned(),
        });
    }
}

/// Adds a draft for each service without a fact of `field`. Adds none if no service at all has such a fact.
fn add_services_without(
    context: &RuleContext<'_>,
    field: ProfileField,
    (reason, next): (&str, &str),
    drafts: &mut Vec<FindingDraft>,
) {
    if !context.profiles.has_any(field) {
        return;
    }
    let lacks = |service: &&Service| {
        context.profiles.of(&service.id).is_none_or(|profile| profile.facts(field).is_empty())
    };
    for service in own_services(context).filter(lacks) {
        drafts.push(FindingDraft::about_service(service, Severity::Info, None, reason.to_owned(), next));
    }
}

/// Returns the services that are not known products such as databases, so that a team probably wrote them
/// itself.
fn own_services<'a>(context: &RuleContext<'a>) -> impl Iterator<Item = &'a Service> {
    let nodes = &context.topology.nodes;
    let is_product = move |service: &Service| {
        nodes.get(&NodeId::from(&service.id)).is_some_and(|node| node.product.is_some())
    };
    context.inventory.services().filter(move |service| !is_product(service))
}

#[cfg(test)]
mod tests {
    use crate::{
        diagnosis::tests::finding_lines_with_events,
        model::{FactOrigin, ProfileFact, ProfileField, Service, fixtures::service},
    };

    fn with(field: ProfileField, name: &str) -> Service {
        let mut made = service(name);
        made.profile.facts.extend(ProfileFact::new(field, "x", FactOrigin::Running, "label x"));
        made
    }

    #[test]
    fn a_gap_counts_only_beside_services_without_it() {
        let kinds = |services: Vec<Service>| -> Vec<String> {
            let lines = finding_lines_with_events(services, Vec::new());
            lines.iter().filter_map(|line| line.split(' ').next().map(str::to_owned)).collect()
        };
        assert!(kinds(vec![service("web"), service("api")]).is_empty());
        assert_eq!(kinds(vec![service("web"), with(ProfileField::Owner, "api")]), ["unowned"]);
        assert_eq!(kinds(vec![service("web"), with(ProfileField::Runbook, "api")]), ["no-runbook"]);
    }
}
