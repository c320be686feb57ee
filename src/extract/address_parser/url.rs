//! Parser of URLs: `scheme://authority/path?query` (RFC 3986), alone or in a list. The authority may have
//! several hosts, as URLs of MongoDB, PostgreSQL (libpq, "Connection URIs"), Kafka, NATS and Redis do.

use super::{
    AddressShape, FoundAddress,
    authority::url_authority::{addresses_in_authority, may_name_host_in_query, split_scheme},
    is_separator, url_query,
};
use crate::model::Scheme;

/// Groups of schemes. URLs with schemes of the same group may stand in one list.
const COMPATIBLE_SCHEMES: &[&[&str]] = &[
    &["http", "https", "ws", "wss", "grpc", "grpcs"],
    &["plaintext", "ssl", "sasl_plaintext", "sasl_ssl"],
    &["redis", "rediss"],
    &["amqp", "amqps"],
    &["ldap", "ldaps"],
    &["tcp", "tls", "ssl", "udp", "nats", "ws", "wss"],
    &["mqtt", "mqtts"],
];

/// Parses a URL or a list of URLs. Returns `None` if the value does not begin with one.
pub(super) fn url_list(value: &str) -> Option<Vec<FoundAddress>> {
    if let Some(rest) = value.strip_prefix("//") {
        return Some(addresses_in_relative_url(rest));
    }
    if let Some(rest) = value.strip_prefix("failover:(") {
        // ActiveMQ, "Failover Transport Reference": brokers in parentheses, then options.
        let (brokers, options) = rest.split_once(')')?;
        return if options.contains('@') { Some(Vec::new()) } else { url_list(brokers) };
    }
    let (first, _) = split_scheme(value)?;
    let mut found = Vec::new();
    let mut rest = value;
    loop {
        let next = next_url_start(rest, first);
        let piece = next.map_or(rest, |at| rest[..at].trim_end_matches(is_separator));
        let (scheme, behind) = split_scheme(piece)?;
        found.extend(addresses_in_url(scheme, behind));
        match next {
            Some(at) => rest = &rest[at..],
            None => return Some(found),
        }
    }
}

/// Returns the addresses in a URL without a scheme, which begins with `//` (RFC 3986 section 4.2,
/// "network-path reference"). Without a scheme they are less certain, so their shape is that of a host with a
/// port or of a word.
fn addresses_in_relative_url(rest: &str) -> Vec<FoundAddress> {
    let mut found = addresses_in_url("", rest);
    for found in found.iter_mut().filter(|found| found.shape == AddressShape::Url) {
        found.shape = if found.address.port.is_some() { AddressShape::HostPort } else { AddressShape::Word };
    }
    found
}

/// Returns the byte offset of the next URL in a list, after a separator. If the text contains an `@`, the
/// scheme of that URL must be `first` or compatible with `first`, because any other `,x://` may be a piece of
/// a password.
fn next_url_start(text: &str, first: &str) -> Option<usize> {
    let begins = |(at, _): (usize, &str)| {
        // A separator may be longer than one byte, such as U+0085.
        let start = text[..at].trim_end_matches(|c| !is_separator(c)).len();
        if start == 0 {
            return None;
        }
        let scheme = &text[start..at];
        let together =
            |set: &&[&str]| [scheme, first].iter().all(|one| set.iter().any(|s| s.eq_ignore_ascii_case(one)));
        // Without an `@` there is no password, so any scheme counts. Kafka's listeners have such schemes.
        let is_scheme = !text.contains('@') && split_scheme(&text[start..]).is_some();
        (is_scheme || scheme.eq_ignore_ascii_case(first) || COMPATIBLE_SCHEMES.iter().any(together))
            .then_some(start)
    };
    text.match_indices("://").skip(1).find_map(begins)
}

/// Returns the addresses in the authority and the query of a URL. `rest` is the URL after `://`.
pub(super) fn addresses_in_url(scheme: &str, rest: &str) -> Vec<FoundAddress> {
    let (mut found, behind) = addresses_in_authority(scheme, rest);
    if rest.starts_with(['/', '?']) && found.is_empty() && may_name_host_in_query(scheme) {
        found.extend(url_query::host_parameter(rest, Scheme::parse(scheme)));
    }
    found.extend(url_query::addresses_in_query(behind, url_list));
    found
}
