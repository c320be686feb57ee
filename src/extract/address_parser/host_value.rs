//! Values under a host's key in a connection string: `tcp:db\instance,1433` (Microsoft Learn,
//! "`SqlConnection`: Data Source"), `db1:5432,db2:5432` (Npgsql, "Failover and Load Balancing"),
//! `//db:1521/service` (Oracle, "Easy Connect").

use super::{
    authority::{HostEntry, parse_host_port},
    oracle,
};
use crate::{extract::parse_port, model::Address};

/// Network protocols in front of an SQL Server host.
const NETWORK_PREFIXES: &[&str] = &["tcp:", "admin:"];
/// File extensions of embedded databases, which a data source may name.
const DATABASE_FILE_ENDINGS: &[&str] =
    &[".db", ".db3", ".sqlite", ".sqlite3", ".s3db", ".mdb", ".accdb", ".sdf", ".xlsx", ".csv"];

/// Returns the hosts in the value. Returns nothing if any part of the value is no host.
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
    // In SQL Server's values, a port follows the comma. In the values of other servers, another host follows
    // it.
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

/// Removes the instance name of SQL Server: `db` for `db\instance`.
pub(super) fn strip_instance(server: &str) -> &str {
    server.split_once('\\').map_or(server, |(host, _)| host)
}
