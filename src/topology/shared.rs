//! Settings that everybody is given: they name services, and tell nothing about who uses them.

use crate::model::{Inventory, Mention, Place, Service, SourceId, Target, Via};
use std::collections::{BTreeMap, BTreeSet};

/// In a group smaller than this, that everybody says the same is no sign of anything.
const FEWEST_SERVICES: usize = 3;

/// A file that names fewer services than this is no address book, however many read it.
const FEWEST_NAMES: usize = 3;

/// What the services of each group have in common.
pub(super) struct Shared<'a> {
    /// How many services each group has.
    sizes: BTreeMap<Group<'a>, usize>,
    /// How many services of a group say the very same.
    said: BTreeMap<(Group<'a>, Via, &'a str, &'a Target), usize>,
    /// What each file names, with how many services of a group have it and say so.
    books: BTreeMap<(Group<'a>, &'a str), BTreeMap<BTreeSet<&'a Target>, usize>>,
}

/// A compose project or cluster of one source.
type Group<'a> = (SourceId, Option<&'a str>);

impl<'a> Shared<'a> {
    /// What the services of `inventory` have in common.
    pub(super) fn new(inventory: &'a Inventory) -> Self {
        let mut shared = Self { sizes: BTreeMap::new(), said: BTreeMap::new(), books: BTreeMap::new() };
        for service in inventory.services() {
            shared.count(service);
        }
        // Most is said once: only what several say can be common.
        shared.said.retain(|_, count| *count >= FEWEST_SERVICES);
        shared
    }

    fn count(&mut self, service: &'a Service) {
        let group = group(service);
        *self.sizes.entry(group.clone()).or_default() += 1;
        let mut said = BTreeSet::new();
        let mut files: BTreeMap<&str, BTreeSet<&Target>> = BTreeMap::new();
        for mention in &service.mentions {
            match file(mention) {
                Some(file) => {
                    files.entry(file).or_default().insert(&mention.target);
                }
                None => {
                    said.insert((mention.via, mention.place.key.as_str(), &mention.target));
                }
            }
        }
        for (via, key, target) in said {
            *self.said.entry((group.clone(), via, key, target)).or_default() += 1;
        }
        for (file, names) in files.into_iter().filter(|(_, names)| names.len() >= FEWEST_NAMES) {
            *self.books.entry((group.clone(), file)).or_default().entry(names).or_default() += 1;
        }
    }

    /// Whether every service of the caller's group says the very same, the `target` of itself included.
    pub(super) fn is_block(&self, caller: &Service, mention: &Mention, target: Option<&Service>) -> bool {
        let same = |m: &Mention| {
            m.via == mention.via && m.place.key == mention.place.key && m.target == mention.target
        };
        if !target.is_some_and(|target| target.mentions.iter().any(same)) {
            return false;
        }
        let group = group(caller);
        let key = (group.clone(), mention.via, mention.place.key.as_str(), &mention.target);
        let everybody = self.sizes.get(&group).copied().unwrap_or_default();
        everybody >= FEWEST_SERVICES && self.said.get(&key) == Some(&everybody)
    }

    /// Whether the mention stands in a file that several services have and that names many.
    pub(super) fn is_address_book(&self, caller: &Service, mention: &Mention) -> bool {
        let Some(file) = file(mention) else { return false };
        let names =
            || caller.mentions.iter().filter(|m| self::file(m) == Some(file)).map(|m| &m.target).collect();
        let books = self.books.get(&(group(caller), file));
        books.is_some_and(|books| books.get(&names()).is_some_and(|count| *count >= FEWEST_SERVICES))
    }
}

fn group(service: &Service) -> Group<'_> {
    (service.source(), service.group.as_deref())
}

/// The file in which a mention stands, without the line.
fn file(mention: &Mention) -> Option<&str> {
    let Place { key, .. } = &mention.place;
    (mention.via == Via::ConfigFile).then(|| key.rsplit_once(':').map_or(key.as_str(), |(file, _)| file))
}
