//! Parser of addresses with options after them: `redis:6379,password=…,ssl=True` (StackExchange.Redis,
//! "Configuration"), `db;Password=…`, `mail:25 user=app password=…`, `mail:25 login app password …`,
//! `consul:8500 -token=…`. Only the text before the first option counts.

use super::{AddressShape, FoundAddress, authority::driver_parameters::is_parameter_name, host_value, list};
use crate::{extract::parse_port, model::Address};

/// The maximum length of a key of two words such as `User Id`, in bytes.
const MAX_KEY_BYTES: usize = 40;

/// Words that precede a user, a password or a key, as in netrc(5) and in the settings of mail servers.
const CREDENTIAL_WORDS: &[&str] = &[
    "login", "user", "username", "password", "passwd", "pass", "pw", "auth", "token", "secret", "key",
    "binddn", "bindpw",
];

/// Parses the addresses before the options. Returns `None` if the value has no option, or begins with one.
pub(super) fn read(value: &str) -> Option<Vec<FoundAddress>> {
    let start = first_option(value)?;
    let (head, options) = value.split_at(start);
    let head = head.trim_end_matches(super::is_separator);
    (!head.is_empty()).then_some(())?;
    // An `@` in the options may end user information that begins before them.
    let name = options.split('=').next().unwrap_or_default();
    if options.contains('@') && !is_parameter_name(name) {
        return Some(Vec::new());
    }
    if head.contains("tcp:") || head.contains('\\') || has_port_after_comma(head) {
        let shaped = |address: Address| {
            let shape = if address.port.is_some() { AddressShape::HostPort } else { AddressShape::Word };
            FoundAddress::new(shape, address)
        };
        return Some(host_value::parse_hosts(head).into_iter().map(shaped).collect());
    }
    // Several plain words are a sentence, not a list of servers.
    let is_sentence = |found: &Vec<FoundAddress>| {
        head.contains(char::is_whitespace) && found.iter().any(|found| found.shape == AddressShape::Word)
    };
    Some(list::read(head).filter(|found| !is_sentence(found)).unwrap_or_default())
}

/// Returns the byte offset of the first word that is an option: `key=…`, `User Id=…`, `-flag`, or a word such
/// as `password` with a value after it.
fn first_option(value: &str) -> Option<usize> {
    let mut start = 0;
    for piece in value.split_inclusive(super::is_separator) {
        let word = piece.trim_end_matches(super::is_separator);
        let is_option = word.starts_with('-')
            || is_option_pair(word)
            || begins_with_two_word_key(&value[start..])
            || (word.len() < piece.len() && CREDENTIAL_WORDS.contains(&word.to_ascii_lowercase().as_str()));
        if is_option {
            return Some(start);
        }
        start += piece.len();
    }
    None
}

fn is_option_pair(word: &str) -> bool {
    let name = |name: &str| {
        name.starts_with(|c: char| c.is_ascii_alphabetic())
            && name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.'))
    };
    word.split_once('=').is_some_and(|(key, _)| name(key))
}

/// Returns true if the text begins with a key of two words, such as `User Id=sa`.
fn begins_with_two_word_key(text: &str) -> bool {
    let Some(at) = text.bytes().take(MAX_KEY_BYTES).position(|byte| byte == b'=') else { return false };
    let key = &text[..at];
    key.starts_with(|c: char| c.is_ascii_uppercase())
        && key.split(' ').count() == 2
        && key.bytes().all(|b| b.is_ascii_alphabetic() || b == b' ')
}

/// Returns true if a port follows the first comma, as in `db,1433`.
fn has_port_after_comma(head: &str) -> bool {
    head.split_once(',').is_some_and(|(_, port)| parse_port(port.trim()).is_some())
}
