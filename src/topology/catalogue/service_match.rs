//! The match of a service with a checkout: the entities of the catalogue that describe the service, and the
//! folder of its code. A match leaves out each of them that is not certain.

use crate::model::{
    CatalogueEntity, Checkout, CodeOwners, ComposeBuild, EntityKind, ImageRef, ProfileField, RepositoryUrl,
    Service, Text, name_key,
};
use std::sync::Arc;

/// Names of folders that hold catalogue files, but no code.
const CATALOGUE_FOLDERS: &[&str] = &["catalog", "catalogue", "catalog-info", "backstage", "copilot"];

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
    /// True if other services are built from the same folder, so that its parts may have other owners.
    pub shares_folder: bool,
    /// True if the checkout has the code of the service. It is false if the checkout only lists a service
    /// that runs a third-party image, or a service whose code is in another repository.
    pub has_code: bool,
}

impl ServiceMatch {
    /// Returns the entities that describe the service, at most one for each catalogue file.
    pub fn entities(&self) -> impl Iterator<Item = &CatalogueEntity> {
        self.entities.iter().filter_map(|place| self.checkout.entities.get(*place))
    }

    /// Returns the match of a service that a compose file builds from the checkout. The catalogue of the
    /// build's folder has precedence over entities elsewhere that have the name of the service.
    pub(super) fn of_build(service: &Service, checkout: &Arc<Checkout>, build: &ComposeBuild) -> Self {
        let is_shared = checkout
            .builds
            .iter()
            .any(|other| other.folder == build.folder && other.service != build.service);
        let mut named = entities_by_name(service, checkout);
        named.retain(|entity| may_describe(entity, checkout, &build.folder));
        let has_own = named.iter().any(|entity| entity.folder == build.folder);
        let in_folder = if has_own { Vec::new() } else { entities_in_folder(checkout, build, is_shared) };
        let entities = if in_folder.is_empty() { named } else { in_folder };
        Self { shares_folder: is_shared, ..Self::new(checkout, &entities, Some(&build.folder)) }
    }

    /// Returns the match of a service that names the checkout's repository. `is_only` is true if all services
    /// that name this repository have the same name.
    pub(super) fn of_repository(service: &Service, checkout: &Arc<Checkout>, is_only: bool) -> Self {
        let mut entities = entities_by_name(service, checkout);
        let all: Vec<_> = components_in(checkout).collect();
        let is_one = all.first().is_some_and(|first| all.iter().all(|entity| entity.has_name(&first.name)));
        // A single entity in a folder may be that of another service, which is the only one in the catalogue.
        let is_of_root = all.iter().all(|entity| entity.folder.is_empty() || is_named_like(entity, checkout));
        if entities.is_empty() && is_only && is_one && is_of_root {
            entities.clone_from(&all);
        }
        // If neither the catalogue nor CODEOWNERS divides a repository with one service, the whole repository
        // belongs to that service.
        let is_divided = checkout.code_owners.as_ref().is_some_and(CodeOwners::has_folder_rules);
        let is_whole = is_only && all.is_empty() && !is_divided;
        Self::new(checkout, &entities, folder_of(checkout, &entities).or(is_whole.then_some("")))
    }

    /// Returns the match of a service with `entities` that have its name.
    pub(super) fn by_name(checkout: &Arc<Checkout>, entities: &[&CatalogueEntity]) -> Self {
        let has_code = entities.iter().any(|entity| is_of_repository(entity, checkout));
        let folder = if has_code { folder_of(checkout, entities) } else { None };
        Self { has_code, ..Self::new(checkout, entities, folder) }
    }

    /// Returns the match of a service that runs a third-party image, with `entities` of the checkout whose
    /// compose file started it.
    pub(super) fn at_home(checkout: &Arc<Checkout>, entities: &[&CatalogueEntity]) -> Self {
        Self { has_code: false, ..Self::new(checkout, entities, None) }
    }

    /// Returns the match with `checkout`. `entities` describe the service, and `folder` contains its code.
    fn new(checkout: &Arc<Checkout>, entities: &[&CatalogueEntity], folder: Option<&str>) -> Self {
        let is_wanted = |entity: &CatalogueEntity| entities.iter().any(|one| std::ptr::eq(*one, entity));
        let places = checkout.entities.iter().enumerate().filter(|(_, entity)| is_wanted(entity));
        Self {
            checkout: Arc::clone(checkout),
            entities: places.map(|(place, _)| place).collect(),
            folder: folder.map(Text::new),
            shares_folder: false,
            has_code: true,
        }
    }
}

/// Returns the repositories that the labels and tags of the running service name.
pub(super) fn repositories(service: &Service) -> impl Iterator<Item = RepositoryUrl> {
    let facts = service.profile.facts.iter().filter(|fact| fact.field == ProfileField::Repository);
    facts.filter_map(|fact| RepositoryUrl::parse(&fact.value))
}

