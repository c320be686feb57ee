//! Settings that several services are given alike: one witness for all of them, and not one for each.
//!
//! A file or a start order that was written once and handed to many says that *some* of them use what it names. This
//! pass runs over the services of a finished snapshot and gives such mentions a kind of their own, which the topology
//! weighs less. It stands with the sources because only they know which containers run the same program. The mentions
//! themselves stay, so that the topology never loses an edge by hearing more.

use crate::model::{Image, Mention, Service, ServiceId, Target, Text, Via};
use std::{
    collections::{BTreeMap, BTreeSet},
    hash::{DefaultHasher, Hash, Hasher},
    sync::Arc,
};

/// The fewest services that must have the same settings for those to count as handed to many.
const MIN_SHARERS: usize = 3;

/// The fewest names in a file that makes it an address book, where services of several images have it.
const MIN_BOOK_NAMES: usize = 3;

/// The fewest letters of a program's name by which a path is known to be its own.
const MIN_PROGRAM_NAME: usize = 3;

/// Words in the names of images that are no program's.
const ANY_PROGRAM: &[&str] =
    &["app", "apps", "server", "service", "config", "data", "docker", "local", "main", "base", "etc"];

/// A program: an image, and the command line that it is started with.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Program {
    /// The image as the configuration names it, with its tag.
    image: Text,
    /// A hash of the entry point and the arguments: those may hold secrets, and never leave the source.
    command: u64,
}

impl Program {
    /// The program that `image` is when it is started with `words`.
    pub(super) fn new<'a>(image: &str, words: impl Iterator<Item = &'a str>) -> Self {
        let mut hasher = DefaultHasher::new();
        words.for_each(|word| word.hash(&mut hasher));
        Self { image: Text::new(image), command: hasher.finish() }
    }

    /// The words of the image's name that may be its program's.
    fn names(&self) -> impl Iterator<Item = &str> {
        let words = Image::read(&self.image).last().split(['-', '_', '.']);
        words.filter(|word| word.len() >= MIN_PROGRAM_NAME && !ANY_PROGRAM.contains(word))
    }
}

/// Gives the mentions that several services of a group share the kinds that say so. A service without an entry in
/// `programs` runs a program of its own.
pub(super) fn count_once(services: &mut [Arc<Service>], programs: &BTreeMap<ServiceId, Program>) {
    let mut groups: BTreeMap<Option<Text>, Vec<Arc<Service>>> = BTreeMap::new();
    for service in services.iter() {
        groups.entry(service.group.clone()).or_default().push(Arc::clone(service));
    }
    groups.retain(|group, members| group.is_some() && members.len() >= MIN_SHARERS);
    let groups: BTreeMap<_, _> =
        groups.iter().map(|(name, members)| (name, Group::new(members, programs))).collect();
    let changes: Vec<(usize, Vec<Mention>)> = services
        .iter()
        .enumerate()
        .filter_map(|(index, service)| Some((index, groups.get(&service.group)?.weighed(service)?)))
        .collect();
    for (index, mentions) in changes {
        Arc::make_mut(&mut services[index]).mentions = mentions;
    }
}

/// A file as several services have it: its name without the folder, which each may mount elsewhere, and all that it
/// names.
type File<'a> = (&'a str, BTreeSet<&'a Target>);

/// What the services of one compose project or cluster have in common.
struct Group<'a> {
    programs: &'a BTreeMap<ServiceId, Program>,
    /// The services that have each file, and the files of each service by their whole paths.
    readers: BTreeMap<File<'a>, BTreeSet<&'a ServiceId>>,
    files: BTreeMap<(&'a ServiceId, &'a str), BTreeSet<&'a Target>>,
    /// The services that wait for each other one.
    waiting: BTreeMap<&'a Target, BTreeSet<&'a ServiceId>>,
    /// The settings that all services have.
    of_all: BTreeSet<&'a Mention>,
}

impl<'a> Group<'a> {
    fn new(members: &'a [Arc<Service>], programs: &'a BTreeMap<ServiceId, Program>) -> Self {
        let mut files: BTreeMap<_, BTreeSet<_>> = BTreeMap::new();
        let mut waiting: BTreeMap<_, BTreeSet<_>> = BTreeMap::new();
        for service in members {
            for mention in &service.mentions {
                match (mention.via, path(mention)) {
                    (Via::ConfigFile, Some(path)) => {
                        files.entry((&service.id, path)).or_default().insert(&mention.target);
                    }
                    (Via::StartOrder, _) => {
                        waiting.entry(&mention.target).or_default().insert(&service.id);
                    }
                    _ => {}
                }
            }
        }
        let mut readers: BTreeMap<File<'a>, BTreeSet<_>> = BTreeMap::new();
        for ((service, path), names) in &files {
            readers.entry((file_name(path), names.clone())).or_default().insert(*service);
        }
        Self { programs, readers, files, waiting, of_all: of_all(members) }
    }

