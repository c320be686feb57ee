//! Profiles of all services, resolved from facts of all origins, and the catalogued services that no source
//! runs.

use super::{CatalogueMatches, ServiceMatch};
use crate::model::{
    EntityKind, FactOrigin, Inventory, PROFILE_FIELDS, ProfileFact, ProfileField, ProfileRow, Readme,
    RepositoryUrl, ResolvedProfile, RunGuide, Service, ServiceAnnotation, ServiceId, Text,
};
use std::collections::{BTreeMap, BTreeSet};

/// The profiles of all services by id, and the catalogued services that no source runs.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ProfileIndex {
    profiles: BTreeMap<ServiceId, ResolvedProfile>,
    /// The catalogued services that no source runs. Services in a stage such as `deprecated` are left out.
    pub not_running: Vec<NotRunningEntity>,
    /// True if the checkouts have a catalogue file with an entity.
    pub has_catalogue: bool,
    /// The compose files that started services of any source.
    pub compose_files: BTreeSet<Text>,
}

/// A catalogued service that no source runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotRunningEntity {
    /// Name of the entity.
    pub name: Text,
    /// Path of the catalogue file.
    pub file: Text,
}

/// Maximum number of owners to take from a CODEOWNERS file.
const MAX_OWNER_NAMES: usize = 10;

/// Lifecycle stages in which a catalogued service need not run.
const RESTING_STAGES: &[&str] =
    &["experimental", "deprecated", "end-of-life", "retired", "development", "planned"];

impl ProfileIndex {
    /// Resolves the profiles of all services in `inventory`. `matches` are their checkouts and catalogued
    /// entities.
    #[must_use]
    pub fn new(inventory: &Inventory, matches: &CatalogueMatches) -> Self {
        let resolve = |service: &Service| {
            let found = matches.of(&service.id);
            let facts = inventory.annotations(service).flat_map(annotation_facts);
            let mut facts: Vec<_> = facts.chain(service.profile.facts.iter().cloned()).collect();
            facts.extend(found.into_iter().flat_map(|found| match_facts(found, &facts)).collect::<Vec<_>>());
            resolved(facts, found)
        };
        let profiles = inventory.services().map(|service| (service.id.clone(), resolve(service))).collect();
        let entities = || inventory.checkouts().flat_map(|checkout| &checkout.entities);
        let rests = |fact: &ProfileFact| {
            fact.field == ProfileField::Lifecycle
                && RESTING_STAGES.contains(&fact.value.to_lowercase().as_str())
        };
        let idle = entities().filter(|entity| {
            entity.kind == EntityKind::Service
                && !entity.facts.iter().any(rests)
                && !matches.has_entity(entity)
        });
        Self {
            profiles,
            not_running: idle
                .map(|e| NotRunningEntity { name: e.name.clone(), file: e.file.clone() })
                .collect(),
            has_catalogue: entities().next().is_some(),
            compose_files: inventory
                .services()
                .flat_map(|s| s.profile.compose_files.iter().cloned())
                .collect(),
        }
    }

    /// Returns the profile of `service`, or `None` if the inventory does not contain it.
    #[must_use]
    pub fn of(&self, service: &ServiceId) -> Option<&ResolvedProfile> {
        self.profiles.get(service)
    }

    /// Returns true if any service has a fact of `field`.
    #[must_use]
    pub fn has_any(&self, field: ProfileField) -> bool {
        self.profiles.values().any(|profile| !profile.facts(field).is_empty())
    }
}

/// Returns the facts in a `[[service]]` of the user's configuration.
fn annotation_facts(known: &ServiceAnnotation) -> Vec<ProfileFact> {
    let place = format!("[[service]] {}", known.service);
    let fields = [
        (ProfileField::Owner, &known.owner),
        (ProfileField::Description, &known.description),
        (ProfileField::Repository, &known.repository),
        (ProfileField::Runbook, &known.runbook),
    ];
    let fact = |(field, value): (ProfileField, &Text)| {
        ProfileFact::new(field, value, FactOrigin::Configuration, place.as_str())
    };
    fields.into_iter().filter_map(fact).collect()
}

/// Returns the facts about a service from the files of its checkout. `known` are the facts from other places.
fn match_facts(found: &ServiceMatch, known: &[ProfileFact]) -> Vec<ProfileFact> {
    let checkout = &found.checkout;
    let remote = checkout.remote.as_ref();
    let stated = found.entities().flat_map(|entity| entity.facts.iter().cloned());
    let mut facts: Vec<ProfileFact> = stated.map(|fact| with_host_of(remote, fact)).collect();
    if !found.has_code {
        return facts;
    }
    if let Some(remote) = remote {
        let place = format!("{}/.git/config", checkout.path);
        facts.extend(ProfileFact::new(
            ProfileField::Repository,
            &remote.to_string(),
            FactOrigin::Repository,
            place,
        ));
    }
    facts.extend(code_owner(found));
    if !known.iter().chain(&facts).any(|fact| fact.field == ProfileField::Documentation) {
        facts.extend(readme_link(found));
    }
    if let Some(readme) = readme_of(found, false) {
        let fact = ProfileFact::new(
            ProfileField::Description,
            &readme.summary,
            FactOrigin::Readme,
            readme.file.clone(),
        );
        facts.extend(fact.map(|fact| ProfileFact { changed: readme.changed, ..fact }));
    }
    facts
}

