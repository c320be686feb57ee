//! Matching of services with the checkouts on this machine. The evidence for a match is the compose file that
//! builds the service, its repository, or a name that only one checkout has. Without such evidence, a service
//! has no match.

use crate::{
    model::{
        CatalogueEntity, Checkout, ComposeBuild, EntityKind, ImageRef, Inventory, ProfileField,
        RepositoryUrl, Service, ServiceId, Text, name_key,
    },
    topology::Product,
};
use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
    sync::Arc,
};

/// Names that are common in unrelated systems. Such a name alone is no evidence for a match.
const GENERIC_NAMES: &[&str] = &[
    "api",
    "app",
    "backend",
    "cache",
    "client",
    "cron",
    "database",
    "db",
    "frontend",
    "gateway",
    "jobs",
    "nginx",
    "postgres",
    "proxy",
    "queue",
    "redis",
    "scheduler",
    "server",
    "service",
    "site",
    "test",
    "ui",
    "web",
    "worker",
];

/// The checkout that matches a service, and the catalogued entities that describe the service.
#[derive(Clone, Debug)]
pub struct ServiceMatch {
    /// The checkout with the code or at least a catalogue entry of the service.
    pub checkout: Arc<Checkout>,
    /// Positions, in the checkout's `entities`, of the entities that describe the service. At most one entity
    /// comes from each catalogue file.
    entities: Vec<usize>,
    /// Folder of the service's code, relative to the checkout and empty for its root; `None` if unknown.
    pub folder: Option<Text>,
    /// True if the checkout has the code of the service. It is false if the checkout only lists a service
    /// that runs a third-party image.
    pub has_code: bool,
}

impl ServiceMatch {
    /// Returns the entities that describe the service, at most one for each catalogue file.
    pub fn entities(&self) -> impl Iterator<Item = &CatalogueEntity> {
        self.entities.iter().filter_map(|place| self.checkout.entities.get(*place))
    }
}

/// The matches of all services with checkouts.
#[derive(Clone, Debug, Default)]
pub struct CatalogueMatches {
    of_service: BTreeMap<ServiceId, ServiceMatch>,
}

/// Evidence that connects a service with a checkout, other than the name of the service.
#[derive(Clone, Copy)]
enum Tie<'a> {
    /// A compose file of the checkout builds the service.
    Build(&'a Arc<Checkout>, &'a ComposeBuild),
    /// The running service names the repository of the checkout. If it names none, its only image has the
    /// path of that repository.
    Repository(&'a Arc<Checkout>),
}

impl CatalogueMatches {
    /// Matches the services of `inventory` with its checkouts.
    #[must_use]
    pub fn new(inventory: &Inventory) -> Self {
        if inventory.checkouts().next().is_none() {
            return Self::default();
        }
        let index = CheckoutIndex::new(inventory.checkouts());
        let ties: BTreeMap<&ServiceId, Tie<'_>> =
            inventory.services().filter_map(|service| Some((&service.id, index.tie(service)?))).collect();
        let mut tied_names: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
        for service in inventory.services() {
            if let Some(Tie::Repository(checkout)) = ties.get(&service.id) {
                tied_names.entry(&checkout.path).or_default().insert(&service.name);
            }
        }
        let find = |service: &Service| match ties.get(&service.id) {
            Some(Tie::Build(checkout, build)) => Some(match_of_build(service, checkout, build)),
            Some(Tie::Repository(checkout)) => {
                let alone = tied_names.get(checkout.path.as_str()).is_some_and(|names| names.len() == 1);
                Some(match_of_repository(service, checkout, alone))
            }
            None => index.match_of_name(service).or_else(|| index.match_at_home(service)),
        };
        let of_service =
            inventory.services().filter_map(|service| Some((service.id.clone(), find(service)?))).collect();
        Self { of_service }
    }

    /// Returns the match of `service`, or `None` if it has none.
    #[must_use]
    pub fn of(&self, service: &ServiceId) -> Option<&ServiceMatch> {
        self.of_service.get(service)
    }

