//! Matchers for a search text, which is literal or a regular expression.

use regex::{Regex, RegexBuilder};
use std::borrow::Cow;

/// The maximum size of a compiled regular expression, in bytes, against expressions that would take too much
/// memory. Matching time is linear in the text (<https://docs.rs/regex/latest/regex/#untrusted-input>).
const MAX_REGEX_BYTES: usize = 512 * 1024;

/// A compiled search text, literal or a regular expression, to find in log lines. It is case-sensitive only
/// if it contains a capital.
#[derive(Clone, Debug)]
pub struct TextMatcher {
    /// The text as the user typed it.
    input: String,
    regex: Regex,
    /// True if only one fixed text without a line break matches, apart from case: the search text is literal,
    /// or a regular expression without special characters. A match then can't cross the end of a line, so all
    /// lines of a chunk can be searched in one pass.
    pub(in crate::log_store) is_literal: bool,
    /// A regex for text that has been converted to lower case. Searching that text is several times as fast
    /// as a case-insensitive search. `None` if matching is case-sensitive, or if the search text is not a
    /// literal ASCII text with letters.
    lowercase_regex: Option<Regex>,
}

impl TextMatcher {
    /// Parses the user's input. `/…/` is a regular expression, any other text is literal.
    ///
    /// # Errors
    /// Returns a message if the expression is invalid or too large.
    pub fn parse(typed: &str) -> Result<Self, String> {
        let inner = typed.strip_prefix('/').and_then(|rest| rest.strip_suffix('/'));
        match inner.filter(|inner| !inner.is_empty()) {
            Some(inner) => {
                Self::regex(inner).map_err(|error| format!("invalid regular expression /{inner}/: {error}"))
            }
            None => Self::literal(typed),
        }
    }

    /// Creates a matcher of a literal text.
    ///
    /// # Errors
    /// Returns a message if the text is too long.
    pub fn literal(typed: &str) -> Result<Self, String> {
        Self::build(typed, &regex::escape(typed), !typed.contains('\n'))
    }

    /// Creates a matcher of a regular expression.
    ///
    /// # Errors
    /// Returns a message if the expression is invalid or too large.
    pub fn regex(typed: &str) -> Result<Self, String> {
        Self::build(typed, typed, regex::escape(typed) == typed && !typed.contains('\n'))
    }

    fn build(typed: &str, pattern: &str, literal: bool) -> Result<Self, String> {
        let mut builder = RegexBuilder::new(pattern);
        builder.size_limit(MAX_REGEX_BYTES).dfa_size_limit(4 * MAX_REGEX_BYTES);
        let plain = literal && typed.is_ascii();
        let any_case = !has_capital(typed) && (!plain || typed.bytes().any(|c| c.is_ascii_alphabetic()));
        let small = (plain && any_case).then(|| builder.build()).transpose();
        // Unicode is off for plain ASCII text. With it, a few letters beyond ASCII would match ASCII letters
        // if case is ignored, for example the kelvin sign and `k`.
        let regex = builder.case_insensitive(any_case).unicode(!plain).build();
        let (small, regex) =
            (small.map_err(|error| error_message(&error))?, regex.map_err(|error| error_message(&error))?);
        Ok(Self { input: typed.to_owned(), regex, is_literal: literal, lowercase_regex: small })
    }

    /// Returns the text as the user typed it.
    #[must_use]
    pub fn input(&self) -> &str {
        &self.input
    }

    /// Returns true if `text` contains a match.
    #[must_use]
    pub fn is_match(&self, text: &str) -> bool {
        self.regex.is_match(text)
    }

    /// Returns the byte ranges of all matches in `text`, except empty ones.
    pub fn match_ranges<'a>(&'a self, text: &'a str) -> impl Iterator<Item = std::ops::Range<usize>> + 'a {
        self.regex.find_iter(text).map(|found| found.range()).filter(|range| !range.is_empty())
    }

    /// Returns `text` in the form that [`TextMatcher::find_from`] expects: in lower case if `lowercase_regex`
    /// is set.
    pub(in crate::log_store) fn normalized<'t>(&self, text: &'t str) -> Cow<'t, str> {
        if self.lowercase_regex.is_some() { text.to_ascii_lowercase().into() } else { text.into() }
    }

    /// Returns the byte offset of the first match at or after `from`. `searchable` must come from
    /// [`TextMatcher::normalized`].
    pub(in crate::log_store) fn find_from(&self, searchable: &str, from: usize) -> Option<usize> {
        let regex = self.lowercase_regex.as_ref().unwrap_or(&self.regex);
        regex.find_at(searchable, from).map(|found| found.start())
    }
}

impl PartialEq for TextMatcher {
    fn eq(&self, other: &Self) -> bool {
        self.regex.as_str() == other.regex.as_str() && self.input == other.input
    }
}

/// Returns true if the text contains a capital, not counting a letter after a backslash as in `\W`.
fn has_capital(typed: &str) -> bool {
    let mut escaped = false;
    typed.chars().any(|c| {
        let counts = !escaped && c.is_uppercase();
        escaped = c == '\\' && !escaped;
        counts
    })
}

/// Returns the error in a regular expression as a one-line message.
fn error_message(error: &regex::Error) -> String {
    match error {
        regex::Error::CompiledTooBig(_) => "it is too large".to_owned(),
        error => {
            error.to_string().lines().last().unwrap_or_default().trim_start_matches("error: ").to_owned()
        }
    }
}
