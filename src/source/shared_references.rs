//! References that several services share because they are written only once: in a configuration file, a
//! common setting or a start order.
//!
//! A file or start order that is written once and given to many services shows only that *some* of them call
//! the hosts that it names. So this module gives such references separate kinds, such as `SharedFile`, which
//! have less weight in the topology. It removes no reference, because more information must never remove an
//! edge.
//!
//! The module runs over a finished snapshot. It belongs to the sources, because only they know which
//! containers run the same program.

use crate::model::{
    Host, ImageRef, Reference, ReferenceKind, ReferenceTarget, Service, ServiceId, Setting, Text,
};
use std::{
    collections::{BTreeMap, BTreeSet},
    hash::{DefaultHasher, Hash, Hasher},
    sync::Arc,
};

/// Minimum number of services that must have the same setting, file or start order before it counts as
/// shared.
const MIN_SHARERS: usize = 3;

/// Minimum number of names in a shared file that counts as an address book: a list of hosts for several
/// programs, of which each program uses only some.
const MIN_ADDRESS_BOOK_NAMES: usize = 3;

/// Minimum length of a word in an image name that counts as the name of a program. Shorter words occur in too
/// many paths.
const MIN_PROGRAM_NAME_CHARS: usize = 3;

/// Words in image names that are not the name of a program.
const GENERIC_IMAGE_WORDS: &[&str] =
    &["app", "apps", "server", "service", "config", "data", "docker", "local", "main", "base", "etc"];

/// Program of a container: its image, and a hash of its command line.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Program {
    /// Image in the configuration, with its tag.
    image: Text,
    /// Hash of the entry point and arguments. They may hold secrets, so their text does not leave the source.
    command: u64,
}

impl Program {
    /// Creates the program of `image` with the command line `words`.
    pub(super) fn new<'a>(image: &str, words: impl Iterator<Item = &'a str>) -> Self {
        let mut hasher = DefaultHasher::new();
        words.for_each(|word| word.hash(&mut hasher));
        Self { image: Text::new(image), command: hasher.finish() }
    }

    /// Returns the words of the image's name that may be its program's name.
    fn name_words(&self) -> impl Iterator<Item = &str> {
        let words = ImageRef::parse(&self.image).short_name().split(['-', '_', '.']);
        words.filter(|word| word.len() >= MIN_PROGRAM_NAME_CHARS && !GENERIC_IMAGE_WORDS.contains(word))
    }
}

/// Changes the kind of references that several services of a group share, such as `Environment` to
/// `SharedSetting`. Looks only at groups with at least [`MIN_SHARERS`] services. `programs` has the program
/// of each service, if it is known.
pub(super) fn mark_shared(services: &mut [Arc<Service>], programs: &BTreeMap<ServiceId, Program>) {
    let mut groups: BTreeMap<Option<Text>, Vec<Arc<Service>>> = BTreeMap::new();
    for service in services.iter() {
        groups.entry(service.group.clone()).or_default().push(Arc::clone(service));
    }
    groups.retain(|group, members| group.is_some() && members.len() >= MIN_SHARERS);
    let groups: BTreeMap<_, _> =
        groups.iter().map(|(name, members)| (name, GroupReferences::new(members, programs))).collect();
    let changes: Vec<(usize, Vec<Reference>)> = services
        .iter()
        .enumerate()
        .filter_map(|(index, service)| Some((index, groups.get(&service.group)?.reclassify(service)?)))
        .collect();
    for (index, mentions) in changes {
        Arc::make_mut(&mut services[index]).references = mentions;
    }
}

/// Key under which files of several services count as the same file: the file's name without the folder, and
/// all targets in the file. The folder may differ, because each service may mount the file elsewhere.
type FileKey<'a> = (&'a str, BTreeSet<&'a ReferenceTarget>);

/// References of all services in one group (compose project, swarm stack or ECS cluster), indexed to find the
/// shared ones.
struct GroupReferences<'a> {
    programs: &'a BTreeMap<ServiceId, Program>,
    /// Services that read each file.
    readers: BTreeMap<FileKey<'a>, BTreeSet<&'a ServiceId>>,
    /// Targets in each file, by service and full path.
    files: BTreeMap<(&'a ServiceId, &'a str), BTreeSet<&'a ReferenceTarget>>,
    /// Services that wait for each target at start.
    dependents: BTreeMap<&'a ReferenceTarget, BTreeSet<&'a ServiceId>>,
    /// References in variables and arguments that are shared settings: see [`shared_settings`].
    shared_settings: BTreeSet<&'a Reference>,
    /// Services that have each host as an endpoint.
    hosts: HostOwners<'a>,
}

