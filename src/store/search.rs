//! A search as people type it: case counts only where they wrote a capital, `/…/` is a regular expression, and `!` turns
//! it round.

use crate::logs::Needle;

/// What is searched for; empty finds everything.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Search {
    needle: Option<Needle>,
    inverse: bool,
}

impl Search {
    /// Reads what was typed. An expression that can't be read, as it is half typed, is meant as it stands.
    #[must_use]
    pub fn new(typed: &str) -> Self {
        let text = typed.strip_prefix('!').unwrap_or(typed);
        let needle = Needle::read(text).or_else(|_| Needle::literal(text)).ok().filter(|_| !text.is_empty());
        Self { inverse: needle.is_some() && text.len() < typed.len(), needle }
    }

    /// What is searched for; none where nothing is.
    #[must_use]
    pub fn needle(&self) -> Option<&Needle> {
        self.needle.as_ref()
    }

    /// Whether nothing is searched for.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.needle.is_none()
    }

    /// Whether it is turned round.
    #[must_use]
    pub fn is_inverse(&self) -> bool {
        self.inverse
    }

    /// Whether `text` is among what is searched for.
    #[must_use]
    pub fn matches(&self, text: &str) -> bool {
        self.needle.as_ref().is_none_or(|needle| needle.is_in(text) != self.inverse)
    }

    /// How well it fits a name, the least best: it is the whole of it, its beginning, that of a word in it, any part.
    #[must_use]
    pub fn fit(&self, name: &str) -> usize {
        let begins = |at: usize| !name[..at].ends_with(char::is_alphanumeric);
        match self.places(name).first() {
            Some((0, end)) if *end == name.len() => 0,
            Some((0, _)) => 1,
            Some((start, _)) if begins(*start) => 2,
            Some(_) => 3,
            None => 4,
        }
    }

    /// Where in `text` it stands, in bytes; nowhere for an inverse search.
    #[must_use]
    pub fn places(&self, text: &str) -> Vec<(usize, usize)> {
        let needle = self.needle.as_ref().filter(|_| !self.inverse);
        needle.map(|needle| needle.places(text).map(|r| (r.start, r.end)).collect()).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::Search;

    #[test]
    fn case_counts_where_a_capital_is_typed() {
        assert!(Search::new("err").matches("an ERROR"));
        assert!(!Search::new("Err").matches("an ERROR"));
        assert!(Search::new("!err").matches("fine"));
        assert!(!Search::new("!err").matches("error"));
        assert!(Search::new("").matches("anything"));
        assert!(Search::new("!").matches("anything") && Search::new("!").is_empty());
    }

    #[test]
    fn places_are_in_bytes_of_the_text() {
        assert_eq!(Search::new("é").places("aÉbé"), [(1, 3), (4, 6)]);
        assert!(Search::new("!x").places("x").is_empty());
    }

    #[test]
    fn between_strokes_stands_an_expression() {
        assert_eq!(Search::new("/t.me+/").places("a time, timeee"), [(2, 6), (8, 14)]);
        assert_eq!(Search::new("t.me").places("a time, t.me"), [(8, 12)]);
        assert_eq!(Search::new("/(/").places("this /(/ is no expression"), [(5, 8)]);
        assert!(Search::new("!/^a/").matches("ba") && !Search::new("!/^a/").matches("ab"));
    }
}
