//! Paging through AWS lists, with limits that stop an endless list.
//!
//! Only [`Paging`] makes a [`PageToken`]. So a loop whose calls take a `PageToken` can't run without a limit.

use crate::{
    model::{Failure, FailureKind},
    source::ecs::quota::calls::Call,
};
use std::{
    collections::{BTreeSet, hash_map::DefaultHasher},
    fmt,
    hash::{Hash, Hasher},
};

/// Maximum number of pages of a list that one poll reads completely. AWS allows 10,000 clusters in a region,
/// 100 a page.
pub(crate) const MAX_LIST_PAGES: usize = 100;
/// Maximum number of pages of a listing that spans many polls.
pub(crate) const MAX_LISTING_PAGES: usize = 1_000;
/// Maximum number of pages in one read of a log. Many pages may be empty, because each call of
/// `FilterLogEvents` searches only a piece of the log.
pub(crate) const MAX_LOG_PAGES: usize = 20_000;

/// Token that requests the next page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct PageToken(String);

impl From<PageToken> for String {
    fn from(token: PageToken) -> Self {
        token.0
    }
}

/// Progress through the pages of one list: the tokens seen so far, and the maximum number of pages.
#[derive(Clone, Debug)]
pub(crate) struct Paging {
    seen_hashes: BTreeSet<u64>,
    last: Option<PageToken>,
    max_pages: usize,
}

/// Reason to stop reading pages before the end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PagingError {
    /// AWS returned a token that was used before.
    Cycle,
    /// The list has more pages than this limit.
    TooManyPages(usize),
    /// The list has more items than this limit.
    TooManyItems(usize),
}

impl Paging {
    /// Starts paging through a list of at most `max_pages` pages.
    pub(crate) fn new(max_pages: usize) -> Self {
        Self { seen_hashes: BTreeSet::new(), last: None, max_pages }
    }

    /// Returns the token of the next page. `token` is the token in the last response. Returns `None` at the
    /// end of the list. Returns an error if the list has too many pages or repeats a token.
    ///
    /// An unchanged token ends the list, because `GetLogEvents` and some emulators end their lists this way.
    pub(crate) fn next(&mut self, token: Option<String>) -> Result<Option<PageToken>, PagingError> {
        let unchanged = |token: &String| self.last.as_ref().is_some_and(|last| last.0 == *token);
        let Some(token) = token.filter(|token| !token.is_empty() && !unchanged(token)) else {
            return Ok(None);
        };
        let mut hasher = DefaultHasher::new();
        token.hash(&mut hasher);
        if !self.seen_hashes.insert(hasher.finish()) {
            return Err(PagingError::Cycle);
        }
        if self.seen_hashes.len() >= self.max_pages {
            return Err(PagingError::TooManyPages(self.max_pages));
        }
        self.last = Some(PageToken(token));
        Ok(self.last.clone())
    }
}

impl PagingError {
    /// Returns the failure to report for `call`.
    pub(crate) fn failure(self, call: &Call) -> Failure {
        Failure::new(
            FailureKind::Invalid,
            format!("{}: {self}; the rest was not read", call.action),
            "check whether an emulator or a proxy responds in place of AWS",
        )
    }
}

impl fmt::Display for PagingError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Cycle => f.write_str("the list repeats a page token"),
            Self::TooManyPages(max) => write!(f, "more than {max} pages"),
            Self::TooManyItems(max) => write!(f, "more than {max} items"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Paging, PagingError};

    fn follow(max: usize, token: impl Fn(usize) -> Option<String>) -> (usize, Result<(), PagingError>) {
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
        assert_eq!(follow(100, alternating), (3, Err(PagingError::Cycle)));
        assert_eq!(follow(100, |page| Some(page.to_string())), (100, Err(PagingError::TooManyPages(100))));
    }
}
