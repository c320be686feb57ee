//! A text to look for in lines: as it stands, or a regular expression.

use regex::{Regex, RegexBuilder};

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
        builder.size_limit(LARGEST).dfa_size_limit(4 * LARGEST).case_insensitive(!has_capital(typed));
        let regex = builder.build().map_err(|error| said(&error))?;
        Ok(Self { typed: typed.to_owned(), regex, literal })
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

    /// The first place at or after `from`.
    pub(super) fn next(&self, text: &str, from: usize) -> Option<usize> {
        self.regex.find_at(text, from).map(|found| found.start())
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
