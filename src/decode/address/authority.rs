//! Hosts with ports, as an authority (RFC 3986 section 3.2) or a member of a list has them.

use super::UNKNOWN;
use crate::{
    decode::port_number,
    model::{Address, Host, Scheme},
};

/// A member of an authority or list that was recognised.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Member {
    /// A host, perhaps with a port.
    Address(Address),
    /// A place without a host that could be called: a host that is a variable, or only a port.
    Nameless,
}

impl Member {
    /// The address, if the member has one.
    pub(super) fn address(self) -> Option<Address> {
        match self {
            Self::Address(address) => Some(address),
            Self::Nameless => None,
        }
    }
}

/// Reads `host`, `host:port`, `[v6]`, `[v6]:port` or an IPv6 address without brackets. More numbers behind the port
/// are further ports of the same host. Returns `None` for any other text.
pub(super) fn member(text: &str) -> Option<Member> {
    if let Some(inner) = text.strip_prefix('[') {
        let (host, rest) = inner.split_once(']')?;
        let host = host.split('%').next().unwrap_or(host);
        host.parse::<std::net::Ipv6Addr>().ok()?;
        let ports = if rest.is_empty() { None } else { Some(rest.strip_prefix(':')?) };
        return with_port(host, ports);
    }
    if text.parse::<std::net::Ipv6Addr>().is_ok() {
        return with_port(text, None);
    }
    match text.split_once(':') {
        Some((host, ports)) => with_port(host, Some(ports)),
        None => with_port(text, None),
    }
}

/// A host and the text behind its colon: a port, a variable, or several numbers. A colon with nothing behind it is the
/// place where a text was cut, or the scheme of another URL.
fn with_port(host: &str, ports: Option<&str>) -> Option<Member> {
    let mut port = None;
    for (index, text) in ports.into_iter().flat_map(|text| text.split(':')).enumerate() {
        let is_unknown = text == "*" || text.chars().eq([UNKNOWN]);
        let number = if is_unknown { None } else { Some(port_number(text)?) };
        if index == 0 {
            port = number.filter(|number| *number != 0);
        }
    }
    if host.is_empty() || host == "*" || host.contains(UNKNOWN) {
        let rest = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '*' | UNKNOWN);
        return host.chars().all(rest).then_some(Member::Nameless);
    }
    Some(Member::Address(Address { scheme: None, host: Host::parse(host)?, port }))
}

/// The hosts of an authority without user information: one, or several behind commas, each with the scheme. Returns
/// `None` unless all of it is hosts.
pub(super) fn hosts(text: &str, scheme: Option<Scheme>) -> Option<Vec<Address>> {
    let members: Option<Vec<Member>> = text.split(',').map(member).collect();
    let addresses = members?.into_iter().filter_map(Member::address);
    Some(addresses.map(|address| Address { scheme, ..address }).collect())
}
