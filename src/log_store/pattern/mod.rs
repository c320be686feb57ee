//! Patterns of log lines. A pattern groups the lines that share one template, in which wildcards stand for
//! the variable words.
//!
//! The method is Drain (He, Zhu, Zheng, Lyu: "Drain: An Online Log Parsing Approach with Fixed Depth Tree",
//! ICWS 2017). It groups lines by their number of words and their first word, then by the fraction of words
//! that are equal. Masks first replace certain values (numbers, ids, addresses), as the authors advise.

mod mask;
mod template;

pub use template::Template;

use crate::model::{LogLevel, ServiceId, Timestamp};
use std::collections::{BTreeMap, BTreeSet};

/// The similarity to a pattern's template above which a line joins the pattern. Similarity is the fraction of
/// equal words; the paper tries values from 0.3 to 0.5. Masked values don't count as words, so `GET <n>` and
/// `PUT <n>` have no word in common.
const MIN_SIMILARITY: f64 = 0.5;
/// The maximum number of patterns. A new pattern beyond it displaces the one whose last line is oldest.
const MAX_PATTERNS: usize = 2_000;
/// The maximum number of patterns that one line is compared with: those with the same number of words and the
/// same first word.
const MAX_PATTERNS_COMPARED: usize = 100;
/// The maximum length of a pattern's example line, in bytes.
const MAX_EXAMPLE_BYTES: usize = 512;

/// A group of log lines that share one template, with the number, times and highest level of these lines.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pattern {
    /// The id, unique within its [`PatternSet`]. Ids increase in the order in which patterns were found.
    pub id: u64,
    /// The words that all lines of the pattern share, with wildcards for the others.
    pub template: Template,
    /// The number of lines added to the pattern.
    pub count: u64,
    /// The time of the earliest line of each service.
    pub first_seen_by_service: BTreeMap<ServiceId, Timestamp>,
    /// The time of the newest line.
    pub last_seen: Timestamp,
    /// The most severe level among the lines; `None` if no line states a level.
    pub level: Option<LogLevel>,
    /// The text of the newest line, cut after `MAX_EXAMPLE_BYTES`.
    pub example: String,
}

/// The message of one log line with its service, time and level, for [`PatternSet::add`].
#[derive(Clone, Copy, Debug)]
pub struct LoggedMessage<'a> {
    /// The service that wrote the line.
    pub service: &'a ServiceId,
    /// The time of the line.
    pub at: Timestamp,
    /// The level that the line states; `None` without one.
    pub level: Option<LogLevel>,
    /// The text of the message.
    pub message: &'a str,
}

/// The patterns of all lines added so far, with indexes to find the pattern of a line.
#[derive(Clone, Debug, Default)]
pub struct PatternSet {
    by_id: BTreeMap<u64, Pattern>,
    /// Pattern ids by number of words and first word.
    tree: BTreeMap<(usize, String), Vec<u64>>,
    /// Pattern ids by the time of their newest line.
    by_last_seen: BTreeSet<(Timestamp, u64)>,
    /// For each service, the time since which all its lines have been read.
    read_from: BTreeMap<ServiceId, Timestamp>,
    next_id: u64,
    /// The number of patterns that were dropped to limit memory.
    pub dropped: u64,
}

impl Pattern {
    fn new(id: u64, template: Template, logged: LoggedMessage<'_>) -> Self {
        Self {
            id,
            template,
            count: 0,
            first_seen_by_service: BTreeMap::new(),
            last_seen: logged.at,
            level: None,
            example: truncated_example(logged.message),
        }
    }

    /// Returns the time of the earliest line among all services.
    #[must_use]
    pub fn first_seen(&self) -> Timestamp {
        self.first_seen_by_service.values().min().copied().unwrap_or(self.last_seen)
    }

    fn record(&mut self, logged: LoggedMessage<'_>) {
        self.count += 1;
        self.level = self.level.max(logged.level);
        keep_earliest(&mut self.first_seen_by_service, logged.service, logged.at);
        if logged.at >= self.last_seen {
            self.last_seen = logged.at;
            self.example = truncated_example(logged.message);
        }
    }
}

impl PatternSet {
    /// Records that all lines of `service` since the time `from` have been read, even those that no caller
    /// passes to [`PatternSet::add`], for example because a filter hides them.
    pub fn record_read_from(&mut self, service: &ServiceId, from: Timestamp) {
        keep_earliest(&mut self.read_from, service, from);
    }

