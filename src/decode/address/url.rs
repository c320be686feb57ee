//! URLs: `scheme://authority/path?query` (RFC 3986), alone or as a list, with several hosts in the authority as
//! MongoDB, PostgreSQL (libpq, "Connection URIs"), Kafka, NATS and Redis write them.

use super::{
    Found, Shape, UNKNOWN, authority, aws,
    parameter::{begins_parameters, is_parameter},
    query,
};
use crate::model::{Address, Scheme};

/// Schemes behind which stands no host.
const HOSTLESS: &[&str] = &[
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

/// Schemes of gRPC whose address stands in the path (gRPC documentation, "gRPC Name Resolution").
const NAMED_IN_PATH: &[&str] = &["dns", "passthrough", "static", "multi"];

/// Sets of schemes that stand together in one list.
const TOGETHER: &[&[&str]] = &[
    &["http", "https", "ws", "wss", "grpc", "grpcs"],
    &["plaintext", "ssl", "sasl_plaintext", "sasl_ssl"],
    &["redis", "rediss"],
    &["amqp", "amqps"],
    &["ldap", "ldaps"],
    &["tcp", "tls", "ssl", "udp", "nats", "ws", "wss"],
    &["mqtt", "mqtts"],
];

/// Reads one URL or a list of them.
pub(super) fn list(value: &str) -> Option<Vec<Found>> {
    let (first, _) = split_scheme(value)?;
    let mut found = Vec::new();
    let mut rest = value;
    loop {
        let next = next_url(rest, first);
        let piece = next.map_or(rest, |at| rest[..at].trim_end_matches(is_separator));
        let (scheme, behind) = split_scheme(piece)?;
        found.extend(one(scheme, behind));
        match next {
            Some(at) => rest = &rest[at..],
            None => return Some(found),
        }
    }
}

fn is_separator(c: char) -> bool {
    c.is_whitespace() || matches!(c, ',' | ';' | '|')
}

/// The scheme at the beginning of a text, and what follows its `://`.
pub(super) fn split_scheme(text: &str) -> Option<(&str, &str)> {
    let (scheme, rest) = text.split_once("://")?;
    let fits = scheme.starts_with(|c: char| c.is_ascii_alphabetic())
        && scheme.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'.' | b'-' | b'_'));
    fits.then_some((scheme, rest))
}

/// The place of the next URL of a list, behind a separator. Its scheme is one that stands in a list with the first:
/// a password may hold `,x://` as well.
fn next_url(text: &str, first: &str) -> Option<usize> {
    let begins = |(at, _): (usize, &str)| {
        let start = text[..at].rfind(is_separator)? + 1;
        let scheme = &text[start..at];
        let together =
            |set: &&[&str]| [scheme, first].iter().all(|one| set.iter().any(|s| s.eq_ignore_ascii_case(one)));
        // Where there is no user information, there is no password: Kafka's listeners have any name.
        let is_scheme = !text.contains('@') && split_scheme(&text[start..]).is_some();
        (is_scheme || scheme.eq_ignore_ascii_case(first) || TOGETHER.iter().any(together)).then_some(start)
    };
    text.match_indices("://").skip(1).find_map(begins)
}

/// The addresses of one URL, whose scheme and whose rest behind `://` are given, and those that its query names.
pub(super) fn one(scheme: &str, rest: &str) -> Vec<Found> {
    let (mut found, behind) = hosts_of(scheme, rest);
    if rest.starts_with(['/', '?']) && found.is_empty() {
        found.extend(query::host(rest, Scheme::parse(scheme)));
    }
    found.extend(query::read(behind));
    found
}

