//! Parser of a single address or a list of addresses: `k1:9092,k2:9092`, `zoo1 zoo2`, `1@k1:9093,2@k2:9093`,
//! `etcd1=http://etcd1:2380,…`. If any item is not an address, the value has no addresses. If plain words
//! follow an address, only the first address counts.

use super::{
    AddressShape, FoundAddress,
    authority::{HostEntry, parse_host_port, url_authority},
    is_separator, socket_address, url,
};
use crate::{
    extract::{
        env_key::{self, ValueKind},
        parse_port,
    },
    model::{Address, Host},
};
use std::collections::BTreeSet;

/// Common values of settings. Such a word is not a host name.
const SETTING_WORDS: &[&str] = &[
    "true", "false", "yes", "no", "on", "off", "none", "null", "nil", "default", "auto", "enabled",
    "disabled", "all", "any", "local", "internal", "external",
];

/// Parses a list. Returns an empty list, never `None`, if the value is not a list of addresses.
#[expect(clippy::unnecessary_wraps, reason = "the readers of all forms have one signature")]
pub(super) fn read(value: &str) -> Option<Vec<FoundAddress>> {
    let mut items: Vec<&str> = value.split(is_separator).filter(|item| !item.is_empty()).collect();
    if items.first().is_some_and(|first| socket_address::is_mail_relay(first)) {
        // Postfix, sasl_passwd: the user and the password for a relay follow it.
        let relays = items.iter().take_while(|item| item.starts_with('[')).count();
        items.truncate(relays);
    }
    if !separators_are_certain(&items) {
        return Some(Vec::new());
    }
    let found: Option<Vec<Vec<FoundAddress>>> = items.into_iter().map(parse_item).collect();
    let found: Vec<FoundAddress> = found.into_iter().flatten().flatten().collect();
    let is_word = |found: &FoundAddress| {
        found.shape == AddressShape::Word && matches!(found.address.host, Host::Name(_))
    };
    if found.iter().all(is_word) || !found.iter().any(is_word) {
        return Some(found);
    }
    // If spaces separate words and addresses, the value is a sentence. Otherwise the words after an address
    // may be a password, and so may everything that follows: `db:6379;secret`.
    let has_blanks = |part: &str| part.trim().contains(char::is_whitespace);
    let is_sentence = value.split([',', ';', '|']).any(has_blanks);
    let with_port = found.iter().filter(|found| found.address.port.is_some());
    let stems: BTreeSet<String> = with_port.map(|found| host_stem(&found.address.host)).collect();
    let is_numbered = |word: &FoundAddress| {
        let stem = host_stem(&word.address.host);
        !stem.is_empty() && stems.contains(&stem)
    };
    if !is_sentence && found.iter().all(|found| !is_word(found) || is_numbered(found)) {
        return Some(found);
    }
    let first = found.into_iter().next().filter(|first| !is_sentence && !is_word(first));
    Some(first.into_iter().collect())
}

/// Returns the name of a host without its number. A word with the stem of a host that has a port, as in
/// `db:3306,db2`, is another host of the list and no password.
fn host_stem(host: &Host) -> String {
    let name = host.to_string();
    name.trim_end_matches(|c: char| c.is_ascii_digit() || matches!(c, '-' | '_')).to_owned()
}

/// Returns true if the separators between `items` are certainly not part of a password: there is a single
/// item, no item has user information, all items have the same user information, or all begin with a number,
/// as in `1@k1:9093,2@k2:9093`.
fn separators_are_certain(items: &[&str]) -> bool {
    let user = |item: &&str| {
        let (user, _) = item.rsplit_once('@').filter(|_| socket_address::read(item).is_none())?;
        Some(user.to_owned())
    };
    let users: Vec<Option<String>> = items.iter().map(user).collect();
    let numbered = |user: &Option<String>| user.as_deref().is_some_and(|user| parse_port(user).is_some());
    items.len() == 1 || users.windows(2).all(|pair| pair[0] == pair[1]) || users.iter().all(numbered)
}

/// Parses one item, which may have a label as in `name=http://host:port`. Returns `None` if the item is not
/// an address.
fn parse_item(text: &str) -> Option<Vec<FoundAddress>> {
    if let Some((label, rest)) = text.split_once('=')
        && !label.contains(['/', '?', '@', ':'])
    {
        let is_name = matches!(
            env_key::value_kind(label),
            ValueKind::Other | ValueKind::HostAddress | ValueKind::Endpoint
        );
        let found = parse_unlabelled_item(rest).filter(|_| is_name)?;
        return found.iter().all(|found| found.shape != AddressShape::Word).then_some(found);
    }
    parse_unlabelled_item(text)
}

/// Parses an item without a label. Returns `None` if it is not an address.
fn parse_unlabelled_item(text: &str) -> Option<Vec<FoundAddress>> {
    if let Some((scheme, rest)) = url_authority::split_scheme(text) {
        return Some(url::addresses_in_url(scheme, rest));
    }
    if let Some(found) = socket_address::read(text) {
        return Some(found);
    }
    // dnsmasq(8) and unbound.conf(5) write an address with its port as `IP#port` or `IP@port`.
    if let Some((ip, port)) = text.split_once(['#', '@'])
        && let (Ok(ip), Some(port)) = (ip.parse(), parse_port(port))
    {
        return Some(vec![FoundAddress::new(
            AddressShape::HostPort,
            Address::from_host(Host::Ip(ip)).with_port(port),
        )]);
    }
    if text.contains('@') {
        return parse_item_with_user(text);
    }
    let (head, behind) = text.split_at(text.find(['/', '?']).unwrap_or(text.len()));
    match parse_host_port(head)? {
        HostEntry::WithoutHost => Some(Vec::new()),
        HostEntry::Address(address) if address.port.is_some() => {
            // In `user:password:uid:gid`, the password looks like a port (atmoz/sftp, "Usage").
            let has_more_numbers =
                head.rsplit(']').next().is_some_and(|ports| ports.matches(':').count() > 1);
            let shape = if has_more_numbers { AddressShape::Word } else { AddressShape::HostPort };
            Some(vec![FoundAddress::new(shape, address)])
        }
        HostEntry::Address(address) if behind.is_empty() => {
            let is_choice = SETTING_WORDS.contains(&head.to_ascii_lowercase().as_str());
            Some(if is_choice { Vec::new() } else { vec![FoundAddress::new(AddressShape::Word, address)] })
        }
        HostEntry::Address(_) => None,
    }
}

/// Parses `user:password@host:port`. Without a port, the item is an email address (RFC 5322 section 3.4.1),
/// which names no service.
fn parse_item_with_user(text: &str) -> Option<Vec<FoundAddress>> {
    let (authority, _) = url_authority::split_authority(None, text)?;
    match parse_host_port(authority)? {
        HostEntry::Address(address) if address.port.is_some() => {
            Some(vec![FoundAddress::new(AddressShape::HostPort, address)])
        }
        HostEntry::Address(_) | HostEntry::WithoutHost => Some(Vec::new()),
    }
}
