//! JDBC and R2DBC URLs: `jdbc:driver:…`, where each driver has a grammar of its own for what follows. Sources: Microsoft
//! Learn, "Building the connection URL" (SQL Server); IBM, "URL format for Db2 and Informix"; H2, "Database URL
//! Overview"; Apache Hive, "HiveServer2 Clients: JDBC"; jTDS, "URL format"; MySQL Connector/J, "Connection URL Syntax";
//! pgJDBC, "Connecting to the Database"; R2DBC Specification, "Connection URLs".

use super::{Found, Shape, authority, mysql, oracle, pairs, server::without_instance, url};
use crate::model::{Address, Scheme};

/// Drivers whose properties stand behind `;` or `:`, and that know no user information before the host.
const WITH_PROPERTIES: &[&str] = &[
    "sqlserver",
    "jtds",
    "sybase",
    "db2",
    "informix-sqli",
    "h2",
    "hive2",
    "impala",
    "spark",
    "hsqldb",
    "derby",
    "databricks",
    "phoenix",
    "teradata",
    "netezza",
    "iris",
    "cache",
    "ucanaccess",
    "monetdb",
    "ignite",
];
/// Drivers with no server.
const EMBEDDED: &[&str] = &["sqlite", "tc", "odbc", "duckdb", "kprb"];

/// Reads a JDBC or R2DBC URL.
pub(super) fn read(value: &str) -> Option<Vec<Found>> {
    let rest = ["jdbc:", "r2dbc:", "r2dbcs:"].iter().find_map(|prefix| {
        let head = value.get(..prefix.len())?;
        head.eq_ignore_ascii_case(prefix).then(|| &value[prefix.len()..])
    })?;
    Some(hosts(rest).into_iter().map(|address| Found::new(Shape::Url, address)).collect())
}

/// The hosts of what follows `jdbc:`.
fn hosts(text: &str) -> Vec<Address> {
    let start = text.find("//").unwrap_or(text.len());
    let (words, rest) = text.split_at(start);
    let (words, rest) = match words.to_ascii_lowercase().find("oracle:") {
        // The user and password of Oracle's drivers stand before the `//`.
        Some(at) => return oracle::thin(&text[at + "oracle:".len()..]),
        None => (words.to_ascii_lowercase(), rest.strip_prefix("//")),
    };
    let words: Vec<&str> = words.split(':').filter(|word| !word.is_empty()).collect();
    let is_word = |word: &&str| {
        word.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'+' | b'.'))
    };
    if words.iter().any(|word| EMBEDDED.contains(word)) {
        return Vec::new();
    }
    let scheme = words.iter().find_map(|word| Scheme::parse(word.trim_end_matches("-sqli")));
    let has_properties = words.iter().any(|word| WITH_PROPERTIES.contains(word));
    match rest {
        // jdbc:sybase:Tds:host:port/db, jdbc:firebirdsql:host/port:path
        None => without_slashes(text, scheme),
        Some(_) if !words.iter().all(is_word) => Vec::new(),
        Some(rest) if has_properties => with_properties(rest, scheme),
        Some(rest) => generic(rest, scheme),
    }
}

/// `Tds:host:port/db?properties` of jConnect.
fn without_slashes(text: &str, scheme: Option<Scheme>) -> Vec<Address> {
    let Some((_, rest)) = text.split_once("Tds:") else { return Vec::new() };
    let end = rest.find(['/', '?', ';']).unwrap_or(rest.len());
    authority::hosts(&rest[..end], scheme).unwrap_or_default()
}

/// `host[\instance][:port][/database][:;]property=value;…`: hosts end where a path or the properties begin.
fn with_properties(rest: &str, scheme: Option<Scheme>) -> Vec<Address> {
    let end = rest.find(['/', ';', '?', '#']).unwrap_or(rest.len());
    let (head, behind) = rest.split_at(end);
    let own: Option<Vec<Vec<Address>>> =
        head.split(',').map(|part| authority::hosts(&bare(part), scheme)).collect();
    let own: Vec<Address> = own.into_iter().flatten().flatten().collect();
    if !own.is_empty() || head.contains('@') {
        return own;
    }
    // jdbc:sqlserver://;serverName=db;port=1433
    let properties = pairs::properties(behind.trim_start_matches(['/', ';']), ';');
    let found = pairs::addresses(&properties);
    found.into_iter().map(|found| Address { scheme, ..found.address }).collect()
}

/// A server without its instance, which stands before the port.
fn bare(server: &str) -> String {
    let host = without_instance(server);
    let port = server[host.len()..].split_once(':').map_or(String::new(), |(_, port)| format!(":{port}"));
    format!("{host}{port}")
}

/// An authority as in any URL, in which MySQL's drivers know hosts of keys and values as well.
fn generic(rest: &str, scheme: Option<Scheme>) -> Vec<Address> {
    let behind_user = rest.find("@address=(").or_else(|| rest.find("@(")).map_or(rest, |at| &rest[at + 1..]);
    if let Some(hosts) = mysql::key_value_hosts(behind_user, scheme) {
        return hosts;
    }
    let authority = url::authority_of(scheme, rest);
    let hosts = authority.map_or("", |(hosts, _)| hosts);
    // Connector/J takes a list of hosts in brackets behind the user.
    let listed = hosts.strip_prefix('[').and_then(|hosts| hosts.strip_suffix(']'));
    let listed = listed.and_then(|hosts| authority::hosts(hosts, scheme)).filter(|hosts| hosts.len() > 1);
    listed.or_else(|| authority::hosts(hosts, scheme)).unwrap_or_default()
}