    /// The mentions of a service with the kinds that tell what is shared; `None` if nothing is.
    fn weighed(&self, service: &Service) -> Option<Vec<Mention>> {
        let kinds: Vec<Via> = service.mentions.iter().map(|mention| self.kind(service, mention)).collect();
        if kinds.iter().zip(&service.mentions).all(|(via, mention)| *via == mention.via) {
            return None;
        }
        let weighed = kinds.into_iter().zip(&service.mentions);
        let mut mentions: Vec<Mention> =
            weighed.map(|(via, mention)| Mention { via, ..mention.clone() }).collect();
        mentions.sort();
        mentions.dedup();
        Some(mentions)
    }

    fn kind(&self, service: &Service, mention: &Mention) -> Via {
        match mention.via {
            Via::Environment | Via::Argument if self.of_all.contains(mention) => Via::SharedSetting,
            Via::StartOrder if self.is_of_suite(service, self.waiting.get(&mention.target)) => {
                Via::SuiteOrder
            }
            Via::ConfigFile => path(mention).map_or(Via::ConfigFile, |path| self.file_kind(service, path)),
            via => via,
        }
    }

    fn file_kind(&self, service: &Service, path: &str) -> Via {
        let names = self.files.get(&(&service.id, path));
        let readers = names.and_then(|names| self.readers.get(&(file_name(path), names.clone())));
        let (Some(names), Some(readers)) = (names, readers) else { return Via::ConfigFile };
        let programs: BTreeSet<_> = readers.iter().map(|id| self.programs.get(*id)).collect();
        let one_program = programs.len() == 1 && !programs.contains(&None);
        if self.is_anothers(service, path, readers) {
            Via::SharedFile
        } else if self.is_of_suite(service, Some(readers)) {
            Via::SuiteFile
        } else if readers.len() >= MIN_SHARERS && names.len() >= MIN_BOOK_NAMES && !one_program {
            Via::SharedFile
        } else {
            Via::ConfigFile
        }
    }

    /// Whether the file at `path` is the configuration of another of its `readers`: a part of the path is the name of
    /// that one's program, and of no part of this one's image (Filesystem Hierarchy Standard: `/etc/PROGRAM`).
    fn is_anothers(&self, service: &Service, path: &str, readers: &BTreeSet<&ServiceId>) -> bool {
        let Some(own) = self.programs.get(&service.id) else { return false };
        let parts: BTreeSet<&str> =
            path.split('/').map(|part| part.split('.').next().unwrap_or(part)).collect();
        let named = |program: &Program| program.names().any(|name| parts.contains(name));
        !named(own) && readers.iter().filter_map(|id| self.programs.get(*id)).any(named)
    }

    /// Whether enough of `sharers` run the image of `service`, and not all of those the same program.
    fn is_of_suite(&self, service: &Service, sharers: Option<&BTreeSet<&ServiceId>>) -> bool {
        let Some(own) = self.programs.get(&service.id) else { return false };
        let programs = sharers.into_iter().flatten().filter_map(|id| self.programs.get(*id));
        let suite: Vec<&Program> = programs.filter(|program| program.image == own.image).collect();
        suite.len() >= MIN_SHARERS && suite.iter().any(|program| **program != *own)
    }
}

/// The variables and arguments that every one of `members` has, with the same value.
fn of_all(members: &[Arc<Service>]) -> BTreeSet<&Mention> {
    let Some((first, others)) = members.split_first() else { return BTreeSet::new() };
    let mut common: BTreeSet<&Mention> =
        first.mentions.iter().filter(|m| matches!(m.via, Via::Environment | Via::Argument)).collect();
    for other in others {
        if common.is_empty() {
            break;
        }
        let has: BTreeSet<&Mention> = other.mentions.iter().collect();
        common.retain(|mention| has.contains(mention));
    }
    common
}

/// The path of the file in which a mention stands, without the line.
fn path(mention: &Mention) -> Option<&str> {
    let key = mention.place.key.as_str();
    (mention.via == Via::ConfigFile).then(|| key.rsplit_once(':').map_or(key, |(path, _)| path))
}

fn file_name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

#[cfg(test)]
mod tests;
