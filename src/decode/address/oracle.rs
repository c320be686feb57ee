//! Oracle's ways to name a database: the thin driver's URLs ("JDBC Developer's Guide", section "Oracle Database URLs and
//! Database Specifiers"), Easy Connect, and connect descriptors ("Net Services Reference", chapter "Local Naming
//! Parameters").

use super::{Found, Shape, authority};
use crate::{
    decode::port_number,
    model::{Address, Host, Scheme},
};

/// The deepest nesting of a connect descriptor that is read.
const MAX_DEPTH: usize = 16;

/// Reads a connect descriptor.
pub(super) fn description(value: &str) -> Option<Vec<Found>> {
    let inner = value.strip_prefix('(')?.trim_start().to_ascii_uppercase();
    let begins = ["DESCRIPTION", "ADDRESS"].iter().any(|key| inner.starts_with(key));
    begins.then(|| description_hosts(value).into_iter().map(|a| Found::new(Shape::Url, a)).collect())
}

/// Reads `user/password@[//]host:port/service`, told by a usual port of Oracle's.
pub(super) fn easy_connect(value: &str) -> Option<Vec<Found>> {
    let (user, database) = value.rsplit_once('@')?;
    let database = database.strip_prefix("//").unwrap_or(database);
    let authority = database.split('/').next().filter(|_| user.contains('/') && !user.contains("://"))?;
    let address = authority::member(authority)?.address()?;
    let is_usual = address.port.is_some_and(|port| (1521..=1526).contains(&port));
    is_usual.then(|| vec![Found::new(Shape::HostPort, address)])
}

/// The addresses of `[user/password]@database`, as the thin driver has it behind `jdbc:oracle:thin:`. A bare word behind
/// the `@` is an alias of the client's own, not a host.
pub(super) fn thin(text: &str) -> Vec<Address> {
    let Some((_, database)) = text.rsplit_once('@') else { return Vec::new() };
    if database.starts_with('(') {
        return description_hosts(database);
    }
    let bare = ["//", "tcp://", "tcps://"].iter().find_map(|begin| database.strip_prefix(begin));
    let text = bare.unwrap_or(database);
    let end = text.find(['/', '?', ';']).unwrap_or(text.len());
    let (hosts, behind) = text.split_at(end);
    let is_alias = bare.is_none() && behind.is_empty() && !hosts.contains(':');
    if is_alias {
        return Vec::new();
    }
    hosts.split(',').filter_map(with_sid).collect()
}

/// `host`, `host:port` or `host:port:SID`.
fn with_sid(text: &str) -> Option<Address> {
    let mut parts = text.splitn(3, ':');
    let (host, port) = (parts.next()?, parts.next());
    let sid = parts.next().unwrap_or_default();
    let is_word = sid.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.' | b'$' | b'#'));
    let text = port.map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"));
    let member = authority::member(&text).filter(|_| is_word)?;
    member.address().map(|address| Address { scheme: Scheme::parse("oracle"), ..address })
}

/// The hosts of the `ADDRESS` elements of a connect descriptor; none unless all of it can be read.
pub(super) fn description_hosts(text: &str) -> Vec<Address> {
    let mut found = Vec::new();
    match elements(text, MAX_DEPTH, &mut found) {
        Some(rest) if rest.trim().is_empty() => found,
        _ => Vec::new(),
    }
}

/// Reads `(KEY=value)` elements one after the other, and the hosts of addresses among them. Gives what follows them.
fn elements<'a>(text: &'a str, depth: usize, found: &mut Vec<Address>) -> Option<&'a str> {
    let (mut host, mut port) = (None, None);
    let mut rest = text.trim_start();
    while let Some(inner) = rest.strip_prefix('(') {
        let (key, value) = inner.split_once('=')?;
        let (key, value) = (key.trim(), value.trim_start());
        let after = if value.starts_with('(') {
            elements(value, depth.checked_sub(1)?, found)?.trim_start()
        } else {
            let (value, after) = value.split_at(value.find(['(', ')'])?);
            match key.to_ascii_uppercase().as_str() {
                "HOST" => host = host.or_else(|| Host::parse(value.trim())),
                "PORT" => port = port.or_else(|| port_number(value.trim())).filter(|port| *port != 0),
                _ => {}
            }
            after
        };
        rest = after.strip_prefix(')')?.trim_start();
    }
    found.extend(host.map(|host| Address { scheme: Scheme::parse("oracle"), host, port }));
    Some(rest)
}
