//! One address or a list of them with nothing else in it: `k1:9092,k2:9092`, `zoo1 zoo2`, `1@k1:9093,2@k2:9093`,
//! `etcd1=http://etcd1:2380,…`. If any item is something else, the whole value is.

use super::{
    Found, Shape,
    authority::{Member, member},
    socket_map, url,
};
use crate::{
    decode::{
        key::{self, Meaning},
        port_number,
    },
    model::{Address, Host},
};

/// Words that stand for a choice, not for a host.
const CHOICES: &[&str] = &[
    "true", "false", "yes", "no", "on", "off", "none", "null", "nil", "default", "auto", "enabled",
    "disabled", "all", "any", "local", "internal", "external",
];

/// Returns whether a character stands between the items of a list.
pub(super) fn is_separator(c: char) -> bool {
    c.is_whitespace() || matches!(c, ',' | ';' | '|')
}

/// Reads a list. A value that is none gives nothing.
#[expect(clippy::unnecessary_wraps, reason = "the readers of all forms have one signature")]
pub(super) fn read(value: &str) -> Option<Vec<Found>> {
    let items: Vec<&str> = value.split(is_separator).filter(|item| !item.is_empty()).collect();
    if !users_agree(&items) {
        return Some(Vec::new());
    }
    let found: Option<Vec<Vec<Found>>> = items.into_iter().map(item).collect();
    let found: Vec<Found> = found.into_iter().flatten().flatten().collect();
    // Words and addresses with spaces between them are a sentence.
    let is_word = |found: &Found| found.shape == Shape::Word;
    let is_sentence = value.contains(char::is_whitespace) && !value.contains([',', ';']);
    let is_mixed = found.iter().any(is_word) && !found.iter().all(is_word);
    Some(if is_sentence && is_mixed { Vec::new() } else { found })
}

/// Returns whether a separator can't stand inside the password of an item: there is one item, no item has user information, or
/// all have the same, or numbers.
fn users_agree(items: &[&str]) -> bool {
    let user = |item: &&str| {
        let (user, _) = item.rsplit_once('@').filter(|_| socket_map::read(item).is_none())?;
        Some(user.to_owned())
    };
    let users: Vec<Option<String>> = items.iter().map(user).collect();
    let numbered = |user: &Option<String>| user.as_deref().is_some_and(|user| port_number(user).is_some());
    items.len() == 1 || users.windows(2).all(|pair| pair[0] == pair[1]) || users.iter().all(numbered)
}

/// Reads one item, which may have a label: `name=http://host:port`. Returns `None` if it is no address.
fn item(text: &str) -> Option<Vec<Found>> {
    if let Some((label, rest)) = text.split_once('=')
        && !label.contains(['/', '?', '@', ':'])
    {
        let is_name = matches!(key::meaning(label), Meaning::Other | Meaning::Address | Meaning::Endpoint);
        let found = bare(rest).filter(|_| is_name)?;
        return found.iter().all(|found| found.shape != Shape::Word).then_some(found);
    }
    bare(text)
}

/// Reads an item without a label.
fn bare(text: &str) -> Option<Vec<Found>> {
    if let Some((scheme, rest)) = url::split_scheme(text) {
        return Some(url::one(scheme, rest));
    }
    if let Some(found) = socket_map::read(text) {
        return Some(found);
    }
    // dnsmasq(8) and unbound.conf(5) put `#` or `@` before the port of an address.
    if let Some((ip, port)) = text.split_once(['#', '@'])
        && let (Ok(ip), Some(port)) = (ip.parse(), port_number(port))
    {
        return Some(vec![Found::new(Shape::HostPort, Address::of(Host::Ip(ip)).with_port(port))]);
    }
    if text.contains('@') {
        return with_user(text);
    }
    let (head, behind) = text.split_at(text.find(['/', '?']).unwrap_or(text.len()));
    match member(head)? {
        Member::Nameless => Some(Vec::new()),
        Member::Address(address) if address.port.is_some() => {
            Some(vec![Found::new(Shape::HostPort, address)])
        }
        Member::Address(address) if behind.is_empty() => {
            let is_choice = CHOICES.contains(&head.to_ascii_lowercase().as_str());
            Some(if is_choice { Vec::new() } else { vec![Found::new(Shape::Word, address)] })
        }
        Member::Address(_) => None,
    }
}

/// `user:password@host:port`. Without a port it is an e-mail address (RFC 5322 section 3.4.1), which names no service.
fn with_user(text: &str) -> Option<Vec<Found>> {
    let (authority, _) = url::authority_of(None, text)?;
    match member(authority)? {
        Member::Address(address) if address.port.is_some() => {
            Some(vec![Found::new(Shape::HostPort, address)])
        }
        Member::Address(_) | Member::Nameless => Some(Vec::new()),
    }
}
