//! The value of a host's key in a connection string: `tcp:db\instance,1433` (Microsoft Learn, "`SqlConnection`: Data
//! Source"), `db1:5432,db2:5432` (Npgsql, "Failover and Load Balancing"), `//db:1521/service` (Oracle, "Easy Connect").

use super::{
    authority::{Member, member},
    oracle,
};
use crate::{decode::port_number, model::Address};

/// The protocols before a server of SQL Server that lead over the network.
const NETWORK: &[&str] = &["tcp:", "admin:"];
/// Endings of files that embedded databases have for a data source.
const FILES: &[&str] =
    &[".db", ".db3", ".sqlite", ".sqlite3", ".s3db", ".mdb", ".accdb", ".sdf", ".xlsx", ".csv"];

/// The hosts that the value names; none unless all of it is hosts.
pub(super) fn hosts(value: &str) -> Vec<Address> {
    let value = value.trim();
    if value.starts_with('(') {
        return oracle::description_hosts(value);
    }
    let lower = value.to_ascii_lowercase();
    if FILES.iter().any(|ending| lower.ends_with(ending)) {
        return Vec::new();
    }
    let network = NETWORK.iter().find(|prefix| lower.starts_with(*prefix)).map_or(0, |prefix| prefix.len());
    let value = &value[network..];
    let value = value.strip_prefix("//").unwrap_or(value);
    let (value, service) = value.split_once('/').unwrap_or((value, ""));
    if service.contains('@') {
        return Vec::new();
    }
    // SQL Server writes the port behind a comma; everyone else lists hosts there.
    if let Some((host, port)) = value.split_once(',')
        && let Some(port) = port_number(port.trim())
    {
        let found = member(without_instance(host.trim())).and_then(Member::address);
        return found
            .map(|address| Address { port: Some(port).filter(|p| *p != 0), ..address })
            .into_iter()
            .collect();
    }
    let members: Option<Vec<_>> =
        value.split(',').map(|part| member(without_instance(part.trim()))).collect();
    members.into_iter().flatten().filter_map(Member::address).collect()
}

/// The server without the name of its instance.
pub(super) fn without_instance(server: &str) -> &str {
    server.split_once('\\').map_or(server, |(host, _)| host)
}
