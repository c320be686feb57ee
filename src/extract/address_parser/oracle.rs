//! Parsers of Oracle's notations for a database: URLs of the thin driver ("JDBC Developer's Guide", section
//! "Oracle Database URLs and Database Specifiers"), Easy Connect, and connect descriptors ("Net Services
//! Reference", chapter "Local Naming Parameters").

use super::{AddressShape, FoundAddress, authority};
use crate::{
    extract::parse_port,
    model::{Address, Host, Scheme},
};

/// The maximum nesting depth of a connect descriptor.
const MAX_DESCRIPTOR_DEPTH: usize = 16;

/// Parses a connect descriptor, such as `(DESCRIPTION=(ADDRESS=(HOST=db)(PORT=1521)))`. Returns `None` if the
/// value does not begin like one.
pub(super) fn connect_descriptor(value: &str) -> Option<Vec<FoundAddress>> {
    let inner = value.strip_prefix('(')?.trim_start().to_ascii_uppercase();
    let begins = ["DESCRIPTION", "ADDRESS"].iter().any(|key| inner.starts_with(key));
    begins.then(|| {
        hosts_in_descriptor(value).into_iter().map(|a| FoundAddress::new(AddressShape::Url, a)).collect()
    })
}

/// Parses `user/password@[//]host:port/service`. Returns `None` if the port is not one of Oracle's usual
/// ones, because the value may then be a user and host in another notation.
pub(super) fn easy_connect(value: &str) -> Option<Vec<FoundAddress>> {
    let (user, database) = value.rsplit_once('@')?;
    let database = database.strip_prefix("//").unwrap_or(database);
    let authority = database.split('/').next().filter(|_| user.contains('/') && !user.contains("://"))?;
    let address = authority::parse_host_port(authority)?.address()?;
    let is_usual = address.port.is_some_and(|port| (1521..=1526).contains(&port));
    is_usual.then(|| vec![FoundAddress::new(AddressShape::HostPort, address)])
}

/// Returns the hosts in `[user/password]@database`, the text after `jdbc:oracle:thin:`. A single word after
/// the `@` is not a host but an alias that the client looks up.
pub(super) fn hosts_of_thin_driver(text: &str) -> Vec<Address> {
    let Some((before, database)) = text.rsplit_once('@') else { return Vec::new() };
    // The last `@` may belong to a parameter after the database, such as the password of a wallet.
    let first = text.split_once('@').map_or("", |(_, first)| first);
    if first.starts_with('(') {
        return hosts_in_descriptor(first);
    }
    if before.contains("://") || (first != database && !hosts_of_database(first).is_empty()) {
        return Vec::new();
    }
    hosts_of_database(database)
}

/// Returns the hosts in a connect descriptor, in `[//]host[:port]/service`, or in `host:port:SID`. Instead of
/// `//`, the text may begin with `tcp://` or `tcps://`. Commas separate several hosts. An alias has no hosts.
fn hosts_of_database(database: &str) -> Vec<Address> {
    if database.starts_with('(') {
        return hosts_in_descriptor(database);
    }
    let bare = ["//", "tcp://", "tcps://"].iter().find_map(|begin| database.strip_prefix(begin));
    let text = bare.unwrap_or(database);
    let end = text.find(['/', '?', ';']).unwrap_or(text.len());
    let (hosts, behind) = text.split_at(end);
    let is_alias = bare.is_none() && behind.is_empty() && !hosts.contains(':');
    if is_alias {
        return Vec::new();
    }
    hosts.split(',').filter_map(host_with_sid).collect()
}

/// Parses `host`, `host:port` or `host:port:SID`. Returns `None` for any other text.
fn host_with_sid(text: &str) -> Option<Address> {
    let mut parts = text.splitn(3, ':');
    let (host, port) = (parts.next()?, parts.next());
    let sid = parts.next().unwrap_or_default();
    let is_word = sid.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.' | b'$' | b'#'));
    let text = port.map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"));
    let member = authority::parse_host_port(&text).filter(|_| is_word)?;
    member.address().map(|address| Address { scheme: Scheme::parse("oracle"), ..address })
}

/// Returns the server in `[//]host[:port]/service` (Oracle, Easy Connect) or `host[/port]:path` (Firebird,
/// "Connecting to a database").
pub(super) fn server_of_database(database: &str) -> Option<Address> {
    let (server, rest) = database.strip_prefix("//").unwrap_or(database).split_once('/')?;
    let found = authority::parse_host_port(server)?.address()?;
    let port = || parse_port(rest.split(':').next()?).filter(|port| *port != 0);
    Some(Address { port: found.port.or_else(port), ..found })
}

/// Returns the hosts in the `ADDRESS` elements of a connect descriptor. Returns nothing if any part of the
/// descriptor is malformed.
pub(super) fn hosts_in_descriptor(text: &str) -> Vec<Address> {
    let mut found = Vec::new();
    match read_elements(text, MAX_DESCRIPTOR_DEPTH, &mut found) {
        Some(rest) if rest.trim().is_empty() => found,
        _ => Vec::new(),
    }
}

/// Reads consecutive elements of the form `(KEY=value)`, and adds the hosts in them to `found`. Returns the
/// text after them, or `None` if an element is malformed or nested too deep.
fn read_elements<'a>(text: &'a str, depth: usize, found: &mut Vec<Address>) -> Option<&'a str> {
    let (mut host, mut port) = (None, None);
    let mut rest = text.trim_start();
    while let Some(inner) = rest.strip_prefix('(') {
        let (key, value) = inner.split_once('=')?;
        let (key, value) = (key.trim(), value.trim_start());
        let after = if value.starts_with('(') {
            read_elements(value, depth.checked_sub(1)?, found)?.trim_start()
        } else {
            let (value, after) = value.split_at(value.find(['(', ')'])?);
            match key.to_ascii_uppercase().as_str() {
                "HOST" => host = host.or_else(|| Host::parse(value.trim())),
                "PORT" => port = port.or_else(|| parse_port(value.trim())).filter(|port| *port != 0),
                _ => {}
            }
            after
        };
        rest = after.strip_prefix(')')?.trim_start();
    }
    found.extend(host.map(|host| Address { scheme: Scheme::parse("oracle"), host, port }));
    Some(rest)
}
