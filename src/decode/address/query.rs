//! Addresses in the query of a URL, whose keys say that they are: `s3://bucket?endpoint=http://objects:8333`
//! (Thanos and Go Cloud, "URL parameters"), and ODBC strings in SQLAlchemy URLs (SQLAlchemy, "Pass through exact Pyodbc
//! string").

use super::{Found, Shape, pairs, url};
use crate::{
    decode::{
        key::{self, Meaning},
        port_number,
    },
    model::{Address, Host, Scheme},
};
use percent_encoding::percent_decode_str;

/// The addresses in the query that `behind`, the text behind an authority, may have.
pub(super) fn read(behind: &str) -> Vec<Found> {
    let Some((_, query)) = behind.split_once('?') else { return Vec::new() };
    let query = query.split('#').next().unwrap_or_default();
    let parameters = query.split('&').filter_map(|pair| pair.split_once('='));
    parameters.flat_map(|(key, value)| parameter(key, value)).collect()
}

/// The host of a URL without one, as libpq takes it from the parameters `host` and `port` (PostgreSQL documentation,
/// "Connection URIs").
pub(super) fn host(behind: &str, scheme: Option<Scheme>) -> Option<Found> {
    let (_, query) = behind.split_once('?')?;
    let of = |name: &str| query.split('&').find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='));
    let host = Host::parse(of("host")?)?;
    let port = of("port").and_then(port_number).filter(|port| *port != 0);
    Some(Found::new(Shape::Url, Address { scheme, host, port }))
}

fn parameter(key: &str, value: &str) -> Vec<Found> {
    let Ok(value) = percent_decode_str(value).decode_utf8() else { return Vec::new() };
    if key.eq_ignore_ascii_case("odbc_connect") {
        return pairs::read(&value.replace('+', " ")).unwrap_or_default();
    }
    let is_address = matches!(key::meaning(key), Meaning::Address | Meaning::Endpoint);
    match url::split_scheme(&value) {
        Some((scheme, rest)) if is_address && Scheme::parse(scheme).is_some() => {
            url::hosts_of(scheme, rest).0
        }
        _ => Vec::new(),
    }
}
