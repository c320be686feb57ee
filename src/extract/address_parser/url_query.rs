//! Parser of the addresses in the query of a URL: values of parameters for addresses, as in
//! `s3://bucket?endpoint=http://objects:8333` (Thanos and Go Cloud, "URL parameters"), and ODBC strings in
//! SQLAlchemy URLs (SQLAlchemy, "Pass through exact Pyodbc string").

use super::{AddressShape, FoundAddress, NotationParser, authority::url_authority, connection_string};
use crate::{
    extract::{
        env_key::{self, ValueKind},
        parse_port,
    },
    model::{Address, Host, Scheme},
};
use percent_encoding::percent_decode_str;

/// Returns the addresses in the query of a URL. `behind` is the URL after its authority. `url_list` parses
/// the URLs in an ODBC string.
pub(super) fn addresses_in_query(behind: &str, url_list: NotationParser) -> Vec<FoundAddress> {
    let Some((_, query)) = behind.split_once('?') else { return Vec::new() };
    let query = query.split('#').next().unwrap_or_default();
    let parameters = query.split('&').filter_map(|pair| pair.split_once('='));
    parameters.flat_map(|(key, value)| addresses_in_parameter(key, value, url_list)).collect()
}

/// Returns the host in the query of a URL whose authority is empty. libpq takes it from the parameters `host`
/// and `port` (PostgreSQL documentation, "Connection URIs").
pub(super) fn host_parameter(behind: &str, scheme: Option<Scheme>) -> Option<FoundAddress> {
    let (_, query) = behind.split_once('?')?;
    let of = |name: &str| query.split('&').find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='));
    let host = Host::parse(of("host")?)?;
    let port = of("port").and_then(parse_port).filter(|port| *port != 0);
    Some(FoundAddress::new(AddressShape::Url, Address { scheme, host, port }))
}

fn addresses_in_parameter(key: &str, value: &str, url_list: NotationParser) -> Vec<FoundAddress> {
    let Ok(value) = percent_decode_str(value).decode_utf8() else { return Vec::new() };
    if key.eq_ignore_ascii_case("odbc_connect") {
        return connection_string::read(&value.replace('+', " "), url_list).unwrap_or_default();
    }
    let is_address = matches!(env_key::value_kind(key), ValueKind::HostAddress | ValueKind::Endpoint);
    match url_authority::split_scheme(&value) {
        Some((scheme, rest)) if is_address && Scheme::parse(scheme).is_some() => {
            url_authority::addresses_in_authority(scheme, rest).0
        }
        _ => Vec::new(),
    }
}
