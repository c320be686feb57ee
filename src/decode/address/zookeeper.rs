//! Lists of `ZooKeeper`'s servers: `server.1=zoo1:2888:3888;2181` ("ZooKeeper Administrator's Guide", section "Cluster
//! Options").

use super::{Found, Shape, authority};
use crate::decode::port_number;

/// Reads a list of servers behind spaces or commas.
pub(super) fn servers(value: &str) -> Option<Vec<Found>> {
    value.starts_with("server.").then_some(())?;
    let items = value.split(|c: char| c.is_whitespace() || c == ',').filter(|item| !item.is_empty());
    items.map(server).collect()
}

fn server(item: &str) -> Option<Found> {
    let (number, rest) = item.strip_prefix("server.")?.split_once('=')?;
    let address = rest.split(';').next()?;
    let address = ["participant", "observer"]
        .iter()
        .find_map(|role| address.strip_suffix(role)?.strip_suffix(':'))
        .unwrap_or(address);
    port_number(number)?;
    Some(Found::new(Shape::HostPort, authority::member(address)?.address()?))
}
