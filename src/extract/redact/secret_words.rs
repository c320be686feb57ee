//! Redaction of secrets in sentences, where they follow a word such as `token`: `invalid token a1b2`.

use super::{Cut, is_key_char, quotes};

/// Words directly after which a secret may stand.
const SECRET_WORDS: &[&str] = &[
    "password",
    "passwd",
    "pass",
    "pw",
    "passcode",
    "passphrase",
    "pin",
    "token",
    "secret",
    "bearer",
    "basic",
    "apikey",
    "key",
    "credential",
];
/// Words that may stand between one of the [`SECRET_WORDS`] and the secret, as in `the password is a1b2`.
const LINKING_WORDS: &[&str] = &["is", "was"];
/// Punctuation that may surround a word.
const SURROUNDING_CHARS: [char; 10] = ['"', '\'', '`', '(', ')', '[', ']', ',', '=', '\\'];
/// Minimum length, in characters, of a word that can't be an ordinary word of a language.
const MIN_SECRET_CHARS: usize = 24;

/// Marks the words that follow one of the [`SECRET_WORDS`] and look like secrets.
pub(super) fn search(line: &str, add: &mut dyn FnMut(Cut)) {
    let mut is_after = false;
    let mut start = 0;
    for piece in line.split_inclusive(char::is_whitespace) {
        let bare = piece.trim().trim_matches(SURROUNDING_CHARS);
        if is_after && !bare.is_empty() {
            let value_start = start + piece.len() - piece.trim_start_matches(['(', '[', ',']).len();
            let value = quotes::value(line, value_start);
            if looks_secret(&line[value.clone()]) {
                add(Cut::marked(value));
            }
        }
        let is_link = LINKING_WORDS.contains(&bare);
        let is_word = SECRET_WORDS.iter().any(|known| known.eq_ignore_ascii_case(bare));
        is_after = is_word || (is_after && (is_link || bare.is_empty()));
        start += piece.len();
    }
}

/// Returns true if `text` does not look like a word of a sentence, for example because it has a digit.
/// Returns false for an ARN, because the ARN of a secret is not secret.
fn looks_secret(text: &str) -> bool {
    if text.starts_with("arn:aws") {
        return false;
    }
    let is_mixed = |pair: &[u8]| pair[0].is_ascii_lowercase() && pair[1].is_ascii_uppercase();
    text.bytes().any(|b| b.is_ascii_digit())
        || text.contains(['/', '+', '='])
        || text.as_bytes().windows(2).any(is_mixed)
        || (text.chars().count() >= MIN_SECRET_CHARS && text.chars().all(is_key_char))
}
