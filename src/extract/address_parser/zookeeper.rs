//! Parser of lists of `ZooKeeper` servers: `server.1=zoo1:2888:3888;2181` ("ZooKeeper Administrator's Guide",
//! section "Cluster Options").

use super::{AddressShape, FoundAddress, authority};
use crate::extract::parse_port;

/// Parses a list of servers separated by spaces or commas. Returns `None` if any item is malformed.
pub(super) fn server_list(value: &str) -> Option<Vec<FoundAddress>> {
    value.starts_with("server.").then_some(())?;
    let items = value.split(|c: char| c.is_whitespace() || c == ',').filter(|item| !item.is_empty());
    items.map(server).collect()
}

fn server(item: &str) -> Option<FoundAddress> {
    let (number, rest) = item.strip_prefix("server.")?.split_once('=')?;
    let address = rest.split(';').next()?;
    let address = ["participant", "observer"]
        .iter()
        .find_map(|role| address.strip_suffix(role)?.strip_suffix(':'))
        .unwrap_or(address);
    parse_port(number)?;
    Some(FoundAddress::new(AddressShape::HostPort, authority::parse_host_port(address)?.address()?))
}
