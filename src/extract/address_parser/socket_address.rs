//! Parser of addresses after a socket type, as in the settings of mail servers: `inet:host:port`,
//! `lmtp:inet:host:port`, `[host]:port` (Postfix, `socketmap_table(5)`, transport(5) and `MILTER_README`),
//! `inet:port@host` (libmilter, `smfi_setconn`), `dns:host:port` (gRPC, "gRPC Name Resolution"),
//! `dns+host:port` (Thanos, "Service Discovery", which Loki, Mimir and Tempo share).

use super::{AddressShape, FoundAddress, authority::parse_host_port};
use crate::{
    extract::parse_port,
    model::{Address, Host},
};

/// Socket types after which a host follows.
const NETWORK_KINDS: &[&str] = &[
    "inet", "inet4", "inet6", "tcp", "tcp4", "tcp6", "udp", "ssl", "tls", "smtp", "smtps", "lmtp", "relay",
    "proxy", "dns", "ipv4", "ipv6",
];
/// Prefixes that name the kind of DNS lookup for the host after them (Thanos).
const LOOKUP_PREFIXES: &[&str] = &["dns+", "dnssrv+", "dnssrvnoa+"];
/// Socket types of the local machine, after which a path follows.
const LOCAL_KINDS: &[&str] = &["unix", "local", "fifo", "pipe", "file", "unixgram"];

/// Parses an address after a socket type. Returns `None` for any other text.
pub(super) fn read(text: &str) -> Option<Vec<FoundAddress>> {
    if let Some(found) = bracketed_host(text) {
        return Some(vec![found]);
    }
    if let Some(rest) = LOOKUP_PREFIXES.iter().find_map(|prefix| text.strip_prefix(prefix)) {
        return host_and_port(rest);
    }
    let (kind, rest) = text.split_once(':')?;
    if kind == "socketmap" {
        // The name of the map comes last: `socketmap:inet:host:port:name`.
        return read(rest.rsplit_once(':')?.0);
    }
    if LOCAL_KINDS.contains(&kind) && rest.starts_with(['/', '.']) {
        return Some(Vec::new());
    }
    NETWORK_KINDS.contains(&kind).then_some(())?;
    let milter = rest.split_once('@').and_then(|(port, host)| {
        let address = Address::from_host(Host::parse(host)?);
        Some(FoundAddress::new(AddressShape::HostPort, Address { port: Some(parse_port(port)?), ..address }))
    });
    if let Some(found) = milter {
        return Some(vec![found]);
    }
    read(rest).or_else(|| host_and_port(rest))
}

/// Returns true if `text` is a host name in brackets, as Postfix writes a relay. An IPv6 address is none.
pub(super) fn is_mail_relay(text: &str) -> bool {
    bracketed_host(text).is_some_and(|found| matches!(found.address.host, Host::Name(_)))
}

/// Parses `host:port`.
fn host_and_port(text: &str) -> Option<Vec<FoundAddress>> {
    let address = parse_host_port(text)?.address().filter(|address| address.port.is_some())?;
    Some(vec![FoundAddress::new(AddressShape::HostPort, address)])
}

/// Parses `[host]:port` or `[host]`. In Postfix, the brackets turn off the lookup of mail exchangers.
fn bracketed_host(text: &str) -> Option<FoundAddress> {
    let (host, rest) = text.strip_prefix('[')?.split_once(']')?;
    let port = if rest.is_empty() { None } else { Some(parse_port(rest.strip_prefix(':')?)?) };
    let shape = if port.is_some() { AddressShape::HostPort } else { AddressShape::Word };
    Some(FoundAddress::new(shape, Address { port, ..Address::from_host(Host::parse(host)?) }))
}