/// Services of a group that have each host name or IP address as an endpoint.
type HostOwners<'a> = BTreeMap<&'a Host, BTreeSet<&'a ServiceId>>;

impl<'a> GroupReferences<'a> {
    fn new(members: &'a [Arc<Service>], programs: &'a BTreeMap<ServiceId, Program>) -> Self {
        let mut files: BTreeMap<_, BTreeSet<_>> = BTreeMap::new();
        let mut dependents: BTreeMap<_, BTreeSet<_>> = BTreeMap::new();
        for service in members {
            for mention in &service.references {
                match (mention.kind, mention.config_file_path()) {
                    (ReferenceKind::ConfigFile, Some(path)) => {
                        files.entry((&service.id, path)).or_default().insert(&mention.target);
                    }
                    (ReferenceKind::StartOrder, _) => {
                        dependents.entry(&mention.target).or_default().insert(&service.id);
                    }
                    _ => {}
                }
            }
        }
        let mut readers: BTreeMap<FileKey<'a>, BTreeSet<_>> = BTreeMap::new();
        for ((service, path), names) in &files {
            readers.entry((file_name(path), names.clone())).or_default().insert(*service);
        }
        let mut hosts: HostOwners<'a> = BTreeMap::new();
        for service in members {
            for endpoint in &service.endpoints {
                hosts.entry(&endpoint.host).or_default().insert(&service.id);
            }
        }
        let shared_settings = shared_settings(members, &hosts);
        Self { programs, readers, files, dependents, shared_settings, hosts }
    }

    /// Returns all references of `service`, some with changed kinds. Returns `None` if no kind changes.
    fn reclassify(&self, service: &Service) -> Option<Vec<Reference>> {
        let kinds: Vec<ReferenceKind> =
            service.references.iter().map(|mention| self.reference_kind(service, mention)).collect();
        if kinds.iter().zip(&service.references).all(|(via, mention)| *via == mention.kind) {
            return None;
        }
        let weighed = kinds.into_iter().zip(&service.references);
        let mut mentions: Vec<Reference> =
            weighed.map(|(via, mention)| Reference { kind: via, ..mention.clone() }).collect();
        mentions.sort();
        mentions.dedup();
        Some(mentions)
    }

    /// Returns the new kind of a reference of `service`: a shared kind if other services share the reference,
    /// otherwise the present kind.
    fn reference_kind(&self, service: &Service, reference: &Reference) -> ReferenceKind {
        match reference.kind {
            ReferenceKind::Environment | ReferenceKind::Argument
                if self.shared_settings.contains(reference) =>
            {
                ReferenceKind::SharedSetting
            }
            ReferenceKind::StartOrder
                if self.is_shared_by_suite(service, self.dependents.get(&reference.target)) =>
            {
                ReferenceKind::SuiteOrder
            }
            ReferenceKind::ConfigFile => {
                reference.config_file_path().map_or(ReferenceKind::ConfigFile, |path| {
                    match self.file_kind(service, path) {
                        ReferenceKind::SuiteFile if self.is_in_peer_list(service, path, reference) => {
                            ReferenceKind::ConfigFile
                        }
                        kind => kind,
                    }
                })
            }
            via => via,
        }
    }

    /// Returns the kind of the references in the file at `path` of `service`.
    fn file_kind(&self, service: &Service, path: &str) -> ReferenceKind {
        let names = self.files.get(&(&service.id, path));
        let readers = names.and_then(|names| self.readers.get(&(file_name(path), names.clone())));
        let (Some(names), Some(readers)) = (names, readers) else { return ReferenceKind::ConfigFile };
        let programs: BTreeSet<_> = readers.iter().map(|id| self.programs.get(*id)).collect();
        let one_program = programs.len() == 1 && !programs.contains(&None);
        if self.belongs_to_other_program(service, path, readers) {
            ReferenceKind::SharedFile
        } else if self.is_shared_by_suite(service, Some(readers)) {
            ReferenceKind::SuiteFile
        } else if readers.len() >= MIN_SHARERS && names.len() >= MIN_ADDRESS_BOOK_NAMES && !one_program {
            ReferenceKind::SharedFile
        } else {
            ReferenceKind::ConfigFile
        }
    }

