//! Nesting of the lines of a configuration file: lists that continue on further lines, and blocks that
//! Portolan does not read, such as those of secrets and headers.

use super::file_format::FileFormat;
use crate::extract::env_key::{self, ValueKind};

/// Part of a file that Portolan skips. Each ends in its own way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum SkippedBlock {
    /// All lines that are indented more deeply than this number of bytes, or begin a list item there.
    Indented(usize),
    /// All lines up to the one that contains this text.
    Until(&'static str),
    /// All lines up to the next section header.
    Section,
    /// All lines that continue the one before, because it ends with a backslash.
    Continued,
}

/// Key on an earlier line, whose list of values may continue.
#[derive(Clone, Copy, Debug, Default)]
struct OpenKey<'t> {
    key: &'t str,
    /// The column of the key.
    column: usize,
    /// True if its own line has no value.
    is_empty: bool,
    /// The column of the dashes of its list items; `None` before the first.
    item_column: Option<usize>,
    /// The number of open brackets inside its list in brackets; `None` if it has no such list.
    list_depth: Option<usize>,
}

/// Nesting at the current place in a file.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Nesting<'t> {
    skipped: Option<SkippedBlock>,
    /// The number of open brackets.
    depth: usize,
    /// The number of open brackets around a block that is skipped up to its closing bracket.
    skipped_depth: Option<usize>,
    open_key: OpenKey<'t>,
    /// True if the next bracket belongs to a key whose block is skipped.
    hides_next_block: bool,
    /// True if the line before ends with a backslash.
    is_continued: bool,
}

impl<'t> Nesting<'t> {
    /// Passes `line`, and returns true if it belongs to a skipped block.
    pub(super) fn pass_line(&mut self, line: &str) -> bool {
        let text = line.trim_start();
        let column = line.len() - text.len();
        let (skips, ends) = match self.skipped {
            None => return false,
            Some(SkippedBlock::Until(end)) => (true, line.contains(end)),
            Some(SkippedBlock::Continued) => (true, !line.trim_end().ends_with('\\')),
            Some(SkippedBlock::Section) => (!text.starts_with('['), text.starts_with('[')),
            Some(SkippedBlock::Indented(than)) => {
                let is_inside =
                    text.is_empty() || column > than || (column == than && text.starts_with("- "));
                (is_inside, !is_inside)
            }
        };
        if ends {
            self.skipped = None;
        }
        skips
    }

    /// Skips the next lines up to the one that contains the text `end`.
    pub(super) fn skip_until(&mut self, end: &'static str) {
        self.skipped = Some(SkippedBlock::Until(end));
    }

    /// Skips a line whose directive Portolan does not read, and the block that it opens.
    pub(super) fn skip_directive(&mut self, line: &str) {
        let line = line.trim_end();
        if line.ends_with('{') {
            self.depth += 1;
            self.hide_open_block();
        } else if line.ends_with('}') && !line.contains('{') {
            self.pass_gap("}");
        }
    }

    /// Skips the block in brackets that the line before has opened.
    pub(super) fn hide_open_block(&mut self) {
        self.skipped_depth.get_or_insert(self.depth.saturating_sub(1));
    }

    /// Returns true if a list in brackets continues on this line.
    pub(super) fn is_in_list(&self) -> bool {
        self.open_key.list_depth == Some(self.depth)
    }