/// The addresses of one URL without those of its query, and the text behind its authority.
pub(super) fn hosts_of<'a>(scheme: &str, rest: &'a str) -> (Vec<Found>, &'a str) {
    let scheme = scheme.to_ascii_lowercase();
    if HOSTLESS.contains(&scheme.as_str()) || scheme.contains("unix") || is_download(rest) {
        return (Vec::new(), "");
    }
    let known = Scheme::parse(&scheme);
    let in_path = rest.strip_prefix('/').filter(|_| NAMED_IN_PATH.contains(&scheme.as_str()));
    let (authority, behind) = match in_path {
        Some(path) => (path.split('/').next().unwrap_or_default(), ""),
        None => authority_of(known, rest).unwrap_or_default(),
    };
    let host = authority.split(':').next().unwrap_or_default().to_ascii_lowercase();
    // A bucket has no port: with one, the authority is that of a server which keeps buckets.
    let is_server = scheme.starts_with("s3") && authority.contains(':');
    if let Some(address) = aws::endpoint(&scheme, &host, behind).filter(|_| !is_server) {
        return (vec![Found::new(Shape::Resource, address)], behind);
    }
    let hosts = authority::hosts(authority, known).into_iter().flatten();
    (hosts.map(|address| Found::new(Shape::Url, address)).collect(), behind)
}

/// The authority without user information, and what follows it. Returns `None` where it can't be told from the rest.
///
/// A password may hold `/`, `?`, `#`, `;` and `@` unescaped, against RFC 3986. Where an `@` stands behind the first
/// of these, two readings are left: the authority ends there, or behind the last `@`. The one that has a usual port
/// of the scheme, or a known parameter behind it, is taken unless both have.
pub(super) fn authority_of(scheme: Option<Scheme>, rest: &str) -> Option<(&str, &str)> {
    let (plain, behind) = rest.split_at(end(rest));
    let before = without_user(plain);
    let Some(at) = behind.rfind('@').map(|at| plain.len() + at) else { return Some((before, behind)) };
    let tail = &rest[at + 1..];
    let (after, tail) = tail.split_at(end(tail));
    let hosts = |text: &str| authority::hosts(text, scheme).filter(|hosts| !hosts.is_empty());
    let usual = |hosts: &Vec<Address>| {
        let ports = scheme.map_or(&[][..], Scheme::usual_ports);
        hosts.iter().all(|address| address.port.is_some_and(|port| ports.contains(&port)))
    };
    let (first, second) = (hosts(before), hosts(after));
    let between = &rest[plain.len()..at];
    let first_fits = first.as_ref().is_some_and(|hosts| usual(hosts) || begins_parameters(behind));
    let second_fits = second.as_ref().is_some_and(usual);
    let only_at = first.is_none() && second.is_some() && rest.matches('@').count() == 1;
    match (first_fits, second_fits) {
        (true, false) => Some((before, behind)),
        (false, true) if first.is_none() || !between.contains(['?', '=']) => Some((after, tail)),
        (false, false) if only_at && !between.contains('?') => Some((after, tail)),
        _ => None,
    }
}

/// The end of an authority: where a path, query, fragment or the properties of a driver begin.
fn end(text: &str) -> usize {
    let option = |at: &usize| {
        let name = text[at + 1..].split('=').next().unwrap_or_default();
        text[at + 1..].len() > name.len() && is_parameter(name)
    };
    let comma = text.match_indices(',').map(|(at, _)| at).find(option);
    let other = text.find(|c: char| matches!(c, '/' | '?' | '#' | ';' | '\\') || c.is_whitespace());
    [comma, other].into_iter().flatten().min().unwrap_or(text.len())
}

fn without_user(authority: &str) -> &str {
    authority.rfind('@').map_or(authority, |at| &authority[at + 1..])
}

/// Returns whether the URL names a file to fetch rather than something to call.
fn is_download(rest: &str) -> bool {
    let path = rest.split(['?', '#', UNKNOWN]).next().unwrap_or_default();
    let last = path.rsplit_once('/').map_or("", |(_, last)| last).to_ascii_lowercase();
    [
        ".tar.gz", ".tgz", ".tar.xz", ".tar.bz2", ".zip", ".py", ".sh", ".deb", ".rpm", ".apk", ".asc",
        ".jar", ".whl", ".gpg", ".html", ".md", ".png", ".svg", ".pdf",
    ]
    .iter()
    .any(|ending| last.ends_with(ending))
}
