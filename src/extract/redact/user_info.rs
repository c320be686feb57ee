//! Redaction of passwords before an `@` outside URLs: `user:…@tcp(db:3306)/shop`, `user:…@db`.

use super::{Cut, word_start};

/// Marks the text between the first `:` of a word and an `@` later in the word. Leaves out the digests of
/// images. If a network in parentheses follows the `@`, as in Go's MySQL driver, the password may contain
/// blanks.
pub(super) fn search(line: &str, add: &mut dyn FnMut(Cut)) {
    for (place, _) in line.match_indices('@') {
        if is_digest(&line[place + 1..]) {
            continue;
        }
        let word = word_start(line, place);
        let password = password_before(line, word, place);
        // A password may contain blanks. Then the network and parentheses of Go's MySQL driver show that the
        // `@` ends a password.
        let in_quotes = || is_network(&line[place + 1..]).then(|| password_before(line, 0, place)).flatten();
        if let Some(start) = password.or_else(in_quotes) {
            add(Cut::marked(start..place));
        }
    }
}

/// Returns the start of the password that ends at `place`, or `None` if there is none. The search begins at
/// `start`. The password begins after the first `:` behind the last quote. If that quote is in the middle of
/// a word, the password may begin before the quote.
fn password_before(line: &str, start: usize, place: usize) -> Option<usize> {
    let mut part_end = place;
    loop {
        let part_start = line[start..part_end].rfind(['"', '\'', '`']).map_or(start, |at| start + at + 1);
        if let Some(colon) = password_colon(&line[part_start..place], part_end - part_start) {
            return Some(part_start + colon + 1);
        }
        let before = line[..part_start.saturating_sub(1).max(start)].chars().next_back();
        let is_opening = before.is_none_or(|c| c.is_whitespace() || ":,{[(=\\".contains(c));
        if part_start == start || is_opening {
            return None;
        }
        part_end = part_start - 1;
    }
}

/// Returns the byte offset of the first colon after a user, within the first `length` bytes. The colon in `scheme://`
/// doesn't count.
fn password_colon(text: &str, length: usize) -> Option<usize> {
    let colons = text[..length].match_indices(':').map(|(at, _)| at);
    colons
        .into_iter()
        .find(|at| !text[at + 1..].starts_with("//") && !text[at + 1..].starts_with(char::is_whitespace))
}

/// Returns true if `text` begins with the digest of an image, as after the `@` in
/// `registry:5000/shop@sha256:0a1b…`.
fn is_digest(text: &str) -> bool {
    let digest = ["sha256:", "sha512:"].iter().find_map(|start| text.strip_prefix(start));
    digest.is_some_and(|digest| digest.bytes().take_while(u8::is_ascii_hexdigit).count() >= 32)
}

/// Returns true if `text` begins with a network protocol and an address in parentheses, as in `tcp(db:3306)`.
fn is_network(text: &str) -> bool {
    text.trim_start_matches(|c: char| c.is_ascii_alphanumeric()).starts_with('(')
}
