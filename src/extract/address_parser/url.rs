//! URLs: `scheme://authority/path?query` (RFC 3986), alone or as a list, with several hosts in the authority
//! as MongoDB, PostgreSQL (libpq, "Connection URIs"), Kafka, NATS and Redis write them.

use super::{
    AddressShape, FoundAddress, UNKNOWN_CHAR, authority, aws,
    driver_parameters::{begins_with_parameter, is_parameter_name},
    url_query,
};
use crate::model::{Address, Scheme};

/// Schemes without a host.
const HOSTLESS_SCHEMES: &[&str] = &[
    "file",
    "unix",
    "npipe",
    "data",
    "fd",
    "classpath",
    "jar",
    "memory",
    "mem",
    "sqlite",
    "sqlite3",
    "embedded",
    "local",
    "ldapi",
    "chrome-extension",
    "android-app",
    "urn",
    "blob",
    "null",
    "stub",
    "env",
    "secret",
    "vault-secret",
];

/// gRPC schemes with the address in the path (gRPC documentation, "gRPC Name Resolution").
const SCHEMES_WITH_HOST_IN_PATH: &[&str] = &["dns", "passthrough", "static", "multi"];

/// Groups of schemes that may occur in one list.
const COMPATIBLE_SCHEMES: &[&[&str]] = &[
    &["http", "https", "ws", "wss", "grpc", "grpcs"],
    &["plaintext", "ssl", "sasl_plaintext", "sasl_ssl"],
    &["redis", "rediss"],
    &["amqp", "amqps"],
    &["ldap", "ldaps"],
    &["tcp", "tls", "ssl", "udp", "nats", "ws", "wss"],
    &["mqtt", "mqtts"],
];

/// Reads one URL or a list of URLs.
pub(super) fn url_list(value: &str) -> Option<Vec<FoundAddress>> {
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

fn is_separator(c: char) -> bool {
    c.is_whitespace() || matches!(c, ',' | ';' | '|')
}

/// Splits a text at its first `://` into the scheme and the rest.
pub(super) fn split_scheme(text: &str) -> Option<(&str, &str)> {
    let (scheme, rest) = text.split_once("://")?;
    let fits = scheme.starts_with(|c: char| c.is_ascii_alphabetic())
        && scheme.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'.' | b'-' | b'_'));
    fits.then_some((scheme, rest))
}

/// Returns the start of the next URL of a list, after a separator. Its scheme must be able to share a list
/// with `first`, because a password may hold `,x://` too.
fn next_url_start(text: &str, first: &str) -> Option<usize> {
    let begins = |(at, _): (usize, &str)| {
        let start = text[..at].rfind(is_separator)? + 1;
        let scheme = &text[start..at];
        let together =
            |set: &&[&str]| [scheme, first].iter().all(|one| set.iter().any(|s| s.eq_ignore_ascii_case(one)));
        // Without user information there is no password: Kafka's listeners have any name.
        let is_scheme = !text.contains('@') && split_scheme(&text[start..]).is_some();
        (is_scheme || scheme.eq_ignore_ascii_case(first) || COMPATIBLE_SCHEMES.iter().any(together))
            .then_some(start)
    };
    text.match_indices("://").skip(1).find_map(begins)
}

/// Returns the addresses of one URL and of its query. `rest` is the text after `://`.
pub(super) fn addresses_in_url(scheme: &str, rest: &str) -> Vec<FoundAddress> {
    let (mut found, behind) = addresses_in_authority(scheme, rest);
    if rest.starts_with(['/', '?']) && found.is_empty() {
        found.extend(url_query::host_parameter(rest, Scheme::parse(scheme)));
    }
    found.extend(url_query::addresses_in_query(behind));
    found
}