    /// Returns the services that are described by an entity for which `is_wanted` returns true.
    pub fn services_of(
        &self,
        is_wanted: impl Fn(&CatalogueEntity) -> bool,
    ) -> impl Iterator<Item = &ServiceId> {
        let matched = self.of_service.iter();
        matched.filter(move |(_, found)| found.entities().any(&is_wanted)).map(|(id, _)| id)
    }

    /// Returns true if `entity` describes a service of the inventory. Compares entities by their address in
    /// memory.
    #[must_use]
    pub fn has_entity(&self, entity: &CatalogueEntity) -> bool {
        self.of_service.values().any(|found| found.entities().any(|one| std::ptr::eq(one, entity)))
    }
}

/// Indexes of the checkouts: by repository, compose build, entity name and path. A service is matched through
/// them.
struct CheckoutIndex<'a> {
    /// Checkouts that have a git remote, each with the URL of the remote, by the repository's name in lower
    /// case.
    remotes: BTreeMap<String, Vec<(&'a Arc<Checkout>, &'a RepositoryUrl)>>,
    /// Compose builds with their checkouts, by compose file and service.
    builds: BTreeMap<(&'a str, &'a str), (&'a Arc<Checkout>, &'a ComposeBuild)>,
    /// Checkouts by the names and aliases of their entities.
    entity_names: BTreeMap<String, Vec<&'a Arc<Checkout>>>,
    /// All checkouts by path.
    paths: BTreeMap<&'a str, &'a Arc<Checkout>>,
}

impl<'a> CheckoutIndex<'a> {
    fn new(checkouts: impl Iterator<Item = &'a Arc<Checkout>>) -> Self {
        let mut index = Self {
            remotes: BTreeMap::new(),
            builds: BTreeMap::new(),
            entity_names: BTreeMap::new(),
            paths: BTreeMap::new(),
        };
        for checkout in checkouts {
            index.paths.insert(&checkout.path, checkout);
            if let Some(remote) = &checkout.remote {
                let same_name = index.remotes.entry(remote.name().to_lowercase()).or_default();
                same_name.push((checkout, remote));
            }
            for build in &checkout.builds {
                index.builds.insert((&build.file, &build.service), (checkout, build));
            }
            for entity in &checkout.entities {
                for name in std::iter::once(&entity.name).chain(&entity.aliases) {
                    let known = index.entity_names.entry(name_key(name)).or_default();
                    if !known.last().is_some_and(|last| std::ptr::eq(*last, checkout)) {
                        known.push(checkout);
                    }
                }
            }
        }
        index
    }

