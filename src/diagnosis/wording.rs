//! Formatting of counts and lists of names in the sentences of findings.

use crate::model::Service;
use std::{borrow::Borrow, fmt::Display};

/// Formats a count with its noun: `1 task`, `3 tasks`.
pub(super) fn count_label(number: usize, what: &str) -> String {
    if number == 1 { format!("1 {what}") } else { format!("{number} {what}s") }
}

/// Returns the words before a number of listed failures of `service`: `at least `, if its list leaves out some.
pub(super) fn minimum_mark(service: &Service) -> &'static str {
    if service.unlisted_failures > 0 { "at least " } else { "" }
}

/// Maximum number of names that a sentence lists before `and 7 more`.
const MAX_LISTED_NAMES: usize = 8;

/// Joins names in a sentence: `a, b and c`, or `a, b and 7 more`.
pub(super) fn join_names<S: Borrow<str> + Display>(names: &[S]) -> String {
    match names {
        [] => String::new(),
        [one] => one.to_string(),
        [all @ .., last] if names.len() <= MAX_LISTED_NAMES => format!("{} and {last}", all.join(", ")),
        _ => format!("{} and {} more", names[..MAX_LISTED_NAMES].join(", "), names.len() - MAX_LISTED_NAMES),
    }
}
