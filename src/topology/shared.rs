//! Settings that everybody is given: they name services, and tell nothing about who uses them.

use crate::model::{Inventory, Mention, Place, Service, ServiceId, SourceId, Target, Via};
use std::collections::{BTreeMap, BTreeSet};

/// In a group smaller than this, that everybody says the same is no sign of anything.
const FEWEST_SERVICES: usize = 3;

/// A file that names fewer services than this is no address book, however many read it.
const FEWEST_NAMES: usize = 3;

/// What the services of each group have in common, worked out as it is asked for.
pub(super) struct Shared<'a> {
    groups: BTreeMap<Group<'a>, Vec<&'a Service>>,
    blocks: BTreeMap<(Group<'a>, Saying<'a>), bool>,
    books: BTreeMap<Group<'a>, Books<'a>>,
}

/// A compose project or cluster of one source.
type Group<'a> = (SourceId, Option<&'a str>);

/// What a mention says, wherever it is said.
type Saying<'a> = (Via, &'a str, &'a Target);

/// By file and by what it names, how many services have it.
type Books<'a> = BTreeMap<(&'a str, BTreeSet<&'a Target>), usize>;

impl<'a> Shared<'a> {
    /// Nothing worked out yet.
    pub(super) fn new(inventory: &'a Inventory) -> Self {
        let mut groups: BTreeMap<Group<'a>, Vec<&'a Service>> = BTreeMap::new();
        for service in inventory.services() {
            groups.entry(group(service)).or_default().push(service);
        }
        Self { groups, blocks: BTreeMap::new(), books: BTreeMap::new() }
    }

    /// Whether every service of the caller's group says the very same, the `target` of itself included.
    pub(super) fn is_block(
        &mut self,
        caller: &'a Service,
        mention: &'a Mention,
        target: Option<&Service>,
    ) -> bool {
        if !target.is_some_and(|target| says(target, mention)) {
            return false;
        }
        let group = group(caller);
        let Self { groups, blocks, .. } = self;
        let saying = (mention.via, mention.place.key.as_str(), &mention.target);
        let everybody = groups.get(&group).map_or(&[][..], Vec::as_slice);
        *blocks.entry((group, saying)).or_insert_with(|| {
            everybody.len() >= FEWEST_SERVICES && everybody.iter().all(|service| says(service, mention))
        })
    }

    /// Whether the mention stands in a file that several services have and that names many.
    pub(super) fn is_address_book(&mut self, caller: &'a Service, mention: &'a Mention) -> bool {
        let Some(file) = file(mention) else { return false };
        let group = group(caller);
        let Self { groups, books, .. } = self;
        let everybody = groups.get(&group).map_or(&[][..], Vec::as_slice);
        let books = books.entry(group).or_insert_with(|| books_of(everybody));
        let names = names_in(caller, file);
        names.len() >= FEWEST_NAMES
            && books.get(&(file, names)).is_some_and(|count| *count >= FEWEST_SERVICES)
    }

    /// The services whose evidence may weigh differently now that `service` says something else: all of its group,
    /// where all the others say what it began or ceased to say, or have the file in which that stands.
    pub(super) fn touched(&self, service: &'a Service, news: &[&Mention]) -> Vec<ServiceId> {
        let everybody = self.groups.get(&group(service)).map_or(&[][..], Vec::as_slice);
        let others = || everybody.iter().filter(|other| other.id != service.id);
        let common = |mention: &&Mention| match file(mention) {
            Some(file) => others().any(|other| !names_in(other, file).is_empty()),
            None => everybody.len() >= FEWEST_SERVICES && others().all(|other| says(other, mention)),
        };
        if news.iter().any(common) { others().map(|other| other.id.clone()).collect() } else { Vec::new() }
    }
}

fn says(service: &Service, mention: &Mention) -> bool {
    let same =
        |m: &Mention| m.via == mention.via && m.place.key == mention.place.key && m.target == mention.target;
    service.mentions.iter().any(same)
}

fn books_of<'a>(services: &[&'a Service]) -> Books<'a> {
    let mut books = Books::new();
    for service in services {
        let mut files: BTreeMap<&str, BTreeSet<&Target>> = BTreeMap::new();
        for (file, mention) in service.mentions.iter().filter_map(|m| Some((file(m)?, m))) {
            files.entry(file).or_default().insert(&mention.target);
        }
        for book in files.into_iter().filter(|(_, names)| names.len() >= FEWEST_NAMES) {
            *books.entry(book).or_default() += 1;
        }
    }
    books
}

fn names_in<'a>(service: &'a Service, file: &str) -> BTreeSet<&'a Target> {
    let inside = service.mentions.iter().filter(|m| self::file(m) == Some(file));
    inside.map(|mention| &mention.target).collect()
}

fn group(service: &Service) -> Group<'_> {
    (service.source(), service.group.as_deref())
}

/// The file in which a mention stands, without the line.
fn file(mention: &Mention) -> Option<&str> {
    let Place { key, .. } = &mention.place;
    // A compose file's mentions keep the key of the place where it says so.
    let in_file = match mention.via {
        Via::ConfigFile => true,
        Via::ComposeFile => key.starts_with("file "),
        _ => false,
    };
    in_file.then(|| key.rsplit_once(':').map_or(key.as_str(), |(file, _)| file))
}
