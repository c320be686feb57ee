//! Redaction of the values of secret options on command lines: `--password …`, `-p …`, `"-p", "…"` and
//! `-pSECRET`.

use super::{
    Cut, is_key_char,
    quotes::{self, Quote},
};
use crate::extract::command_line;

/// Letters of options directly after which a user or password may stand, as in `-pSECRET`.
const ATTACHING_LETTERS: [char; 6] = ['p', 'P', 'a', 'u', 'U', 'w'];

/// Marks the values of secret options in the line.
pub(super) fn search(line: &str, add: &mut dyn FnMut(Cut)) {
    for (place, _) in line.match_indices('-') {
        let before = &line[..place];
        let begins_word = !before.ends_with(|c: char| is_key_char(c) || matches!(c, '/' | '@'));
        if !begins_word {
            continue;
        }
        let dashes = if line[place..].starts_with("--") { 2 } else { 1 };
        let name_start = place + dashes;
        let name = line[name_start..].split(|c| !is_key_char(c)).next().unwrap_or_default();
        let name_end = name_start + name.len();
        if command_line::is_secret_option(name)
            && let Some(start) = next_argument(line, name_end)
        {
            add(Cut::marked(quotes::value(line, start)));
        }
        if dashes == 1 && name.starts_with(ATTACHING_LETTERS) {
            mark_attached(line, name_start + 1, name, add);
        }
    }
}

/// Returns the byte offset of the argument after the one that ends at `end`, in a command line or in a JSON
/// list. Returns `None` if there is none.
fn next_argument(line: &str, end: usize) -> Option<usize> {
    let rest = &line[end..];
    let after_quote = &rest[Quote::at_start(rest).map_or(0, Quote::length)..];
    let argument = after_quote.trim_start_matches(|c: char| c == ',' || c.is_whitespace());
    (argument.len() < after_quote.len() && !argument.is_empty()).then(|| line.len() - argument.len())
}

/// Marks the value that begins at `start`, directly after an option letter. Does nothing for `-Xname=value`,
/// which is another option, unless `name` may be part of a secret.
fn mark_attached(line: &str, start: usize, name: &str, add: &mut dyn FnMut(Cut)) {
    let is_assignment = line[start - 1 + name.len()..].starts_with('=');
    if name.len() > 1 && is_assignment && command_line::is_displayable_option(name) {
        return;
    }
    let value = match quotes::enclosing_quote(line, start) {
        Some(quote) => start..quotes::enclosed_end(line, quote, start),
        None => quotes::value(line, start),
    };
    add(Cut::marked(value));
}
