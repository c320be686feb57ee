//! Matching of services with the checkouts on this machine. The evidence for a match is the compose file that
//! builds the service, its repository, or a name that only one checkout has. Without such evidence, a service
//! has no match.

use super::{
    image_evidence::images_agree,
    service_match::{self, ServiceMatch, repositories, service_names},
};
use crate::{
    model::{
        CatalogueEntity, Checkout, ComposeBuild, ImageRef, Inventory, RepositoryUrl, Service, ServiceId,
        Text, name_key,
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
            Some(Tie::Build(checkout, build)) => Some(ServiceMatch::of_build(service, checkout, build)),
            Some(Tie::Repository(checkout)) => {
                let alone = tied_names.get(checkout.path.as_str()).is_some_and(|names| names.len() == 1);
                Some(ServiceMatch::of_repository(service, checkout, alone))
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
        let own =
            std::iter::once(&*service.name).chain(service.profile.telemetry_names.iter().map(Text::as_str));
        let mut named = own.map(|name| service_match::entities_named(home, name));
        Some(ServiceMatch::at_home(home, &named.find(|found| !found.is_empty())?))
    }

    /// Matches a service by its name, if it has no other evidence ([`Tie`]): returns the match with the only
    /// checkout whose catalogue has this name. Returns `None` if the service names a repository, runs a known
    /// product, or runs an image of strangers. A generic name such as `web` counts only if the checkout is
    /// named like the service's group.
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
            let named = service_match::entities_named(checkout, name).into_iter();
            let entities: Vec<_> = named.filter(|entity| images_agree(service, checkout, entity)).collect();
            (!entities.is_empty()).then(|| ServiceMatch::by_name(checkout, &entities))
        })
    }
}

/// Returns true if the folder or the repository of `checkout` is named `name`.
fn is_named(checkout: &Checkout, name: &str) -> bool {
    let folder = checkout.path.rsplit('/').next().unwrap_or_default();
    let remote = checkout.remote.as_ref().map(RepositoryUrl::name);
    std::iter::once(folder).chain(remote).any(|own| name_key(own) == name_key(name))
}