    /// Returns true if `reference`, in the file at `path`, is part of a list of the services that read the
    /// file. It must name one of these services, and a neighbouring reference (in the same line, the line
    /// before or the line after) must name one too. A clustered program has such a list in its common file,
    /// so that its members find each other.
    fn is_in_peer_list(&self, service: &Service, path: &str, reference: &Reference) -> bool {
        let names = self.files.get(&(&service.id, path));
        let readers = names.and_then(|names| self.readers.get(&(file_name(path), names.clone())));
        let (Some(readers), Some(line)) = (readers, line_of(reference)) else { return false };
        let is_reader = |reference: &Reference| {
            owners(&self.hosts, &reference.target).is_some_and(|owners| !owners.is_disjoint(readers))
        };
        let is_beside = |other: &&Reference| {
            other.config_file_path() == Some(path)
                && other.target != reference.target
                && line_of(other).is_some_and(|other| other.abs_diff(line) <= 1)
        };
        is_reader(reference) && service.references.iter().filter(is_beside).any(is_reader)
    }

    /// Returns true if the file at `path` belongs to the program of another service, by the convention
    /// `/etc/PROGRAM` (Filesystem Hierarchy Standard): a component of the path names the program of one of
    /// the services in `readers`, and no component names the program of `service`.
    fn belongs_to_other_program(
        &self,
        service: &Service,
        path: &str,
        readers: &BTreeSet<&ServiceId>,
    ) -> bool {
        let Some(own) = self.programs.get(&service.id) else { return false };
        let parts: BTreeSet<&str> =
            path.split('/').map(|part| part.split('.').next().unwrap_or(part)).collect();
        let named = |program: &Program| program.name_words().any(|name| parts.contains(name));
        !named(own) && readers.iter().filter_map(|id| self.programs.get(*id)).any(named)
    }

    /// Returns true if at least `MIN_SHARERS` of `sharers` form a suite with `service`: they run the same
    /// image, but not all with the same command line.
    fn is_shared_by_suite(&self, service: &Service, sharers: Option<&BTreeSet<&ServiceId>>) -> bool {
        let Some(own) = self.programs.get(&service.id) else { return false };
        let programs = sharers.into_iter().flatten().filter_map(|id| self.programs.get(*id));
        let suite: Vec<&Program> = programs.filter(|program| program.image == own.image).collect();
        suite.len() >= MIN_SHARERS && suite.iter().any(|program| **program != *own)
    }
}

/// Returns the references in variables and arguments that count as settings of the whole group. There are two
/// cases: all of `members` have the reference, or at least [`MIN_SHARERS`] have it and one of these is the
/// service that it names. In the second case, the setting was written once for all services, because no
/// service needs its own address in order to call itself.
fn shared_settings<'a>(members: &'a [Arc<Service>], hosts: &HostOwners<'a>) -> BTreeSet<&'a Reference> {
    let mut sharers: BTreeMap<&Reference, BTreeSet<&ServiceId>> = BTreeMap::new();
    for service in members {
        for reference in &service.references {
            if matches!(reference.kind, ReferenceKind::Environment | ReferenceKind::Argument) {
                sharers.entry(reference).or_default().insert(&service.id);
            }
        }
    }
    let is_shared = |reference: &Reference, sharers: &BTreeSet<&ServiceId>| {
        let names_a_sharer =
            || owners(hosts, &reference.target).is_some_and(|owners| !owners.is_disjoint(sharers));
        sharers.len() == members.len() || sharers.len() >= MIN_SHARERS && names_a_sharer()
    };
    sharers.into_iter().filter(|(reference, all)| is_shared(reference, all)).map(|(one, _)| one).collect()
}

/// Returns the services that have the host of `target` as an endpoint. Returns `None` if no service of the
/// group has it, or if `target` is not an address but the name of a service or proxy product.
fn owners<'h, 'a>(
    hosts: &'h HostOwners<'a>,
    target: &ReferenceTarget,
) -> Option<&'h BTreeSet<&'a ServiceId>> {
    match target {
        ReferenceTarget::Address(address) | ReferenceTarget::EstateAddress(address) => {
            hosts.get(&address.host)
        }
        ReferenceTarget::ServiceName(_) | ReferenceTarget::CalledByProxy(_) => None,
    }
}

/// Returns the line number of a reference in its file, or `None` if the reference is not in a file.
fn line_of(reference: &Reference) -> Option<u32> {
    match reference.location.setting {
        Setting::File { line, .. } => Some(line),
        _ => None,
    }
}

fn file_name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

#[cfg(test)]
mod tests;
