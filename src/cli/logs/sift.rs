//! Which lines are printed.

use crate::{
    cli::args::Logs,
    model::{Failure, FailureKind, LogLine},
};
use regex::Regex;

/// What a line must hold, and what it must not.
#[derive(Debug)]
pub(super) struct Sift {
    grep: Vec<Regex>,
    exclude: Vec<Regex>,
}

impl Sift {
    /// What was asked for.
    pub(super) fn new(asked: &Logs) -> Result<Self, Failure> {
        Ok(Self { grep: expressions(&asked.grep)?, exclude: expressions(&asked.exclude)? })
    }

    /// Whether a line passes.
    pub(super) fn lets_through(&self, line: &LogLine) -> bool {
        self.grep.iter().all(|wanted| wanted.is_match(&line.text))
            && !self.exclude.iter().any(|unwanted| unwanted.is_match(&line.text))
    }
}

fn expressions(texts: &[String]) -> Result<Vec<Regex>, Failure> {
    let expression = |text: &String| {
        Regex::new(text).map_err(|error| {
            let what = format!("`{text}` is no regular expression: {error}");
            Failure::new(FailureKind::Invalid, what, "put a \\ before a character that is meant as it is")
        })
    };
    texts.iter().map(expression).collect()
}