/// Returns the addresses in the authority of one URL, and the text after the authority.
pub(super) fn addresses_in_authority<'a>(scheme: &str, rest: &'a str) -> (Vec<FoundAddress>, &'a str) {
    let scheme = scheme.to_ascii_lowercase();
    if HOSTLESS_SCHEMES.contains(&scheme.as_str()) || scheme.contains("unix") || is_download(rest) {
        return (Vec::new(), "");
    }
    let known = Scheme::parse(&scheme);
    let in_path = rest.strip_prefix('/').filter(|_| SCHEMES_WITH_HOST_IN_PATH.contains(&scheme.as_str()));
    let (authority, behind) = match in_path {
        Some(path) => (path.split('/').next().unwrap_or_default(), ""),
        None => split_authority(known, rest).unwrap_or_default(),
    };
    let host = authority.split(':').next().unwrap_or_default().to_ascii_lowercase();
    // A bucket has no port. An authority with a port is a server that stores buckets.
    let is_server = scheme.starts_with("s3") && authority.contains(':');
    if let Some(address) = aws::resource_in_url(&scheme, &host, behind).filter(|_| !is_server) {
        return (vec![FoundAddress::new(AddressShape::Resource, address)], behind);
    }
    let hosts = authority::parse_hosts(authority, known).into_iter().flatten();
    (hosts.map(|address| FoundAddress::new(AddressShape::Url, address)).collect(), behind)
}

/// Splits a URL without its scheme into the authority, less user information, and the rest. Returns `None` if
/// the split is uncertain.
///
/// A password may hold `/`, `?`, `#`, `;` and `@` unescaped, against RFC 3986. If an `@` follows the first of
/// these, there are two readings: the authority ends there, or after the last `@`. A reading wins if it has a
/// usual port of the scheme or a known parameter after it and the other reading does not.
pub(super) fn split_authority(scheme: Option<Scheme>, rest: &str) -> Option<(&str, &str)> {
    let (plain, behind) = rest.split_at(authority_end(rest));
    let before = strip_user(plain);
    let Some(at) = behind.rfind('@').map(|at| plain.len() + at) else { return Some((before, behind)) };
    let tail = &rest[at + 1..];
    let (after, tail) = tail.split_at(authority_end(tail));
    let hosts = |text: &str| authority::parse_hosts(text, scheme).filter(|hosts| !hosts.is_empty());
    let usual = |hosts: &Vec<Address>| {
        let ports = scheme.map_or(&[][..], Scheme::default_ports);
        hosts.iter().all(|address| address.port.is_some_and(|port| ports.contains(&port)))
    };
    let (first, second) = (hosts(before), hosts(after));
    let between = &rest[plain.len()..at];
    let first_fits = first.as_ref().is_some_and(|hosts| usual(hosts) || begins_with_parameter(behind));
    let second_fits = second.as_ref().is_some_and(usual);
    let only_at = first.is_none() && second.is_some() && rest.matches('@').count() == 1;
    match (first_fits, second_fits) {
        (true, false) => Some((before, behind)),
        (false, true) if first.is_none() || !between.contains(['?', '=']) => Some((after, tail)),
        (false, false) if only_at && !between.contains('?') => Some((after, tail)),
        _ => None,
    }
}

/// Returns the end of an authority: the start of a path, query, fragment or driver properties.
fn authority_end(text: &str) -> usize {
    let option = |at: &usize| {
        let name = text[at + 1..].split('=').next().unwrap_or_default();
        text[at + 1..].len() > name.len() && is_parameter_name(name)
    };
    let comma = text.match_indices(',').map(|(at, _)| at).find(option);
    let other = text.find(|c: char| matches!(c, '/' | '?' | '#' | ';' | '\\') || c.is_whitespace());
    [comma, other].into_iter().flatten().min().unwrap_or(text.len())
}

fn strip_user(authority: &str) -> &str {
    authority.rfind('@').map_or(authority, |at| &authority[at + 1..])
}

/// Returns true if the URL names a file to download and no service to call.
fn is_download(rest: &str) -> bool {
    let path = rest.split(['?', '#', UNKNOWN_CHAR]).next().unwrap_or_default();
    let last = path.rsplit_once('/').map_or("", |(_, last)| last).to_ascii_lowercase();
    [
        ".tar.gz", ".tgz", ".tar.xz", ".tar.bz2", ".zip", ".py", ".sh", ".deb", ".rpm", ".apk", ".asc",
        ".jar", ".whl", ".gpg", ".html", ".md", ".png", ".svg", ".pdf",
    ]
    .iter()
    .any(|ending| last.ends_with(ending))
}
