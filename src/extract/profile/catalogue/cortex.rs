//! Reader of Cortex entity descriptors
//! (<https://docs.cortex.io/ingesting-data-into-cortex/entities-overview/entities>).

use super::{EntityDraft, list_at, scalar_at, text_at};
use crate::model::{EntityKind, ProfileField, Text};
use serde_json::Value;

/// Reads an entity descriptor into `draft`: an `OpenAPI` document with extensions under `info`. Returns
/// `None` for domains and teams.
pub(super) fn read(document: &Value, draft: &mut EntityDraft) -> Option<()> {
    let info = document.get("info")?;
    draft.entity.name = Text::new(text_at(info, "x-cortex-tag")?);
    draft.entity.kind = match text_at(info, "x-cortex-type") {
        None | Some("service") => EntityKind::Service,
        Some("resource" | "database") => EntityKind::Resource,
        Some("domain" | "team") => return None,
        Some(_) => EntityKind::Other,
    };
    draft.add_alias(text_at(info, "title"));
    let owners = list_at(info, "x-cortex-owners");
    let teams: Vec<&Value> = owners.filter(|owner| text_at(owner, "name").is_some()).collect();
    let team = teams.iter().find(|owner| text_at(owner, "type") == Some("group")).or(teams.first());
    let mail = || list_at(info, "x-cortex-owners").find_map(|owner| text_at(owner, "email"));
    draft.add(ProfileField::Owner, team.and_then(|team| text_at(team, "name")).or_else(mail));
    draft.add(ProfileField::Description, text_at(info, "description"));
    draft.add(ProfileField::Tier, scalar_at(info, "x-cortex-custom-metadata.tier").as_deref());
    let git = ["github", "gitlab", "bitbucket"].iter().find_map(|host| {
        let path = text_at(info, &format!("x-cortex-git.{host}.repository"))?;
        Some(format!("https://{host}.{}/{path}", if *host == "bitbucket" { "org" } else { "com" }))
    });
    draft.add(ProfileField::Repository, git.as_deref());
    let links = list_at(info, "x-cortex-link").map(|link| {
        let words = ["type", "name"].iter().filter_map(|key| text_at(link, key));
        (words.collect::<Vec<_>>().join(" "), text_at(link, "url"))
    });
    draft.add_links(links);
    for channel in list_at(info, "x-cortex-slack.channels") {
        let name = text_at(channel, "name").map(|name| format!("#{}", name.trim_start_matches('#')));
        draft.add(ProfileField::Chat, name.as_deref());
    }
    let schedule = ["pagerduty", "opsgenie", "victorops"].iter().find_map(|tool| {
        let id = text_at(info, &format!("x-cortex-oncall.{tool}.id"))?;
        Some(format!("{tool} {id}"))
    });
    draft.add(ProfileField::OnCall, schedule.as_deref());
    let names = list_at(info, "x-cortex-dependency").filter_map(|one| {
        let tag = text_at(one, "tag").or_else(|| text_at(one, "cortexTag"));
        tag.map(Text::new)
    });
    draft.entity.depends_on = names.collect();
    Some(())
}
