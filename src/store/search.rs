//! A search as people type it: case counts only where they wrote a capital, and `!` turns it round.

use crate::logs::Needle;

/// What is searched for; empty finds everything.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Search {
    text: String,
    inverse: bool,
}

impl Search {
    /// Reads what was typed.
    #[must_use]
    pub fn new(typed: &str) -> Self {
        match typed.strip_prefix('!') {
            Some(text) => Self { text: text.to_owned(), inverse: !text.is_empty() },
            None => Self { text: typed.to_owned(), inverse: false },
        }
    }

    /// What is searched for, as the log lines are searched; none where nothing is.
    #[must_use]
    pub fn needle(&self) -> Option<Needle> {
        if self.text.is_empty() { None } else { Needle::literal(&self.text).ok() }
    }

    /// Whether nothing is searched for.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.text.is_empty()
    }

    /// Whether it is turned round.
    #[must_use]
    pub fn is_inverse(&self) -> bool {
        self.inverse
    }

    /// Whether `text` is among what is searched for.
    #[must_use]
    pub fn matches(&self, text: &str) -> bool {
        self.is_empty() || self.find(text).is_some() != self.inverse
    }

    /// Where in `text` it stands, in bytes; nowhere for an inverse search.
    #[must_use]
    pub fn places(&self, text: &str) -> Vec<(usize, usize)> {
        let mut places = Vec::new();
        let mut from = 0;
        while let Some((start, end)) =
            text.get(from..).filter(|_| !self.is_empty() && !self.inverse).and_then(|t| self.find(t))
        {
            places.push((from + start, from + end));
            from += end.max(1);
        }
        places
    }

    /// The first place of the text itself.
    fn find(&self, text: &str) -> Option<(usize, usize)> {
        let exact = self.text.chars().any(char::is_uppercase);
        if exact {
            return text.find(&self.text).map(|start| (start, start + self.text.len()));
        }
        let starts = text.char_indices().map(|(start, _)| start);
        starts
            .into_iter()
            .find_map(|start| prefix(&text[start..], &self.text).map(|len| (start, start + len)))
    }
}

/// How many bytes of `text` are `start`, whatever the case.
fn prefix(text: &str, start: &str) -> Option<usize> {
    let mut chars = text.char_indices();
    for wanted in start.chars() {
        let (_, c) = chars.next()?;
        if c != wanted && !c.to_lowercase().eq(wanted.to_lowercase()) {
            return None;
        }
    }
    Some(chars.next().map_or(text.len(), |(at, _)| at))
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
    }

    #[test]
    fn places_are_in_bytes_of_the_text() {
        assert_eq!(Search::new("é").places("aÉbé"), [(1, 3), (4, 6)]);
        assert!(Search::new("!x").places("x").is_empty());
    }
}
