//! Reader of Datadog service definitions, in the schema versions 2.x and 3
//! (<https://github.com/DataDog/schema>).

use super::{EntityDraft, list_at, name_of_reference, scalar_at, text_at};
use crate::model::{EntityKind, ProfileField, Text};
use serde_json::Value;

/// Reads a service definition into `draft`. Returns `None` for entities of version 3 other than services,
/// datastores and queues.
pub(super) fn read(document: &Value, draft: &mut EntityDraft) -> Option<()> {
    if document.get("apiVersion").is_some() { read_v3(document, draft) } else { read_v2(document, draft) }
}

fn read_v2(document: &Value, draft: &mut EntityDraft) -> Option<()> {
    draft.entity.name = Text::new(text_at(document, "dd-service")?);
    draft.add(ProfileField::Owner, text_at(document, "team"));
    draft.add(ProfileField::Description, text_at(document, "description"));
    draft.add(ProfileField::Tier, scalar_at(document, "tier").as_deref());
    draft.add(ProfileField::Lifecycle, text_at(document, "lifecycle"));
    draft.add(ProfileField::System, text_at(document, "application"));
    add_contacts(list_at(document, "contacts"), draft);
    let repositories = list_at(document, "repos").map(|one| ("repo".to_owned(), text_at(one, "url")));
    let documents = list_at(document, "docs").map(|one| ("doc".to_owned(), text_at(one, "url")));
    draft.add_links(repositories.chain(documents).chain(links(list_at(document, "links"))));
    add_integrations(document.get("integrations"), draft);
    Some(())
}

fn read_v3(document: &Value, draft: &mut EntityDraft) -> Option<()> {
    draft.entity.kind = match text_at(document, "kind")? {
        "service" => EntityKind::Service,
        "datastore" | "queue" => EntityKind::Resource,
        _ => return None,
    };
    draft.entity.name = Text::new(text_at(document, "metadata.name")?);
    draft.add(ProfileField::Owner, text_at(document, "metadata.owner"));
    draft.add(ProfileField::Description, text_at(document, "metadata.description"));
    draft.add(ProfileField::Tier, scalar_at(document, "spec.tier").as_deref());
    draft.add(ProfileField::Lifecycle, text_at(document, "spec.lifecycle"));
    let system = list_at(document, "spec.componentOf").find_map(Value::as_str).map(name_of_reference);
    draft.add(ProfileField::System, system.as_deref());
    add_contacts(list_at(document, "metadata.contacts"), draft);
    let code = list_at(document, "datadog.codeLocations").map(|one| {
        let url = text_at(one, "repositoryURL").or_else(|| text_at(one, "repository_url"));
        ("repo".to_owned(), url)
    });
    draft.add_links(code.chain(links(list_at(document, "metadata.links"))));
    add_integrations(document.get("integrations"), draft);
    let names = list_at(document, "spec.dependsOn").filter_map(Value::as_str).map(name_of_reference);
    draft.entity.depends_on = names.collect();
    Some(())
}

/// Returns the kind and URL of each link. The kind is the type of the link, or its name if the type is
/// missing or `other`. For the type `repo`, the kind is the type followed by the name.
fn links<'a>(links: impl Iterator<Item = &'a Value>) -> impl Iterator<Item = (String, Option<&'a str>)> {
    links.map(|link| {
        let kind = text_at(link, "type").filter(|kind| *kind != "other");
        let name = text_at(link, "name").filter(|_| kind.is_none_or(|kind| kind == "repo"));
        let words: Vec<&str> = kind.into_iter().chain(name).collect();
        (words.join(" "), text_at(link, "url"))
    })
}

/// Adds the chat channels among the contacts. Leaves out all other contacts, such as email addresses.
fn add_contacts<'a>(contacts: impl Iterator<Item = &'a Value>, draft: &mut EntityDraft) {
    for contact in contacts.take(super::MAX_ENTRIES) {
        if matches!(text_at(contact, "type"), Some("slack" | "microsoft-teams")) {
            draft.add(ProfileField::Chat, text_at(contact, "contact"));
        }
    }
}

fn add_integrations(integrations: Option<&Value>, draft: &mut EntityDraft) {
    let Some(all) = integrations else { return };
    let keys = [
        "pagerduty.service-url",
        "pagerduty.serviceURL",
        "pagerduty",
        "opsgenie.service-url",
        "opsgenie.serviceURL",
    ];
    draft.add(ProfileField::OnCall, keys.iter().find_map(|key| text_at(all, key)));
}