    /// Returns the evidence that connects a service with a checkout, or `None` if there is none. A compose
    /// build has precedence over a repository, because it was made from the files on this machine. If the
    /// service names no repository, the path of its only image counts as one.
    fn tie(&self, service: &Service) -> Option<Tie<'a>> {
        let files = service.profile.compose_files.iter();
        let build = files.rev().find_map(|file| self.builds.get(&(file.as_str(), service.name.as_str())));
        if let Some((checkout, build)) = build {
            return Some(Tie::Build(checkout, build));
        }
        if repositories(service).next().is_none() {
            // With several images, one may be a sidecar, whose repository is not that of the service.
            let paths: BTreeSet<String> =
                service.images().map(|image| ImageRef::parse(image).path.to_string()).collect();
            return paths.first().filter(|_| paths.len() == 1).and_then(|path| self.tie_of_path(path));
        }
        repositories(service).find_map(|repository| {
            let named = self.remotes.get(&repository.name().to_lowercase())?;
            let (checkout, _) = named.iter().find(|(_, remote)| remote.is_same(&repository))?;
            Some(Tie::Repository(checkout))
        })
    }

    /// Returns the checkout whose git remote has the path `path`, such as `acme/shop`. The path is that of an
    /// image, because the registries of git hosts name images after repositories. Returns `None` if no
    /// checkout has this path, or several have it.
    fn tie_of_path(&self, path: &str) -> Option<Tie<'a>> {
        let path = path.to_lowercase();
        let (_, name) = path.rsplit_once('/')?;
        let has_path = |remote: &RepositoryUrl| remote.path().eq_ignore_ascii_case(&path);
        let mut same = self.remotes.get(name)?.iter().filter(|(_, remote)| has_path(remote));
        let (checkout, _) = same.next()?;
        same.next().is_none().then_some(Tie::Repository(checkout))
    }

    /// Returns the match of a service that runs a third-party image: the entities that have its name or its
    /// name in telemetry, in the checkout whose compose file started the service.
    fn match_at_home(&self, service: &Service) -> Option<ServiceMatch> {
        let file = service.profile.compose_files.last()?;
        let home =
            Path::new(file.as_str()).ancestors().find_map(|folder| self.paths.get(folder.to_str()?))?;
        let named = |name: &str| services_in(home).filter(|one| one.has_name(name)).collect::<Vec<_>>();
        let own =
            std::iter::once(&*service.name).chain(service.profile.telemetry_names.iter().map(Text::as_str));
        let entities = own.map(named).find(|found| !found.is_empty())?;
        Some(ServiceMatch { has_code: false, ..service_match(home, &entities, None) })
    }

    /// Matches a service by its name, if it has no other evidence ([`Tie`]): returns the match with the only
    /// checkout whose catalogue has this name. Returns `None` if the service names a repository or runs a
    /// known product. A generic name such as `web` counts only if the checkout is named like the service's
    /// group.
    fn match_of_name(&self, service: &Service) -> Option<ServiceMatch> {
        // If the service names a repository, that repository is none of these checkouts. A known product has
        // its code elsewhere.
        if repositories(service).next().is_some() || Product::of_service(service).is_some() {
            return None;
        }
        service_names(service).find_map(|name| {
            let [checkout] = self.entity_names.get(&name_key(name))?[..] else { return None };
            let is_home = || service.group.as_ref().is_some_and(|group| is_named(checkout, group));
            if GENERIC_NAMES.contains(&name_key(name).as_str()) && !is_home() {
                return None;
            }
            let entities: Vec<_> = services_in(checkout).filter(|entity| entity.has_name(name)).collect();
            let found = || service_match(checkout, &entities, folder_of(checkout, &entities));
            let has_code = !entities.iter().any(|entity| is_of_another_repository(entity, checkout));
            (!entities.is_empty()).then(|| ServiceMatch { has_code, ..found() })
        })
    }
}

/// Returns true if an entity names a repository other than that of the checkout. Some teams keep their
/// catalogue in a repository of its own.
fn is_of_another_repository(entity: &CatalogueEntity, checkout: &Checkout) -> bool {
    let stated = entity.facts.iter().filter(|fact| fact.field == ProfileField::Repository);
    let mut stated = stated.filter_map(|fact| RepositoryUrl::parse(&fact.value)).peekable();
    let is_here = |stated: &RepositoryUrl| {
        checkout.remote.as_ref().is_some_and(|remote| {
            stated.is_same(remote)
                || stated.may_have_another_host() && stated.path().eq_ignore_ascii_case(remote.path())
        })
    };
    stated.peek().is_some() && !stated.any(|stated| is_here(&stated))
}

/// Returns the repositories that the labels and tags of the running service name.
fn repositories(service: &Service) -> impl Iterator<Item = RepositoryUrl> {
    let facts = service.profile.facts.iter().filter(|fact| fact.field == ProfileField::Repository);
    facts.filter_map(|fact| RepositoryUrl::parse(&fact.value))
}

/// Returns the names under which a catalogue may list a service: its own name, its names in telemetry, and
/// the last segments of its image names.
fn service_names(service: &Service) -> impl Iterator<Item = &str> {
    let own = service.name.strip_prefix("family:").unwrap_or(&service.name);
    let images =
        service.images().map(|image| ImageRef::parse(image).short_name()).filter(|name| !name.is_empty());
    std::iter::once(own).chain(service.profile.telemetry_names.iter().map(Text::as_str)).chain(images)
}

