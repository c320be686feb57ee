//! Parser of JDBC and R2DBC URLs: `jdbc:driver:…`, where each driver has its own grammar. Sources: Microsoft
//! Learn, "Building the connection URL" (SQL Server); IBM, "URL format for Db2 and Informix"; H2, "Database
//! URL Overview"; Apache Hive, "HiveServer2 Clients: JDBC"; jTDS, "URL format"; MySQL Connector/J,
//! "Connection URL Syntax"; pgJDBC, "Connecting to the Database"; R2DBC Specification, "Connection URLs";
//! Jaybird, "JDBC URL"; Exasol, "JDBC driver".

use super::{
    AddressShape, FoundAddress,
    authority::{self, url_authority},
    connection_string,
    host_value::strip_instance,
    mysql, oracle, url,
};
use crate::model::{Address, Scheme};

/// Drivers whose URLs have properties after a `;` or `:`, and no user information before the host.
const DRIVERS_WITH_PROPERTIES: &[&str] = &[
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
/// Drivers that need no server.
const EMBEDDED_DRIVERS: &[&str] = &["sqlite", "tc", "odbc", "duckdb", "kprb"];

/// Parses a JDBC or R2DBC URL. Returns `None` if the value does not begin like one.
pub(super) fn read(value: &str) -> Option<Vec<FoundAddress>> {
    let rest = ["jdbc:", "r2dbc:", "r2dbcs:"].iter().find_map(|prefix| {
        let head = value.get(..prefix.len())?;
        head.eq_ignore_ascii_case(prefix).then(|| &value[prefix.len()..])
    })?;
    Some(
        hosts_in_jdbc_url(rest)
            .into_iter()
            .map(|address| FoundAddress::new(AddressShape::Url, address))
            .collect(),
    )
}

/// Returns the hosts in `text`, a URL without `jdbc:` or `r2dbc:`.
fn hosts_in_jdbc_url(text: &str) -> Vec<Address> {
    let start = text.find("//").unwrap_or(text.len());
    let (words, rest) = text.split_at(start);
    let (words, rest) = match words.to_ascii_lowercase().find("oracle:") {
        // In Oracle's URLs, user and password stand before the `//`.
        Some(at) => return oracle::hosts_of_thin_driver(&text[at + "oracle:".len()..]),
        None => (words.to_ascii_lowercase(), rest.strip_prefix("//")),
    };
    let words: Vec<&str> = words.split(':').filter(|word| !word.is_empty()).collect();
    let is_word = |word: &&str| {
        word.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'+' | b'.'))
    };
    if words.iter().any(|word| EMBEDDED_DRIVERS.contains(word)) {
        return Vec::new();
    }
    let scheme = words.iter().find_map(|word| Scheme::parse(word.trim_end_matches("-sqli")));
    let has_properties = words.iter().any(|word| DRIVERS_WITH_PROPERTIES.contains(word));
    match rest {
        None if words.first().is_some_and(|word| word.starts_with("firebird")) => {
            // jdbc:firebirdsql:host/port:path
            let database = text.split_once(':').map_or("", |(_, rest)| rest);
            let end = database.find(['?', ';', '@']).unwrap_or(database.len());
            oracle::server_of_database(&database[..end]).into_iter().collect()
        }
        None => hosts_of_jconnect(text, scheme),
        Some(_) if !words.iter().all(is_word) => Vec::new(),
        Some(rest) if has_properties => hosts_before_properties(rest, scheme),
        Some(rest) => hosts_of_generic_url(rest, scheme),
    }
}

/// Parses `Tds:host:port/db?properties` of jConnect, and `exa:host:port;properties` of Exasol.
fn hosts_of_jconnect(text: &str, scheme: Option<Scheme>) -> Vec<Address> {
    let Some(rest) = text.split_once("Tds:").map(|(_, rest)| rest).or_else(|| text.strip_prefix("exa:"))
    else {
        return Vec::new();
    };
    let end = rest.find(['/', '?', ';']).unwrap_or(rest.len());
    authority::parse_hosts(&rest[..end], scheme).unwrap_or_default()
}

/// Parses `host[\instance][:port][/database][:;]property=value;…`. The hosts end at the path or at the
/// properties. If no host precedes the properties, returns the host that the properties name.
fn hosts_before_properties(rest: &str, scheme: Option<Scheme>) -> Vec<Address> {
    let end = rest.find(['/', ';', '?', '#']).unwrap_or(rest.len());
    let (head, behind) = rest.split_at(end);
    let own: Option<Vec<Vec<Address>>> =
        head.split(',').map(|part| authority::parse_hosts(&strip_instance_name(part), scheme)).collect();
    let own: Vec<Address> = own.into_iter().flatten().flatten().collect();
    if !own.is_empty() || head.contains('@') {
        return own;
    }
    // jdbc:sqlserver://;serverName=db;port=1433
    let properties = connection_string::split_pairs(behind.trim_start_matches(['/', ';']), ';');
    let found = connection_string::addresses_in_pairs(&properties, url::url_list);
    found.into_iter().map(|found| Address { scheme, ..found.address }).collect()
}

/// Removes the instance name that may stand between server and port.
fn strip_instance_name(server: &str) -> String {
    let host = strip_instance(server);
    let port = server[host.len()..].split_once(':').map_or(String::new(), |(_, port)| format!(":{port}"));
    format!("{host}{port}")
}

/// Parses an authority as in any URL, or the key-value hosts of MySQL's drivers.
fn hosts_of_generic_url(rest: &str, scheme: Option<Scheme>) -> Vec<Address> {
    let behind_user = rest.find("@address=(").or_else(|| rest.find("@(")).map_or(rest, |at| &rest[at + 1..]);
    if let Some(hosts) = mysql::key_value_hosts(behind_user, scheme) {
        return hosts;
    }
    let authority = url_authority::split_authority(scheme, rest);
    let hosts = authority.map_or("", |(hosts, _)| hosts);
    // Connector/J accepts a list of hosts in brackets after the user information.
    let listed = hosts.strip_prefix('[').and_then(|hosts| hosts.strip_suffix(']'));
    let listed =
        listed.and_then(|hosts| authority::parse_hosts(hosts, scheme)).filter(|hosts| hosts.len() > 1);
    listed.or_else(|| authority::parse_hosts(hosts, scheme)).unwrap_or_default()
}
