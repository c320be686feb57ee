//! Extent of values in a message: where a value begins and ends, with or without quotes.

use std::ops::Range;

/// Characters that begin and end a quoted text.
const QUOTE_CHARS: [char; 3] = ['"', '\'', '`'];
/// Characters that may follow a value directly and don't belong to it.
pub(super) const CLOSING_CHARS: [char; 10] = ['"', '\'', '`', ')', ']', '}', '>', ',', ':', ';'];
/// Characters that end a value if they follow its closing quote.
const ENDS_OF_QUOTED_VALUES: [char; 7] = [')', ']', '}', '>', ',', ':', ';'];

/// An opening quote: a quote character, with any number of backslashes before it, as in JSON within JSON.
#[derive(Clone, Copy)]
pub(super) struct Quote {
    backslashes: usize,
    character: char,
}

impl Quote {
    /// Returns the quote at the start of `text`, or `None` if there is none.
    pub(super) fn at_start(text: &str) -> Option<Self> {
        let after = text.trim_start_matches('\\');
        let character = after.chars().next().filter(|c| QUOTE_CHARS.contains(c))?;
        Some(Self { backslashes: text.len() - after.len(), character })
    }

    /// Returns the quote at the end of `text`, or `None` if there is none.
    pub(super) fn at_end(text: &str) -> Option<Self> {
        let character = text.chars().next_back().filter(|c| QUOTE_CHARS.contains(c))?;
        let before = &text[..text.len() - character.len_utf8()];
        Some(Self { backslashes: before.len() - before.trim_end_matches('\\').len(), character })
    }

    pub(super) fn length(self) -> usize {
        self.backslashes + self.character.len_utf8()
    }

    /// Returns the range of the closing quote in `line`: the first equal quote from `start` on. A quote with
    /// another number of backslashes belongs to the quoted text. Returns `None` if there is no closing quote.
    pub(super) fn closing(self, line: &str, start: usize) -> Option<Range<usize>> {
        let mut backslashes = 0;
        for (at, c) in line[start..].char_indices() {
            // If the opening quote has no backslashes, an even number of backslashes before a quote escapes
            // only themselves.
            let is_equal = backslashes == self.backslashes || (self.backslashes == 0 && backslashes % 2 == 0);
            if c == self.character && is_equal {
                let end = start + at + c.len_utf8();
                return Some(end - self.length()..end);
            }
            backslashes = if c == '\\' { backslashes + 1 } else { 0 };
        }
        None
    }
}

/// Returns the range of the value that begins at `start`, without the quotes around it.
pub(super) fn value(line: &str, start: usize) -> Range<usize> {
    let end = value_end(line, start);
    let inner = Quote::at_start(&line[start..]).and_then(|quote| {
        let inner_start = start + quote.length();
        let closing = quote.closing(line, inner_start).filter(|closing| closing.end == end)?;
        Some(inner_start..closing.start)
    });
    inner.unwrap_or(start..end)
}

/// Returns the byte offset at which the value that begins at `start` ends: at its closing quote, or at the
/// next blank that is neither quoted nor escaped. Closing characters directly after the value don't belong to
/// it. If a quote is not closed, the value ends with the line.
fn value_end(line: &str, start: usize) -> usize {
    let (mut at, mut is_quoted) = (start, false);
    while let Some(c) = line[at..].chars().next() {
        let rest = &line[at..];
        let quote = Quote::at_start(rest);
        let is_over = c.is_whitespace() || (is_trailing(rest) && (at > start || quote.is_none()));
        if is_over || (is_quoted && ENDS_OF_QUOTED_VALUES.contains(&c)) {
            break;
        }
        if let Some(quote) = quote {
            let Some(closing) = quote.closing(line, at + quote.length()) else { return line.len() };
            (at, is_quoted) = (closing.end, true);
        } else {
            let escaped = rest.strip_prefix('\\').and_then(|rest| rest.chars().next());
            (at, is_quoted) = (at + c.len_utf8() + escaped.map_or(0, char::len_utf8), false);
        }
    }
    at
}

/// Returns true if only closing characters and backslashes stand before the next blank.
fn is_trailing(text: &str) -> bool {
    let word = text.split(char::is_whitespace).next().unwrap_or_default();
    word.chars().all(|c| CLOSING_CHARS.contains(&c) || c == '\\')
}

/// Returns the quote at the beginning of the word that contains `place`, or `None` if the word begins with no
/// quote. Such a quote encloses all text up to the closing one.
pub(super) fn enclosing_quote(line: &str, place: usize) -> Option<Quote> {
    let before = line[..place].trim_end_matches(|c: char| !c.is_whitespace() && !QUOTE_CHARS.contains(&c));
    Quote::at_end(before)
}

/// Returns the byte offset at which the text that `quote` encloses ends, searching from `start`. Returns the
/// end of the line if the quote is not closed.
pub(super) fn enclosed_end(line: &str, quote: Quote, start: usize) -> usize {
    quote.closing(line, start).map_or(line.len(), |closing| closing.start)
}
