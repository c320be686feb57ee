//! Search that the user types. Case matters only if the text contains a capital letter. `/…/` is a regular
//! expression. A leading `!` inverts the search. `field:` restricts it to one field of the profile.

use crate::{
    log_store::TextMatcher,
    model::{PROFILE_FIELDS, ProfileField},
};
use serde::{Deserialize, Serialize};

/// Search that the user typed. An empty search matches everything.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
pub struct Search {
    /// Text as the user typed it.
    typed: String,
    matcher: Option<TextMatcher>,
    inverse: bool,
    field: Option<ProfileField>,
}

impl Search {
    /// Parses `typed`. Treats an invalid regular expression, for example a half-typed one, as plain text.
    #[must_use]
    pub fn new(typed: &str) -> Self {
        let text = typed.strip_prefix('!').unwrap_or(typed);
        let named = text.split_once(':').and_then(|(id, rest)| {
            let spec = PROFILE_FIELDS.iter().find(|spec| spec.id == id)?;
            Some((spec.field, rest.trim_start()))
        });
        let (field, text) = named.map_or((None, text), |(field, rest)| (Some(field), rest));
        let matcher = TextMatcher::parse(text)
            .or_else(|_| TextMatcher::literal(text))
            .ok()
            .filter(|_| !text.is_empty());
        let inverse = matcher.is_some() && typed.starts_with('!');
        Self { typed: typed.to_owned(), inverse, field, matcher }
    }

    /// Returns the matcher for the text or regular expression, or `None` if the search is empty.
    #[must_use]
    pub fn matcher(&self) -> Option<&TextMatcher> {
        self.matcher.as_ref()
    }

    /// Returns true if the search is empty.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.matcher.is_none()
    }

    /// Returns true if the search is inverted by a leading `!`.
    #[must_use]
    pub fn is_inverse(&self) -> bool {
        self.inverse
    }

    /// Returns the profile field to which the search is restricted, or `None` if it is not restricted.
    #[must_use]
    pub fn field(&self) -> Option<ProfileField> {
        self.field
    }

    /// Returns true if the search matches `text`. An inverted search matches if `text` does not contain its
    /// expression.
    #[must_use]
    pub fn matches(&self, text: &str) -> bool {
        self.matcher.as_ref().is_none_or(|needle| needle.is_match(text) != self.inverse)
    }

    /// Returns the rank of the match in `name`, in which lower is better: 0 for the whole name, 1 for its
    /// start, 2 for the start of a word, 3 for any other match, and 4 for no match.
    #[must_use]
    pub fn match_rank(&self, name: &str) -> usize {
        let begins = |at: usize| !name[..at].ends_with(char::is_alphanumeric);
        match self.match_ranges(name).first() {
            Some((0, end)) if *end == name.len() => 0,
            Some((0, _)) => 1,
            Some((start, _)) if begins(*start) => 2,
            Some(_) => 3,
            None => 4,
        }
    }

    /// Returns the byte ranges of the matches in `text`. An inverted search has none.
    #[must_use]
    pub fn match_ranges(&self, text: &str) -> Vec<(usize, usize)> {
        let needle = self.matcher.as_ref().filter(|_| !self.inverse);
        needle.map(|needle| needle.match_ranges(text).map(|r| (r.start, r.end)).collect()).unwrap_or_default()
    }
}

impl From<String> for Search {
    fn from(typed: String) -> Self {
        Self::new(&typed)
    }
}

impl From<Search> for String {
    fn from(search: Search) -> Self {
        search.typed
    }
}

#[cfg(test)]
mod tests {
    use super::{ProfileField, Search};

    #[test]
    fn case_counts_where_a_capital_is_typed() {
        assert!(Search::new("err").matches("an ERROR"));
        assert!(!Search::new("Err").matches("an ERROR"));
        assert!(Search::new("!err").matches("fine"));
        assert!(!Search::new("!err").matches("error"));
        assert!(Search::new("").matches("anything"));
        assert!(Search::new("!").matches("anything") && Search::new("!").is_empty());
        assert!(Search::new("!/").is_inverse() && !Search::new("owner:x").is_inverse());
    }

    #[test]
    fn a_field_restricts_the_search() {
        let search = Search::new("owner: checkout");
        assert!(search.field() == Some(ProfileField::Owner) && search.matches("team checkout"));
        assert_eq!(
            (Search::new("http:x").field(), Search::new("!tier:1").field()),
            (None, Some(ProfileField::Tier))
        );
    }

    #[test]
    fn places_are_in_bytes_of_the_text() {
        assert_eq!(Search::new("é").match_ranges("aÉbé"), [(1, 3), (4, 6)]);
        assert!(Search::new("!x").match_ranges("x").is_empty());
    }

    #[test]
    fn between_strokes_stands_an_expression() {
        assert_eq!(Search::new("/t.me+/").match_ranges("a time, timeee"), [(2, 6), (8, 14)]);
        assert_eq!(Search::new("t.me").match_ranges("a time, t.me"), [(8, 12)]);
        assert_eq!(Search::new("/(/").match_ranges("this /(/ is no expression"), [(5, 8)]);
        assert!(Search::new("!/^a/").matches("ba") && !Search::new("!/^a/").matches("ab"));
    }
}
