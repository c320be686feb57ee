//! Reader of `OpsLevel` service definitions (<https://docs.opslevel.com/docs/opslevel-yml>).

use super::{EntityDraft, list_at, scalar_at, text_at};
use crate::model::{ProfileField, Text};
use serde_json::Value;

/// Reads the service in a document into `draft`. Newer versions of the format call it a component.
pub(super) fn read(document: &Value, draft: &mut EntityDraft) -> Option<()> {
    let service = document.get("service").or_else(|| document.get("component"))?;
    draft.entity.name = Text::new(text_at(service, "name")?);
    list_at(service, "aliases").for_each(|alias| draft.add_alias(alias.as_str()));
    draft.add(ProfileField::Owner, text_at(service, "owner"));
    draft.add(ProfileField::Description, text_at(service, "description"));
    draft.add(ProfileField::Tier, scalar_at(service, "tier").as_deref());
    draft.add(ProfileField::Lifecycle, text_at(service, "lifecycle"));
    draft.add(ProfileField::System, text_at(service, "system").or_else(|| text_at(service, "product")));
    // The name of a repository is a path on the host that the `OpsLevel` account is connected to.
    let repositories = list_at(service, "repositories").map(|one| ("repo".to_owned(), text_at(one, "name")));
    let tools = list_at(service, "tools").map(|tool| {
        let words = ["category", "name"].iter().filter_map(|key| text_at(tool, key));
        (words.collect::<Vec<_>>().join(" "), text_at(tool, "url"))
    });
    draft.add_links(repositories.chain(tools));
    let name = |dependency: &Value| {
        let alias = dependency.as_str().or_else(|| text_at(dependency, "alias"));
        alias.map(Text::new)
    };
    draft.entity.depends_on = list_at(service, "dependencies").filter_map(name).collect();
    Some(())
}
