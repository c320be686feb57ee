//! Following pages: tokens that lead on without end are noticed, whoever gives them.
//!
//! Only [`Paging`] makes a [`Token`], and every call that asks for a page takes one, so that no loop over pages can do
//! without the limit.

use super::calls::Call;
use crate::model::{Failure, FailureKind};
use std::{
    collections::{BTreeSet, hash_map::DefaultHasher},
    fmt,
    hash::{Hash, Hasher},
};

/// The most pages of a list that is read at once: AWS allows 10,000 clusters in a region, a hundred to a page.
pub(crate) const MAX_LIST_PAGES: usize = 100;
/// The most pages of a listing that goes on over many looks.
pub(crate) const MAX_LISTING_PAGES: usize = 1_000;
/// The most pages of a log, which may hold no event each: `FilterLogEvents` searches in pieces.
pub(crate) const MAX_LOG_PAGES: usize = 20_000;

/// A token with which the next page is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Token(String);

impl From<Token> for String {
    fn from(token: Token) -> Self {
        token.0
    }
}

/// The pages of one list that were read so far.
#[derive(Clone, Debug)]
pub(crate) struct Paging {
    seen: BTreeSet<u64>,
    last: Option<Token>,
    max: usize,
}

/// Why pages are not read to their end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Endless {
    /// A token came back that was asked with before.
    Circle,
    /// More pages came than can be true.
    Pages(usize),
    /// More items came than can be true.
    Items(usize),
}

impl Paging {
    /// No page was read yet; at most `max` are.
    pub(crate) fn new(max: usize) -> Self {
        Self { seen: BTreeSet::new(), last: None, max }
    }

    /// The token of the next page, if a page says that there is one. A token that comes back unchanged is the end, as
    /// `GetLogEvents` and some emulators have it.
    pub(crate) fn next(&mut self, token: Option<String>) -> Result<Option<Token>, Endless> {
        let unchanged = |token: &String| self.last.as_ref().is_some_and(|last| last.0 == *token);
        let Some(token) = token.filter(|token| !token.is_empty() && !unchanged(token)) else {
            return Ok(None);
        };
        let mut hasher = DefaultHasher::new();
        token.hash(&mut hasher);
        if !self.seen.insert(hasher.finish()) {
            return Err(Endless::Circle);
        }
        if self.seen.len() >= self.max {
            return Err(Endless::Pages(self.max));
        }
        self.last = Some(Token(token));
        Ok(self.last.clone())
    }
}

impl Endless {
    /// The failure of the call whose pages those are.
    pub(crate) fn of(self, call: &Call) -> Failure {
        Failure::new(
            FailureKind::Invalid,
            format!("{}: {self}; the rest is left out", call.action),
            "see whether an emulator or a proxy answers in the place of AWS",
        )
    }
}

impl fmt::Display for Endless {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Circle => f.write_str("the pages lead round in a circle"),
            Self::Pages(max) => write!(f, "more than {max} pages came"),
            Self::Items(max) => write!(f, "more than {max} items came"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Endless, Paging};

    fn follow(max: usize, token: impl Fn(usize) -> Option<String>) -> (usize, Result<(), Endless>) {
        let mut paging = Paging::new(max);
        for page in 1..10_000 {
            match paging.next(token(page)) {
                Ok(Some(_)) => {}
                Ok(None) => return (page, Ok(())),
                Err(endless) => return (page, Err(endless)),
            }
        }
        panic!("without end");
    }

    #[test]
    fn pages_end_where_they_say_so() {
        assert_eq!(follow(100, |page| (page < 3).then(|| page.to_string())), (3, Ok(())));
        assert_eq!(follow(100, |_| Some(String::new())), (1, Ok(())));
        assert_eq!(follow(100, |_| Some("same".to_owned())), (2, Ok(())), "unchanged is the end");
    }

    #[test]
    fn circles_and_endless_tokens_are_noticed() {
        let alternating = |page: usize| Some(["a", "b"][page % 2].to_owned());
        assert_eq!(follow(100, alternating), (3, Err(Endless::Circle)));
        assert_eq!(follow(100, |page| Some(page.to_string())), (100, Err(Endless::Pages(100))));
    }
}
