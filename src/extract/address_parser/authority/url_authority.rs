//! Parser of the authority of a URL: the part after `scheme://`, with user information, hosts and ports (RFC
//! 3986 section 3.2). It finds the hosts, or the cloud resource if the URL is that of a bucket or queue.

use super::{
    HostEntry,
    driver_parameters::{begins_with_parameter, is_parameter_name},
    parse_host_port, parse_hosts,
    url_schemes::{HostRule, host_rule, is_hosted_service},
};
use crate::{
    extract::{
        address_parser::{AddressShape, FoundAddress, UNKNOWN_CHAR, aws},
        is_likely_port,
    },
    model::{Address, Scheme},
};

/// gRPC schemes with the address in the path (gRPC documentation, "gRPC Name Resolution").
const SCHEMES_WITH_HOST_IN_PATH: &[&str] = &["dns", "passthrough", "static", "multi"];

/// Splits a text at its first `://` into the scheme and the rest. Returns `None` if there is no valid scheme.
pub(in crate::extract::address_parser) fn split_scheme(text: &str) -> Option<(&str, &str)> {
    let (scheme, rest) = text.split_once("://")?;
    let fits = scheme.starts_with(|c: char| c.is_ascii_alphabetic())
        && scheme.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'.' | b'-' | b'_'));
    fits.then_some((scheme, rest))
}

/// Returns the addresses in the authority of a URL, and the text after the authority. Both are empty if the
/// authority of a URL with this scheme is not surely a host. `rest` is the URL after `://`.
pub(in crate::extract::address_parser) fn addresses_in_authority<'a>(
    scheme: &str,
    rest: &'a str,
) -> (Vec<FoundAddress>, &'a str) {
    let scheme = scheme.to_ascii_lowercase();
    let rule = host_rule(&scheme);
    if rule == HostRule::Never || is_download(rest) {
        return (Vec::new(), "");
    }
    let known = Scheme::parse(&scheme);
    if let Some(servers) = memcached_servers(known, rest) {
        return (
            servers.into_iter().map(|address| FoundAddress::new(AddressShape::Url, address)).collect(),
            "",
        );
    }
    let in_path = rest.strip_prefix('/').filter(|_| SCHEMES_WITH_HOST_IN_PATH.contains(&scheme.as_str()));
    let (authority, behind) = match in_path {
        Some(path) => (path.split(['/', '?', '#']).next().unwrap_or_default(), ""),
        None => split_authority(known, rest).unwrap_or_default(),
    };
    let host = authority.split(':').next().unwrap_or_default().to_ascii_lowercase();
    // An `s3://` authority with a port is a server that stores buckets, not a bucket.
    let is_server = scheme.starts_with("s3") && authority.contains(':');
    if let Some(address) = aws::resource_in_url(&scheme, &host, behind).filter(|_| !is_server) {
        return (vec![FoundAddress::new(AddressShape::Resource, address)], behind);
    }
    let hosts = parse_hosts(authority, known).unwrap_or_default();
    // A relative URL has no scheme. Its shape shows that it is less certain.
    let has_user = !rest.starts_with(authority) && in_path.is_none();
    if !scheme.is_empty() && !fits_rule(rule, &hosts, has_user) || is_hosted_service(&scheme, &host) {
        return (Vec::new(), "");
    }
    (hosts.into_iter().map(|address| FoundAddress::new(AddressShape::Url, address)).collect(), behind)
}

/// Returns the servers of memcached, which a `;` separates (Celery, "Cache backend settings"). Returns `None` for
/// any other URL.
fn memcached_servers(scheme: Option<Scheme>, rest: &str) -> Option<Vec<Address>> {
    scheme.filter(|scheme| scheme.starts_with("memcache"))?;
    let servers = rest.split(['/', '?']).next().filter(|servers| servers.contains(';'))?;
    (!rest.contains('@')).then_some(())?;
    parse_hosts(&servers.replace(';', ","), scheme)
}

/// Returns true if `hosts`, the hosts in the authority of a URL, are surely hosts by the rule of its scheme.
fn fits_rule(rule: HostRule, hosts: &[Address], has_user: bool) -> bool {
    let have_ports = || !hosts.is_empty() && hosts.iter().all(|host| host.port.is_some_and(is_likely_port));
    match rule {
        HostRule::Always => true,
        HostRule::AfterUser => has_user,
        HostRule::WithPort => have_ports(),
        HostRule::WithPortAlone => !has_user && have_ports(),
        HostRule::Never => false,
    }
}

/// Returns true if a URL of `scheme` may name its host in its query instead of the authority.
pub(in crate::extract::address_parser) fn may_name_host_in_query(scheme: &str) -> bool {
    host_rule(&scheme.to_ascii_lowercase()) == HostRule::Always
}

/// Splits a URL without its scheme into the authority, without user information, and the text after it.
/// Returns `None` if the place of the split is uncertain.
///
/// Passwords may contain `/`, `?`, `#`, `;` and `@` without escapes, although RFC 3986 forbids it. If an `@`
/// follows the first of these characters, there are two readings: the authority ends at that character, or
/// the host follows the last `@`. A usual port of the scheme confirms either reading; a known parameter after
/// the host confirms the first one.
///
/// If only the first reading is confirmed, it wins. If only the second one is confirmed, it wins unless the
/// first reading has a valid host and the text between looks like a query. If neither is confirmed, the
/// second one wins only if the first has no valid host, there is a single `@`, and no `?` precedes it.
pub(in crate::extract::address_parser) fn split_authority(
    scheme: Option<Scheme>,
    rest: &str,
) -> Option<(&str, &str)> {
    let (plain, behind) = rest.split_at(authority_end(rest));
    if is_host_before_separator(plain) {
        return None;
    }
    let before = strip_user(plain);
    let Some(at) = behind.rfind('@').map(|at| plain.len() + at) else { return Some((before, behind)) };
    if plain.contains('|') {
        return None;
    }
    let tail = &rest[at + 1..];
    let (after, tail) = tail.split_at(authority_end(tail));
    let hosts = |text: &str| parse_hosts(text, scheme).filter(|hosts| !hosts.is_empty());
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

/// Returns the byte offset at which the authority ends: the start of a path, a query, a fragment or driver
/// properties.
fn authority_end(text: &str) -> usize {
    let option = |at: &usize| {
        let name = text[at + 1..].split('=').next().unwrap_or_default();
        text[at + 1..].len() > name.len() && is_parameter_name(name)
    };
    let comma = text.match_indices(',').map(|(at, _)| at).find(option);
    let other = text.find(|c: char| matches!(c, '/' | '?' | '#' | ';' | '\\') || c.is_whitespace());
    [comma, other].into_iter().flatten().min().unwrap_or(text.len())
}

/// Returns true if a `|` or `,` divides an authority into a host with its port and a text with an `@`, as in
/// `db:8080|a@b`. The first part may just as well be a user with the beginning of a password.
fn is_host_before_separator(authority: &str) -> bool {
    let user = authority.rsplit_once('@').map_or("", |(user, _)| user);
    let first = user.split_once(['|', ',']).map(|(first, _)| first);
    let host = first.and_then(parse_host_port).and_then(HostEntry::address);
    host.is_some_and(|host| host.port.is_some())
}

fn strip_user(authority: &str) -> &str {
    authority.rfind('@').map_or(authority, |at| &authority[at + 1..])
}

/// Returns true if the URL is that of a file to download, so that it names no service to call.
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