fn services_in(checkout: &Checkout) -> impl Iterator<Item = &CatalogueEntity> {
    checkout.entities.iter().filter(|entity| entity.kind != EntityKind::Other)
}

/// Returns true if the folder or the repository of `checkout` is named `name`.
fn is_named(checkout: &Checkout, name: &str) -> bool {
    let folder = checkout.path.rsplit('/').next().unwrap_or_default();
    let remote = checkout.remote.as_ref().map(RepositoryUrl::name);
    std::iter::once(folder).chain(remote).any(|own| name_key(own) == name_key(name))
}

/// Returns the match of a service that a compose file in the checkout builds.
fn match_of_build(service: &Service, checkout: &Arc<Checkout>, build: &ComposeBuild) -> ServiceMatch {
    let mut entities = entities_by_name(service, checkout);
    if entities.is_empty() {
        let in_folder = services_in(checkout).filter(|entity| entity.folder == build.folder);
        entities = in_folder.collect();
        // Entities with different names in one folder are different services.
        if entities.iter().any(|entity| !entity.has_name(&entities[0].name)) {
            entities.clear();
        }
        let is_shared = checkout
            .builds
            .iter()
            .any(|other| other.folder == build.folder && other.service != build.service);
        // If several services are built from one folder, they are one component only if the checkout lists no
        // other service.
        if is_shared && services_in(checkout).count() > entities.len() {
            entities.clear();
        }
    }
    service_match(checkout, &entities, Some(&build.folder))
}

/// Returns the match of a service that names the checkout's repository. `is_only` is true if all services
/// that name this repository have the same name.
fn match_of_repository(service: &Service, checkout: &Arc<Checkout>, is_only: bool) -> ServiceMatch {
    let mut entities = entities_by_name(service, checkout);
    let all: Vec<_> = services_in(checkout).filter(|entity| entity.kind == EntityKind::Service).collect();
    let one_service = all.first().is_some_and(|first| all.iter().all(|entity| entity.has_name(&first.name)));
    if entities.is_empty() && is_only && one_service {
        entities = all;
    }
    // If the catalogue lists nothing in a repository with one service, the whole repository belongs to that
    // service.
    let is_whole = is_only && services_in(checkout).next().is_none();
    service_match(checkout, &entities, folder_of(checkout, &entities).or(is_whole.then_some("")))
}

/// Returns the match of a service with `checkout`. `entities` describe the service, and `folder` contains its
/// code.
fn service_match(
    checkout: &Arc<Checkout>,
    entities: &[&CatalogueEntity],
    folder: Option<&str>,
) -> ServiceMatch {
    let is_wanted = |entity: &CatalogueEntity| entities.iter().any(|one| std::ptr::eq(*one, entity));
    let places = checkout.entities.iter().enumerate().filter(|(_, entity)| is_wanted(entity));
    ServiceMatch {
        checkout: Arc::clone(checkout),
        entities: places.map(|(place, _)| place).collect(),
        folder: folder.map(Text::new),
        has_code: true,
    }
}

/// Returns the entities named like the service. If entities match several of the service's names, the first
/// of these names counts.
fn entities_by_name<'a>(service: &Service, checkout: &'a Checkout) -> Vec<&'a CatalogueEntity> {
    let named = |name: &str| services_in(checkout).filter(|entity| entity.has_name(name)).collect::<Vec<_>>();
    service_names(service).map(named).find(|found| !found.is_empty()).unwrap_or_default()
}

/// Returns the folder of the entities' files. Returns `None` if that is the checkout's root and the checkout
/// lists other services too, because the root then says nothing about this one.
fn folder_of<'a>(checkout: &Checkout, entities: &[&'a CatalogueEntity]) -> Option<&'a str> {
    let folder = entities.iter().map(|entity| entity.folder.as_str()).max()?;
    let is_single = services_in(checkout)
        .filter(|entity| entity.kind == EntityKind::Service)
        .all(|entity| entities.iter().any(|one| entity.has_name(&one.name)));
    (!folder.is_empty() || is_single).then_some(folder)
}