    /// Adds a message to the most similar pattern or to a new one. Returns the id of the pattern.
    pub fn add(&mut self, logged: LoggedMessage<'_>) -> u64 {
        let template = Template::from_message(logged.message);
        let id = self.most_similar(&template).unwrap_or_else(|| self.insert_new(&template, logged));
        if let Some(pattern) = self.by_id.get_mut(&id) {
            self.by_last_seen.remove(&(pattern.last_seen, id));
            pattern.template.generalize(&template);
            pattern.record(logged);
            self.by_last_seen.insert((pattern.last_seen, id));
        }
        id
    }

    /// Returns the id of the most similar pattern, or `None` if no pattern is similar enough.
    fn most_similar(&self, template: &Template) -> Option<u64> {
        let leaf = self.tree.get(&template.tree_key())?;
        let likeness = |id: &u64| self.by_id.get(id).map_or(0.0, |held| held.template.similarity(template));
        let all = leaf.iter().map(|id| (likeness(id), *id));
        let best = all.reduce(|a, b| if b.0 > a.0 { b } else { a })?;
        (best.0 > MIN_SIMILARITY).then_some(best.1)
    }

    /// Inserts a new pattern and returns its id. Drops an old pattern if a limit is reached.
    fn insert_new(&mut self, template: &Template, logged: LoggedMessage<'_>) -> u64 {
        let id = self.next_id;
        self.next_id += 1;
        let leaf = self.tree.entry(template.tree_key()).or_default();
        leaf.push(id);
        let age = |id: &u64| self.by_id.get(id).map_or((Timestamp::MIN, *id), |p| (p.last_seen, *id));
        let full = leaf.len() > MAX_PATTERNS_COMPARED;
        let crowded = leaf.iter().filter(|other| **other != id).min_by_key(|id| age(id)).filter(|_| full);
        let oldest =
            self.by_last_seen.first().map(|(_, oldest)| oldest).filter(|_| self.by_id.len() >= MAX_PATTERNS);
        if let Some(oldest) = crowded.or(oldest).copied() {
            self.remove(oldest);
        }
        self.by_id.insert(id, Pattern::new(id, template.clone(), logged));
        id
    }

    fn remove(&mut self, id: u64) {
        let Some(pattern) = self.by_id.remove(&id) else { return };
        self.by_last_seen.remove(&(pattern.last_seen, id));
        let branch = pattern.template.tree_key();
        if let Some(leaf) = self.tree.get_mut(&branch) {
            leaf.retain(|other| *other != id);
            if leaf.is_empty() {
                self.tree.remove(&branch);
            }
        }
        self.dropped += 1;
    }

    /// Returns all patterns, in the order in which they were found.
    pub fn iter(&self) -> impl Iterator<Item = &Pattern> {
        self.by_id.values()
    }

    /// Returns the pattern with the id `id`, or `None` if it was dropped or never existed.
    #[must_use]
    pub fn get(&self, id: u64) -> Option<&Pattern> {
        self.by_id.get(&id)
    }

    /// Returns `Some(false)` if a service wrote a line of the pattern before its time in `since`, such as the
    /// time of its last deployment. Otherwise returns `Some(true)`: the pattern is new and deserves attention
    /// first. Returns `None` if no lines before these times were read, so that there is nothing to compare
    /// with.
    pub fn is_new(&self, pattern: &Pattern, since: &BTreeMap<ServiceId, Timestamp>) -> Option<bool> {
        let mut known = false;
        for (service, first) in &pattern.first_seen_by_service {
            let Some(since) = since.get(service) else { continue };
            if first < since {
                return Some(false);
            }
            known |= self.read_from.get(service).is_some_and(|begins| begins < since);
        }
        known.then_some(true)
    }
}

/// Sets the time of `service` in `firsts` to `at` if the service has no time yet, or a later one.
fn keep_earliest(firsts: &mut BTreeMap<ServiceId, Timestamp>, service: &ServiceId, at: Timestamp) {
    match firsts.get_mut(service) {
        Some(first) => *first = at.min(*first),
        None => drop(firsts.insert(service.clone(), at)),
    }
}

fn truncated_example(text: &str) -> String {
    text[..text.floor_char_boundary(MAX_EXAMPLE_BYTES)].to_owned()
}

#[cfg(test)]
mod tests;
