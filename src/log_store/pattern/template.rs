//! Templates: the words that all lines of a pattern share, with wildcards for the variable ones.

use super::mask::{has_words, mask_values};
use serde::{Deserialize, Serialize};
use std::fmt;

/// The maximum number of words in a template. One wildcard stands for all further words of a message.
const MAX_WORDS: usize = 48;
/// The maximum number of bytes of a message to read, which limits the time spent on one line.
const MAX_MESSAGE_BYTES: usize = 2_048;
/// The wildcard for a word that varies.
const WILDCARD_WORD: &str = "<*>";

/// The words that all lines of a pattern share, in order. `<*>` stands for a variable word, and a mask such
/// as `<n>` for a value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Template(Vec<String>);

impl Template {
    /// Returns the template of one message: its words, with masks for the values.
    pub(super) fn from_message(text: &str) -> Self {
        Self(leading_words(text).map(mask_values).collect())
    }

    /// Returns the key by which a [`PatternSet`](super::PatternSet) groups patterns: the number of words, and
    /// the first word.
    pub(super) fn tree_key(&self) -> (usize, String) {
        let first = self.0.first().map_or("", |word| first_word_key(word));
        (self.0.len(), first.to_owned())
    }

    /// Returns the fraction of equal words, from 0 to 1. Positions at which both templates have a wildcard or
    /// a mask don't count. Returns 1 if no position counts.
    pub(super) fn similarity(&self, other: &Self) -> f64 {
        let is_fixed_word = |word: &str| word != WILDCARD_WORD && has_words(word);
        let pairs = || self.0.iter().zip(&other.0).filter(|(a, b)| is_fixed_word(a) || is_fixed_word(b));
        let same = pairs().filter(|(a, b)| a == b).count();
        let all = pairs().count();
        if all == 0 { 1.0 } else { same as f64 / all as f64 }
    }

    /// Replaces each word that differs from the word of `other` at the same position by a wildcard.
    pub(super) fn generalize(&mut self, other: &Self) {
        for (own, _) in self.0.iter_mut().zip(&other.0).filter(|(own, word)| own != word) {
            WILDCARD_WORD.clone_into(own);
        }
    }

    /// Returns true if a message matches the template.
    #[must_use]
    pub fn matches(&self, text: &str) -> bool {
        let mut own = self.0.iter();
        let fits = |(own, word): (&String, &str)| {
            own == WILDCARD_WORD || own == word || (own.contains('<') && *own == mask_values(word))
        };
        leading_words(text).all(|word| own.next().is_some_and(|own| fits((own, word))))
            && own.next().is_none()
    }
}

impl fmt::Display for Template {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.join(" "))
    }
}

/// Returns the first [`MAX_WORDS`] words of a message, followed by a wildcard if there are more.
fn leading_words(text: &str) -> impl Iterator<Item = &str> {
    let head = &text[..text.floor_char_boundary(MAX_MESSAGE_BYTES)];
    let more = head.len() < text.len() || head.split_whitespace().nth(MAX_WORDS).is_some();
    head.split_whitespace().take(MAX_WORDS).chain(more.then_some(WILDCARD_WORD))
}

/// Returns the first word as it is used in the group key: `word` itself, or a wildcard if `word` contains a
/// digit or a mask.
fn first_word_key(word: &str) -> &str {
    if word.contains('<') || word.bytes().any(|c| c.is_ascii_digit()) { WILDCARD_WORD } else { word }
}

#[cfg(test)]
mod tests {
    use super::Template;

    #[test]
    fn a_template_fits_its_own_lines_and_no_others() {
        let mut template = Template::from_message("user alice bought 3 of 10.0.0.1:80");
        template.generalize(&Template::from_message("user bob bought 17 of 10.0.0.2:81"));
        assert_eq!(template.to_string(), "user <*> bought <n> of <ip>");
        assert!(template.matches("user carol  bought 1 of 10.1.1.1:1"));
        for other in [
            "user carol bought 1 of",
            "user carol bought 1 of 10.1.1.1:1 now",
            "user carol sold 1 of 10.1.1.1:1",
            "",
        ] {
            assert!(!template.matches(other), "{other}");
        }
    }

    #[test]
    fn very_long_lines_count_by_their_head() {
        let long = |end: &str| format!("{} {end}", "word ".repeat(60));
        assert!(Template::from_message(&long("one")).matches(&long("two")));
        let wide = |end: char| "a.".repeat(100_000) + &end.to_string();
        assert!(Template::from_message(&wide('x')).matches(&wide('y')));
    }
}
