//! What all lines of one kind have in common: their words, with those left open that differ.

use super::mask::{has_words, mask};
use std::fmt;

/// Words of a line that count; what stands behind them is part of the last.
const MOST_WORDS: usize = 48;
/// What of a line counts, in bytes, so that no line can take long.
const LONGEST: usize = 2_048;
/// What stands for a word that differs.
const OPEN: &str = "<*>";

/// The words that all lines of a kind share.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Template(Vec<String>);

impl Template {
    /// The template of one line alone: its words, with values masked.
    pub(super) fn of(text: &str) -> Self {
        Self(words(text).map(mask).collect())
    }

    /// What tells lines apart before they are compared: how many words there are, and the first one.
    pub(super) fn branch(&self) -> (usize, String) {
        let first = self.0.first().map_or("", |word| key(word));
        (self.0.len(), first.to_owned())
    }

    /// The share of words that both have, of those that are words in either.
    pub(super) fn likeness(&self, other: &Self) -> f64 {
        let told = |word: &str| word != OPEN && has_words(word);
        let pairs = || self.0.iter().zip(&other.0).filter(|(a, b)| told(a) || told(b));
        let same = pairs().filter(|(a, b)| a == b).count();
        let all = pairs().count();
        if all == 0 { 1.0 } else { same as f64 / all as f64 }
    }

    /// Leaves open what differs in the other.
    pub(super) fn widen(&mut self, other: &Self) {
        for (own, _) in self.0.iter_mut().zip(&other.0).filter(|(own, word)| own != word) {
            OPEN.clone_into(own);
        }
    }

    /// Whether a line has these words.
    #[must_use]
    pub fn fits(&self, text: &str) -> bool {
        let mut own = self.0.iter();
        let fits = |(own, word): (&String, &str)| {
            own == OPEN || own == word || (own.contains('<') && *own == mask(word))
        };
        words(text).all(|word| own.next().is_some_and(|own| fits((own, word)))) && own.next().is_none()
    }
}

impl fmt::Display for Template {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.join(" "))
    }
}

/// The words of a line that count.
fn words(text: &str) -> impl Iterator<Item = &str> {
    let head = &text[..text.floor_char_boundary(LONGEST)];
    let more = head.len() < text.len() || head.split_whitespace().nth(MOST_WORDS).is_some();
    head.split_whitespace().take(MOST_WORDS).chain(more.then_some(OPEN))
}

/// By what a word tells lines apart: not at all, where it holds a value.
fn key(word: &str) -> &str {
    if word.contains('<') || word.bytes().any(|c| c.is_ascii_digit()) { OPEN } else { word }
}

#[cfg(test)]
mod tests {
    use super::Template;

    #[test]
    fn a_template_fits_its_own_lines_and_no_others() {
        let mut template = Template::of("user alice bought 3 of 10.0.0.1:80");
        template.widen(&Template::of("user bob bought 17 of 10.0.0.2:81"));
        assert_eq!(template.to_string(), "user <*> bought <n> of <ip>");
        assert!(template.fits("user carol  bought 1 of 10.1.1.1:1"));
        for other in [
            "user carol bought 1 of",
            "user carol bought 1 of 10.1.1.1:1 now",
            "user carol sold 1 of 10.1.1.1:1",
            "",
        ] {
            assert!(!template.fits(other), "{other}");
        }
    }

    #[test]
    fn very_long_lines_count_by_their_head() {
        let long = |end: &str| format!("{} {end}", "word ".repeat(60));
        assert!(Template::of(&long("one")).fits(&long("two")));
        let wide = |end: char| "a.".repeat(100_000) + &end.to_string();
        assert!(Template::of(&wide('x')).fits(&wide('y')));
    }
}
