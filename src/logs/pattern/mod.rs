//! Lines of the same kind, gathered by their template: what is the same in all of them, with the rest left open.
//!
//! The method is Drain (He, Zhu, Zheng, Lyu: "Drain: An Online Log Parsing Approach with Fixed Depth Tree", ICWS 2017):
//! lines are told apart by their number of words and their first word, then by how many words they share. What is
//! surely a value (a number, an id, an address) is masked before that, as the authors advise.

mod mask;
mod template;

pub use template::Template;

use crate::model::{Level, ServiceId, Timestamp};
use std::collections::{BTreeMap, BTreeSet};

/// A line must have more than this share of its words in common with a template; the paper tries 0.3 to 0.5. Values that
/// were masked are no words: `GET <n>` and `PUT <n>` have nothing in common.
const ALIKE: f64 = 0.5;
/// Templates that are held. The one that was not seen for the longest time goes first.
const MOST: usize = 2_000;
/// Those of them that a line is compared with at most.
const MOST_COMPARED: usize = 100;
/// The longest line that is kept as an example, in bytes.
const LONGEST: usize = 512;

/// A template, and what is known of its lines.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pattern {
    /// Unique among those of one [`Patterns`], in the order in which they were first seen.
    pub id: u64,
    /// What all its lines have in common.
    pub template: Template,
    /// How many lines it has.
    pub count: u64,
    /// The time of its first line, for each service that writes it.
    pub firsts: BTreeMap<ServiceId, Timestamp>,
    /// The time of its last line.
    pub last: Timestamp,
    /// The gravest level among its lines.
    pub level: Option<Level>,
    /// Its last line.
    pub example: String,
}

/// A line, as far as it counts for its pattern.
#[derive(Clone, Copy, Debug)]
pub struct Said<'a> {
    /// Whose it is.
    pub service: &'a ServiceId,
    /// When.
    pub at: Timestamp,
    /// How grave it is.
    pub level: Option<Level>,
    /// Its message.
    pub message: &'a str,
}

/// Templates as lines come.
#[derive(Clone, Debug, Default)]
pub struct Patterns {
    held: BTreeMap<u64, Pattern>,
    /// By number of words and the first of them.
    tree: BTreeMap<(usize, String), Vec<u64>>,
    /// By the time of their last line.
    ages: BTreeSet<(Timestamp, u64)>,
    /// From when on all lines of each service were looked at.
    begins: BTreeMap<ServiceId, Timestamp>,
    begun: u64,
    /// How many templates were let go to make room.
    pub dropped: u64,
}

impl Pattern {
    fn new(id: u64, template: Template, said: Said<'_>) -> Self {
        Self {
            id,
            template,
            count: 0,
            firsts: BTreeMap::new(),
            last: said.at,
            level: None,
            example: example(said.message),
        }
    }

    /// The time of its first line.
    #[must_use]
    pub fn first(&self) -> Timestamp {
        self.firsts.values().min().copied().unwrap_or(self.last)
    }

    fn take(&mut self, said: Said<'_>) {
        self.count += 1;
        self.level = self.level.max(said.level);
        note(&mut self.firsts, said.service, said.at);
        if said.at >= self.last {
            self.last = said.at;
            self.example = example(said.message);
        }
    }
}

impl Patterns {
    /// Notes from when on all lines of a service were looked at, also those that were not taken.
    pub fn saw(&mut self, service: &ServiceId, from: Timestamp) {
        note(&mut self.begins, service, from);
    }

    /// Takes a line. Returns the number of its pattern.
    pub fn add(&mut self, said: Said<'_>) -> u64 {
        let template = Template::of(said.message);
        let id = self.best(&template).unwrap_or_else(|| self.begin(&template, said));
        if let Some(pattern) = self.held.get_mut(&id) {
            self.ages.remove(&(pattern.last, id));
            pattern.template.widen(&template);
            pattern.take(said);
            self.ages.insert((pattern.last, id));
        }
        id
    }

    /// The pattern that is most like that, if any is enough.
    fn best(&self, template: &Template) -> Option<u64> {
        let leaf = self.tree.get(&template.branch())?;
        let likeness = |id: &u64| self.held.get(id).map_or(0.0, |held| held.template.likeness(template));
        let all = leaf.iter().map(|id| (likeness(id), *id));
        let best = all.reduce(|a, b| if b.0 > a.0 { b } else { a })?;
        (best.0 > ALIKE).then_some(best.1)
    }

    /// Holds a new pattern, and lets go of an old one where there is no room.
    fn begin(&mut self, template: &Template, said: Said<'_>) -> u64 {
        let id = self.begun;
        self.begun += 1;
        let leaf = self.tree.entry(template.branch()).or_default();
        leaf.push(id);
        let age = |id: &u64| self.held.get(id).map_or((Timestamp::MIN, *id), |p| (p.last, *id));
        let full = leaf.len() > MOST_COMPARED;
        let crowded = leaf.iter().filter(|other| **other != id).min_by_key(|id| age(id)).filter(|_| full);
        let oldest = self.ages.first().map(|(_, oldest)| oldest).filter(|_| self.held.len() >= MOST);
        if let Some(oldest) = crowded.or(oldest).copied() {
            self.forget(oldest);
        }
        self.held.insert(id, Pattern::new(id, template.clone(), said));
        id
    }

    fn forget(&mut self, id: u64) {
        let Some(pattern) = self.held.remove(&id) else { return };
        self.ages.remove(&(pattern.last, id));
        let branch = pattern.template.branch();
        if let Some(leaf) = self.tree.get_mut(&branch) {
            leaf.retain(|other| *other != id);
            if leaf.is_empty() {
                self.tree.remove(&branch);
            }
        }
        self.dropped += 1;
    }

    /// All patterns, in the order in which they were first met.
    pub fn iter(&self) -> impl Iterator<Item = &Pattern> {
        self.held.values()
    }

    /// The pattern of that number, if it is still held.
    #[must_use]
    pub fn get(&self, id: u64) -> Option<&Pattern> {
        self.held.get(&id)
    }

    /// Whether all services that write a pattern do so only since a time of their own, though lines from before were
    /// looked at: what is new since a deployment is the first thing to look at. None where that can't be told.
    pub fn is_new(&self, pattern: &Pattern, since: &BTreeMap<ServiceId, Timestamp>) -> Option<bool> {
        let mut known = false;
        for (service, first) in &pattern.firsts {
            let Some(since) = since.get(service) else { continue };
            if first < since {
                return Some(false);
            }
            known |= self.begins.get(service).is_some_and(|begins| begins < since);
        }
        known.then_some(true)
    }
}

/// Notes the first time of a service.
fn note(firsts: &mut BTreeMap<ServiceId, Timestamp>, service: &ServiceId, at: Timestamp) {
    match firsts.get_mut(service) {
        Some(first) => *first = at.min(*first),
        None => drop(firsts.insert(service.clone(), at)),
    }
}

fn example(text: &str) -> String {
    text[..text.floor_char_boundary(LONGEST)].to_owned()
}

#[cfg(test)]
mod tests;
