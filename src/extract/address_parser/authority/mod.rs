//! Parsers of hosts with ports, as in the authority of a URL (RFC 3986 section 3.2) or in a list of servers.

pub(super) mod driver_parameters;
pub(super) mod url_authority;
mod url_schemes;

use super::UNKNOWN_CHAR;
use crate::{
    extract::parse_port,
    model::{Address, Host, Scheme},
};

/// One entry of a URL's authority or of a list of servers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum HostEntry {
    /// A host, with its port if the text has one.
    Address(Address),
    /// A port alone, or a placeholder such as `*` or an unknown variable in place of the host.
    WithoutHost,
}

impl HostEntry {
    /// Returns the address, or `None` if the entry has no host.
    pub(super) fn address(self) -> Option<Address> {
        match self {
            Self::Address(address) => Some(address),
            Self::WithoutHost => None,
        }
    }
}

/// Parses `host`, `host:port`, `[v6]`, `[v6]:port` or an IPv6 address without brackets. More numbers may
/// follow the port; they are further ports of the same host and are ignored. Returns `None` for any other
/// text.
pub(super) fn parse_host_port(text: &str) -> Option<HostEntry> {
    if let Some(inner) = text.strip_prefix('[') {
        let (host, rest) = inner.split_once(']')?;
        let host = host.split('%').next().unwrap_or(host);
        host.parse::<std::net::Ipv6Addr>().ok()?;
        let ports = if rest.is_empty() { None } else { Some(rest.strip_prefix(':')?) };
        return host_with_ports(host, ports);
    }
    if text.parse::<std::net::Ipv6Addr>().is_ok() {
        return host_with_ports(text, None);
    }
    match text.split_once(':') {
        Some((host, ports)) => host_with_ports(host, Some(ports)),
        None => host_with_ports(text, None),
    }
}

/// Parses `host` and the text after its colon: a port, a variable, or several ports of which only the first
/// counts. Returns `None` if nothing follows the colon, because then the text was cut or is the scheme of a
/// URL.
fn host_with_ports(host: &str, ports: Option<&str>) -> Option<HostEntry> {
    let mut port = None;
    for (index, text) in ports.into_iter().flat_map(|text| text.split(':')).enumerate() {
        let is_unknown = text == "*" || text.chars().eq([UNKNOWN_CHAR]);
        let number = if is_unknown { None } else { Some(parse_port(text)?) };
        if index == 0 {
            port = number.filter(|number| *number != 0);
        }
    }
    if host.is_empty() || host == "*" || host.contains(UNKNOWN_CHAR) {
        let rest = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '*' | UNKNOWN_CHAR);
        return host.chars().all(rest).then_some(HostEntry::WithoutHost);
    }
    Some(HostEntry::Address(Address { scheme: None, host: Host::parse(host)?, port }))
}

/// Parses hosts separated by commas, as in an authority without user information, and gives each the scheme
/// `scheme`. Returns `None` if any part of the text is not a host.
pub(super) fn parse_hosts(text: &str, scheme: Option<Scheme>) -> Option<Vec<Address>> {
    let members: Option<Vec<HostEntry>> = text.split(',').map(parse_host_port).collect();
    let addresses = members?.into_iter().filter_map(HostEntry::address);
    Some(addresses.map(|address| Address { scheme, ..address }).collect())
}
