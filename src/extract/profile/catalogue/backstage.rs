//! Reader of Backstage entities (<https://backstage.io/docs/features/software-catalog/descriptor-format>).

use super::{EntityDraft, list_at, name_of_reference, text_at};
use crate::model::{EntityKind, ProfileField, Text};
use serde_json::Value;

/// Types of components that don't run by themselves.
const PASSIVE_TYPES: &[&str] = &["library", "documentation", "package", "template", "cli"];

/// Reads a component or resource into `draft`. Returns `None` for entities of other kinds, such as groups and
/// users.
pub(super) fn read(document: &Value, draft: &mut EntityDraft) -> Option<()> {
    let is_backstage = text_at(document, "apiVersion")?.starts_with("backstage.io/");
    let kind = text_at(document, "kind")?;
    let component_type = text_at(document, "spec.type").unwrap_or_default();
    draft.entity.kind = match kind.to_ascii_lowercase().as_str() {
        "component" if PASSIVE_TYPES.contains(&component_type) => EntityKind::Other,
        "component" => EntityKind::Service,
        "resource" => EntityKind::Resource,
        _ => return None,
    };
    draft.entity.name = Text::new(text_at(document, "metadata.name").filter(|_| is_backstage)?);
    let annotations = document.get("metadata")?.get("annotations");
    let annotation = |name: &str| annotations.and_then(|all| all.get(name)).and_then(Value::as_str);
    draft.add(ProfileField::Owner, text_at(document, "spec.owner"));
    draft.add(ProfileField::Description, text_at(document, "metadata.description"));
    draft.add(ProfileField::Lifecycle, text_at(document, "spec.lifecycle"));
    let system = text_at(document, "spec.system").map(name_of_reference);
    draft.add(ProfileField::System, system.as_deref());
    let slug = annotation("github.com/project-slug").map(|slug| format!("https://github.com/{slug}"));
    let slug = slug.or_else(|| {
        let instance = annotation("gitlab.com/instance").filter(|host| host.contains('.'));
        let path = annotation("gitlab.com/project-slug")?;
        Some(format!("https://{}/{path}", instance.unwrap_or("gitlab.com")))
    });
    draft.add(
        ProfileField::Repository,
        slug.as_deref().or_else(|| annotation("backstage.io/source-location")),
    );
    // A URL of Azure DevOps states the folder in its query. Such a URL is useless, because facts lose
    // queries.
    let techdocs = annotation("backstage.io/techdocs-ref")
        .and_then(|reference| reference.strip_prefix("url:"))
        .filter(|url| !url.contains("?path="));
    let folder = annotation("backstage.io/techdocs-ref").and_then(|reference| reference.strip_prefix("dir:"));
    let in_folder = folder.and_then(|folder| techdocs_place(&draft.entity.folder, folder));
    let of_entity = annotation("backstage.io/techdocs-entity").map(|entity| format!("TechDocs of {entity}"));
    draft.add(ProfileField::Documentation, techdocs.or(in_folder.as_deref()).or(of_entity.as_deref()));
    draft.add(ProfileField::Dashboard, annotation("grafana/overview-dashboard"));
    let pager = annotation("pagerduty.com/service-id").map(|id| format!("PagerDuty service {id}"));
    draft.add(ProfileField::OnCall, pager.as_deref());
    let links = list_at(document, "metadata.links").map(|link| {
        let words = ["type", "title", "icon"].iter().filter_map(|key| text_at(link, key));
        (words.collect::<Vec<_>>().join(" "), text_at(link, "url"))
    });
    draft.add_links(links);
    let names =
        |path: &str| list_at(document, path).filter_map(Value::as_str).map(name_of_reference).collect();
    draft.entity.depends_on = names("spec.dependsOn");
    draft.entity.provides = names("spec.providesApis");
    draft.entity.consumes = names("spec.consumesApis");
    Some(())
}

/// Returns the place of documentation that `TechDocs` builds from `folder`, a path relative to the folder of
/// the catalogue file. Returns `None` if the path leads out of the repository.
fn techdocs_place(file_folder: &str, folder: &str) -> Option<String> {
    let mut parts: Vec<&str> = Vec::new();
    for part in file_folder.split('/').chain(folder.split('/')) {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()?),
            name => parts.push(name),
        }
    }
    Some(match parts.join("/") {
        root if root.is_empty() => "TechDocs in the repository".to_owned(),
        path => format!("TechDocs in {path} of the repository"),
    })
}