/// Returns `fact` with a complete repository URL. Many catalogue files name a repository without its real
/// host. If such a value has the same path as the checkout's git remote, the URL of the remote replaces it.
/// Otherwise returns `fact` unchanged.
fn with_host_of(remote: Option<&RepositoryUrl>, fact: ProfileFact) -> ProfileFact {
    let stated = RepositoryUrl::parse(&fact.value).filter(|_| fact.field == ProfileField::Repository);
    match (remote, stated) {
        (Some(remote), Some(stated))
            if stated.may_have_another_host() && remote.path().eq_ignore_ascii_case(stated.path()) =>
        {
            ProfileFact { value: Text::new(&remote.to_string()), ..fact }
        }
        _ => fact,
    }
}

/// Returns the owners of the service's folder according to the CODEOWNERS file, as a fact. Returns `None` if
/// no rule names an owner of the folder. If the folder is unknown, or other services are built from it too, a
/// rule for everything, such as `*`, counts only if the file has no rules for single folders.
fn code_owner(found: &ServiceMatch) -> Option<ProfileFact> {
    let owners = found.checkout.code_owners.as_ref()?;
    let is_whole = !owners.has_folder_rules();
    let folder = found.folder.as_deref().or(is_whole.then_some(""))?;
    let mut rules = owners.rules_for(folder);
    rules.retain(|rule| is_whole || !found.shares_folder || !rule.pattern.is_catch_all());
    rules.retain(|rule| !rule.owners.is_empty());
    let place = format!("{}:{}", owners.file, rules.first()?.line);
    let owners_of_rules = rules.iter().flat_map(|rule| rule.owners.iter().map(Text::as_str));
    let names: Vec<&str> = owners_of_rules.take(MAX_OWNER_NAMES).collect();
    let fact = ProfileFact::new(ProfileField::Owner, &names.join(", "), FactOrigin::CodeOwners, place)?;
    Some(ProfileFact { changed: owners.changed, ..fact })
}

/// Returns the README of the service's folder, or else of the repository's root, as a fact of the kind
/// [`ProfileField::Documentation`]. The value is the URL of the README on the repository's host, or its path
/// if the checkout has no such host.
fn readme_link(found: &ServiceMatch) -> Option<ProfileFact> {
    let readme = readme_of(found, false)
        .or_else(|| found.checkout.readmes.iter().find(|one| one.folder.is_empty()))?;
    let path = readme.file.strip_prefix(found.checkout.path.as_str())?.trim_start_matches('/');
    let url = found.checkout.remote.as_ref().and_then(|remote| remote.file_url(path));
    let value = url.as_deref().unwrap_or(&readme.file);
    let fact = ProfileFact::new(ProfileField::Documentation, value, FactOrigin::Readme, readme.file.clone())?;
    Some(ProfileFact { changed: readme.changed, ..fact })
}

/// Returns the README in the service's folder. With `or_root`, a README without a section about running the
/// service does not count, and the README of the checkout's root takes its place.
fn readme_of(found: &ServiceMatch, or_root: bool) -> Option<&Readme> {
    let at = |folder: &str| found.checkout.readmes.iter().find(|readme| readme.folder == folder);
    let own = found.folder.as_deref().and_then(at);
    if or_root { own.filter(|readme| !readme.run_section.is_empty()).or_else(|| at("")) } else { own }
}

/// Resolves `facts` to a profile: the most trusted origin first, without facts that agree with an earlier
/// one. A mail address stays even if an earlier fact names the same owner.
fn resolved(mut facts: Vec<ProfileFact>, found: Option<&ServiceMatch>) -> ResolvedProfile {
    facts.sort_by_key(|fact| fact.origin);
    let rows = PROFILE_FIELDS.iter().filter_map(|spec| {
        let of_field = facts.iter().filter(|fact| fact.field == spec.field);
        let mut distinct: Vec<ProfileFact> = Vec::new();
        for fact in of_field {
            let tells_more = |known: &ProfileFact| fact.is_mail_address() && !known.is_mail_address();
            if distinct.iter().all(|known| !known.agrees_with(fact) || tells_more(known)) {
                distinct.push(fact.clone());
            }
        }
        // Two descriptions say the same in other words, so the one of the more trusted origin is enough.
        if spec.field == ProfileField::Description {
            distinct.truncate(1);
        }
        let differs = |fact: &ProfileFact| {
            distinct.first().is_some_and(|first| first.origin != fact.origin && !first.agrees_with(fact))
        };
        let disagrees = !spec.is_list && distinct.iter().any(differs);
        (!distinct.is_empty()).then_some(ProfileRow { field: spec.field, facts: distinct, disagrees })
    });
    let guide =
        found.and_then(|found| readme_of(found, true)).filter(|readme| !readme.run_section.is_empty());
    let folder = found.and_then(|found| {
        let folder = found.folder.as_deref()?;
        let (root, slash) = (&found.checkout.path, if folder.is_empty() { "" } else { "/" });
        Some(Text::new(&format!("{root}{slash}{folder}")))
    });
    ResolvedProfile {
        rows: rows.collect(),
        run_guide: guide.map(|readme| RunGuide {
            lines: readme.run_section.clone(),
            file: readme.file.clone(),
            changed: readme.changed,
        }),
        catalogue_file: found.and_then(|found| found.entities().next()).map(|entity| entity.file.clone()),
        folder,
    }
}

#[cfg(test)]
mod tests;
