//! A text to look for in lines: as it stands, or a regular expression.

use regex::{Regex, RegexBuilder};
use std::borrow::Cow;

/// What a compiled expression may take, in bytes: a hostile one is refused, and none can take long, as matching takes
/// time linear in the text (<https://docs.rs/regex/latest/regex/#untrusted-input>).
const LARGEST: usize = 512 * 1024;

/// A text to look for. Case counts only where it has a capital.
#[derive(Clone, Debug)]
pub struct Needle {
    typed: String,
    regex: Regex,
    /// Whether it can be looked for in many lines at once: what is found never reaches over an end of line.
    pub(super) literal: bool,
    /// What finds a literal in text without capitals: several times as fast as a search that minds no capitals.
    small: Option<Regex>,
}

impl Needle {
    /// What people type: `/…/` is a regular expression, anything else is meant as it stands.
    ///
    /// # Errors
    /// It can't be read, or is too large.
    pub fn read(typed: &str) -> Result<Self, String> {
        let inner = typed.strip_prefix('/').and_then(|rest| rest.strip_suffix('/'));
        match inner.filter(|inner| !inner.is_empty()) {
            Some(inner) => Self::regex(inner).map_err(|error| format!("/{inner}/ can't be read: {error}")),
            None => Self::literal(typed),
        }
    }

    /// The text as it stands.
    ///
    /// # Errors
    /// It is too long.
    pub fn literal(typed: &str) -> Result<Self, String> {
        Self::build(typed, &regex::escape(typed), !typed.contains('\n'))
    }

    /// A regular expression.
    ///
    /// # Errors
    /// It can't be read, or is too large.
    pub fn regex(typed: &str) -> Result<Self, String> {
        Self::build(typed, typed, regex::escape(typed) == typed && !typed.contains('\n'))
    }

    fn build(typed: &str, pattern: &str, literal: bool) -> Result<Self, String> {
        let mut builder = RegexBuilder::new(pattern);
        builder.size_limit(LARGEST).dfa_size_limit(4 * LARGEST);
        let plain = literal && typed.is_ascii();
        let any_case = !has_capital(typed) && (!plain || typed.bytes().any(|c| c.is_ascii_alphabetic()));
        let small = (plain && any_case).then(|| builder.build()).transpose();
        // Of letters beyond ASCII some count as one within it: the sign for kelvin as a `k`.
        let regex = builder.case_insensitive(any_case).unicode(!plain).build();
        let (small, regex) = (small.map_err(|error| said(&error))?, regex.map_err(|error| said(&error))?);
        Ok(Self { typed: typed.to_owned(), regex, literal, small })
    }

    /// What was typed.
    #[must_use]
    pub fn typed(&self) -> &str {
        &self.typed
    }

    /// Whether it is in that text.
    #[must_use]
    pub fn is_in(&self, text: &str) -> bool {
        self.regex.is_match(text)
    }

    /// Where in that text it stands, in bytes; what is found without a length is left out.
    pub fn places<'a>(&'a self, text: &'a str) -> impl Iterator<Item = std::ops::Range<usize>> + 'a {
        self.regex.find_iter(text).map(|found| found.range()).filter(|range| !range.is_empty())
    }

    /// The text as [`Needle::next`] wants it.
    pub(super) fn searchable<'t>(&self, text: &'t str) -> Cow<'t, str> {
        if self.small.is_some() { text.to_ascii_lowercase().into() } else { text.into() }
    }

    /// The first place at or after `from` in a searchable text.
    pub(super) fn next(&self, searchable: &str, from: usize) -> Option<usize> {
        let regex = self.small.as_ref().unwrap_or(&self.regex);
        regex.find_at(searchable, from).map(|found| found.start())
    }
}

impl PartialEq for Needle {
    fn eq(&self, other: &Self) -> bool {
        self.regex.as_str() == other.regex.as_str() && self.typed == other.typed
    }
}

/// Whether there is a capital; what stands behind a backslash, such as `\W`, is none.
fn has_capital(typed: &str) -> bool {
    let mut escaped = false;
    typed.chars().any(|c| {
        let counts = !escaped && c.is_uppercase();
        escaped = c == '\\' && !escaped;
        counts
    })
}

/// What is wrong with an expression, in one line.
fn said(error: &regex::Error) -> String {
    match error {
        regex::Error::CompiledTooBig(_) => "the expression is too large".to_owned(),
        error => {
            error.to_string().lines().last().unwrap_or_default().trim_start_matches("error: ").to_owned()
        }
    }
}