/// Returns the names under which a catalogue may list a service: its own name, its names in telemetry, and
/// the last segments of its image names.
pub(super) fn service_names(service: &Service) -> impl Iterator<Item = &str> {
    let own = service.name.strip_prefix("family:").unwrap_or(&service.name);
    let images =
        service.images().map(|image| ImageRef::parse(image).short_name()).filter(|name| !name.is_empty());
    std::iter::once(own).chain(service.profile.telemetry_names.iter().map(Text::as_str)).chain(images)
}

/// Returns the services and resources with the name `name`. Leaves out resources if a service has the name.
pub(super) fn entities_named<'a>(checkout: &'a Checkout, name: &str) -> Vec<&'a CatalogueEntity> {
    let listed = checkout.entities.iter().filter(|entity| entity.kind != EntityKind::Other);
    let mut named: Vec<_> = listed.filter(|entity| entity.has_name(name)).collect();
    if named.iter().any(|entity| entity.kind == EntityKind::Service) {
        named.retain(|entity| entity.kind == EntityKind::Service);
    }
    named
}

/// Returns the entities named like the service. If entities match several of the service's names, the first
/// of these names counts.
fn entities_by_name<'a>(service: &Service, checkout: &'a Checkout) -> Vec<&'a CatalogueEntity> {
    let named = service_names(service).map(|name| entities_named(checkout, name));
    named.into_iter().find(|found| !found.is_empty()).unwrap_or_default()
}

/// Returns the services that the catalogues list, without resources such as databases.
fn components_in(checkout: &Checkout) -> impl Iterator<Item = &CatalogueEntity> {
    checkout.entities.iter().filter(|entity| entity.kind == EntityKind::Service)
}

/// Returns the component that the catalogue of the build's folder lists. Returns nothing if it lists several.
/// `is_shared` is true if several services are built from the folder: they are one component only if the
/// checkout lists no other.
fn entities_in_folder<'a>(
    checkout: &'a Checkout,
    build: &ComposeBuild,
    is_shared: bool,
) -> Vec<&'a CatalogueEntity> {
    let found: Vec<_> = components_in(checkout).filter(|entity| entity.folder == build.folder).collect();
    let is_one = found.iter().all(|entity| entity.has_name(&found[0].name));
    let lists_others = components_in(checkout).count() > found.len();
    if is_one && !(is_shared && lists_others) { found } else { Vec::new() }
}

/// Returns true if `entity` may describe the code in `folder`: its file lies above or below the folder, in a
/// folder for catalogues, or lists several services. Otherwise it describes the code in its own folder.
fn may_describe(entity: &CatalogueEntity, checkout: &Checkout, folder: &str) -> bool {
    let is_within = |inner: &str, outer: &str| {
        outer.is_empty()
            || inner.strip_prefix(outer).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    let lists_several = || components_in(checkout).filter(|one| one.file == entity.file).count() > 1;
    is_within(folder, &entity.folder)
        || is_within(&entity.folder, folder)
        || is_catalogue_folder(&entity.folder)
        || lists_several()
}

/// Returns true if `folder` holds catalogue files and no code. Hidden folders are such folders.
fn is_catalogue_folder(folder: &str) -> bool {
    folder.split('/').any(|part| part.starts_with('.') || CATALOGUE_FOLDERS.contains(&part))
}

/// Returns true if the code of `entity` is in the repository of `checkout`. Some teams keep their catalogue in
/// a repository of its own. So the entity must state this repository, or state none and be the only one, in
/// the root folder, or have the name of the repository.
fn is_of_repository(entity: &CatalogueEntity, checkout: &Checkout) -> bool {
    let stated = entity.facts.iter().filter(|fact| fact.field == ProfileField::Repository);
    let mut stated = stated.filter_map(|fact| RepositoryUrl::parse(&fact.value)).peekable();
    if stated.peek().is_none() {
        let is_only = components_in(checkout).all(|other| other.has_name(&entity.name));
        return is_only && entity.folder.is_empty() || is_named_like(entity, checkout);
    }
    stated.any(|stated| {
        checkout.remote.as_ref().is_some_and(|remote| {
            stated.is_same(remote)
                || stated.may_have_another_host() && stated.path().eq_ignore_ascii_case(remote.path())
        })
    })
}

/// Returns true if the entity has the name of the repository.
fn is_named_like(entity: &CatalogueEntity, checkout: &Checkout) -> bool {
    checkout.remote.as_ref().is_some_and(|remote| entity.has_name(&name_key(remote.name())))
}

/// Returns the folder of the entities' files. Returns `None` if that is the checkout's root and the checkout
/// lists other services too, because the root then says nothing about this one, and for a folder without
/// code.
fn folder_of<'a>(checkout: &Checkout, entities: &[&'a CatalogueEntity]) -> Option<&'a str> {
    let folder = entities.iter().map(|entity| entity.folder.as_str()).max()?;
    let is_single =
        components_in(checkout).all(|entity| entities.iter().any(|one| entity.has_name(&one.name)));
    ((!folder.is_empty() || is_single) && !is_catalogue_folder(folder)).then_some(folder)
}
