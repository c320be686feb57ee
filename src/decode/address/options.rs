//! Addresses followed by options: `redis:6379,password=…,ssl=True` (StackExchange.Redis, "Configuration"),
//! `db;Password=…`, `mail:25 user=app password=…`, `consul:8500 -token=…`. Only what stands before the first option
//! counts; nothing behind it does.

use super::{Found, Shape, list, parameter::is_parameter, server};
use crate::{decode::port_number, model::Address};

/// The longest key of two words, in bytes.
const MAX_KEY_BYTES: usize = 40;

/// Reads addresses that stand before options. Returns `None` if the value has no option, or begins with one.
pub(super) fn read(value: &str) -> Option<Vec<Found>> {
    let start = first_option(value)?;
    let (head, options) = value.split_at(start);
    let head = head.trim_end_matches(list::is_separator);
    (!head.is_empty()).then_some(())?;
    // An `@` behind may end user information of which the head is the beginning.
    let name = options.split('=').next().unwrap_or_default();
    if options.contains('@') && !is_parameter(name) {
        return Some(Vec::new());
    }
    if head.contains("tcp:") || head.contains('\\') || is_server_with_port(head) {
        let shaped = |address: Address| {
            let shape = if address.port.is_some() { Shape::HostPort } else { Shape::Word };
            Found::new(shape, address)
        };
        return Some(server::hosts(head).into_iter().map(shaped).collect());
    }
    // Several bare words are a sentence rather than servers.
    let is_sentence = |found: &Vec<Found>| {
        head.contains(char::is_whitespace) && found.iter().any(|found| found.shape == Shape::Word)
    };
    Some(list::read(head).filter(|found| !is_sentence(found)).unwrap_or_default())
}

/// The place of the first word that is an option: `key=…` or `-flag`.
fn first_option(value: &str) -> Option<usize> {
    let mut start = 0;
    for piece in value.split_inclusive(list::is_separator) {
        let word = piece.trim_end_matches(list::is_separator);
        if word.starts_with('-') || is_pair(word) || is_two_words(&value[start..]) {
            return Some(start);
        }
        start += piece.len();
    }
    None
}

fn is_pair(word: &str) -> bool {
    let name = |name: &str| {
        name.starts_with(|c: char| c.is_ascii_alphabetic())
            && name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.'))
    };
    word.split_once('=').is_some_and(|(key, _)| name(key))
}

/// Returns whether a text begins with a key of two words, as `User Id=sa`.
fn is_two_words(text: &str) -> bool {
    let Some(at) = text.bytes().take(MAX_KEY_BYTES).position(|byte| byte == b'=') else { return false };
    let key = &text[..at];
    key.starts_with(|c: char| c.is_ascii_uppercase())
        && key.split(' ').count() == 2
        && key.bytes().all(|b| b.is_ascii_alphabetic() || b == b' ')
}

/// `db,1433`: a port behind a comma.
fn is_server_with_port(head: &str) -> bool {
    head.split_once(',').is_some_and(|(_, port)| port_number(port.trim()).is_some())
}
