//! Parser of the value of a host key in a connection string: `tcp:db\instance,1433` (Microsoft Learn,
//! "`SqlConnection`: Data Source"), `db1:5432,db2:5432` (Npgsql, "Failover and Load Balancing"),
//! `//db:1521/service` (Oracle, "Easy Connect").

use super::{
    authority::{HostEntry, parse_host_port},
    oracle,
};
use crate::{extract::parse_port, model::Address};

/// Prefixes that may precede an SQL Server host: a network protocol, or the mark of an administrator's
/// connection.
const NETWORK_PREFIXES: &[&str] = &["tcp:", "admin:"];
/// Extensions of the files of embedded databases. A data source with such an extension names no host.
const DATABASE_FILE_ENDINGS: &[&str] =
    &[".db", ".db3", ".sqlite", ".sqlite3", ".s3db", ".mdb", ".accdb", ".sdf", ".xlsx", ".csv"];

/// Returns the hosts in `value`, or nothing if any part of it is not a host.
pub(super) fn parse_hosts(value: &str) -> Vec<Address> {
    let value = value.trim();
    if value.starts_with('(') {
        return oracle::hosts_in_descriptor(value);
    }
    let lower = value.to_ascii_lowercase();
    if DATABASE_FILE_ENDINGS.iter().any(|ending| lower.ends_with(ending)) {
        return Vec::new();
    }
    let network =
        NETWORK_PREFIXES.iter().find(|prefix| lower.starts_with(*prefix)).map_or(0, |prefix| prefix.len());
    let value = &value[network..];
    let value = value.strip_prefix("//").unwrap_or(value);
    let (value, service) = value.split_once('/').unwrap_or((value, ""));
    if service.contains('@') {
        return Vec::new();
    }
    // In values for SQL Server, the port follows a comma. In values for other servers, a comma separates
    // hosts.
    if let Some((host, port)) = value.split_once(',')
        && let Some(port) = parse_port(port.trim())
    {
        let found = parse_host_port(strip_instance(host.trim())).and_then(HostEntry::address);
        return found
            .map(|address| Address { port: Some(port).filter(|p| *p != 0), ..address })
            .into_iter()
            .collect();
    }
    let members: Option<Vec<_>> =
        value.split(',').map(|part| parse_host_port(strip_instance(part.trim()))).collect();
    members.into_iter().flatten().filter_map(HostEntry::address).collect()
}

/// Removes the instance name of an SQL Server: `db\instance` becomes `db`.
pub(super) fn strip_instance(server: &str) -> &str {
    server.split_once('\\').map_or(server, |(host, _)| host)
}
