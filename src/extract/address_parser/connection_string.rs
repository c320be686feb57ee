//! Parser of connection strings, which consist of keys and values: ADO.NET and ODBC
//! (`Server=db,1433;Password=…`; Microsoft Learn, "Connection String Syntax" and MS-ODBCSTR), libpq
//! (`host=db port=5432`; PostgreSQL documentation, "Connection Strings"), PDO (`mysql:host=db;dbname=x`; PHP
//! manual, "PDO drivers"), Perl (`dbi:mysql:host=db;…`; DBI, "connect"), Azure
//! (`Endpoint=sb://…;SharedAccessKey=…`), and lines of YAML.
//!
//! Only the value of a key for a host, a port or an endpoint counts. The parser stops at the first piece that
//! is not a key with a value, because the rest may belong to a password. If a string names two hosts, the
//! first one counts, because the second may be a piece of a password.

use super::{AddressShape, FoundAddress, NotationParser, authority::url_authority, host_value, oracle};
use crate::extract::{
    env_key::{self, ValueKind},
    parse_port,
};
use std::borrow::Cow;

/// Keys whose value is a host. The keys are in lower case, without spaces, `_` and `-`.
const HOST_KEYS: &[&str] = &[
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
/// Keys whose value is a port.
const PORT_KEYS: &[&str] = &["port", "portnumber", "dbport", "tcpport"];
/// Endings of keys whose value may be a URL.
const ENDPOINT_KEY_ENDINGS: &[&str] = &["endpoint", "url", "uri", "connectto", "server", "host", "address"];
/// Drivers of PDO, whose name stands before the first key.
const PDO_DRIVERS: &[&str] = &[
    "mysql", "pgsql", "sqlsrv", "dblib", "mssql", "sybase", "oci", "odbc", "firebird", "informix", "ibm",
    "cubrid",
];
/// The maximum length of a key, in bytes.
const MAX_KEY_BYTES: usize = 40;

/// The maximum number of characters to search for the end of the first value.
const MAX_VALUE_CHARS: usize = 400;

/// Key and value of a pair. The key is in lower case, without spaces, `_` and `-`.
type KeyValue<'a> = (String, Cow<'a, str>);

/// Parses a connection string. Returns `None` unless the value begins with a key and `=` or with two pairs
/// like `host: db`, and at least one of its keys is known.
///
/// `url_list` parses the URLs in the connection string. It is a parameter because URLs may in turn have
/// connection strings in their query, for which `url_list` calls this function.
pub(super) fn read(value: &str, url_list: NotationParser) -> Option<Vec<FoundAddress>> {
    let perl = value.get(..4).filter(|head| head.eq_ignore_ascii_case("dbi:")).map_or(value, |_| &value[4..]);
    let is_driver = |driver: &str| PDO_DRIVERS.contains(&driver) || perl.len() < value.len();
    let driver = perl.split_once(':').filter(|(driver, _)| is_driver(driver));
    if let Some(("oci" | "firebird", rest)) = driver
        && let Some((database, _)) =
            rest.strip_prefix("dbname=").map(|rest| rest.split_once(';').unwrap_or((rest, "")))
    {
        let hosts = oracle::server_of_database(database).into_iter();
        return Some(hosts.map(|address| FoundAddress::new(AddressShape::Url, address)).collect());
    }
    let text = driver.map_or(value, |(_, rest)| rest);
    let pairs = match colon_pairs(text) {
        Some(pairs) => pairs,
        None => split_pairs(text, pair_separator(text)?),
    };
    // In `name=http://host:2379,…`, the name is a label in a list and not a known key.
    let is_known = |(key, _): &KeyValue<'_>| {
        HOST_KEYS.contains(&key.as_str())
            || PORT_KEYS.contains(&key.as_str())
            || ENDPOINT_KEY_ENDINGS.iter().any(|end| key.ends_with(end))
            || env_key::value_kind(key) != ValueKind::Other
    };
    pairs.iter().any(is_known).then(|| addresses_in_pairs(&pairs, url_list))
}

