//! Connection strings of keys and values: ADO.NET and ODBC (`Server=db,1433;Password=…`; Microsoft Learn, "Connection
//! String Syntax" and MS-ODBCSTR), libpq (`host=db port=5432`; PostgreSQL documentation, "Connection Strings"), PDO
//! (`mysql:host=db;dbname=x`; PHP manual, "PDO drivers"), Azure (`Endpoint=sb://…;SharedAccessKey=…`).
//!
//! A value counts only under a key that means a host, a port or an endpoint. A text is read from its beginning up to
//! the first piece that is no key with a value: what follows may be the rest of a password. Of two hosts the first
//! counts, because the second may stand inside a password.

use super::{Found, Shape, server, url};
use crate::decode::{
    key::{self, Meaning},
    port_number,
};
use std::borrow::Cow;

/// Keys of hosts, without spaces, `_` and `-`.
const HOSTS: &[&str] = &[
    "host",
    "hosts",
    "hostname",
    "hostaddr",
    "server",
    "servers",
    "servername",
    "servernode",
    "serveraddress",
    "datasource",
    "addr",
    "address",
    "networkaddress",
    "dbq",
    "dbhost",
    "dbserver",
    "databasehost",
    "brokers",
    "bootstrap.servers",
    "bootstrapservers",
    "nodes",
];
/// Keys of ports.
const PORTS: &[&str] = &["port", "portnumber", "dbport", "tcpport"];
/// Endings of keys under which a URL counts.
const ENDPOINTS: &[&str] = &["endpoint", "url", "uri", "connectto", "server", "host", "address"];
/// The drivers of PDO, which stand before the first key.
const DRIVERS: &[&str] = &[
    "mysql", "pgsql", "sqlsrv", "dblib", "mssql", "sybase", "oci", "odbc", "firebird", "informix", "ibm",
    "cubrid",
];
/// The longest key, in bytes.
const MAX_KEY_BYTES: usize = 40;

/// The longest first value, in characters.
const MAX_VALUE_CHARS: usize = 400;

/// A key, normalised, with its value.
type Pair<'a> = (String, Cow<'a, str>);

/// Reads a connection string. Returns `None` if the value does not begin with a key and `=`.
pub(super) fn read(value: &str) -> Option<Vec<Found>> {
    let pdo = value.split_once(':').filter(|(driver, _)| DRIVERS.contains(driver)).map(|(_, rest)| rest);
    let text = pdo.unwrap_or(value);
    let separator = separator(text)?;
    let pairs = properties(text, separator);
    // `name=http://host:2379,…` is a list with labels.
    let is_known = |(key, _): &Pair<'_>| {
        HOSTS.contains(&key.as_str())
            || PORTS.contains(&key.as_str())
            || ENDPOINTS.iter().any(|end| key.ends_with(end))
            || key::meaning(key) != Meaning::Other
    };
    pairs.iter().any(is_known).then(|| addresses(&pairs))
}

/// The addresses in pairs: the first host with its port, and every endpoint.
pub(super) fn addresses(pairs: &[Pair<'_>]) -> Vec<Found> {
    let of =
        |keys: &[&str]| pairs.iter().find(|(key, _)| keys.contains(&key.as_str())).map(|(_, value)| &**value);
    let port = of(PORTS).and_then(port_number).filter(|port| *port != 0);
    let host = of(HOSTS).filter(|host| url::split_scheme(host).is_none());
    let hosts = host.map(server::hosts).unwrap_or_default();
    let endpoints = pairs
        .iter()
        .filter(|(key, _)| ENDPOINTS.iter().any(|end| key.ends_with(end)))
        .filter_map(|(_, value)| url::list(value));
    hosts
        .into_iter()
        .map(|mut address| {
            address.port = address.port.or(port);
            Found::new(Shape::Url, address)
        })
        .chain(endpoints.flatten())
        .collect()
}

/// The sign between the pairs of a text: the one that ends its first value. Returns `None` if there is no first key.
fn separator(text: &str) -> Option<char> {
    let (key, rest) = text.split_once('=')?;
    // In `db user=app` the first word is a host before options; keys of two words are written `Data Source`.
    let is_first = is_key(key.trim())
        && (!key.trim().contains(' ') || key.starts_with(|c: char| c.is_ascii_uppercase()));
    is_first.then_some(())?;
    let rest = rest.trim_start();
    let rest = quoted(rest).map_or(rest, |(_, behind)| behind);
    let separators =
        rest.char_indices().take(MAX_VALUE_CHARS).filter(|(_, c)| c.is_whitespace() || ";,&".contains(*c));
    let before_key = |(at, c): (usize, char)| {
        let key = rest[at + c.len_utf8()..].split('=').next().unwrap_or_default().trim();
        let is_next = rest.len() > at + c.len_utf8() + key.len() && is_key(key);
        match c {
            ';' => Some(';'),
            ',' | '&' => Some(c).filter(|_| is_next && !key.contains(' ') && !text.contains(';')),
            _ => Some(' ').filter(|_| is_next && !key.contains(' ')),
        }
    };
    let found = separators.into_iter().find_map(before_key);
    Some(found.unwrap_or(';'))
}

fn is_key(text: &str) -> bool {
    let word = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b' ' | b'_' | b'-' | b'.' | b'$');
    text.len() <= MAX_KEY_BYTES
        && text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text.bytes().all(word)
}

/// The pairs of a text up to the first piece that is none.
pub(super) fn properties(text: &str, separator: char) -> Vec<Pair<'_>> {
    let is_separator = |c: char| c == separator || (separator == ' ' && c.is_whitespace());
    let mut pairs = Vec::new();
    let mut rest = text;
    loop {
        rest = rest.trim_start_matches(|c: char| c.is_whitespace() || is_separator(c));
        let Some((key, behind)) = rest.split_once('=') else { return pairs };
        let key = key.trim();
        if !is_key(key) || (separator == ' ' && key.contains(' ')) {
            return pairs;
        }
        let behind = behind.trim_start_matches(|c: char| c.is_whitespace() && separator != ' ' || c == ' ');
        let (value, after) = quoted(behind).unwrap_or_else(|| {
            let (value, after) = behind.split_at(behind.find(is_separator).unwrap_or(behind.len()));
            (Cow::Borrowed(value.trim()), after)
        });
        let ends = after.trim_start_matches(' ');
        if !(ends.is_empty() || ends.starts_with(is_separator) || after.starts_with(is_separator)) {
            return pairs;
        }
        pairs.push((key.to_ascii_lowercase().replace([' ', '_', '-'], ""), value));
        rest = after;
    }
}

/// A value in quotes or braces at the beginning of a text, and what follows it. Within them the closing sign is
/// doubled, or escaped by a backslash. Returns `None` if there is none that is closed.
fn quoted(text: &str) -> Option<(Cow<'_, str>, &str)> {
    let open = text.chars().next().filter(|c| matches!(c, '\'' | '"' | '{'))?;
    let close = if open == '{' { '}' } else { open };
    let mut value = String::new();
    let mut chars = text[1..].char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        let next = chars.peek().map(|(_, c)| *c);
        match c {
            '\\' if open == '\'' && next.is_some() => value.extend(chars.next().map(|(_, c)| c)),
            c if c == close && next == Some(close) => value.extend(chars.next().map(|(_, c)| c)),
            c if c == close => return Some((value.into(), &text[1 + at + c.len_utf8()..])),
            c => value.push(c),
        }
    }
    None
}