    /// Returns the key of an earlier line if its values continue on `line`; otherwise forgets the key and returns
    /// an empty text.
    pub(super) fn continue_key(&mut self, format: FileFormat, line: &str) -> &'t str {
        let text = line.trim_start();
        let column = line.len() - text.len();
        let in_brackets = self.is_in_list();
        let open = &mut self.open_key;
        let is_item = text.starts_with("- ");
        let inherits = match format {
            FileFormat::Postfix => true,
            FileFormat::KeyValue if is_item => {
                let first = *open.item_column.get_or_insert(column);
                in_brackets || (open.is_empty && column == first && column >= open.column)
            }
            FileFormat::KeyValue => {
                in_brackets || self.is_continued || (open.is_empty && column > open.column)
            }
            // The value of a key in JSON may be on the next line.
            FileFormat::Json => in_brackets || (open.is_empty && open.list_depth.is_none()),
            FileFormat::Code | FileFormat::Directives => in_brackets,
            FileFormat::Xml => !text.starts_with("</"),
            FileFormat::Shell => false,
        };
        if !inherits {
            *open = OpenKey::default();
        }
        open.key
    }

    /// Records that `key` begins at the given column.
    pub(super) fn begin_key(&mut self, key: &'t str, column: usize) {
        self.open_key = OpenKey { key, column, is_empty: true, ..OpenKey::default() };
        self.hides_next_block = env_key::hides_nested_values(key);
    }

    /// Records that the open key has a value on its own line.
    pub(super) fn note_value(&mut self) {
        self.open_key.is_empty = false;
    }

    /// Forgets the open key, because its element has ended.
    pub(super) fn close_key(&mut self) {
        self.open_key = OpenKey::default();
    }

    /// Counts the brackets in `gap`, the text between two words or after the last one.
    pub(super) fn pass_gap(&mut self, gap: &str) {
        for c in gap.chars() {
            match c {
                '{' | '[' | '(' => {
                    if std::mem::take(&mut self.hides_next_block) && self.skipped_depth.is_none() {
                        self.skipped_depth = Some(self.depth);
                    }
                    self.depth += 1;
                    if c == '[' && self.open_key.is_empty && self.open_key.list_depth.is_none() {
                        self.open_key.list_depth = Some(self.depth);
                    }
                }
                // The value of the key has ended, so the next block belongs to another key.
                ',' => self.hides_next_block = false,
                '}' | ']' | ')' => {
                    self.hides_next_block = false;
                    self.depth = self.depth.saturating_sub(1);
                    if self.skipped_depth.is_some_and(|around| self.depth <= around) {
                        self.skipped_depth = None;
                    }
                    if self.open_key.list_depth.is_some_and(|inside| self.depth < inside) {
                        self.open_key = OpenKey::default();
                    }
                }
                _ => {}
            }
        }
    }

    /// Returns true if the current place is inside a skipped block in brackets.
    pub(super) fn is_skipped(&self) -> bool {
        self.skipped_depth.is_some()
    }

    /// Decides at the end of `line`, whose content begins at `column`, if the next lines belong to a block that
    /// Portolan does not read.
    pub(super) fn end_line(&mut self, format: FileFormat, line: &str, column: usize) {
        self.is_continued = line.trim_end().ends_with('\\');
        let is_secret = env_key::value_kind(self.open_key.key) == ValueKind::Secret;
        let hides =
            env_key::hides_nested_values(self.open_key.key) || (ends_with_block_marker(line) && is_secret);
        let section = line.trim().strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
        let has_sections = matches!(format, FileFormat::KeyValue | FileFormat::Directives);
        // A line such as `["--token", "x"]` is a list.
        let section = section.filter(|name| !name.contains(['"', '\'', ',']));
        if has_sections && section.is_some_and(env_key::hides_nested_values) {
            self.skipped = Some(SkippedBlock::Section);
        } else if format == FileFormat::KeyValue && self.skipped_depth.is_none() {
            if let Some(closing) = unclosed_quote(line).filter(|_| hides || is_secret) {
                self.skipped = Some(SkippedBlock::Until(closing));
            } else if hides && self.is_continued {
                self.skipped = Some(SkippedBlock::Continued);
            } else if hides && self.open_key.is_empty {
                self.skipped = Some(SkippedBlock::Indented(column));
            }
        }
        self.hides_next_block &= self.open_key.is_empty;
    }
}

/// Returns true if a text over several lines in YAML begins after this line.
fn ends_with_block_marker(line: &str) -> bool {
    line.split_whitespace().next_back().is_some_and(is_block_marker)
}

/// Returns true for the mark of a text over several lines, an anchor or a tag in YAML.
pub(super) fn is_block_marker(text: &str) -> bool {
    text.starts_with(['&', '!'])
        || text.strip_prefix(['|', '>']).is_some_and(|rest| rest.chars().all(|c| "+-0123456789".contains(c)))
}

/// Returns the closing quote of a value that begins in this line and continues on the next. Returns `None` if
/// the value is complete. A quote inside an unquoted value, as in `it's`, begins nothing.
fn unclosed_quote(line: &str) -> Option<&'static str> {
    const QUOTE_CHARS: [&str; 4] = ["\"\"\"", "'''", "\"", "'"];
    let value = line.split_once(['=', ':'])?.1.trim_start();
    let opening = QUOTE_CHARS.into_iter().find(|quote| value.starts_with(quote))?;
    (!value[opening.len()..].contains(opening)).then_some(opening)
}