/// Returns the addresses in `pairs`: the first host with its port, and the addresses of all endpoints.
pub(super) fn addresses_in_pairs(pairs: &[KeyValue<'_>], url_list: NotationParser) -> Vec<FoundAddress> {
    let of =
        |keys: &[&str]| pairs.iter().find(|(key, _)| keys.contains(&key.as_str())).map(|(_, value)| &**value);
    let port = of(PORT_KEYS).and_then(parse_port).filter(|port| *port != 0);
    let host = of(HOST_KEYS).filter(|host| url_authority::split_scheme(host).is_none());
    let hosts = host.map(host_value::parse_hosts).unwrap_or_default();
    let endpoints = pairs
        .iter()
        .filter(|(key, _)| ENDPOINT_KEY_ENDINGS.iter().any(|end| key.ends_with(end)))
        .filter_map(|(_, value)| url_list(value));
    hosts
        .into_iter()
        .map(|mut address| {
            address.port = address.port.or(port);
            FoundAddress::new(AddressShape::Url, address)
        })
        .chain(endpoints.flatten())
        .collect()
}

/// Returns the character that separates the pairs: the one that ends the first value. Returns `None` if the
/// text does not begin with a key.
fn pair_separator(text: &str) -> Option<char> {
    let (key, rest) = text.split_once('=')?;
    // In `db user=app`, the first word is a host with options after it. The two words are not one key,
    // because keys of two words, such as `Data Source`, begin with a capital.
    let is_first = is_key(key.trim())
        && (!key.trim().contains(' ') || key.starts_with(|c: char| c.is_ascii_uppercase()));
    is_first.then_some(())?;
    let rest = rest.trim_start();
    let rest = read_quoted(rest).map_or(rest, |(_, behind)| behind);
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

/// Splits a text into pairs as in a line of YAML: `host: db, password: …`. Stops at the first piece that is
/// not a pair. Returns `None` if the text does not begin with two pairs.
fn colon_pairs(text: &str) -> Option<Vec<KeyValue<'_>>> {
    let mut pairs = Vec::new();
    let mut rest = text;
    while let Some((key, behind)) = rest.split_once(": ").filter(|(key, _)| is_key(key) && !key.contains(' '))
    {
        let behind = behind.trim_start();
        let is_end = |c: char| c.is_whitespace() || matches!(c, ',' | ';');
        let (value, after) = read_quoted(behind).unwrap_or_else(|| {
            let (value, after) = behind.split_at(behind.find(is_end).unwrap_or(behind.len()));
            (Cow::Borrowed(value), after)
        });
        if !(after.is_empty() || after.starts_with(is_end)) {
            break;
        }
        pairs.push((key.to_ascii_lowercase().replace(['_', '-'], ""), value));
        rest = after.trim_start_matches(is_end);
    }
    (pairs.len() > 1).then_some(pairs)
}

/// Splits a text into pairs. Stops at the first piece that is not a pair.
pub(super) fn split_pairs(text: &str, separator: char) -> Vec<KeyValue<'_>> {
    let is_separator = |c: char| c == separator || (separator == ' ' && c.is_whitespace());
    let mut pairs = Vec::new();
    let mut rest = text;
    loop {
        rest = rest.trim_start_matches(|c: char| c.is_whitespace() || is_separator(c));
        let Some((key, behind)) = rest.split_once('=') else { break };
        let key = key.trim();
        if !is_key(key) || (separator == ' ' && key.contains(' ')) {
            break;
        }
        let behind = behind.trim_start_matches(|c: char| c.is_whitespace() && separator != ' ' || c == ' ');
        let (value, after) = read_quoted(behind).unwrap_or_else(|| {
            let (value, after) = behind.split_at(value_end(behind, separator, is_separator));
            (Cow::Borrowed(value.trim()), after)
        });
        let ends = after.trim_start_matches(' ');
        if !(ends.is_empty() || ends.starts_with(is_separator) || after.starts_with(is_separator)) {
            break;
        }
        pairs.push((key.to_ascii_lowercase().replace([' ', '_', '-'], ""), value));
        rest = after;
    }
    without_cut_urls(pairs, text)
}

/// Returns the byte offset of the separator that ends an unquoted value. In libpq's strings, a backslash before
/// a blank makes it part of the value (PostgreSQL documentation, "Connection Strings").
fn value_end(text: &str, separator: char, is_separator: impl Fn(char) -> bool) -> usize {
    let mut is_escaped = false;
    let ends = |(_, c): &(usize, char)| {
        let ends = is_separator(*c) && !is_escaped;
        is_escaped = separator == ' ' && *c == '\\' && !is_escaped;
        ends
    };
    text.char_indices().find(ends).map_or(text.len(), |(at, _)| at)
}

/// Removes each URL that does not contain all `@` characters of the text, because a separator in its password
/// may have cut it.
fn without_cut_urls<'t>(mut pairs: Vec<KeyValue<'t>>, text: &str) -> Vec<KeyValue<'t>> {
    let at_signs = text.matches('@').count();
    pairs.retain(|(_, value)| !value.contains("://") || value.matches('@').count() == at_signs);
    pairs
}

/// Reads a value in quotes or braces at the beginning of `text`. Returns the value and the text after it, or
/// `None` if there is no closing character. The closing character may occur in the value if it is doubled; in
/// single quotes, a backslash escapes any character.
fn read_quoted(text: &str) -> Option<(Cow<'_, str>, &str)> {
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
