//! Redaction of secrets in tables of Markdown: `| password | … |`, and columns with the title `Password`.

use super::{Cut, is_key_char};
use crate::extract::env_key::{self, ValueKind};

/// Words that name a secret in a table. Others, such as `key`, are also titles of harmless columns.
const SECRET_TITLES: &[&str] = &[
    "password",
    "passwords",
    "passwd",
    "pass",
    "passphrase",
    "pwd",
    "secret",
    "secrets",
    "token",
    "tokens",
    "credential",
    "credentials",
    "apikey",
];
/// Maximum number of words in a title. A longer text with a word such as `password` is a description.
const MAX_TITLE_WORDS: usize = 4;

/// The columns of the table that the text is in, as far as their titles name secrets.
#[derive(Default)]
pub(super) struct TableColumns {
    secret_columns: Vec<usize>,
}

impl TableColumns {
    /// Marks the cells of the row `line` that may hold a secret. `next` is the line after it, which shows if
    /// the row has the titles of the table. Does nothing if `line` is no row.
    pub(super) fn search(&mut self, line: &str, next: Option<&str>, add: &mut dyn FnMut(Cut)) {
        let cells = cells(line);
        if cells.len() < 2 {
            self.secret_columns.clear();
            return;
        }
        let is_row = line.trim_start().starts_with('|');
        let is_title = |text: &str| {
            if is_row { names_secret(text) } else { !text.starts_with('$') && is_secret_name(text) }
        };
        if next.is_some_and(is_delimiter_row) {
            let titles = cells.iter().enumerate().filter(|(_, (_, text))| names_secret(text));
            self.secret_columns = titles.map(|(column, _)| column).collect();
            return;
        }
        if is_delimiter_row(line) {
            return;
        }
        let named = cells.iter().position(|(_, text)| is_title(text));
        for (column, (start, text)) in cells.iter().enumerate() {
            // A later cell with a single word may be the default value.
            let is_after = named.is_some_and(|named| {
                column == named + 1 || is_row && column > named && !text.contains(char::is_whitespace)
            });
            if is_after || self.secret_columns.contains(&column) {
                add(Cut::marked(*start..start + text.len()));
            }
        }
    }
}

/// Returns the cells of a row with their byte offsets, without the blanks around them. A bar with a backslash
/// before it belongs to a cell.
fn cells(line: &str) -> Vec<(usize, &str)> {
    let mut bars = vec![];
    let mut is_escaped = false;
    for (at, c) in line.char_indices() {
        if c == '|' && !is_escaped {
            bars.push(at);
        }
        is_escaped = c == '\\' && !is_escaped;
    }
    let starts = std::iter::once(0).chain(bars.iter().map(|bar| bar + 1));
    let ends = bars.iter().copied().chain([line.len()]);
    let cells = starts.zip(ends).map(|(start, end)| {
        let text = &line[start..end];
        (start + text.len() - text.trim_start().len(), text.trim())
    });
    cells.collect()
}

/// Returns true for the row below the titles of a table, such as `|---|:--:|`.
fn is_delimiter_row(line: &str) -> bool {
    line.contains('|') && line.contains('-') && line.trim().chars().all(|c| "|-: ".contains(c))
}

/// Returns true if `text` is a short title with a word for a secret.
fn names_secret(text: &str) -> bool {
    let mut words = text.split_whitespace();
    words.clone().count() <= MAX_TITLE_WORDS && words.any(is_secret_name)
        || is_secret_name(&text.replace(' ', ""))
}

/// Returns true if `word` is a word for a secret, or the name of a variable with a secret.
fn is_secret_name(word: &str) -> bool {
    let name = word.trim_matches(|c: char| !c.is_alphanumeric());
    SECRET_TITLES.iter().any(|title| title.eq_ignore_ascii_case(name))
        || name.contains(['_', '-'])
            && name.chars().all(is_key_char)
            && env_key::value_kind(name) == ValueKind::Secret
}
