//! A line as words: keys, and the values behind them.

use super::dialect::Dialect;

/// A word of a line.
#[derive(Clone, Copy)]
pub(super) struct Word<'t> {
    /// The word, without quotes.
    pub(super) text: &'t str,
    /// The word is a key: `:`, `=` or `=>` comes next.
    pub(super) is_key: bool,
}

/// The words of a line. A quoted text is one word; a bare one ends at a space, bracket, comma or semicolon, unless the
/// dialect says that a value goes on to the end of its line.
pub(super) fn words(dialect: Dialect, line: &str) -> Vec<Word<'_>> {
    if dialect == Dialect::Lines {
        let pair = line.split_once('=').filter(|_| !line.starts_with(char::is_whitespace));
        let value = Word { text: pair.map_or(line, |(_, value)| value).trim(), is_key: false };
        return pair
            .map(|(key, _)| Word { text: key.trim(), is_key: true })
            .into_iter()
            .chain([value])
            .collect();
    }
    let mut words = Vec::new();
    let mut rest = line;
    while let Some(after) = next(dialect, line, rest, &mut words) {
        rest = after;
    }
    words
}

/// Reads the next word of `rest`, which `line` ends in. Gives what follows it; `None` at the end.
fn next<'t>(dialect: Dialect, line: &'t str, rest: &'t str, words: &mut Vec<Word<'t>>) -> Option<&'t str> {
    let is_tag = |c: char| dialect == Dialect::Xml && matches!(c, '<' | '>' | '/');
    let rest = rest.trim_start_matches(|c: char| is_between(c) || is_tag(c));
    let first = rest.chars().next()?;
    let before = &line[..line.len() - rest.len()];
    let in_flow = dialect != Dialect::Keys || before.contains(['{', '[', '(']);
    if matches!(first, '"' | '\'' | '`') {
        return quoted(first, rest, in_flow, words);
    }
    if dialect == Dialect::Xml && before.rfind('<') <= before.rfind('>') {
        // The text of an element is one word.
        let (text, after) = rest.split_at(rest.find('<').unwrap_or(rest.len()));
        words.push(Word { text: text.trim(), is_key: false });
        return Some(after);
    }
    let (text, after) = rest.split_at(bare_end(dialect, rest));
    let (text, has_colon) = text.strip_suffix(':').map_or((text, false), |key| (key, true));
    let behind = behind_key(after, has_colon);
    let has_key = words.iter().any(|word| word.is_key);
    let begins = words.iter().all(|word| word.is_key || word.text == "-");
    if !in_flow && begins && text != "-" && (has_key || behind.is_none()) {
        // In YAML and its like the value is the rest of the line, in which a password may hold any sign.
        words.push(Word { text: rest.trim_end_matches([',', ';', ' ']), is_key: false });
        return None;
    }
    push(words, text, behind.is_some());
    if dialect == Dialect::Directives
        && words.len() == 1
        && behind.is_none()
        && is_connection_string(after.trim())
    {
        words.push(Word { text: after.trim().trim_end_matches(';'), is_key: false });
        return None;
    }
    Some(behind.unwrap_or(after))
}

fn push<'t>(words: &mut Vec<Word<'t>>, text: &'t str, is_key: bool) {
    if !text.is_empty() {
        words.push(Word { text, is_key });
    }
}

/// The text behind the sign that makes a key of the word before; `None` where there is no such sign.
fn behind_key(after: &str, has_colon: bool) -> Option<&str> {
    let next = after.trim_start();
    let assigned = next.starts_with('=') && !next.starts_with("==") || next.starts_with(":=");
    let colon = next.starts_with(':') && !next.starts_with("::");
    (has_colon || assigned || colon).then(|| next.trim_start_matches([':', '=', '>']))
}

/// Reads a quoted word at the beginning of `rest`.
fn quoted<'t>(quote: char, rest: &'t str, in_flow: bool, words: &mut Vec<Word<'t>>) -> Option<&'t str> {
    let inner = &rest[1..];
    let end = quoted_end(inner, quote);
    let after = inner.get(end + 1..).unwrap_or_default();
    let text = &inner[..end];
    let behind = behind_key(after, false);
    let is_value = words.last().is_some_and(|word| word.is_key);
    push(words, text.strip_suffix(':').unwrap_or(text), behind.is_some());
    // Where a text goes on behind its quote, nobody can tell what belongs to it; and in YAML and its like a key has one
    // quoted text.
    let is_broken = after.starts_with(|c: char| c.is_alphanumeric() || matches!(c, '@' | '/' | '$' | '%'));
    let is_last = is_value && !in_flow && behind.is_none();
    if is_broken || is_last { None } else { Some(behind.unwrap_or(after)) }
}

/// The end of a quoted text: its quote, unless that is doubled or behind a backslash.
fn quoted_end(text: &str, quote: char) -> usize {
    let mut chars = text.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        let doubled = c == quote && chars.peek().is_some_and(|(_, next)| *next == quote);
        if c == '\\' || doubled {
            chars.next();
        } else if c == quote {
            return at;
        }
    }
    text.len()
}

/// Returns whether the value of a directive is a connection string, which goes on to the end of its line.
fn is_connection_string(value: &str) -> bool {
    let first = value.split(|c: char| c.is_whitespace() || matches!(c, ';' | ',')).next().unwrap_or_default();
    first.contains('=')
        && value.trim_end_matches(';').contains(';')
        && !value.starts_with(['"', '\'', '[', '{', '-'])
}

fn is_between(c: char) -> bool {
    c.is_whitespace() || matches!(c, ',' | ';' | '(' | ')' | '[' | ']' | '{' | '}' | '>' | '|' | '&' | '\\')
}

/// The end of a bare word. A variable in brackets is part of it, and so is whatever stands in a URL or before an `@`: a
/// password may hold any character, and cut in two its half would pass for a host.
fn bare_end(dialect: Dialect, text: &str) -> usize {
    let run =
        text.find(|c: char| c.is_whitespace() || (dialect == Dialect::Xml && c == '<')).unwrap_or(text.len());
    let run = &text[..run];
    let end = plain_end(run);
    let quote = run.find(['"', '\'', '`']).unwrap_or(run.len());
    if run[..end].contains("://") || run[..quote].contains('@') {
        return run.trim_end_matches(|c: char| is_between(c) || matches!(c, '"' | '\'' | '`')).len().max(1);
    }
    end.max(1)
}

/// The end of a bare word that is neither.
fn plain_end(run: &str) -> usize {
    let mut depth = 0;
    let mut before = ' ';
    for (at, c) in run.char_indices() {
        let inside = depth > 0;
        match c {
            '{' if before == '$' || before == '%' => depth += 1,
            '}' if inside => depth -= 1,
            '=' | '"' | '\'' | '`' if !inside => return at,
            c if !inside && is_between(c) => return at,
            _ => {}
        }
        before = c;
    }
    run.len()
}
