//! Lines of the same kind, gathered by their template: what is the same in all of them, with the rest left open.
//!
//! The method is Drain (He, Zhu, Zheng, Lyu: "Drain: An Online Log Parsing Approach with Fixed Depth Tree", ICWS 2017):
//! lines are told apart by their number of words and their first words, then by how many words they share. What is
//! surely a value (a number, an id, an address) is masked before that, as the authors advise.

mod mask;

use crate::model::{Level, Timestamp};
use std::collections::BTreeMap;

/// A line must have more than this share of its words in common with a template; the paper tries 0.3 to 0.5. Values that
/// were masked are no words: `GET <n>` and `PUT <n>` have nothing in common.
const ALIKE: f64 = 0.5;
/// The first words by which lines are told apart before they are compared.
const DEPTH: usize = 1;
/// Words of a line that count; what stands behind them is part of the last.
const MOST_WORDS: usize = 48;
/// Templates that are held. The one that was not seen for the longest time goes first.
const MOST: usize = 2_000;
/// What stands for a word that differs.
const OPEN: &str = "<*>";
/// The longest line that is kept as an example, in bytes.
const LONGEST: usize = 512;

/// A template, and what is known of its lines.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pattern {
    /// Unique among those of one [`Patterns`], in the order in which they were first seen.
    pub id: u64,
    words: Vec<String>,
    /// How many lines it has.
    pub count: u64,
    /// The time of its first line.
    pub first: Timestamp,
    /// The time of its last line.
    pub last: Timestamp,
    /// The gravest level among its lines.
    pub level: Option<Level>,
    /// Its last line.
    pub example: String,
}

/// Templates as lines come.
#[derive(Clone, Debug, Default)]
pub struct Patterns {
    held: BTreeMap<u64, Pattern>,
    /// By number of words and the first of them.
    tree: BTreeMap<(usize, Vec<String>), Vec<u64>>,
    begun: u64,
    /// How many templates were let go to make room.
    pub dropped: u64,
}

impl Pattern {
    /// What all its lines have in common.
    #[must_use]
    pub fn template(&self) -> String {
        self.words.join(" ")
    }

    /// Whether no line of it is older than that: what is new since a deployment is the first thing to look at.
    #[must_use]
    pub fn is_new_since(&self, time: Timestamp) -> bool {
        self.first >= time
    }

    fn likeness(&self, words: &[String]) -> f64 {
        let told = |word: &str| word != OPEN && mask::has_words(word);
        let pairs = || self.words.iter().zip(words).filter(|(held, word)| told(held) || told(word));
        let same = pairs().filter(|(held, word)| held == word).count();
        let all = pairs().count();
        if all == 0 { 1.0 } else { same as f64 / all as f64 }
    }

    fn take(&mut self, words: &[String], text: &str, at: Timestamp, level: Option<Level>) {
        for (held, word) in self.words.iter_mut().zip(words) {
            if held != word {
                OPEN.clone_into(held);
            }
        }
        self.count += 1;
        self.level = self.level.max(level);
        self.first = self.first.min(at);
        if at >= self.last {
            self.last = at;
            self.example = example(text);
        }
    }
}

impl Patterns {
    /// Takes a line's message. Returns the number of its pattern.
    pub fn add(&mut self, text: &str, at: Timestamp, level: Option<Level>) -> u64 {
        let words = words(text);
        let branch = (words.len(), words.iter().take(DEPTH).map(|w| key(w)).collect::<Vec<_>>());
        let leaf = self.tree.entry(branch.clone()).or_default();
        let likeness = |id: &u64| self.held.get(id).map_or(0.0, |pattern| pattern.likeness(&words));
        let best = leaf.iter().map(|id| (likeness(id), *id)).reduce(|a, b| if b.0 > a.0 { b } else { a });
        if let Some((_, id)) = best.filter(|(likeness, _)| *likeness > ALIKE)
            && let Some(pattern) = self.held.get_mut(&id)
        {
            pattern.take(&words, text, at, level);
            return id;
        }
        let id = self.begun;
        self.begun += 1;
        leaf.push(id);
        let example = example(text);
        self.held.insert(id, Pattern { id, words, count: 1, first: at, last: at, level, example });
        if self.held.len() > MOST {
            self.forget();
        }
        id
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

    /// Lets go of the one that was not seen for the longest time.
    fn forget(&mut self) {
        let Some(oldest) = self.held.values().min_by_key(|p| (p.last, p.id)).map(|p| p.id) else { return };
        self.held.remove(&oldest);
        self.tree.retain(|_, leaf| {
            leaf.retain(|id| *id != oldest);
            !leaf.is_empty()
        });
        self.dropped += 1;
    }
}

/// The masked words of a line.
fn words(text: &str) -> Vec<String> {
    let mut words: Vec<String> = text.split_whitespace().take(MOST_WORDS).map(mask::mask).collect();
    if text.split_whitespace().nth(MOST_WORDS).is_some() {
        words.push(OPEN.to_owned());
    }
    words
}

/// By what a word tells lines apart: not at all, where it holds a value.
fn key(word: &str) -> String {
    if word.contains('<') || word.bytes().any(|c| c.is_ascii_digit()) {
        OPEN.to_owned()
    } else {
        word.to_owned()
    }
}

fn example(text: &str) -> String {
    let end = (0..=LONGEST.min(text.len())).rev().find(|end| text.is_char_boundary(*end)).unwrap_or(0);
    text[..end].to_owned()
}

#[cfg(test)]
mod tests;
